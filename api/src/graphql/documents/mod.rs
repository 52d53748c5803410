//! What happens to a document before it is executed, and to errors before they go out.
//!
//! async-graphql's own walks (depth, directives, complexity) go through a fragment again at every spread,
//! so a few hundred bytes of fragments that spread each other twice keep it busy for minutes. Therefore
//! nothing of the library walks a document that was not measured here first:
//!
//! 1. [`text`]: its length, tokens and brackets, in one pass over the bytes. The parser recurses at each
//!    bracket, so this also keeps it within its stack.
//! 2. [`shape`]: parsed, with fragments expanded: how many fields it selects, how deep it goes.
//! 3. [`values`]: how large the variables are; U+0000, which PostgreSQL cannot store, is in no string.
//!
//! 4. [`introspection`]: in production, whether it asks about the schema.
//!
//! What the answer may cost is decided afterwards by the library, from [`cost`](super::cost).
//!
//! A document that passed is kept by its text and neither measured nor parsed again. Every error that goes
//! out has a code and a message of bounded length, whoever wrote it.

mod introspection;
mod shape;
mod text;
mod values;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextParseQuery, NextRequest, NextSubscribe, NextValidation,
};
use async_graphql::parser::parse_query;
use async_graphql::parser::types::ExecutableDocument;
use async_graphql::{
    Response, ServerError, ServerResult, ValidationResult, Variables, async_trait::async_trait,
};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;

use super::csrf::mutates;
use super::problem::cut;
use crate::server::Mode;

/// The longest document that is kept.
const LONGEST_KEPT: usize = 20_000;
/// How many documents are kept.
const MOST_KEPT: usize = 500;
/// The most characters of a message that go out: it may quote what the client sent.
const LONGEST_MESSAGE: usize = 300;
/// The most errors of one answer that go out.
const MOST_ERRORS: usize = 20;

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
        // A mutation may have a password in its text.
        if text.len() > LONGEST_KEPT || mutates(document) {
            return;
        }
        if let Ok(mut kept) = self.0.lock() {
            if kept.len() >= MOST_KEPT {
                kept.clear();
            }
            kept.insert(text.to_owned(), document.clone());
        }
    }

    fn read(&self, text: &str, mode: Mode) -> ServerResult<ExecutableDocument> {
        if let Some(document) = self.kept(text) {
            return Ok(document);
        }
        text::check(text)?;
        let document = parse_query(text).map_err(|error| {
            let mut error = ServerError::from(error);
            set_code(&mut error, "GRAPHQL_PARSE_FAILED");
            error
        })?;
        shape::check(&document)?;
        values::check_literals(&document)?;
        if mode == Mode::Production {
            introspection::refuse(&document)?;
        }
        self.keep(text, &document);
        Ok(document)
    }
}

#[async_trait]
impl Extension for Documents {
    async fn request(&self, ctx: &ExtensionContext<'_>, next: NextRequest<'_>) -> Response {
        presentable(next.run(ctx).await)
    }

    fn subscribe<'s>(
        &self,
        ctx: &ExtensionContext<'_>,
        stream: BoxStream<'s, Response>,
        next: NextSubscribe<'_>,
    ) -> BoxStream<'s, Response> {
        next.run(ctx, stream).map(presentable).boxed()
    }

    /// Reads the document without the library's own first step, whose walks expand fragments.
    async fn parse_query(
        &self,
        ctx: &ExtensionContext<'_>,
        query: &str,
        variables: &Variables,
        _: NextParseQuery<'_>,
    ) -> ServerResult<ExecutableDocument> {
        values::check_size(variables)?;
        let document = self.read(query, ctx.data_opt().copied().unwrap_or_default())?;
        values::check_variables(&document, variables)?;
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

/// An answer whose errors are few, short and have codes.
fn presentable(mut response: Response) -> Response {
    response.errors.truncate(MOST_ERRORS);
    for error in &mut response.errors {
        set_code(error, "BAD_REQUEST");
        if error.message.len() > LONGEST_MESSAGE {
            error.message = cut(&error.message, LONGEST_MESSAGE);
        }
    }
    response
}

/// Gives an error a code unless it has one.
fn set_code(error: &mut ServerError, code: &str) {
    let extensions = error.extensions.get_or_insert_with(Default::default);
    if extensions.get("code").is_none() {
        extensions.set("code", code);
    }
}

/// The refusal of a document or of variables that break a limit.
fn too_large(message: String) -> ServerError {
    let mut error = ServerError::new(message, None);
    set_code(&mut error, "DOCUMENT_TOO_LARGE");
    error
}
