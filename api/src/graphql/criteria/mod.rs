//! Criteria sets and their trees: reading them here, managing them in `manage`, importing in `import`, comparing two
//! in `difference`; the measures that they may name in `measure`.

mod difference;
mod import;
mod manage;
mod measure;

use std::collections::HashMap;

use async_graphql::{Context, ID, Object};
use chrono::{DateTime, Utc};
use entity::{CriteriaSetId, criteria_set, criterion};
use reform_worker::criteria::table_csv;
use scoring::{CriteriaSetDocument, Rule, canonical_json};
use sea_orm::{
    ColumnTrait, DatabaseConnection, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};

pub(crate) use self::difference::DifferenceQuery;
pub(crate) use self::import::ImportMutation;
pub(crate) use self::manage::CriteriaMutation;
pub(crate) use self::measure::MeasureMutation;
use super::codes::{AgencyKind, CriteriaSetState, Due, Level, RuleKind};
use super::cost;
use super::database;
use super::id::NodeId;
use super::paging::{Page, Window};
use super::plain::{Whole, plain_object};
use super::problem::Problem;
use super::registry::{known_block, known_period};
use crate::policy::{Sight, sight};

plain_object! {
    /// A criteria set (bộ tiêu chí): data, versioned, frozen once it is active.
    pub(crate) struct CriteriaSet {
        /// Global id.
        id: ID,
        /// Code, the same through its versions.
        code: String,
        /// Version, from 1.
        version: i32,
        /// Vietnamese name.
        name_vi: String,
        /// English name.
        name_en: String,
        /// Whether it may be used.
        state: CriteriaSetState,
        /// Whether it is sample data that no public body issued.
        sample: bool,
        /// The kinds of agency that it is for; empty: all.
        agency_kinds: Vec<AgencyKind>,
        /// The codes of the ranking blocks that it is for; empty: all.
        blocks: Vec<String>,
        /// The first year whose periods it may score; null: any.
        first_year: Option<i32>,
        /// The last year whose periods it may score; null: any.
        last_year: Option<i32>,
        /// SHA-256 over its canonical document, in hex.
        fingerprint: String,
        /// The whole set with its rules, as canonical JSON: what `importCriteriaSet` takes, byte by byte.
        document: String,
        /// Decimals with which points and percentages are printed.
        print_scale: i32,
        /// When it was activated.
        activated_at: Option<DateTime<Utc>>,
        /// When it was retired.
        retired_at: Option<DateTime<Utc>>,
        /// The tree, from its pillars down.
        pillars: Vec<Criterion> => cost::PILLARS,
    }
}

plain_object! {
    /// A pillar (lĩnh vực), criterion (tiêu chí) or sub-criterion (tiêu chí thành phần).
    pub(crate) struct Criterion {
        /// The number that the decision prints: `III`, `3.2`, `3.2.1`.
        code: String,
        /// How deep it stands.
        level: Level,
        /// Vietnamese name.
        name_vi: String,
        /// English name.
        name_en: String,
        /// Maximum points, exact.
        max_points: String,
        /// A leaf's kind of rule; null for what has parts.
        rule: Option<RuleKind>,
        /// A leaf's rule as canonical JSON, as it stands in the set's document; null for what has parts.
        rule_document: Option<String>,
        /// The rule in the decision's own Vietnamese wording; null where none was given.
        wording_vi: Option<String>,
        /// The codes of the measures that a leaf's rule reads.
        measures: Vec<String>,
        /// When a leaf falls due; null for what has parts.
        due: Option<Due>,
        /// The tags that an agency must carry, all of them, for the leaf to apply.
        applies_only_to: Vec<String>,
        /// What it is made of.
        children: Vec<Criterion> => cost::CHILDREN,
    }
}

/// A set with its tree.
fn whole(row: criteria_set::Model, criteria: &[criterion::Model]) -> Result<CriteriaSet, Problem> {
    let document = document(&row)?;
    let pillars = tree(criteria, &written(&document.pillars), None);
    Ok(CriteriaSet {
        id: NodeId::CriteriaSet(row.id).into(),
        code: row.code,
        version: row.version,
        name_vi: row.name_vi,
        name_en: row.name_en,
        state: row.state.into(),
        sample: row.sample,
        agency_kinds: document.agency_kinds.into_iter().map(Into::into).collect(),
        blocks: document.blocks,
        first_year: document.first_year,
        last_year: document.last_year,
        fingerprint: row.fingerprint,
        document: row.document,
        print_scale: row.print_scale,
        activated_at: row.activated_at,
        retired_at: row.retired_at,
        pillars,
    })
}

/// What a stored set says.
pub(super) fn document(row: &criteria_set::Model) -> Result<CriteriaSetDocument, Problem> {
    serde_json::from_str(&row.document).map_err(|error| Problem::internal(&error))
}

async fn load(database: &DatabaseConnection, row: criteria_set::Model) -> Result<CriteriaSet, Problem> {
    let criteria = criterion::of_set(row.id).all(database).await?;
    whole(row, &criteria)
}

/// The set with an id, if the viewer may see it: a draft is for those who see the whole province.
async fn visible(ctx: &Context<'_>, id: CriteriaSetId) -> Result<Option<criteria_set::Model>, Problem> {
    let Some(row) = criteria_set::Entity::find_by_id(id).one(database(ctx)?).await? else { return Ok(None) };
    let visible = row.state != criteria_set::State::Draft || sight(ctx).await? == Sight::Everything;
    Ok(visible.then_some(row))
}

