//! Who acts.

use entity::audit_event::Via;

/// Who acts, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The account's id; none where no account acts.
    pub id: Option<String>,
    /// The account's name, or `terminal`, `public`.
    pub name: String,
    /// How he was recognised.
    pub via: Via,
    /// The peer's address, without its port.
    pub from_address: Option<String>,
    /// The request that this is part of.
    pub request_id: Option<String>,
}

impl Actor {
    /// Whoever sits at the server's terminal.
    #[must_use]
    pub fn terminal() -> Self {
        Self::without_request("terminal", Via::Terminal)
    }

    /// The worker, where nobody asked it.
    #[must_use]
    pub fn worker() -> Self {
        Self::without_request("worker", Via::Worker)
    }

    fn without_request(name: &str, via: Via) -> Self {
        Self { id: None, name: name.to_owned(), via, from_address: None, request_id: None }
    }
}
