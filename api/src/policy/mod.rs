//! Who may read and do what. Every operation passes here before it is executed, every query for scorecards and
//! inspections begins here; what is not opened here is closed.
//!
//! To change … who may call an operation or be shown an object by its id: `operations`; what is seen of
//! scorecards and inspections: `sight`. What follows from it all is checked in as
//! `tests/data/policy-matrix.md`.

mod execution;
mod guard;
mod operations;
mod sight;

use std::collections::BTreeSet;

use async_graphql::Context;
use entity::role_grant::Role;
use entity::{AgencyId, agency_edge};
use reform_worker::Clock;
use sea_orm::{DatabaseConnection, DbErr, QuerySelect};

pub(crate) use self::guard::{Guard, PublicReads};
use self::operations::{NODES, PROVINCIAL};
pub(crate) use self::operations::{Operation, Refused};
pub(crate) use self::sight::{Cards, Sight};
use crate::graphql::problem::Problem;
use crate::graphql::viewer::viewer;
use crate::graphql::{data, database};
use crate::people::{SignedIn, Viewer};

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Unauthenticated => Self::Unauthenticated,
            Refused::Forbidden => Self::Forbidden(
                "Tài khoản hoặc mã truy cập không có quyền này. / Your account or token has no right to this.",
            ),
        }
    }
}

/// How far the viewer of the request sees.
pub(crate) async fn sight(ctx: &Context<'_>) -> Result<Sight, Problem> {
    Ok(sight_of(viewer(ctx)?, database(ctx)?, data(ctx)?).await?)
}

/// How far a viewer sees.
pub(crate) async fn sight_of(
    viewer: &Viewer,
    database: &DatabaseConnection,
    clock: &Clock,
) -> Result<Sight, DbErr> {
    match &viewer.signed_in {
        None => Ok(Sight::public()),
        Some(signed_in) if PROVINCIAL.iter().any(|role| signed_in.is(*role)) => Ok(Sight::Everything),
        Some(signed_in) => Ok(Sight::Published(own_agencies(database, signed_in, clock).await?)),
    }
}

/// Whose dossiers the viewer may hand in and remove; `None`: everybody's. An administrator may for the province, whoever
/// reports for an agency for it and those below it.
pub(crate) async fn reports_for(ctx: &Context<'_>) -> Result<Option<BTreeSet<AgencyId>>, Problem> {
    Ok(reports_of(viewer(ctx)?, database(ctx)?, data(ctx)?).await?)
}

/// The same of a viewer.
pub(crate) async fn reports_of(
    viewer: &Viewer,
    database: &DatabaseConnection,
    clock: &Clock,
) -> Result<Option<BTreeSet<AgencyId>>, DbErr> {
    let Some(signed_in) = &viewer.signed_in else {
        return Ok(Some(BTreeSet::new()));
    };
    if signed_in.is(Role::Administrator) {
        return Ok(None);
    }
    let reporters = [Role::Administrator, Role::AgencyEditor];
    let tops = reporters.iter().flat_map(|role| signed_in.agencies_as(*role)).collect();
    Ok(Some(with_those_below(database, tops, clock).await?))
}

/// Whether the viewer may be shown an object of this type by its id; otherwise it is as if there were none.
pub(crate) fn may_see_node(ctx: &Context<'_>, noun: &str) -> Result<bool, Problem> {
    let public_reads = ctx.data_opt::<PublicReads>().is_some_and(|reads| reads.0);
    let who = NODES.iter().find(|(name, _)| *name == noun);
    Ok(who.is_some_and(|(_, who)| viewer(ctx).is_ok_and(|viewer| who.admits(viewer, public_reads).is_ok())))
}

/// The agencies over which the account holds a role, with those below them today.
async fn own_agencies(
    database: &DatabaseConnection,
    signed_in: &SignedIn,
    clock: &Clock,
) -> Result<BTreeSet<AgencyId>, DbErr> {
    let own = signed_in.grants.iter().filter_map(|grant| grant.agency).collect();
    with_those_below(database, own, clock).await
}

async fn with_those_below(
    database: &DatabaseConnection,
    mut own: BTreeSet<AgencyId>,
    clock: &Clock,
) -> Result<BTreeSet<AgencyId>, DbErr> {
    if own.is_empty() {
        return Ok(own);
    }
    let edges: Vec<(AgencyId, AgencyId)> = agency_edge::valid_on(clock.today())
        .select_only()
        .columns([agency_edge::Column::ParentId, agency_edge::Column::ChildId])
        .into_tuple()
        .all(database)
        .await?;
    // Each round adds a level; a ring adds nothing new.
    loop {
        let before = own.len();
        let below: Vec<_> =
            edges.iter().filter(|(parent, _)| own.contains(parent)).map(|(_, child)| *child).collect();
        own.extend(below);
        if own.len() == before {
            return Ok(own);
        }
    }
}
