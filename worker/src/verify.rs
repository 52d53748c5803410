//! Verifying stored scorecards: a card's stored facts are scored again by its stored set, and every stored
//! figure is compared with what comes out. Nothing is written.

use std::collections::{BTreeMap, HashMap};

use entity::{BlockId, ScorecardId, agency, block, criteria_set, period, scorecard, scorecard_line};
use scoring::{
    ENGINE_VERSION, FactChange, Facts, Scorecard, canonical_json, coded_enum, content_hash_by, fact_changes,
    score,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue, ConnectionTrait, DbErr, EntityTrait, IdenStatic, Iterable, ModelTrait,
    Value,
};

use crate::compile::cohort::{Cohort, Overlays};
use crate::compile::{Criteria, PartError, stored};
use crate::criteria::{load_measures, read_set, units};
use crate::origin::{Origin, Origins};
use crate::registry::place_as_at_end;

/// What came of verifying a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The card.
    pub card: ScorecardId,
    /// The version of the evaluator that wrote it.
    pub engine_version: String,
    /// Where the stored card is not what its facts give, in reading order: lines first. Empty: it matches.
    pub differences: Vec<Difference>,
}

coded_enum! {
    /// Whether a stored card is what its stored facts give.
    pub enum Outcome {
        /// Every stored figure is.
        Match = "MATCH",
        /// Some are not, though the same version of the evaluator wrote them.
        Different = "DIFFERENT",
        /// Some are not, another version of the evaluator wrote them, and the card is what that version scored from.
        EngineChanged = "ENGINE_CHANGED",
    }
}

impl Verified {
    /// In one word.
    pub fn outcome(&self) -> Outcome {
        match self.matches() {
            true => Outcome::Match,
            false if self.engine_version == ENGINE_VERSION => Outcome::Different,
            // Whatever the evaluator, a card is known by what it was scored from.
            false if self.differences.iter().any(Difference::is_of_identity) => Outcome::Different,
            false => Outcome::EngineChanged,
        }
    }

    /// Whether everything that is stored is what the stored facts give.
    pub fn matches(&self) -> bool {
        self.differences.is_empty()
    }
}

/// One figure that is stored otherwise than it is computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The line's code; `None`: the card itself.
    pub line: Option<String>,
    /// The stored column.
    pub column: String,
    /// What is stored; `None`: nothing.
    pub stored: Option<String>,
    /// What is computed; `None`: nothing.
    pub computed: Option<String>,
}

/// What says whose card it is, what it was scored from and which lines it has: no version of the evaluator gives it otherwise.
const IDENTITY: [&str; 8] = [
    "agency_id",
    "block_id",
    "period_id",
    "criteria_set_id",
    "facts",
    "set_fingerprint",
    "content_hash",
    "position",
];

impl Difference {
    fn is_of_identity(&self) -> bool {
        IDENTITY.contains(&self.column.as_str())
    }
}

/// Verifies cards; keeps the sets and periods that it has read.
pub struct Verifier {
    origins: Origins,
    blocks: HashMap<BlockId, String>,
}

impl Verifier {
    /// Reads what all cards need.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn new<C: ConnectionTrait>(connection: &C) -> Result<Self, DbErr> {
        let origins = Origins::load(connection).await?;
        let blocks = block::Entity::find().all(connection).await?;
        let blocks = blocks.into_iter().map(|block| (block.id, block.code)).collect();
        Ok(Self { origins, blocks })
    }

    /// Verifies `cards`, in their order.
    ///
    /// # Errors
    /// When the database fails, or a row holds a code that there is not. What else is wrong with a card is a difference.
    pub async fn verify<C: ConnectionTrait>(
        &mut self,
        connection: &C,
        cards: &[scorecard::Model],
    ) -> Result<Vec<Verified>, DbErr> {
        let ids = cards.iter().map(|card| card.id);
        let mut lines: HashMap<_, Vec<_>> = HashMap::new();
        for line in scorecard_line::of_cards(ids).all(connection).await? {
            lines.entry(line.scorecard_id).or_default().push(line);
        }
        self.origins.add_sets(connection, &cards.iter().collect::<Vec<_>>()).await?;
        let verified = cards.iter().map(|card| Verified {
            card: card.id,
            engine_version: card.engine_version.clone(),
            differences: match self.origins.of(card) {
                Ok(origin) => {
                    let block = self.blocks.get(&card.block_id).map_or("", String::as_str);
                    let lines = lines.remove(&card.id).unwrap_or_default();
                    differences(card, block, &lines, &origin)
                }
                Err(unreadable) => vec![of_card(unreadable.column, None, None)],
            },
        });
        Ok(verified.collect())
    }
}

