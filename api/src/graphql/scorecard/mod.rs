//! Stored scorecards and rankings. The API never computes a stored score.

mod columns;
mod comparison;
mod counted;
mod half_year;
mod line;
mod live;
mod load;
mod path;
mod picked;
mod reason;
mod records;
mod rows;
mod simulation;
mod wanted;

use async_graphql::{Context, Enum, ID, Object};
use chrono::{DateTime, Utc};
use entity::{ScorecardId, ranking_entry};
use sea_orm::{DatabaseConnection, PaginatorTrait, QueryOrder, QuerySelect};

pub(crate) use self::comparison::ComparisonQuery;
use self::line::ScorecardLine;
pub(crate) use self::live::ScorecardSubscription;
use self::load::load;
pub(crate) use self::path::PathQuery;
pub(crate) use self::simulation::SimulationQuery;
use self::wanted::Wanted;
use super::codes::CardState;
use super::cost;
use super::database;
use super::paging::{Page, Window};
use super::plain::{Whole, plain_object};
use super::problem::Problem;
use super::registry::{Agency, known_agency, known_block, known_period};
use crate::policy::{Sight, sight};

plain_object! {
    /// A scorecard (bảng điểm): one agency's compiled result in one period. A revision is never changed.
    ///
    /// Points and percentages come printed, with the set's number of decimals, and exact, as a fraction
    /// (`72/13`). Printed numbers are for reading; only exact ones may be added up or compared.
    pub(crate) struct Scorecard {
        /// Global id.
        id: ID,
        /// The period's code.
        period: String,
        /// The agency.
        agency: Agency,
        /// The criteria set that scored it: its code and version.
        criteria_set: String,
        /// Revision, from 1.
        revision: i32,
        /// The revision that this one replaces.
        replaces: Option<ID>,
        /// Why it replaces it.
        revision_reason: Option<String>,
        /// Whether no later revision replaces it.
        current: bool,
        /// FINAL, or INCOMPLETE while an input or an appraisal is missing.
        state: CardState,
        /// Points of the tree; null while INCOMPLETE.
        points: Option<String>,
        /// The same, exact.
        points_exact: Option<String>,
        /// What could be reached: the maximum less what does not apply, is exempt or not yet due.
        effective_max: String,
        /// The same, exact.
        effective_max_exact: String,
        /// Bonus points, capped; null while INCOMPLETE.
        bonus: Option<String>,
        /// Points off, capped; null while INCOMPLETE.
        deduction: Option<String>,
        /// Points plus bonus less deduction; null while INCOMPLETE.
        total: Option<String>,
        /// The same, exact.
        total_exact: Option<String>,
        /// Total of effective maximum, in percent; null while INCOMPLETE or when nothing applies.
        index_percent: Option<String>,
        /// The same, exact.
        index_percent_exact: Option<String>,
        /// The grade (xếp loại); null while there is no index.
        grade: Option<Grade>,
        /// The rank in the block's current ranking, or in the published one for who may not see the whole province;
        /// equal indexes share a rank. Null while unranked or unpublished.
        rank: Option<i32>,
        /// How many lines are MISSING.
        missing_count: i32,
        /// How many lines are PENDING_APPRAISAL.
        pending_count: i32,
        /// How many lines use a figure that is made up to illustrate.
        illustrative_count: i32,
        /// SHA-256 over everything that the card follows from, in hex.
        content_hash: String,
        /// The version of the evaluator.
        engine_version: String,
        /// SHA-256 of the criteria set, in hex.
        set_fingerprint: String,
        /// The facts that were scored, as canonical JSON.
        facts: String => cost::FACTS,
        /// When it was compiled.
        compiled_at: DateTime<Utc>,
        /// The build that wrote it.
        build: ID,
        /// The lines of the pillars.
        pillars: Vec<ScorecardLine> => cost::PILLARS,
        /// Every line in reading order: pillars, criteria, leaves; bonus and deduction last.
        lines: Vec<ScorecardLine> => cost::LINES,
        /// Of a full-year card: the agency's half-year card of the year that the viewer sees. It is provisional; the full
        /// year is scored from its own inputs.
        half_year: Option<Box<Scorecard>>,
    }
}

plain_object! {
    /// A grade (xếp loại). Grades are data of the criteria set.
    pub(crate) struct Grade {
        /// For instance `EXCELLENT`.
        code: String,
        /// Vietnamese name.
        name_vi: String,
        /// English name.
        name_en: String,
    }
}

plain_object! {
    /// A place in a block's ranking.
    pub(crate) struct RankingEntry {
        /// The rank, from 1; equal indexes share a rank and the next is skipped. Null: unranked.
        rank: Option<i32>,
        /// The card that was ranked.
        scorecard: Scorecard,
    }
}

/// In which order scorecards come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum ScorecardOrder {
    /// By block, then by rank; the unranked last.
    Rank,
    /// By index, highest first; those without an index last.
    Index,
    /// By the agency's code.
    Code,
    /// By the agency's Vietnamese name.
    Name,
}

