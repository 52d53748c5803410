//! Loading scorecards: one query for the cards with agency, block and rank, one for all their lines if any
//! are wanted, one for the measures' names if inputs are.

use std::collections::HashMap;

use async_graphql::ID;
use entity::{ScorecardId, measure, scorecard, scorecard_line};
use scoring::{FactValue, Input, Language, Level, LineState, Reason, Saying, TermStep};
use sea_orm::{DatabaseConnection, Select};

use super::columns::{self, CardRow, LineRow};
use super::line::{BesideInput, LineInput, ScorecardLine, succession};
use super::reason::{LineReason, Number};
use super::rows::joined;
use super::wanted::Wanted;
use super::{Grade, Scorecard};
use crate::graphql::id::NodeId;
use crate::graphql::paging::Held;
use crate::graphql::problem::Problem;
use crate::graphql::registry::{Agency, Block};

/// Decimals with which the points of a term are said.
const TERM_SCALE: u32 = 2;

/// Loads `cards` with what is wanted of them.
pub(super) async fn load(
    database: &DatabaseConnection,
    cards: Select<scorecard::Entity>,
    wanted: &Wanted,
) -> Result<Vec<Scorecard>, Problem> {
    let rows = columns::of_cards(joined(cards, wanted), wanted).all(database).await?;
    let mut lines = match wanted.has("lines") || wanted.has("pillars") {
        true => load_lines(database, rows.iter().filter_map(|row| row.id), wanted).await?,
        false => HashMap::new(),
    };
    let cards = rows.into_iter().map(|row| {
        let lines = row.id.and_then(|id| lines.remove(&id)).unwrap_or_default();
        row.into_card(lines, wanted)
            .ok_or_else(|| Problem::internal(&"a card without its id, state or agency"))
    });
    cards.collect()
}

impl CardRow {
    /// The card; none where one of the columns that are always read is NULL, which the schema forbids.
    fn into_card(self, lines: Vec<ScorecardLine>, wanted: &Wanted) -> Option<Scorecard> {
        let pillars = match wanted.has("pillars") {
            true => lines.iter().filter(|line| line.level == Level::Pillar.into()).cloned().collect(),
            false => Vec::new(),
        };
        let grade = self.grade_code.zip(self.grade_vi).zip(self.grade_en);
        let block = Block {
            id: self.block_id.map_or_else(ID::default, |id| NodeId::Block(id).into()),
            code: self.block_code.unwrap_or_default(),
            name_vi: self.block_name_vi.unwrap_or_default(),
            name_en: self.block_name_en.unwrap_or_default(),
        };
        let agency = Agency {
            id: self.agency_id.map_or_else(ID::default, |id| NodeId::Agency(id).into()),
            code: self.agency_code.unwrap_or_default(),
            name_vi: self.agency_name_vi.unwrap_or_default(),
            name_en: self.agency_name_en.unwrap_or_default(),
            kind: self.agency_kind?.into(),
            block,
            valid_from: self.agency_valid_from.unwrap_or_default(),
            valid_to: self.agency_valid_to,
            tags: self.agency_tags.map(|tags| tags.0).unwrap_or_default(),
            source: self.agency_source?.into(),
        };
        Some(Scorecard {
            id: NodeId::Scorecard(self.id?).into(),
            period: self.period.unwrap_or_default(),
            agency,
            criteria_set: match self.set_code.zip(self.set_version) {
                Some((code, version)) => format!("{code} v{version}"),
                None => String::new(),
            },
            revision: self.revision.unwrap_or_default(),
            replaces: self.replaces_id.map(|id| ID::from(NodeId::Scorecard(id))),
            revision_reason: self.revision_reason,
            current: self.current.unwrap_or_default(),
            state: self.state?.into(),
            points: self.points_print,
            points_exact: self.points,
            effective_max: self.effective_max_print.unwrap_or_default(),
            effective_max_exact: self.effective_max.unwrap_or_default(),
            bonus: self.bonus_print,
            deduction: self.deduction_print,
            total: self.total_print,
            total_exact: self.total,
            index_percent: self.index_print,
            index_percent_exact: self.index_percent,
            grade: grade.map(|((code, name_vi), name_en)| Grade { code, name_vi, name_en }),
            rank: self.rank,
            missing_count: self.missing_count.unwrap_or_default(),
            pending_count: self.pending_count.unwrap_or_default(),
            illustrative_count: self.illustrative_count.unwrap_or_default(),
            content_hash: self.content_hash.unwrap_or_default(),
            engine_version: self.engine_version.unwrap_or_default(),
            set_fingerprint: self.set_fingerprint.unwrap_or_default(),
            facts: self.facts.unwrap_or_default(),
            compiled_at: self.compiled_at.unwrap_or_default(),
            build: self.build_id.map_or_else(ID::default, |id| NodeId::Build(id).into()),
            pillars,
            lines: if wanted.has("lines") { lines } else { Vec::new() },
            half_year: None,
        })
    }
}