/// What of the facts that a card was scored from is known otherwise by now.
///
/// # Errors
/// When the database fails; `None` when the card, its set or its agency can no longer be read.
pub async fn moved<C: ConnectionTrait>(
    connection: &C,
    card: &scorecard::Model,
) -> Result<Option<Vec<FactChange>>, DbErr> {
    let measures = load_measures(connection).await?;
    let units = units(&measures);
    let set_row = criteria_set::Entity::find_by_id(card.criteria_set_id).one(connection).await?;
    let period = period::Entity::find_by_id(card.period_id).one(connection).await?;
    let agency = agency::Entity::find_by_id(card.agency_id).one(connection).await?;
    let (Some(set_row), Some(period), Some(mut agency)) = (set_row, period, agency) else { return Ok(None) };
    place_as_at_end(connection, std::slice::from_mut(&mut agency), period.ends_before).await?;
    let Some(block) = block::Entity::find_by_id(agency.block_id).one(connection).await? else {
        return Ok(None);
    };
    let (Ok(set), Ok(before)) = (read_set(&set_row, &units), serde_json::from_str::<Facts>(&card.facts))
    else {
        return Ok(None);
    };
    let criteria = Criteria { measures, units, set_row, set };
    let Ok(cohort) = Cohort::new(period, block, vec![agency]) else { return Ok(None) };
    match cohort.facts(connection, &criteria, &Overlays::default()).await {
        Ok(now) => Ok(now.first().map(|now| fact_changes(&before, now))),
        Err(PartError::Retry(error)) => Err(error),
        Err(_) => Ok(None),
    }
}

fn differences(
    card: &scorecard::Model,
    block: &str,
    lines: &[scorecard_line::Model],
    Origin { facts, set, period }: &Origin<'_>,
) -> Vec<Difference> {
    let scored = score(set, period.code.kind, facts);
    let scale = set.document().print_scale;
    let mut found = of_lines(card.id, lines, &scored, scale);
    let results = stored::results(&scored, scale);
    for column in scorecard::Column::iter() {
        if let ActiveValue::Set(computed) = results.get(column) {
            found.extend(of_column(None, column.as_str(), card.get(column), computed));
        }
    }
    let hash = content_hash_by(&card.engine_version, set, period, facts);
    let facts_text = canonical_json(facts);
    for (column, stored, computed) in [
        ("agency_id", card.agency_id.to_string().as_str(), facts.agency.id.as_str()),
        ("block_id", block, facts.agency.block.as_str()),
        ("facts", card.facts.as_str(), facts_text.as_str()),
        ("set_fingerprint", card.set_fingerprint.as_str(), set.fingerprint()),
        ("content_hash", card.content_hash.as_str(), hash.as_str()),
    ] {
        if stored != computed {
            found.push(of_card(column, Some(stored.to_owned()), Some(computed.to_owned())));
        }
    }
    found
}

fn of_lines(
    card: ScorecardId,
    lines: &[scorecard_line::Model],
    scored: &Scorecard,
    scale: u32,
) -> Vec<Difference> {
    let computed = match stored::lines(card, scored, scale) {
        Ok(computed) => computed,
        Err(why) => {
            tracing::warn!(%card, why, "the lines of a scorecard cannot be verified");
            return vec![of_card("lines", None, None)];
        }
    };
    let mut stored: BTreeMap<_, _> = lines.iter().map(|line| (line.position, line)).collect();
    let mut found = Vec::new();
    for computed in computed {
        let line = Some(computed.code.as_str());
        match stored.remove(&computed.position) {
            Some(stored) => {
                for column in scorecard_line::Column::iter() {
                    found.extend(of_column(line, column.as_str(), stored.get(column), computed.get(column)));
                }
            }
            None => found.push(Difference {
                line: line.map(str::to_owned),
                column: "position".to_owned(),
                stored: None,
                computed: Some(computed.position.to_string()),
            }),
        }
    }
    found.extend(stored.into_values().map(|line| Difference {
        line: Some(line.code.clone()),
        column: "position".to_owned(),
        stored: Some(line.position.to_string()),
        computed: None,
    }));
    found
}

fn of_card(column: &str, stored: Option<String>, computed: Option<String>) -> Difference {
    Difference { line: None, column: column.to_owned(), stored, computed }
}

fn of_column(line: Option<&str>, column: &str, stored: Value, computed: Value) -> Option<Difference> {
    (stored != computed).then(|| Difference {
        line: line.map(str::to_owned),
        column: column.to_owned(),
        stored: text(stored),
        computed: text(computed),
    })
}

/// A stored value as it is read; `None` for NULL.
fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => text,
        Value::Int(number) => number.map(|number| number.to_string()),
        Value::BigInt(number) => number.map(|number| number.to_string()),
        other => Some(other.to_string()),
    }
}
