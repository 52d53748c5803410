//! The GraphQL schema, by noun: type, queries and mutations of a noun in one file.

pub(crate) mod actor;
mod audit;
mod build;
mod codes;
mod cost;
mod criteria;
pub(crate) mod csrf;
mod documents;
mod dossier;
mod id;
mod inputs;
mod inspection;
mod measure;
mod node;
mod paging;
mod people;
mod period_closing;
pub(crate) mod plain;
pub(crate) mod problem;
mod procedure;
mod publication;
mod recommendation;
mod registry;
mod schedule;
mod scorecard;
mod user_error;
mod verification;
pub(crate) mod viewer;

use async_graphql::{Context, MergedObject, MergedSubscription};
use reform_worker::{Clock, Signals};
use sea_orm::DatabaseConnection;

use self::audit::AuditQuery;
use self::build::{BuildCancelMutation, BuildMutation, BuildQuery, BuildSubscription};
use self::criteria::{CriteriaMutation, CriteriaQuery, DifferenceQuery, ImportMutation, MeasureMutation};
use self::csrf::CsrfCheck;
use self::documents::Documents;
use self::dossier::{CancelMutation, DossierMutation, DossierQuery, ImportQuery, ImportSubscription};
pub(crate) use self::id::NodeId;
use self::inputs::InputMutation;
use self::inspection::InspectionQuery;
use self::measure::MeasureQuery;
use self::node::NodeQuery;
use self::people::{AccountMutation, PeopleQuery, SignInMutation, TokenMutation};
use self::period_closing::{PeriodClosingMutation, PeriodClosingQuery};
use self::problem::Problem;
use self::procedure::{AgencyProcedureQuery, ProcedureMutation, ProcedureQuery};
use self::publication::{PublicationMutation, PublicationQuery};
use self::recommendation::{RecommendationMutation, RecommendationQuery};
use self::registry::{HistoryQuery, RegistryMutation, RegistryQuery, ReorganisationMutation};
use self::schedule::{ScheduleMutation, ScheduleQuery};
use self::scorecard::{ComparisonQuery, PathQuery, ScorecardQuery, ScorecardSubscription, SimulationQuery};
use self::verification::VerificationQuery;
use crate::imports::Imports;
use crate::people::People;
use crate::policy::Guard;

/// How deep the fields of a query may be nested.
const MOST_DEPTH: usize = 15;

/// Agencies, criteria, measures, scorecards, rankings, publications, inspections, procedures, dossiers, builds, schedules,
/// accounts and the audit log.
#[derive(MergedObject, Default)]
pub struct Query(
    NodeQuery,
    RegistryQuery,
    HistoryQuery,
    CriteriaQuery,
    DifferenceQuery,
    MeasureQuery,
    ScorecardQuery,
    SimulationQuery,
    ComparisonQuery,
    PathQuery,
    PublicationQuery,
    VerificationQuery,
    InspectionQuery,
    RecommendationQuery,
    ProcedureQuery,
    AgencyProcedureQuery,
    DossierQuery,
    ImportQuery,
    BuildQuery,
    ScheduleQuery,
    PeriodClosingQuery,
    PeopleQuery,
    AuditQuery,
);

/// Requests for builds, schedules, publishing; criteria sets; the registry; dossiers and other inputs; signing in, tokens, accounts and
/// roles.
#[derive(MergedObject, Default)]
pub struct Mutation(
    BuildMutation,
    BuildCancelMutation,
    ScheduleMutation,
    PeriodClosingMutation,
    PublicationMutation,
    MeasureMutation,
    ProcedureMutation,
    ImportMutation,
    CriteriaMutation,
    RegistryMutation,
    ReorganisationMutation,
    RecommendationMutation,
    DossierMutation,
    InputMutation,
    CancelMutation,
    SignInMutation,
    TokenMutation,
    AccountMutation,
);

/// Builds and imports as they move on, and cards as they come.
#[derive(MergedSubscription, Default)]
pub struct Subscription(BuildSubscription, ImportSubscription, ScorecardSubscription);

/// The schema.
pub type Schema = async_graphql::Schema<Query, Mutation, Subscription>;

/// The schema over a database.
pub fn schema(
    database: DatabaseConnection,
    clock: Clock,
    signals: Signals,
    people: People,
    imports: Imports,
) -> Schema {
    let refusals = people.refusals().clone();
    let builder =
        builder().data(database).data(clock).data(signals).data(people).data(refusals).data(imports);
    builder.extension(CsrfCheck).extension(Guard).extension(Documents::default()).finish()
}

/// The schema's definition, as it stands in `api/schema.graphql`.
pub fn sdl() -> String {
    builder().finish().sdl()
}

fn builder() -> async_graphql::SchemaBuilder<Query, Mutation, Subscription> {
    Schema::build(Query::default(), Mutation::default(), Subscription::default())
        .limit_depth(MOST_DEPTH)
        .limit_complexity(cost::MOST_COMPLEXITY)
}

/// The context's value of a type; its absence is our fault.
pub(crate) fn data<'a, T: Send + Sync + 'static>(ctx: &Context<'a>) -> Result<&'a T, Problem> {
    ctx.data_opt::<T>().ok_or_else(|| Problem::internal(&format!("no {}", std::any::type_name::<T>())))
}

pub(crate) fn database<'a>(ctx: &Context<'a>) -> Result<&'a DatabaseConnection, Problem> {
    data(ctx)
}