async fn load_lines(
    database: &DatabaseConnection,
    cards: impl Iterator<Item = ScorecardId>,
    wanted: &Wanted,
) -> Result<HashMap<ScorecardId, Vec<ScorecardLine>>, Problem> {
    let lines = match wanted.has("lines") {
        true => scorecard_line::of_cards(cards),
        false => scorecard_line::pillars_of(cards),
    };
    let rows = columns::of_lines(lines, wanted).all(database).await?;
    let said = wanted.has_sentences();
    let measures = match said || wanted.of_line("inputs") {
        true => names_of_measures(database).await?,
        false => HashMap::new(),
    };
    let mut by_card: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows {
        let always_read = row.scorecard_id.zip(row.level);
        let (card, level) =
            always_read.ok_or_else(|| Problem::internal(&"a line without its card or level"))?;
        by_card.entry(card).or_default().push(row.into_line(level, &measures, said)?);
    }
    Ok(by_card)
}

pub(super) type Names = HashMap<String, Named>;

/// What a measure is called, and its unit.
#[derive(Clone)]
pub(super) struct Named {
    vi: String,
    en: String,
    unit: scoring::Unit,
}

pub(super) async fn names_of_measures(database: &DatabaseConnection) -> Result<Names, Problem> {
    let measures = measure::in_order().all(database).await?;
    let named = |row: measure::Model| (row.code, Named { vi: row.name_vi, en: row.name_en, unit: row.unit });
    Ok(measures.into_iter().map(named).collect())
}

impl LineRow {
    /// The line, with what is said of its reason if that is wanted.
    pub(super) fn into_line(
        self,
        level: Level,
        measures: &Names,
        said: bool,
    ) -> Result<ScorecardLine, Problem> {
        let inputs: Vec<Input> = match &self.inputs {
            Some(text) => serde_json::from_str(text).map_err(|error| Problem::internal(&error))?,
            None => Vec::new(),
        };
        let reason: Option<Reason> = match &self.reason {
            Some(text) => Some(serde_json::from_str(text).map_err(|error| Problem::internal(&error))?),
            None => None,
        };
        let sentences = match (&reason, said) {
            (Some(reason), true) => self.sentences(reason, &inputs, measures),
            _ => Default::default(),
        };
        Ok(ScorecardLine {
            code: self.code.unwrap_or_default(),
            parent_code: self.parent_code,
            level: level.into(),
            name_vi: self.name_vi.unwrap_or_default(),
            name_en: self.name_en.unwrap_or_default(),
            state: self.state.map(Into::into),
            points: self.points_print,
            points_exact: self.points,
            max_points: self.max_print.unwrap_or_default(),
            max_points_exact: self.max_points.unwrap_or_default(),
            effective_max: self.effective_max_print.unwrap_or_default(),
            effective_max_exact: self.effective_max.unwrap_or_default(),
            index_percent: self.index_print,
            index_percent_exact: self.index_percent,
            rule: self.rule_kind.map(Into::into),
            inputs: inputs.into_iter().map(|input| named(input, measures)).collect(),
            reason: reason.map(|reason| {
                let state = self.state.unwrap_or(LineState::Missing).into();
                let say = |reason: &Reason, term: &TermStep| match said {
                    true => said_of_term(reason, term, measures),
                    false => Default::default(),
                };
                LineReason::new(reason, self.rule_kind, state, sentences, &say)
            }),
            half_year: None,
        })
    }

    /// What is said of the reason, in Vietnamese and in English.
    fn sentences(&self, reason: &Reason, inputs: &[Input], measures: &Names) -> [String; 2] {
        let name = |measure: &str, language| name_in(measures, measure, language);
        let points = self.points_print.as_deref();
        let saying = Saying { reason, inputs, points, name: &name };
        [Language::Vietnamese, Language::English].map(|language| saying.sentence(language))
    }
}

/// What is said of a term of a sum, in Vietnamese and in English.
fn said_of_term(reason: &Reason, term: &TermStep, measures: &Names) -> [String; 2] {
    let name = |measure: &str, language| name_in(measures, measure, language);
    let points = term.points.print(TERM_SCALE);
    let saying = Saying { reason, inputs: &[], points: Some(&points), name: &name };
    [Language::Vietnamese, Language::English].map(|language| saying.sentence(language))
}

/// The name of a measure in a language.
fn name_in(measures: &Names, measure: &str, language: Language) -> Option<String> {
    let named = measures.get(measure)?;
    Some(match language {
        Language::Vietnamese => named.vi.clone(),
        Language::English => named.en.clone(),
    })
}

fn named(input: Input, measures: &Names) -> LineInput {
    let (summed, not_summed) = succession(input.succession);
    let named = measures.get(&input.measure);
    let beside = input.beside.as_ref().map(|beside| {
        let difference = match (&input.value, &beside.value) {
            (Some(FactValue::Number(value)), FactValue::Number(other)) => Some(value.clone() - other),
            _ => None,
        };
        BesideInput {
            value: beside.value.to_string(),
            source: beside.source.into(),
            as_of: beside.as_of,
            difference: difference.map(|difference| difference.to_string()),
        }
    });
    LineInput {
        beside,
        broken_identities: input.broken.iter().map(Into::into).collect(),
        name_vi: named.map(|named| named.vi.clone()).unwrap_or_default(),
        name_en: named.map(|named| named.en.clone()).unwrap_or_default(),
        unit: named.map(|named| named.unit.into()),
        measure: input.measure,
        value: input.value.as_ref().map(printed),
        exact: input.value.map(|value| value.to_string()),
        source: input.source.map(Into::into),
        as_of: input.as_of,
        summed,
        not_summed,
        records_value: None,
        records_differ: None,
        records: Held::default(),
    }
}

fn printed(value: &FactValue) -> String {
    match value {
        FactValue::Number(number) => Number::from(number).printed,
        other => other.to_string(),
    }
}
