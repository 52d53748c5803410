//! The tree of a criteria set as rows, for queries. It is written from the
//! set's document and never the other way round.

use scoring::{Level, RuleKind};
use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;

use crate::ids::{CriteriaSetId, CriterionId};

/// A pillar, criterion or sub-criterion of a set.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "criterion")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CriterionId,
    /// The set.
    pub criteria_set_id: CriteriaSetId,
    /// Its code, unique in the set: `1.1.2`.
    pub code: String,
    /// What it stands under; none for a pillar.
    pub parent_id: Option<CriterionId>,
    /// How deep it stands.
    pub level: Level,
    /// Its place in the set, depth first, so that ascending order prints the
    /// tree.
    pub position: i32,
    /// Vietnamese name.
    pub name_vi: String,
    /// English name.
    pub name_en: String,
    /// Maximum points: an exact number as text, `6` or `13/2`.
    pub max_points: String,
    /// The rule's kind; none unless it is a leaf.
    pub rule_kind: Option<RuleKind>,
    /// The set.
    #[sea_orm(belongs_to, from = "criteria_set_id", to = "id")]
    pub criteria_set: BelongsTo<super::criteria_set::Entity>,
    /// What it stands under.
    #[sea_orm(self_ref, relation_enum = "Parent", from = "parent_id", to = "id")]
    pub parent: BelongsTo<Option<Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}

/// The whole tree of a set, depth first.
#[must_use]
pub fn of_set(set: CriteriaSetId) -> Select<Entity> {
    Entity::find().filter(Column::CriteriaSetId.eq(set)).order_by_asc(Column::Position)
}

/// The trees of sets, each depth first.
#[must_use]
pub fn of_sets(sets: impl IntoIterator<Item = CriteriaSetId>) -> Select<Entity> {
    Entity::find().filter(Column::CriteriaSetId.is_in(sets)).order_by_asc(Column::Position)
}

/// The criterion of a set with that code.
#[must_use]
pub fn with_code(set: CriteriaSetId, code: &str) -> Select<Entity> {
    of_set(set).filter(Column::Code.eq(code))
}
