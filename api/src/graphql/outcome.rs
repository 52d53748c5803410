//! What a payload says of a refused mutation: the rule that the input breaks, in both languages.

use super::plain::plain_object;

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
