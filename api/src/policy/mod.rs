//! Who may read and do what. Every resolver asks here; what is not opened here is closed.
//!
//! To change … which cards a viewer sees: `sight`; who may call an operation or read a type: `operations`.

mod sight;

use async_graphql::Context;

pub(crate) use self::sight::{Cards, Sight};
use crate::graphql::problem::Problem;

/// How far the viewer of the request sees.
pub(crate) async fn sight(ctx: &Context<'_>) -> Result<Sight, Problem> {
    crate::graphql::viewer::viewer(ctx)?;
    Ok(Sight::Everything)
}
