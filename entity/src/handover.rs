//! Handovers: a recommendation that is still open goes over to the agency that
//! succeeds the one it was made to.

use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;

use crate::ids::{AgencyId, HandoverId, RecommendationId};
use crate::version::newest;

/// One handover; the newest says who holds the recommendation.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "handover")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: HandoverId,
    /// What is handed over.
    pub recommendation_id: RecommendationId,
    /// Version, from 1, of who holds the recommendation.
    pub version: i32,
    /// Who held it.
    pub from_agency_id: AgencyId,
    /// Who holds it from then on.
    pub to_agency_id: AgencyId,
    /// The day.
    pub handed_over_on: Date,
    /// What to know about it; none if nothing was said.
    pub note: Option<String>,
    /// Who recorded it.
    pub recorded_by: String,
    /// When it was recorded.
    pub recorded_at: DateTimeUtc,
    /// What is handed over.
    #[sea_orm(belongs_to, from = "recommendation_id", to = "id")]
    pub recommendation: BelongsTo<super::recommendation::Entity>,
    /// Who held it.
    #[sea_orm(belongs_to, relation_enum = "FromAgency", from = "from_agency_id", to = "id")]
    pub from_agency: BelongsTo<super::agency::Entity>,
    /// Who holds it from then on.
    #[sea_orm(belongs_to, relation_enum = "ToAgency", from = "to_agency_id", to = "id")]
    pub to_agency: BelongsTo<super::agency::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

/// The handovers of the recommendations, each one's in order.
#[must_use]
pub fn of_recommendations(recommendations: impl IntoIterator<Item = RecommendationId>) -> Select<Entity> {
    Entity::find()
        .filter(Column::RecommendationId.is_in(recommendations))
        .order_by_asc(Column::RecommendationId)
        .order_by_asc(Column::Version)
}

/// The handovers that say who holds a recommendation now.
#[must_use]
pub fn latest() -> Select<Entity> {
    newest(Entity::find(), &[Column::RecommendationId], Column::Version)
}
