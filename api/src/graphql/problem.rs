//! What can go wrong in a resolver, and what the client hears of it: a code, a clear text in both
//! languages where a person may read it, the argument at fault. Internal texts stay in the log.

use std::borrow::Cow;

use async_graphql::{Error, ErrorExtensions, Pos, ServerError};
use sea_orm::DbErr;

use crate::people::Fault;

/// How much of a code that does not exist is repeated.
pub(crate) const LONGEST_CODE: usize = 40;

/// A refused or failed request.
#[derive(Clone, Debug)]
pub(crate) enum Problem {
    /// An argument breaks a rule.
    BadInput {
        /// The argument.
        field: Cow<'static, str>,
        /// Which rule.
        message: String,
    },
    /// What an argument names does not exist.
    NotFound {
        /// The argument.
        field: &'static str,
        /// What does not exist.
        message: String,
    },
    /// It takes an account, and none is signed in.
    Unauthenticated,
    /// The viewer may not do this.
    Forbidden(&'static str),
    /// Our own fault; the details are in the log.
    Internal,
}

impl Problem {
    pub(crate) fn bad_input(field: impl Into<Cow<'static, str>>, message: String) -> Self {
        Self::BadInput { field: field.into(), message }
    }

    pub(crate) fn not_found(field: &'static str, message: String) -> Self {
        Self::NotFound { field, message }
    }

    /// Logs what only we may read.
    pub(crate) fn internal(error: &dyn std::fmt::Display) -> Self {
        tracing::error!(%error, "a request failed");
        Self::Internal
    }

    /// The error of a whole request, when no field of it is to blame.
    pub(crate) fn into_server_error(self) -> ServerError {
        Error::from(self).into_server_error(Pos::default())
    }
}

/// The first `most` characters of a text that a client sent, for repeating it in an answer.
pub(crate) fn cut(text: &str, most: usize) -> String {
    let mut characters = text.chars();
    let mut start: String = characters.by_ref().take(most).collect();
    if characters.next().is_some() {
        start.push('…');
    }
    start
}

impl From<DbErr> for Problem {
    fn from(error: DbErr) -> Self {
        Self::internal(&error)
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        Self::internal(&fault)
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        let (message, code, field) = match problem {
            Problem::BadInput { field, message } => (message, "BAD_INPUT", Some(field)),
            Problem::NotFound { field, message } => (message, "NOT_FOUND", Some(Cow::Borrowed(field))),
            Problem::Unauthenticated => {
                ("Hãy đăng nhập. / Sign in, or send a token.".to_owned(), "UNAUTHENTICATED", None)
            }
            Problem::Forbidden(message) => (message.to_owned(), "FORBIDDEN", None),
            Problem::Internal => {
                ("Lỗi hệ thống; hãy thử lại. / Internal error; try again.".to_owned(), "INTERNAL", None)
            }
        };
        Error::new(message).extend_with(|_, extensions| {
            extensions.set("code", code);
            if let Some(field) = field {
                extensions.set("field", field.as_ref());
            }
        })
    }
}
