//! Verifying stored scorecards, on request: the proof that a number is the one that the rules give.

use async_graphql::{Context, ID, Object};
use entity::{build, scorecard};
use reform_worker::verify::{Verified, Verifier, moved};
use scoring::ENGINE_VERSION;
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::codes::{FactKind, VerificationOutcome};
use super::cost;
use super::database;
use super::id::NodeId;
use super::plain::{Whole, plain_object};
use super::problem::Problem;
use crate::policy::{Sight, sight};

/// The most differences of one card that are told.
const MOST_DIFFERENCES: usize = 100;
/// The most cards of a build that are told to differ.
const MOST_DIFFERENT: usize = 50;
/// How many cards are read at a time.
const CARDS_AT_A_TIME: u64 = 100;

plain_object! {
    /// What came of scoring a stored card again from its stored facts, by its stored criteria set.
    pub(crate) struct Verification {
        /// The card's global id.
        scorecard: ID,
        /// Whether it matches.
        outcome: VerificationOutcome,
        /// The version of the evaluator that wrote the card.
        engine_version: String,
        /// The version of the evaluator that verified it.
        current_engine_version: String,
        /// Where the stored card is not what its facts give, in reading order; the first 100. Empty where it matches, and
        /// where another version of the evaluator differs: what that gives is for those who see the whole province.
        differences: Vec<VerificationDifference> => cost::PILLARS,
        /// How many differences there are.
        difference_count: i32,
        /// What of the facts that it was scored from is known otherwise by now, for the measures of its own criteria
        /// set. Null in `verifyBuild`, for who may not see the whole province, and where card, set or agency cannot be
        /// read any more.
        moved: Option<Vec<FactChange>> => cost::PILLARS,
    }
}

plain_object! {
    /// One stored figure that is not what is computed.
    pub(crate) struct VerificationDifference {
        /// The line's code; null: the card itself.
        line: Option<String>,
        /// The stored column, for instance `points`.
        column: String,
        /// What is stored; null: nothing.
        stored: Option<String>,
        /// What is computed; null: nothing, or what is stored cannot be read.
        computed: Option<String>,
    }
}

plain_object! {
    /// A fact that is known otherwise than it was.
    pub(crate) struct FactChange {
        /// What it is.
        kind: FactKind,
        /// Which: the code of a measure, tag or leaf, or the name of what is said of the agency.
        key: String,
        /// What was known; null: nothing.
        before: Option<String>,
        /// What is known; null: nothing.
        after: Option<String>,
    }
}

plain_object! {
    /// What came of verifying the cards that a build wrote.
    pub(crate) struct BuildVerification {
        /// How many cards it wrote.
        cards: i32,
        /// How many of them match.
        matching: i32,
        /// Those that do not; the first 50.
        different: Vec<Verification> => cost::PILLARS,
    }
}

impl From<Verified> for Verification {
    fn from(verified: Verified) -> Self {
        let outcome = verified.outcome();
        let difference_count = count(verified.differences.len());
        let told = verified.differences.into_iter().take(MOST_DIFFERENCES);
        Self {
            scorecard: NodeId::Scorecard(verified.card).into(),
            outcome: outcome.into(),
            engine_version: verified.engine_version,
            current_engine_version: ENGINE_VERSION.to_owned(),
            differences: told
                .map(|told| VerificationDifference {
                    line: told.line,
                    column: told.column,
                    stored: told.stored,
                    computed: told.computed,
                })
                .collect(),
            difference_count,
            moved: None,
        }
    }
}

impl From<scoring::FactChange> for FactChange {
    fn from(change: scoring::FactChange) -> Self {
        let scoring::FactChange { kind, key, before, after } = change;
        Self { kind: kind.into(), key, before, after }
    }
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

#[derive(Default)]
pub(crate) struct VerificationQuery;

#[Object]
impl VerificationQuery {
    /// Scores a stored card again from its stored facts, and tells every figure that is not what comes out. Null when
    /// there is no such card, or it is not for the viewer.
    #[graphql(complexity = "cost::VERIFICATION + child_complexity")]
    async fn verify_scorecard(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The card's global id; any revision.")] id: ID,
    ) -> Result<Option<Whole<Verification>>, Problem> {
        let NodeId::Scorecard(id) = NodeId::read("id", &id)? else {
            return Err(Problem::bad_input(
                "id",
                "`id` không phải là id của bảng điểm / is not a scorecard's id".to_owned(),
            ));
        };
        let (database, sight) = (database(ctx)?, sight(ctx).await?);
        let Some(card) = sight.of_revision(id).one(database).await? else { return Ok(None) };
        let mut verifier = Verifier::new(database).await?;
        let verified = verifier.verify(database, std::slice::from_ref(&card)).await?.pop();
        let mut verification = verified.map(Verification::from);
        if sight != Sight::Everything
            && let Some(verification) = &mut verification
            && verification.outcome == VerificationOutcome::EngineChanged
        {
            verification.differences.clear();
        }
        if sight == Sight::Everything
            && ctx.look_ahead().field("moved").exists()
            && let Some(verification) = &mut verification
        {
            let changes = moved(database, &card).await?;
            verification.moved = changes.map(|changes| changes.into_iter().map(Into::into).collect());
        }
        Ok(verification.map(Whole))
    }

    /// Verifies every card that a build wrote.
    #[graphql(complexity = "cost::BUILD_VERIFICATION + child_complexity")]
    async fn verify_build(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The build's global id.")] id: ID,
    ) -> Result<Whole<BuildVerification>, Problem> {
        let NodeId::Build(id) = NodeId::read("id", &id)? else {
            return Err(Problem::bad_input(
                "id",
                "`id` không phải là id của lần lập / is not a build's id".to_owned(),
            ));
        };
        let database = database(ctx)?;
        if build::Entity::find_by_id(id).one(database).await?.is_none() {
            return Err(Problem::not_found("id", "không có lần lập này / there is no such build".to_owned()));
        }
        Ok(Whole(verify_all(database, id).await?))
    }
}

async fn verify_all(
    database: &DatabaseConnection,
    id: entity::BuildId,
) -> Result<BuildVerification, Problem> {
    let mut verifier = Verifier::new(database).await?;
    let mut whole = BuildVerification { cards: 0, matching: 0, different: Vec::new() };
    let mut last = None;
    loop {
        let mut cards = scorecard::Entity::find()
            .filter(scorecard::Column::BuildId.eq(id))
            .order_by_asc(scorecard::Column::Id)
            .limit(CARDS_AT_A_TIME);
        if let Some(last) = last {
            cards = cards.filter(scorecard::Column::Id.gt(last));
        }
        let cards = cards.all(database).await?;
        let Some(end) = cards.last() else { return Ok(whole) };
        last = Some(end.id);
        for verified in verifier.verify(database, &cards).await? {
            whole.cards += 1;
            if verified.matches() {
                whole.matching += 1;
            } else if whole.different.len() < MOST_DIFFERENT {
                whole.different.push(verified.into());
            }
        }
    }
}