/// The card with an id, if the viewer sees it.
pub(crate) async fn scorecard_by_id(
    ctx: &Context<'_>,
    sight: &Sight,
    id: ScorecardId,
) -> Result<Option<Scorecard>, Problem> {
    let wanted = Wanted::of(&ctx.look_ahead());
    let card = load(database(ctx)?, sight.of_revision(id), &wanted).await?;
    Ok(completed(ctx, sight, &wanted, card).await?.pop())
}

/// The cards with what is not read with them: the records behind their numbers, and the half-year beside the year.
async fn completed(
    ctx: &Context<'_>,
    sight: &Sight,
    wanted: &Wanted,
    cards: Vec<Scorecard>,
) -> Result<Vec<Scorecard>, Problem> {
    let pages = records::pages(ctx)?;
    let cards = records::filled_in(database(ctx)?, sight, wanted, &pages, cards).await?;
    half_year::beside(database(ctx)?, sight, wanted, &pages, cards).await
}

#[derive(Default)]
pub(crate) struct ScorecardQuery;

#[Object]
impl ScorecardQuery {
    /// The scorecards of a period that the viewer may see: the current ones where a grant covers them, else
    /// those that are published.
    #[graphql(complexity = "cost::page(first, child_complexity)")]
    async fn scorecards(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The period's code, for instance `2022-H1`.")] period: String,
        #[graphql(desc = "Only those of this ranking block, by its code.")] block: Option<String>,
        #[graphql(desc = "The order.", default_with = "ScorecardOrder::Rank")] order_by: ScorecardOrder,
        #[graphql(desc = "Page size, 1 to 200; 20 when not given.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
    ) -> Result<Page<Scorecard>, Problem> {
        let sight = sight(ctx).await?;
        let database = database(ctx)?;
        let window = Window::new(first, after.as_deref())?;
        let cards = sight.of_cards(&period, block.as_deref());
        let ahead = ctx.look_ahead();
        let total = match ahead.field("totalCount").exists() {
            true => Some(cards.clone().count(database).await?),
            false => None,
        };
        let (cards, wanted) = rows::ordered(cards, order_by, Wanted::of_page(&ahead, &[]));
        let cards = if wanted.has("rank") { sight.with_places(cards) } else { cards };
        let cards = cards.offset(window.offset).limit(window.limit());
        let rows = load(database, cards, &wanted).await?;
        let rows = completed(ctx, &sight, &wanted, rows).await?;
        if rows.is_empty() {
            check_names(database, &period, block.as_deref()).await?;
        }
        Ok(Page::new(window, rows, total))
    }

    /// The scorecard of an agency in a period: the current one where a grant covers it, else the published one;
    /// null when there is none.
    async fn scorecard(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The agency's code.")] agency: String,
        #[graphql(desc = "The period's code, for instance `2022-H1`.")] period: String,
    ) -> Result<Option<Whole<Scorecard>>, Problem> {
        let sight = sight(ctx).await?;
        let database = database(ctx)?;
        let card = rows::of_agency(sight.of_cards(&period, None), &agency);
        let wanted = Wanted::of(&ctx.look_ahead());
        let card = if wanted.has("rank") { sight.with_places(card) } else { card };
        let card = load(database, card, &wanted).await?;
        let card = completed(ctx, &sight, &wanted, card).await?.pop();
        if card.is_none() {
            known_period(database, "period", &period).await?;
            known_agency(database, "agency", &agency).await?;
        }
        Ok(card.map(Whole))
    }

    /// The ranking of a block in a period, best first: the current one for who may see the whole province, else
    /// the published one. Empty until there is one.
    #[graphql(complexity = "cost::page(first, child_complexity)")]
    async fn ranking(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The period's code.")] period: String,
        #[graphql(desc = "The block's code.")] block: String,
        #[graphql(desc = "Page size, 1 to 200; 20 when not given.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
    ) -> Result<Page<RankingEntry>, Problem> {
        let sight = sight(ctx).await?;
        let database = database(ctx)?;
        let window = Window::new(first, after.as_deref())?;
        let cards = sight.of_ranking(&period, &block);
        let ahead = ctx.look_ahead();
        let total = match ahead.field("totalCount").exists() {
            true => Some(cards.clone().count(database).await?),
            false => None,
        };
        let cards = cards.order_by_asc(ranking_entry::Column::Position);
        let cards = cards.offset(window.offset).limit(window.limit());
        let wanted = Wanted::of_page(&ahead, &["scorecard"]).and(&["rank"]);
        let rows = load(database, cards, &wanted).await?;
        let rows = completed(ctx, &sight, &wanted, rows).await?;
        if rows.is_empty() {
            check_names(database, &period, Some(&block)).await?;
        }
        let entries = rows.into_iter().map(|scorecard| RankingEntry { rank: scorecard.rank, scorecard });
        Ok(Page::new(window, entries.collect(), total))
    }
}

/// That the period and the block exist. Asked only where nothing was found: a page with rows needs no
/// further question.
async fn check_names(
    database: &DatabaseConnection,
    period: &str,
    block: Option<&str>,
) -> Result<(), Problem> {
    known_period(database, "period", period).await?;
    if let Some(code) = block {
        known_block(database, "block", code).await?;
    }
    Ok(())
}
