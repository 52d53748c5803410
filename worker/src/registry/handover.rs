//! Handing over a recommendation that is still open to the agency that succeeds the one that holds it: a dated
//! record beside the recommendation, which stays where it was made.

use chrono::{DateTime, NaiveDate, Utc};
use entity::{HandoverId, RecommendationId, agency, handover, inspected_agency, inspection, recommendation};
use sea_orm::sea_query::LockType;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect,
};

use super::Rule;

/// What is to be handed over.
#[derive(Clone, Copy, Debug)]
pub struct HandOver<'a> {
    /// The recommendation.
    pub recommendation: RecommendationId,
    /// The code of the agency that holds it from then on.
    pub to: &'a str,
    /// The day.
    pub on: NaiveDate,
    /// What to know about it.
    pub note: Option<&'a str>,
    /// Who records it: a sign-in name.
    pub by: &'a str,
}

/// What was handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandedOver {
    /// The record.
    pub handover: handover::Model,
    /// Who held the recommendation.
    pub from: agency::Model,
    /// Who holds it now.
    pub to: agency::Model,
}

/// Why nothing was handed over.
#[derive(Debug, thiserror::Error)]
pub enum HandOverError {
    /// There is no such recommendation.
    #[error("there is no such recommendation")]
    UnknownRecommendation,
    /// It was carried out.
    #[error("the recommendation is no longer open")]
    NotOpen,
    /// The agency or its validity does not admit it.
    #[error("{}", .0.in_english())]
    Agency(Rule),
    /// No succession leads from who holds it to that agency by that day.
    #[error("`{to}` does not succeed `{from}` by that day")]
    NotASuccessor {
        /// Who holds it.
        from: String,
        /// Who should.
        to: String,
    },
    /// It was made, or handed over, later.
    #[error("the recommendation is of {0}, or was handed over then")]
    TooEarly(NaiveDate),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// Hands a recommendation over, in the caller's transaction.
///
/// # Errors
/// When it is not open, or the agency does not succeed its holder by that day.
pub async fn hand_over<C: ConnectionTrait>(
    connection: &C,
    asked: HandOver<'_>,
    now: DateTime<Utc>,
) -> Result<HandedOver, HandOverError> {
    let recommendation = recommendation::Entity::find_by_id(asked.recommendation)
        .lock(LockType::Update)
        .one(connection)
        .await?
        .ok_or(HandOverError::UnknownRecommendation)?;
    if recommendation.state != recommendation::State::Open {
        return Err(HandOverError::NotOpen);
    }
    let last = handover::of_recommendations([recommendation.id]).all(connection).await?.pop();
    let (holder, since) = match &last {
        Some(last) => (last.to_agency_id, last.handed_over_on),
        None => made_to(connection, &recommendation).await?,
    };
    let from = agency::Entity::find_by_id(holder).one(connection).await?;
    let from = from.ok_or(HandOverError::UnknownRecommendation)?;
    let to = agency::with_code(asked.to).one(connection).await?;
    let to = to.ok_or_else(|| HandOverError::Agency(Rule::UnknownAgency(asked.to.to_owned())))?;
    if asked.on < since {
        return Err(HandOverError::TooEarly(since));
    }
    if to.valid_from > asked.on || to.valid_to.is_some_and(|valid_to| valid_to <= asked.on) {
        let (valid_from, valid_to) = (to.valid_from, to.valid_to);
        let rule = Rule::NotValid { agency: to.code, on: asked.on, valid_from, valid_to };
        return Err(HandOverError::Agency(rule));
    }
    if !succeeds(connection, &from, &to, asked.on).await? {
        return Err(HandOverError::NotASuccessor { from: from.code, to: to.code });
    }
    let handover = handover::Model {
        id: HandoverId::generate(),
        recommendation_id: recommendation.id,
        version: last.map_or(1, |last| last.version + 1),
        from_agency_id: from.id,
        to_agency_id: to.id,
        handed_over_on: asked.on,
        note: asked.note.map(str::trim).filter(|note| !note.is_empty()).map(str::to_owned),
        recorded_by: asked.by.to_owned(),
        recorded_at: now,
    };
    handover.clone().into_active_model().reset_all().insert(connection).await?;
    Ok(HandedOver { handover, from, to })
}

/// To which agency it was made, and when.
async fn made_to<C: ConnectionTrait>(
    connection: &C,
    recommendation: &recommendation::Model,
) -> Result<(entity::AgencyId, NaiveDate), HandOverError> {
    let inspected = inspected_agency::Entity::find_by_id(recommendation.inspected_agency_id)
        .find_also_related(inspection::Entity)
        .one(connection)
        .await?;
    match inspected {
        Some((inspected, Some(inspection))) => Ok((inspected.agency_id, inspection.inspected_on)),
        _ => Err(HandOverError::UnknownRecommendation),
    }
}

async fn succeeds<C: ConnectionTrait>(
    connection: &C,
    from: &agency::Model,
    to: &agency::Model,
    on: NaiveDate,
) -> Result<bool, DbErr> {
    let link = entity::succession::of_agency(from.id)
        .filter(entity::succession::Column::SuccessorId.eq(to.id))
        .filter(entity::succession::Column::EffectiveOn.lte(on));
    Ok(link.one(connection).await?.is_some())
}
