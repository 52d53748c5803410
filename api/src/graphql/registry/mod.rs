//! Agencies, ranking blocks and periods; how agencies change stands in the files beside.

mod change;
mod history;
mod reorganisation;

pub(crate) use self::change::RegistryMutation;
pub(crate) use self::history::{HistoryQuery, agencies_by_id};
pub(crate) use self::reorganisation::ReorganisationMutation;

use async_graphql::{Context, ID, Object};
use chrono::NaiveDate;
use entity::{agency, block, period};
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect};

use crate::graphql::codes::{AgencyKind, PeriodKind, Source};
use crate::graphql::cost;
use crate::graphql::database;
use crate::graphql::id::NodeId;
use crate::graphql::paging::{Page, Window};
use crate::graphql::plain::{Whole, plain_object};
use crate::graphql::problem::{LONGEST_CODE, Problem, cut};
use crate::graphql::user_error::UserError;

plain_object! {
    /// A ranking block (khối): agencies that are ranked against each other.
    pub(crate) struct Block {
        /// Global id.
        id: ID,
        /// Code, for instance `DEPARTMENTS`.
        code: String,
        /// Vietnamese name.
        name_vi: String,
        /// English name.
        name_en: String,
    }
}

plain_object! {
    /// An agency (cơ quan, đơn vị).
    pub(crate) struct Agency {
        /// Global id.
        id: ID,
        /// Code, for instance `SNGV`.
        code: String,
        /// Vietnamese name.
        name_vi: String,
        /// English name.
        name_en: String,
        /// What it is.
        kind: AgencyKind,
        /// Its ranking block; the last, where it was in several (see `agencyHistory`).
        block: Block,
        /// First day of its validity.
        valid_from: NaiveDate,
        /// The day after its last; null while it lasts.
        valid_to: Option<NaiveDate>,
        /// Applicability tags that hold for it, for instance `HAS_TTHC`.
        tags: Vec<String>,
        /// Where what is said of it comes from; ILLUSTRATIVE is made up.
        source: Source,
    }
}

plain_object! {
    /// A period (kỳ): half-open, from its first day until before `endsBefore`, in its time zone.
    pub(crate) struct Period {
        /// Global id.
        id: ID,
        /// `2022-H1` or `2022-FY`.
        code: String,
        /// Half-year or full year.
        kind: PeriodKind,
        /// The year that names it.
        year: i32,
        /// First day.
        starts_on: NaiveDate,
        /// The day after the last.
        ends_before: NaiveDate,
        /// IANA time zone of its days.
        time_zone: String,
    }
}

impl From<block::Model> for Block {
    fn from(row: block::Model) -> Self {
        Self { id: NodeId::Block(row.id).into(), code: row.code, name_vi: row.name_vi, name_en: row.name_en }
    }
}

impl From<(agency::Model, block::Model)> for Agency {
    fn from((row, block): (agency::Model, block::Model)) -> Self {
        Self {
            id: NodeId::Agency(row.id).into(),
            code: row.code,
            name_vi: row.name_vi,
            name_en: row.name_en,
            kind: row.kind.into(),
            block: block.into(),
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            tags: row.tags.0,
            source: row.source.into(),
        }
    }
}

impl From<period::Model> for Period {
    fn from(row: period::Model) -> Self {
        Self {
            id: NodeId::Period(row.id).into(),
            code: row.code,
            kind: row.kind.into(),
            year: row.year,
            starts_on: row.starts_on,
            ends_before: row.ends_before,
            time_zone: row.time_zone,
        }
    }
}

/// That an agency is named for a period on no day of which it exists.
pub(crate) fn outside_validity(
    field: &str,
    agency: &str,
    period: &str,
    (valid_from, valid_to): (NaiveDate, Option<NaiveDate>),
) -> UserError {
    let until = |word: &str| valid_to.map(|day| format!(" {word} {day}")).unwrap_or_default();
    UserError::new(
        "AGENCY_NOT_VALID",
        field,
        format!(
            "Cơ quan `{agency}` tồn tại từ {valid_from}{}, không tồn tại trong kỳ `{period}`.",
            until("đến trước")
        ),
        format!(
            "The agency `{agency}` exists from {valid_from}{}, not in the period `{period}`.",
            until("until before")
        ),
    )
}

