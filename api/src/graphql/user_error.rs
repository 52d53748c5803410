//! A rule that a mutation's input breaks: outcome, not fault.

use super::plain::plain_object;
use super::problem::Problem;
use crate::people::{Declined, Refusal};

plain_object! {
    /// A rule that the input breaks.
    pub(crate) struct UserError {
        /// For instance `UNKNOWN_PERIOD`.
        code: String,
        /// The input's field.
        field: String,
        /// What to do, in Vietnamese.
        message_vi: String,
        /// What to do, in English.
        message_en: String,
    }
}

impl UserError {
    pub(crate) fn new(code: &str, field: &str, message_vi: String, message_en: String) -> Self {
        Self { code: code.to_owned(), field: field.to_owned(), message_vi, message_en }
    }
}

impl From<Refusal> for UserError {
    fn from(refusal: Refusal) -> Self {
        Self::new(refusal.code, refusal.field, refusal.message_vi, refusal.message_en)
    }
}

/// What was done, or the rules that the input breaks.
pub(crate) fn outcome<T>(done: Result<T, Declined>) -> Result<Result<T, Vec<UserError>>, Problem> {
    match done {
        Ok(done) => Ok(Ok(done)),
        Err(Declined::Refused(refusals)) => Ok(Err(refusals.into_iter().map(UserError::from).collect())),
        Err(Declined::Fault(fault)) => Err(fault.into()),
    }
}