/// The set that an argument names.
pub(crate) async fn known_set(
    ctx: &Context<'_>,
    field: &'static str,
    id: &ID,
) -> Result<criteria_set::Model, Problem> {
    let found = match NodeId::read(field, id)? {
        NodeId::CriteriaSet(id) => visible(ctx, id).await?,
        _ => None,
    };
    let missing = "không có bộ tiêu chí này / there is no such criteria set";
    found.ok_or_else(|| Problem::not_found(field, missing.to_owned()))
}

/// What the document says of each criterion of its tree, by code.
fn written(pillars: &[scoring::Criterion]) -> HashMap<&str, &scoring::Criterion> {
    let below = pillars.iter().flat_map(|criterion| written(&criterion.children));
    pillars.iter().map(|criterion| (criterion.code.as_str(), criterion)).chain(below).collect()
}

fn tree(
    criteria: &[criterion::Model],
    written: &HashMap<&str, &scoring::Criterion>,
    parent: Option<entity::CriterionId>,
) -> Vec<Criterion> {
    let children = criteria.iter().filter(|row| row.parent_id == parent);
    let of = |row: &criterion::Model| written.get(row.code.as_str()).copied();
    let rule = |row: &criterion::Model| of(row).and_then(|criterion| criterion.rule.as_ref());
    children
        .map(|row| Criterion {
            rule_document: rule(row).map(canonical_json),
            wording_vi: of(row).and_then(|criterion| criterion.wording_vi.clone()),
            measures: rule(row).map(measures).unwrap_or_default(),
            due: of(row).filter(|criterion| criterion.rule.is_some()).map(|criterion| criterion.due.into()),
            applies_only_to: of(row).map(|criterion| criterion.applies_only_to.clone()).unwrap_or_default(),
            code: row.code.clone(),
            level: row.level.into(),
            name_vi: row.name_vi.clone(),
            name_en: row.name_en.clone(),
            max_points: row.max_points.clone(),
            rule: row.rule_kind.map(Into::into),
            children: tree(criteria, written, Some(row.id)),
        })
        .collect()
}

/// The measures that a rule reads, each once, in the order in which it names them.
fn measures(rule: &Rule) -> Vec<String> {
    let mut codes: Vec<String> = Vec::new();
    for measure in rule.measures() {
        if !codes.contains(measure) {
            codes.push(measure.clone());
        }
    }
    codes
}

/// The set with an id.
pub(crate) async fn criteria_set_by_id(
    ctx: &Context<'_>,
    id: CriteriaSetId,
) -> Result<Option<CriteriaSet>, Problem> {
    match visible(ctx, id).await? {
        Some(row) => Ok(Some(load(database(ctx)?, row).await?)),
        None => Ok(None),
    }
}

#[derive(Default)]
pub(crate) struct CriteriaQuery;

#[Object]
impl CriteriaQuery {
    /// The criteria set that scores a block in a period; null when none is in use.
    async fn criteria_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The period's code.")] period: String,
        #[graphql(desc = "The block's code.")] block: String,
    ) -> Result<Option<Whole<CriteriaSet>>, Problem> {
        let database = database(ctx)?;
        let period = known_period(database, "period", &period).await?;
        let block = known_block(database, "block", &block).await?;
        match criteria_set::in_use(period.id, block.id).one(database).await? {
            Some(row) => Ok(Some(Whole(load(database, row).await?))),
            None => Ok(None),
        }
    }

    /// The criteria sets, by code, the newest version first. Drafts are for those who see the whole province.
    #[graphql(complexity = "cost::page(first, child_complexity)")]
    async fn criteria_sets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those with this code.")] code: Option<String>,
        #[graphql(desc = "Only those in this state.")] state: Option<CriteriaSetState>,
        #[graphql(desc = "Page size, 1 to 200; 20 when not given.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
    ) -> Result<Page<CriteriaSet>, Problem> {
        let database = database(ctx)?;
        let window = Window::new(first, after.as_deref())?;
        let mut sets = criteria_set::Entity::find()
            .order_by_asc(criteria_set::Column::Code)
            .order_by_desc(criteria_set::Column::Version);
        if let Some(code) = code {
            sets = sets.filter(criteria_set::Column::Code.eq(code));
        }
        if let Some(state) = state {
            sets = sets.filter(criteria_set::Column::State.eq(state.remote()));
        }
        if sight(ctx).await? != Sight::Everything {
            sets = sets.filter(criteria_set::Column::State.ne(criteria_set::State::Draft));
        }
        let total = match ctx.look_ahead().field("totalCount").exists() {
            true => Some(sets.clone().count(database).await?),
            false => None,
        };
        let rows = sets.offset(window.offset).limit(window.limit()).all(database).await?;
        let criteria = criterion::of_sets(rows.iter().map(|row| row.id)).all(database).await?;
        let sets = rows.into_iter().map(|row| {
            let own: Vec<_> =
                criteria.iter().filter(|node| node.criteria_set_id == row.id).cloned().collect();
            whole(row, &own)
        });
        Ok(Page::new(window, sets.collect::<Result<_, Problem>>()?, total))
    }

    /// A criteria set as a table, CSV in UTF-8: one row a criterion, as `importCriteriaSet` takes it again.
    async fn criteria_set_table(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The set's global id.")] id: ID,
    ) -> Result<String, Problem> {
        Ok(table_csv(&document(&known_set(ctx, "id", &id).await?)?))
    }
}
