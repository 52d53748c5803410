//! Recommendations by who holds them: the agency to which they were made, or the one to which they were handed over.

use std::collections::{BTreeSet, HashMap};

use async_graphql::{Context, ID, InputObject, Object};
use chrono::NaiveDate;
use entity::token::Scope;
use entity::{RecommendationId, agency, handover, inspected_agency, inspection, recommendation};
use reform_worker::Clock;
use reform_worker::audit::action::HAND_OVER_RECOMMENDATION;
use reform_worker::audit::{Entry, record};
use reform_worker::database::begin_write;
use reform_worker::registry::{HandOver, HandOverError, hand_over};
use sea_orm::sea_query::{Condition, ExprTrait};
use sea_orm::{
    ColumnTrait, DatabaseConnection, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Select,
};
use serde_json::json;

use super::actor::{actor, record_refusal};
use super::cost;
use super::id::NodeId;
use super::inspection::Recommendation;
use super::paging::{Page, Window};
use super::plain::{Whole, plain_object};
use super::problem::Problem;
use super::registry::{Agency, agencies_by_id, known_agency};
use super::user_error::UserError;
use super::viewer::administrator;
use super::{data, database};
use crate::policy::sight;

/// The longest note that is kept.
const LONGEST_NOTE: usize = 500;

plain_object! {
    /// A recommendation with who holds it.
    pub(crate) struct HeldRecommendation {
        /// The recommendation.
        recommendation: Recommendation,
        /// The agency to which it was made.
        origin: Agency,
        /// The agency that holds it now.
        holder: Agency,
        /// The day of the inspection that made it.
        inspected_on: NaiveDate,
        /// How it came from the one to the other, earliest first.
        handovers: Vec<Handover> => cost::HANDOVERS,
    }
}

plain_object! {
    /// A handover (bàn giao) of an open recommendation to an agency that succeeds its holder.
    pub(crate) struct Handover {
        /// The code of who held it.
        from: String,
        /// The code of who holds it from then on.
        to: String,
        /// The day.
        handed_over_on: NaiveDate,
        /// What to know about it.
        note: Option<String>,
    }
}

/// What is to be handed over, and to whom.
#[derive(InputObject)]
struct HandOverRecommendationInput {
    /// The recommendation's global id; it is open.
    recommendation: ID,
    /// The code of the agency that holds it from then on; it succeeds the one that does.
    to: String,
    /// The day.
    on: NaiveDate,
    /// What to know about it, at most 500 characters.
    note: Option<String>,
}

plain_object! {
    /// What became of a handover.
    pub(crate) struct HandOverRecommendationPayload {
        /// The recommendation with its new holder; null when the handover was refused.
        recommendation: Option<HeldRecommendation>,
        /// Why it was refused; empty when it was not.
        errors: Vec<UserError>,
    }
}

/// The recommendations that an agency holds.
fn held_by(agency: entity::AgencyId) -> Select<recommendation::Entity> {
    let made_to =
        inspected_agency::of_agency(agency).select_only().column(inspected_agency::Column::Id).into_query();
    let went_over =
        handover::Entity::find().select_only().column(handover::Column::RecommendationId).into_query();
    let came_over = handover::latest()
        .filter(handover::Column::ToAgencyId.eq(agency))
        .select_only()
        .column(handover::Column::RecommendationId)
        .into_query();
    let kept = Condition::all()
        .add(recommendation::Column::InspectedAgencyId.in_subquery(made_to))
        .add(recommendation::Column::Id.in_subquery(went_over).not());
    recommendation::Entity::find()
        .filter(Condition::any().add(kept).add(recommendation::Column::Id.in_subquery(came_over)))
        .order_by_asc(recommendation::Column::InspectedAgencyId)
        .order_by_asc(recommendation::Column::Position)
}

