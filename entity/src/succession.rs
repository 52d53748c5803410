//! Succession: which agency goes on with the work of which, from when, and by
//! what decision. Many-to-many: a row is one predecessor and one successor.

use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::ExprTrait;

use crate::ids::{AgencyId, SuccessionId};

scoring::coded_enum! {
    /// How an agency succeeds another.
    pub enum Kind {
        /// The predecessor ends and goes over whole, alone or with others.
        Merge = "MERGE",
        /// The predecessor ends and a part of it goes over.
        Split = "SPLIT",
        /// The predecessor ends and goes on under another name, alone.
        Rename = "RENAME",
        /// A function of the predecessor goes over; the predecessor goes on.
        FunctionTransfer = "FUNCTION_TRANSFER",
    }
}

impl Kind {
    /// Whether the predecessor ends by it.
    #[must_use]
    pub fn ends_predecessor(self) -> bool {
        self != Self::FunctionTransfer
    }

    /// Whether all of the predecessor goes over.
    #[must_use]
    pub fn is_whole(self) -> bool {
        matches!(self, Self::Merge | Self::Rename)
    }
}

/// One agency succeeding another.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "succession")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SuccessionId,
    /// How.
    pub kind: Kind,
    /// Whose work goes over.
    pub predecessor_id: AgencyId,
    /// To whom.
    pub successor_id: AgencyId,
    /// The first day on which it holds; not the day of the decision.
    pub effective_on: Date,
    /// The decision's number, as printed.
    pub decision_number: String,
    /// The day of the decision.
    pub decided_on: Date,
    /// What part of the predecessor's counts from before that day goes over,
    /// 0 to 1: an exact number as text; none where they cannot be divided.
    pub share: Option<String>,
    /// Who recorded it.
    pub recorded_by: String,
    /// When it was recorded.
    pub recorded_at: DateTimeUtc,
    /// Whose work goes over.
    #[sea_orm(belongs_to, relation_enum = "Predecessor", from = "predecessor_id", to = "id")]
    pub predecessor: BelongsTo<super::agency::Entity>,
    /// To whom.
    #[sea_orm(belongs_to, relation_enum = "Successor", from = "successor_id", to = "id")]
    pub successor: BelongsTo<super::agency::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

/// All successions, earliest first.
#[must_use]
pub fn in_order() -> Select<Entity> {
    Entity::find().order_by_asc(Column::EffectiveOn).order_by_asc(Column::Id)
}

/// The successions from and to an agency.
#[must_use]
pub fn of_agency(agency: AgencyId) -> Select<Entity> {
    of_agencies([agency])
}

/// The successions from and to agencies.
#[must_use]
pub fn of_agencies(agencies: impl IntoIterator<Item = AgencyId> + Clone) -> Select<Entity> {
    let from = Column::PredecessorId.is_in(agencies.clone());
    in_order().filter(from.or(Column::SuccessorId.is_in(agencies)))
}
