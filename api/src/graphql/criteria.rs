//! Criteria sets and their trees.

use async_graphql::{Context, ID, Object};
use chrono::{DateTime, Utc};
use entity::{criteria_set, criterion};
use sea_orm::{DatabaseConnection, EntityTrait};

use super::codes::{CriteriaSetState, Level, RuleKind};
use super::cost;
use super::database;
use super::id::NodeId;
use super::plain::{Whole, plain_object};
use super::problem::Problem;
use super::registry::{known_block, known_period};

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
        /// SHA-256 over its canonical document, in hex.
        fingerprint: String,
        /// The whole set with its rules, as canonical JSON.
        document: String,
        /// Decimals with which points and percentages are printed.
        print_scale: i32,
        /// When it was activated.
        activated_at: Option<DateTime<Utc>>,
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
        /// What it is made of.
        children: Vec<Criterion> => cost::CHILDREN,
    }
}

/// Loads a set whole.
async fn whole(database: &DatabaseConnection, row: criteria_set::Model) -> Result<CriteriaSet, Problem> {
    let criteria = criterion::of_set(row.id).all(database).await?;
    Ok(CriteriaSet {
        id: NodeId::CriteriaSet(row.id).into(),
        code: row.code,
        version: row.version,
        name_vi: row.name_vi,
        name_en: row.name_en,
        state: row.state.into(),
        sample: row.sample,
        fingerprint: row.fingerprint,
        document: row.document,
        print_scale: row.print_scale,
        activated_at: row.activated_at,
        pillars: tree(&criteria, None),
    })
}

fn tree(criteria: &[criterion::Model], parent: Option<entity::CriterionId>) -> Vec<Criterion> {
    let children = criteria.iter().filter(|row| row.parent_id == parent);
    children
        .map(|row| Criterion {
            code: row.code.clone(),
            level: row.level.into(),
            name_vi: row.name_vi.clone(),
            name_en: row.name_en.clone(),
            max_points: row.max_points.clone(),
            rule: row.rule_kind.map(Into::into),
            children: tree(criteria, Some(row.id)),
        })
        .collect()
}

/// The set with an id.
pub(crate) async fn criteria_set_by_id(
    database: &DatabaseConnection,
    id: entity::CriteriaSetId,
) -> Result<Option<CriteriaSet>, Problem> {
    match criteria_set::Entity::find_by_id(id).one(database).await? {
        Some(row) => Ok(Some(whole(database, row).await?)),
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
            Some(row) => Ok(Some(Whole(whole(database, row).await?))),
            None => Ok(None),
        }
    }
}
