//! Criteria sets: the versioned documents by which agencies are scored. A set
//! is frozen when it is activated; a change is a new version.

use sea_orm::entity::prelude::*;
use sea_orm::{JoinType, QueryOrder, QuerySelect};

use crate::ids::{BlockId, CriteriaSetId, PeriodId};

scoring::coded_enum! {
    /// Where a criteria set stands.
    pub enum State {
        /// Being written: may change, may not be scored by.
        Draft = "DRAFT",
        /// Frozen and in force.
        Active = "ACTIVE",
        /// Frozen and no longer to be used for new periods.
        Retired = "RETIRED",
    }
}

/// One version of a criteria set.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "criteria_set")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CriteriaSetId,
    /// Code, shared by all versions.
    pub code: String,
    /// Version, from 1; unique with the code.
    pub version: i32,
    /// Vietnamese name.
    pub name_vi: String,
    /// English name.
    pub name_en: String,
    /// Where it stands between draft and retirement.
    pub state: State,
    /// Whether it is a sample, not issued by any authority.
    pub sample: bool,
    /// SHA-256 of the document, in hexadecimal.
    pub fingerprint: String,
    /// The set itself, as canonical JSON: the truth that is scored by.
    pub document: String,
    /// Digits after the decimal point in printed points.
    pub print_scale: i32,
    /// When it was activated and thereby frozen; none for a draft.
    pub activated_at: Option<DateTimeUtc>,
    /// When it was retired; none while it is not.
    pub retired_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}

/// The versions of the set with that code, newest first.
#[must_use]
pub fn with_code(code: &str) -> Select<Entity> {
    Entity::find().filter(Column::Code.eq(code)).order_by_desc(Column::Version)
}

/// The set with that code and version.
#[must_use]
pub fn with_version(code: &str, version: i32) -> Select<Entity> {
    with_code(code).filter(Column::Version.eq(version))
}

/// The versions of the set with that code that are older than `version`, newest first.
#[must_use]
pub fn before(code: &str, version: u32) -> Select<Entity> {
    with_code(code).filter(Column::Version.lt(version))
}

/// The active sets, by code, newest version first.
#[must_use]
pub fn active() -> Select<Entity> {
    Entity::find()
        .filter(Column::State.eq(State::Active))
        .order_by_asc(Column::Code)
        .order_by_desc(Column::Version)
}

/// The set that scores the block in the period.
#[must_use]
pub fn in_use(period: PeriodId, block: BlockId) -> Select<Entity> {
    Entity::find()
        .join(JoinType::InnerJoin, super::criteria_use::Relation::CriteriaSet.def().rev())
        .filter(super::criteria_use::Column::PeriodId.eq(period))
        .filter(super::criteria_use::Column::BlockId.eq(block))
}