/// Loads recommendations with who holds them: four queries more.
async fn whole(
    database: &DatabaseConnection,
    rows: Vec<recommendation::Model>,
) -> Result<Vec<HeldRecommendation>, Problem> {
    let inspected = inspected_agency::Entity::find()
        .filter(inspected_agency::Column::Id.is_in(rows.iter().map(|row| row.inspected_agency_id)))
        .find_also_related(inspection::Entity);
    let handovers = handover::of_recommendations(rows.iter().map(|row| row.id));
    let (inspected, handovers) = futures_util::try_join!(inspected.all(database), handovers.all(database))?;
    let inspected: HashMap<_, _> = inspected
        .into_iter()
        .filter_map(|(row, inspection)| Some((row.id, (row.agency_id, inspection?.inspected_on))))
        .collect();
    let ids: BTreeSet<_> = inspected
        .values()
        .map(|(agency, _)| *agency)
        .chain(handovers.iter().flat_map(|handover| [handover.from_agency_id, handover.to_agency_id]))
        .collect();
    let agencies = agencies_by_id(database, ids).await?;
    let mut by_recommendation: HashMap<RecommendationId, Vec<handover::Model>> = HashMap::new();
    for handover in handovers {
        by_recommendation.entry(handover.recommendation_id).or_default().push(handover);
    }
    let held = rows.into_iter().filter_map(|row| {
        let (origin, inspected_on) = *inspected.get(&row.inspected_agency_id)?;
        let handovers = by_recommendation.remove(&row.id).unwrap_or_default();
        let holder = handovers.last().map_or(origin, |last| last.to_agency_id);
        let told = |handover: handover::Model| {
            Some(Handover {
                from: agencies.get(&handover.from_agency_id)?.code.clone(),
                to: agencies.get(&handover.to_agency_id)?.code.clone(),
                handed_over_on: handover.handed_over_on,
                note: handover.note,
            })
        };
        Some(HeldRecommendation {
            origin: agencies.get(&origin)?.clone(),
            holder: agencies.get(&holder)?.clone(),
            inspected_on,
            handovers: handovers.into_iter().filter_map(told).collect(),
            recommendation: row.into(),
        })
    });
    Ok(held.collect())
}

#[derive(Default)]
pub(crate) struct RecommendationQuery;

#[Object]
impl RecommendationQuery {
    /// The recommendations that an agency holds: those made to it and those handed over to it, less those that it handed
    /// over. Empty where the viewer does not see the agency's unpublished results.
    #[graphql(complexity = "cost::page(first, child_complexity)")]
    async fn recommendations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The agency's code.")] agency: String,
        #[graphql(desc = "Only those that are open.", default)] open: bool,
        #[graphql(desc = "Page size, 1 to 200; 20 when not given.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
    ) -> Result<Page<HeldRecommendation>, Problem> {
        let sight = sight(ctx).await?;
        let database = database(ctx)?;
        let window = Window::new(first, after.as_deref())?;
        let agency: agency::Model = known_agency(database, "agency", &agency).await?;
        if !sight.covers(agency.id) {
            return Ok(Page::new(window, Vec::new(), Some(0)));
        }
        let mut held = held_by(agency.id);
        if open {
            held = held.filter(recommendation::Column::State.eq(recommendation::State::Open));
        }
        let total = match ctx.look_ahead().field("totalCount").exists() {
            true => Some(held.clone().count(database).await?),
            false => None,
        };
        let rows = held.offset(window.offset).limit(window.limit()).all(database).await?;
        Ok(Page::new(window, whole(database, rows).await?, total))
    }
}

