//! What happens to a document before it is executed: it is parsed once and kept by its text, its size is
//! bounded, and every refusal carries a code.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextParseQuery, NextRequest, NextValidation,
};
use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};
use async_graphql::{
    Response, ServerError, ServerResult, ValidationResult, Variables, async_trait::async_trait,
};

/// The most fields, fragments and aliases that a document may hold.
const MOST_SELECTIONS: usize = 500;
/// The longest document that is kept.
const LONGEST_KEPT: usize = 20_000;
/// How many documents are kept.
const MOST_KEPT: usize = 500;

/// The kept documents.
#[derive(Clone, Default)]
pub(crate) struct Documents(Arc<Mutex<HashMap<String, ExecutableDocument>>>);

impl ExtensionFactory for Documents {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(self.clone())
    }
}

impl Documents {
    fn kept(&self, text: &str) -> Option<ExecutableDocument> {
        self.0.lock().ok()?.get(text).cloned()
    }

    fn keep(&self, text: &str, document: &ExecutableDocument) {
        if text.len() > LONGEST_KEPT {
            return;
        }
        if let Ok(mut kept) = self.0.lock() {
            if kept.len() >= MOST_KEPT {
                kept.clear();
            }
            kept.insert(text.to_owned(), document.clone());
        }
    }
}

#[async_trait]
impl Extension for Documents {
    async fn request(&self, ctx: &ExtensionContext<'_>, next: NextRequest<'_>) -> Response {
        let mut response = next.run(ctx).await;
        for error in &mut response.errors {
            set_code(error, "BAD_REQUEST");
        }
        response
    }

    async fn parse_query(
        &self,
        ctx: &ExtensionContext<'_>,
        query: &str,
        variables: &Variables,
        next: NextParseQuery<'_>,
    ) -> ServerResult<ExecutableDocument> {
        if let Some(document) = self.kept(query) {
            return Ok(document);
        }
        let document = next.run(ctx, query, variables).await.map_err(|mut error| {
            set_code(&mut error, "GRAPHQL_PARSE_FAILED");
            error
        })?;
        check_size(&document)?;
        self.keep(query, &document);
        Ok(document)
    }

    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        next.run(ctx).await.map_err(|mut errors| {
            for error in &mut errors {
                set_code(error, "GRAPHQL_VALIDATION_FAILED");
            }
            errors
        })
    }
}

/// Gives an error a code unless it has one.
fn set_code(error: &mut ServerError, code: &str) {
    let extensions = error.extensions.get_or_insert_with(Default::default);
    if extensions.get("code").is_none() {
        extensions.set("code", code);
    }
}

fn check_size(document: &ExecutableDocument) -> ServerResult<()> {
    let operations = document.operations.iter().map(|(_, operation)| &operation.node.selection_set.node);
    let fragments = document.fragments.values().map(|fragment| &fragment.node.selection_set.node);
    let size: usize = operations.chain(fragments).map(count).sum();
    if size <= MOST_SELECTIONS {
        return Ok(());
    }
    let message = format!("The document selects {size} fields; at most {MOST_SELECTIONS} are allowed.");
    let mut error = ServerError::new(message, None);
    set_code(&mut error, "DOCUMENT_TOO_LARGE");
    Err(error)
}

fn count(selections: &SelectionSet) -> usize {
    let below = |selection: &Selection| match selection {
        Selection::Field(field) => count(&field.node.selection_set.node),
        Selection::InlineFragment(fragment) => count(&fragment.node.selection_set.node),
        Selection::FragmentSpread(_) => 0,
    };
    selections.items.iter().map(|item| 1 + below(&item.node)).sum()
}
