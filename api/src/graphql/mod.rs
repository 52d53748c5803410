//! The GraphQL schema, by noun: type, queries and mutations of a noun in one file.

pub(crate) mod actor;
mod audit;
mod build;
mod codes;
mod cost;
mod criteria;
mod csrf;
mod documents;
mod id;
mod inspection;
mod node;
mod paging;
mod people;
pub(crate) mod plain;
pub(crate) mod problem;
mod publication;
mod recommendation;
mod registry;
mod scorecard;
mod user_error;
mod verification;
pub(crate) mod viewer;

use async_graphql::{Context, MergedObject, MergedSubscription};
use reform_worker::{Clock, Signals};
use sea_orm::DatabaseConnection;

use self::audit::AuditQuery;
use self::build::{BuildMutation, BuildQuery, BuildSubscription};
use self::criteria::{CriteriaMutation, CriteriaQuery, DifferenceQuery, ImportMutation};
use self::csrf::CsrfCheck;
use self::documents::Documents;
pub(crate) use self::id::NodeId;
use self::inspection::InspectionQuery;
use self::node::NodeQuery;
use self::people::{AccountMutation, PeopleQuery, SignInMutation, TokenMutation};
use self::problem::Problem;
use self::publication::{PublicationMutation, PublicationQuery};
use self::recommendation::{RecommendationMutation, RecommendationQuery};
use self::registry::{HistoryQuery, RegistryMutation, RegistryQuery, ReorganisationMutation};
use self::scorecard::{ScorecardQuery, SimulationQuery};
use self::verification::VerificationQuery;
use crate::people::People;
use crate::policy::Guard;

/// How deep the fields of a query may be nested.
const MOST_DEPTH: usize = 15;

/// Agencies, criteria, scorecards, rankings, publications, inspections, builds, accounts and the audit log.
#[derive(MergedObject, Default)]
pub struct Query(
    NodeQuery,
    RegistryQuery,
    HistoryQuery,
    CriteriaQuery,
    DifferenceQuery,
    ScorecardQuery,
    SimulationQuery,
    PublicationQuery,
    VerificationQuery,
    InspectionQuery,
    RecommendationQuery,
    BuildQuery,
    PeopleQuery,
    AuditQuery,
);

/// Requests for builds, publishing; criteria sets; the registry; signing in, tokens, accounts and roles.
#[derive(MergedObject, Default)]
pub struct Mutation(
    BuildMutation,
    PublicationMutation,
    ImportMutation,
    CriteriaMutation,
    RegistryMutation,
    ReorganisationMutation,
    RecommendationMutation,
    SignInMutation,
    TokenMutation,
    AccountMutation,
);

/// Builds as they move on.
#[derive(MergedSubscription, Default)]
pub struct Subscription(BuildSubscription);

/// The schema.
pub type Schema = async_graphql::Schema<Query, Mutation, Subscription>;

/// The schema over a database.
pub fn schema(database: DatabaseConnection, clock: Clock, signals: Signals, people: People) -> Schema {
    let refusals = people.refusals().clone();
    let builder = builder().data(database).data(clock).data(signals).data(people).data(refusals);
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
