//! Why something was not done: because of a rule that the input breaks, or because of a fault of ours.

use sea_orm::DbErr;

/// A rule that the input breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// For instance `NAME_TAKEN`.
    pub code: &'static str,
    /// The input's field.
    pub field: &'static str,
    /// What to do, in Vietnamese.
    pub message_vi: String,
    /// What to do, in English.
    pub message_en: String,
}

impl Refusal {
    pub(crate) fn new(
        code: &'static str,
        field: &'static str,
        message_vi: impl Into<String>,
        message_en: impl Into<String>,
    ) -> Self {
        Self { code, field, message_vi: message_vi.into(), message_en: message_en.into() }
    }

    /// An account that does not exist.
    pub(crate) fn unknown_account() -> Self {
        Self::new("UNKNOWN_ACCOUNT", "account", "Không có tài khoản này.", "There is no such account.")
    }

    /// A code that no agency has.
    pub(crate) fn unknown_agency(code: &str) -> Self {
        let code: String = code.chars().take(40).collect();
        Self::new(
            "UNKNOWN_AGENCY",
            "agency",
            format!("Không có cơ quan `{code}`."),
            format!("There is no agency `{code}`."),
        )
    }
}

/// What can fail without anybody's input being wrong. For the log, never for a client.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
    /// The system gave no randomness.
    #[error("no randomness: {0}")]
    Randomness(#[from] getrandom::Error),
    /// A password could not be hashed.
    #[error("a password could not be hashed: {0}")]
    Hashing(String),
}

/// Why something was not done.
#[derive(Debug)]
pub enum Declined {
    /// The input breaks rules.
    Refused(Vec<Refusal>),
    /// Our own fault.
    Fault(Fault),
}

impl From<Refusal> for Declined {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(vec![refusal])
    }
}

impl<E: Into<Fault>> From<E> for Declined {
    fn from(fault: E) -> Self {
        Self::Fault(fault.into())
    }
}
