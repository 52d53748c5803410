//! `node(id)`: anything that has a global id.

use async_graphql::{Context, ID, Interface, Object};
use entity::{block, period};
use sea_orm::EntityTrait;

use super::build::{Build, build_by_id};
use super::criteria::{CriteriaSet, criteria_set_by_id};
use super::database;
use super::dossier::{Import, import_by_id};
use super::id::NodeId;
use super::inspection::{Inspection, Recommendation, inspection_by_id};
use super::people::{Account, Token, own_token, visible_account};
use super::problem::Problem;
use super::publication::{Publication, publication_by_id};
use super::recommendation::recommendation_by_id;
use super::registry::{Agency, Block, Period, agency_by_id};
use super::schedule::{Schedule, schedule_by_id};
use super::scorecard::{Scorecard, scorecard_by_id};
use crate::policy::{may_see_node, sight};

/// Anything that has a global id.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "&ID", desc = "Global id."))]
pub(crate) enum Node {
    Account(Account),
    Agency(Agency),
    Block(Block),
    Build(Build),
    CriteriaSet(CriteriaSet),
    Import(Import),
    Inspection(Inspection),
    Period(Period),
    Publication(Publication),
    Recommendation(Recommendation),
    Schedule(Schedule),
    Scorecard(Box<Scorecard>),
    Token(Token),
}

#[derive(Default)]
pub(crate) struct NodeQuery;

#[Object]
impl NodeQuery {
    /// Whatever has this global id; null when it no longer exists, or is not for the viewer.
    async fn node(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Node>, Problem> {
        let database = database(ctx)?;
        let id = NodeId::read("id", &id)?;
        if !may_see_node(ctx, id.noun())? {
            return Ok(None);
        }
        Ok(match id {
            NodeId::Account(id) => visible_account(ctx, id).await?.map(Node::Account),
            NodeId::Agency(id) => agency_by_id(database, id).await?.map(Node::Agency),
            NodeId::Block(id) => {
                block::Entity::find_by_id(id).one(database).await?.map(|row| Node::Block(row.into()))
            }
            NodeId::Build(id) => build_by_id(database, id).await?.map(Node::Build),
            NodeId::CriteriaSet(id) => criteria_set_by_id(ctx, id).await?.map(Node::CriteriaSet),
            NodeId::Import(id) => import_by_id(ctx, id).await?.map(Node::Import),
            NodeId::Inspection(id) => {
                inspection_by_id(database, &sight(ctx).await?, id).await?.map(Node::Inspection)
            }
            NodeId::Period(id) => {
                period::Entity::find_by_id(id).one(database).await?.map(|row| Node::Period(row.into()))
            }
            NodeId::Publication(id) => publication_by_id(database, id).await?.map(Node::Publication),
            NodeId::Recommendation(id) => {
                recommendation_by_id(database, &sight(ctx).await?, id).await?.map(Node::Recommendation)
            }
            NodeId::Schedule(id) => schedule_by_id(database, id).await?.map(Node::Schedule),
            NodeId::Scorecard(id) => scorecard_by_id(ctx, &sight(ctx).await?, id)
                .await?
                .map(|card| Node::Scorecard(Box::new(card))),
            NodeId::Token(id) => own_token(ctx, id).await?.map(Node::Token),
        })
    }
}
