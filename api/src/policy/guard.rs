//! The gate before every operation: a request of which one field is not for the viewer is refused whole, before
//! anything of it is executed. What was refused is put on record.

use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextExecute, NextParseQuery, NextPrepareRequest,
};
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, OperationDefinition, OperationType, Selection, SelectionSet,
};
use async_graphql::{Pos, Request, Response, ServerError, ServerResult, Variables, async_trait::async_trait};
use reform_worker::audit::{Entry, Refusals};

use super::execution::{Admitted, Execution};
use super::operations::{Operation, Refused};
use crate::graphql::actor::actor_of;
use crate::graphql::problem::Problem;
use crate::people::Viewer;
use crate::server::counted::Counted;

/// Whether the public may read what is published. It comes with each request; without it, the public may not.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PublicReads(pub(crate) bool);

/// The gate. It must stand outside of what measures documents: it walks their fragments.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Guard;

impl ExtensionFactory for Guard {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Gate::default())
    }
}

/// The gate of one request.
#[derive(Default)]
struct Gate {
    operation_name: Mutex<Option<String>>,
    /// What was let through; none: nothing was.
    admitted: Mutex<Option<Arc<Admitted>>>,
}

#[async_trait]
impl Extension for Gate {
    async fn prepare_request(
        &self,
        ctx: &ExtensionContext<'_>,
        request: Request,
        next: NextPrepareRequest<'_>,
    ) -> ServerResult<Request> {
        let request = next.run(ctx, request).await?;
        *self.operation_name.lock().unwrap_or_else(PoisonError::into_inner) = request.operation_name.clone();
        Ok(request)
    }

    async fn parse_query(
        &self,
        ctx: &ExtensionContext<'_>,
        query: &str,
        variables: &Variables,
        next: NextParseQuery<'_>,
    ) -> ServerResult<ExecutableDocument> {
        let document = next.run(ctx, query, variables).await?;
        let name = self.operation_name.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(operation) = chosen(&document, name.as_deref()) {
            let operations = check(ctx, &document, operation).await?;
            let admitted = Arc::new(Admitted { kind: operation.ty, operations });
            *self.admitted.lock().unwrap_or_else(PoisonError::into_inner) = Some(admitted);
        }
        Ok(document)
    }

    async fn execute(
        &self,
        ctx: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        let admitted = self.admitted.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match admitted {
            Some(admitted) => Execution::begin(admitted).of(next.run(ctx, operation_name)).await,
            None => Response::from_errors(vec![error(Refused::Forbidden, Pos::default())]),
        }
    }
}

/// The operations that are let through, or why none is.
async fn check(
    ctx: &ExtensionContext<'_>,
    document: &ExecutableDocument,
    operation: &OperationDefinition,
) -> ServerResult<Vec<&'static Operation>> {
    let parent = match operation.ty {
        OperationType::Query => "Query",
        OperationType::Mutation => "Mutation",
        OperationType::Subscription => "Subscription",
    };
    let mut fields = Vec::new();
    collect(&operation.selection_set.node, document, &mut fields);
    let mut admitted = Vec::new();
    for (field, position) in fields {
        // A field that does not exist is left to validation, which says so; so is introspection.
        let known = ctx.schema_env.registry.types.get(parent);
        if field.starts_with("__") || known.is_none_or(|known| known.field_by_name(field).is_none()) {
            continue;
        }
        match admit(ctx, parent, field) {
            Ok(operation) => admitted.push(operation),
            Err(refused) => {
                record(ctx, parent, field, refused).await;
                return Err(error(refused, position));
            }
        }
    }
    Ok(admitted)
}

fn admit(ctx: &ExtensionContext<'_>, parent: &str, field: &str) -> Result<&'static Operation, Refused> {
    // What has no policy is closed, and without a viewer everything is.
    let operation = Operation::named(parent, field).ok_or(Refused::Forbidden)?;
    let viewer = ctx.data_opt::<Viewer>().ok_or(Refused::Forbidden)?;
    let public_reads = ctx.data_opt::<PublicReads>().is_some_and(|reads| reads.0);
    operation.admits(viewer, public_reads)?;
    Ok(operation)
}

/// The operation that will be executed, which need not be named where it is the only one; `None` where the library
/// will complain about the name.
fn chosen<'a>(document: &'a ExecutableDocument, name: Option<&str>) -> Option<&'a OperationDefinition> {
    match (&document.operations, name) {
        (DocumentOperations::Single(operation), _) => Some(&operation.node),
        (DocumentOperations::Multiple(operations), Some(name)) => {
            operations.get(name).map(|operation| &operation.node)
        }
        // One that has a name is among several, even when it is alone.
        (DocumentOperations::Multiple(operations), None) if operations.len() == 1 => {
            operations.values().next().map(|operation| &operation.node)
        }
        (DocumentOperations::Multiple(_), None) => None,
    }
}

fn collect<'a>(
    selections: &'a SelectionSet,
    document: &'a ExecutableDocument,
    fields: &mut Vec<(&'a str, Pos)>,
) {
    for selection in &selections.items {
        match &selection.node {
            Selection::Field(field) => fields.push((&field.node.name.node, field.pos)),
            Selection::InlineFragment(fragment) => {
                collect(&fragment.node.selection_set.node, document, fields);
            }
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = document.fragments.get(&spread.node.fragment_name.node) {
                    collect(&fragment.node.selection_set.node, document, fields);
                }
            }
        }
    }
}

fn error(refused: Refused, position: Pos) -> ServerError {
    async_graphql::Error::from(Problem::from(refused)).into_server_error(position)
}

async fn record(ctx: &ExtensionContext<'_>, parent: &str, field: &str, refused: Refused) {
    let Some(((viewer, refusals), operation)) =
        ctx.data_opt::<Viewer>().zip(ctx.data_opt::<Refusals>()).zip(Operation::named(parent, field))
    else {
        return;
    };
    Counted::of_process().refused(operation.name);
    let entry = Entry::refused(&actor_of(viewer), operation.action, refused.code());
    if let Err(error) = refusals.refuse(entry).await {
        tracing::error!(%error, operation = operation.name, "a refusal could not be recorded");
    }
}