/// The period with a code.
pub(crate) async fn known_period(
    database: &DatabaseConnection,
    field: &'static str,
    code: &str,
) -> Result<period::Model, Problem> {
    if let Err(error) = code.parse::<scoring::PeriodCode>() {
        return Err(Problem::bad_input(field, error.to_string()));
    }
    let found = period::with_code(code).one(database).await?;
    found.ok_or_else(|| {
        let code = cut(code, LONGEST_CODE);
        Problem::not_found(field, format!("không có kỳ / there is no period `{code}`"))
    })
}

/// The block with a code.
pub(crate) async fn known_block(
    database: &DatabaseConnection,
    field: &'static str,
    code: &str,
) -> Result<block::Model, Problem> {
    let found = block::with_code(code).one(database).await?;
    found.ok_or_else(|| {
        let code = cut(code, LONGEST_CODE);
        Problem::not_found(field, format!("không có khối / there is no block `{code}`"))
    })
}

/// The agency with a code.
pub(crate) async fn known_agency(
    database: &DatabaseConnection,
    field: &'static str,
    code: &str,
) -> Result<agency::Model, Problem> {
    let found = agency::with_code(code).one(database).await?;
    found.ok_or_else(|| {
        let code = cut(code, LONGEST_CODE);
        Problem::not_found(field, format!("không có cơ quan / there is no agency `{code}`"))
    })
}

/// The agency with an id.
pub(crate) async fn agency_by_id(
    database: &DatabaseConnection,
    id: entity::AgencyId,
) -> Result<Option<Agency>, Problem> {
    let row = agency::Entity::find_by_id(id).find_also_related(block::Entity).one(database).await?;
    Ok(row.and_then(|(agency, block)| Some((agency, block?).into())))
}

#[derive(Default)]
pub(crate) struct RegistryQuery;

#[Object]
impl RegistryQuery {
    /// The agencies, by code.
    #[graphql(complexity = "cost::page(first, child_complexity)")]
    async fn agencies(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Only those of this ranking block, by its code; with `on`, those that were in it on that day."
        )]
        block: Option<String>,
        #[graphql(desc = "Only those that exist on this day.")] on: Option<NaiveDate>,
        #[graphql(desc = "Page size, 1 to 200; 20 when not given.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
    ) -> Result<Page<Agency>, Problem> {
        let database = database(ctx)?;
        let window = Window::new(first, after.as_deref())?;
        let mut agencies = on.map_or_else(agency::in_order, agency::valid_on);
        if let Some(code) = block {
            let block = known_block(database, "block", &code).await?;
            agencies = match on.and_then(|on| on.succ_opt()) {
                Some(day_after) => agencies.filter(agency::block_at_end(day_after).eq(block.id)),
                None => agencies.filter(agency::Column::BlockId.eq(block.id)),
            };
        }
        let total = match ctx.look_ahead().field("totalCount").exists() {
            true => Some(agencies.clone().count(database).await?),
            false => None,
        };
        let rows = agencies
            .find_also_related(block::Entity)
            .offset(window.offset)
            .limit(window.limit())
            .all(database)
            .await?;
        let rows = rows.into_iter().filter_map(|(agency, block)| Some((agency, block?).into()));
        Ok(Page::new(window, rows.collect(), total))
    }

    /// The agency with this code.
    async fn agency(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its code, for instance `SNGV`.")] code: String,
    ) -> Result<Whole<Agency>, Problem> {
        let database = database(ctx)?;
        let row = known_agency(database, "code", &code).await?;
        let agency = agency_by_id(database, row.id).await?;
        agency.map(Whole).ok_or(Problem::Internal)
    }

    /// The ranking blocks, in their order.
    #[graphql(complexity = "cost::list(cost::BLOCKS, child_complexity)")]
    async fn blocks(&self, ctx: &Context<'_>) -> Result<Vec<Whole<Block>>, Problem> {
        let rows = block::in_order().all(database(ctx)?).await?;
        Ok(rows.into_iter().map(|row| Whole(row.into())).collect())
    }

    /// The periods, oldest first.
    #[graphql(complexity = "cost::list(cost::BLOCKS, child_complexity)")]
    async fn periods(&self, ctx: &Context<'_>) -> Result<Vec<Whole<Period>>, Problem> {
        let rows = period::in_order().all(database(ctx)?).await?;
        Ok(rows.into_iter().map(|row| Whole(row.into())).collect())
    }
}
