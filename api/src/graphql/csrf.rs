//! A mutation that a browser's session sends must prove that one of our own pages sent it. Checked for every
//! document with a mutation, before anything of it is executed.

use std::sync::Arc;

use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextParseQuery};
use async_graphql::parser::types::{ExecutableDocument, OperationType};
use async_graphql::{ServerError, ServerResult, Variables, async_trait::async_trait};

use crate::people::Browser;

/// What whoever fails the check is told.
pub(crate) const NO_CSRF_TOKEN: &str = "Thiếu hoặc sai tiêu đề `x-csrf-token`. / A mutation of a session must carry the header `x-csrf-token` with \
     `me { csrfToken }`, and come from this site's own pages.";

/// The check. Add it before what keeps parsed documents.
pub(crate) struct CsrfCheck;

impl ExtensionFactory for CsrfCheck {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait]
impl Extension for CsrfCheck {
    async fn parse_query(
        &self,
        ctx: &ExtensionContext<'_>,
        query: &str,
        variables: &Variables,
        next: NextParseQuery<'_>,
    ) -> ServerResult<ExecutableDocument> {
        let document = next.run(ctx, query, variables).await?;
        let may_mutate = ctx.data_opt::<Browser>().is_some_and(Browser::may_mutate);
        if may_mutate || !mutates(&document) {
            return Ok(document);
        }
        let mut error = ServerError::new(NO_CSRF_TOKEN, None);
        error.extensions.get_or_insert_with(Default::default).set("code", "FORBIDDEN");
        Err(error)
    }
}

/// Whether any operation of the document is a mutation, whichever is asked for.
pub(crate) fn mutates(document: &ExecutableDocument) -> bool {
    document.operations.iter().any(|(_, operation)| operation.node.ty == OperationType::Mutation)
}
