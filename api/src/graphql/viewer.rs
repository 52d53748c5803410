//! What a resolver asks of the [`Viewer`]: whether there is one who may do what it does.

use async_graphql::Context;
use entity::role_grant::Role;
use entity::token::Scope;

use super::problem::Problem;
use crate::people::{SignedIn, Viewer};

/// The viewer of the request; without one nothing is allowed.
pub(crate) fn viewer<'a>(ctx: &Context<'a>) -> Result<&'a Viewer, Problem> {
    ctx.data_opt::<Viewer>().ok_or(Problem::Forbidden("no viewer"))
}

/// The account that is signed in.
pub(crate) fn signed_in<'a>(ctx: &Context<'a>) -> Result<&'a SignedIn, Problem> {
    viewer(ctx)?.signed_in.as_ref().ok_or(Problem::Unauthenticated)
}

/// The account that is signed in, if its token, should it be one, is good for that.
pub(crate) fn with_scope<'a>(ctx: &Context<'a>, scope: Scope) -> Result<&'a SignedIn, Problem> {
    let signed_in = signed_in(ctx)?;
    if signed_in.has_scope(scope) {
        return Ok(signed_in);
    }
    Err(Problem::Forbidden(
        "Mã truy cập không có phạm vi cần thiết. / The token lacks the scope that this needs.",
    ))
}

/// The account that is signed in, if it administers the whole province.
pub(crate) fn administrator<'a>(ctx: &Context<'a>, scope: Scope) -> Result<&'a SignedIn, Problem> {
    let signed_in = with_scope(ctx, scope)?;
    if signed_in.is(Role::Administrator) {
        return Ok(signed_in);
    }
    Err(Problem::Forbidden("Chỉ dành cho quản trị viên của tỉnh. / For the province's administrators only."))
}