/// Why nothing was handed over, as its field's error.
fn refusal(error: HandOverError) -> Result<UserError, Problem> {
    let (code, field, vi, en) = match error {
        HandOverError::Database(error) => return Err(error.into()),
        HandOverError::UnknownRecommendation => (
            "UNKNOWN_RECOMMENDATION",
            "recommendation",
            "Không có kiến nghị này.".to_owned(),
            "There is no such recommendation.".to_owned(),
        ),
        HandOverError::NotOpen => (
            "NOT_OPEN",
            "recommendation",
            "Kiến nghị đã thực hiện xong.".to_owned(),
            "The recommendation was carried out.".to_owned(),
        ),
        HandOverError::Agency(rule) => (rule.code(), "to", rule.in_vietnamese(), rule.in_english()),
        HandOverError::NotASuccessor { from, to } => (
            "NOT_A_SUCCESSOR",
            "to",
            format!("`{to}` chưa kế thừa `{from}` vào ngày này."),
            format!("`{to}` does not succeed `{from}` by that day."),
        ),
        HandOverError::TooEarly(since) => (
            "TOO_EARLY",
            "on",
            format!("Kiến nghị có từ {since}, hoặc được bàn giao vào ngày đó."),
            format!("The recommendation is of {since}, or was handed over then."),
        ),
    };
    Ok(UserError::new(code, field, vi, en))
}

async fn refused(
    ctx: &Context<'_>,
    error: UserError,
) -> Result<Whole<HandOverRecommendationPayload>, Problem> {
    record_refusal(ctx, HAND_OVER_RECOMMENDATION, error.code.clone()).await?;
    Ok(Whole(HandOverRecommendationPayload { recommendation: None, errors: vec![error] }))
}

#[derive(Default)]
pub(crate) struct RecommendationMutation;

#[Object]
impl RecommendationMutation {
    /// Hands an open recommendation over to an agency that succeeds its holder, by a dated record.
    async fn hand_over_recommendation(
        &self,
        ctx: &Context<'_>,
        input: HandOverRecommendationInput,
    ) -> Result<Whole<HandOverRecommendationPayload>, Problem> {
        let administrator = administrator(ctx, Scope::Administer)?;
        let NodeId::Recommendation(id) = NodeId::read("recommendation", &input.recommendation)? else {
            return refused(ctx, refusal(HandOverError::UnknownRecommendation)?).await;
        };
        if input.note.as_ref().is_some_and(|note| note.chars().count() > LONGEST_NOTE) {
            let vi = format!("Ghi chú có nhiều nhất {LONGEST_NOTE} ký tự.");
            let en = format!("A note has at most {LONGEST_NOTE} characters.");
            return refused(ctx, UserError::new("INVALID_NOTE", "note", vi, en)).await;
        }
        let asked = HandOver {
            recommendation: id,
            to: &input.to,
            on: input.on,
            note: input.note.as_deref(),
            by: &administrator.name,
        };
        let (database, now) = (database(ctx)?, data::<Clock>(ctx)?.now());
        let transaction = begin_write(database).await?;
        let handed_over = match hand_over(&transaction, asked, now).await {
            Ok(handed_over) => handed_over,
            Err(error) => {
                transaction.rollback().await?;
                return refused(ctx, refusal(error)?).await;
            }
        };
        let entry = Entry::done(&actor(ctx)?, HAND_OVER_RECOMMENDATION)
            .to(input.recommendation.0.clone())
            .instead_of(json!({ "holder": handed_over.from.code }))
            .leaving(
                json!({ "holder": handed_over.to.code, "on": input.on, "note": handed_over.handover.note }),
            );
        record(&transaction, entry, now).await?;
        transaction.commit().await?;
        let row = recommendation::Entity::find_by_id(id).one(database).await?;
        let recommendation = whole(database, row.into_iter().collect()).await?.pop();
        Ok(Whole(HandOverRecommendationPayload { recommendation, errors: Vec::new() }))
    }
}

/// The recommendation with an id, if the viewer sees the agency to which it was made, or the one that holds it.
pub(crate) async fn recommendation_by_id(
    database: &DatabaseConnection,
    sight: &crate::policy::Sight,
    id: RecommendationId,
) -> Result<Option<Recommendation>, Problem> {
    let row = recommendation::Entity::find_by_id(id)
        .find_also_related(inspected_agency::Entity)
        .one(database)
        .await?;
    let Some((row, Some(inspected))) = row else { return Ok(None) };
    let last = handover::of_recommendations([id]).all(database).await?.pop();
    let seen = sight.covers(inspected.agency_id) || last.is_some_and(|last| sight.covers(last.to_agency_id));
    Ok(seen.then(|| row.into()))
}
