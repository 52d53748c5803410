//! Documents that a request names by the SHA-256 of their text instead of sending them, as Apollo's clients
//! do (automatic persisted queries), and the list of the only documents that are executed, if there is one.
//!
//! A request is made whole here, before anything looks at its document. The library's own extension comes
//! later: it would let a mutation through that GET names by its hash, and parses texts that were not
//! measured.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::StatusCode;
use lru::LruCache;
use serde_json::{Map, Value};

use super::{AllowedQueries, Refusal};
use crate::people::hashed;

/// How many documents are kept; the least recently used goes first.
const MOST_KEPT: NonZeroUsize = NonZeroUsize::new(1000).expect("not zero");
/// The longest document that is kept; a client sends a longer one every time.
const LONGEST_KEPT: usize = 20_000;

/// Documents by their hashes. The clones keep together.
#[derive(Clone)]
pub(super) struct Persisted {
    allowed: Option<Arc<AllowedQueries>>,
    kept: Arc<Mutex<LruCache<String, Arc<str>>>>,
}

impl Persisted {
    pub(super) fn new(allowed: Option<Arc<AllowedQueries>>) -> Self {
        Self { allowed, kept: Arc::new(Mutex::new(LruCache::new(MOST_KEPT))) }
    }

    /// The text of a request's document, from its parameters `query` and `extensions`.
    pub(super) fn document(&self, query: Option<String>, extensions: &Map<String, Value>) -> Answer {
        let hash = extensions.get("persistedQuery").map(named_hash).transpose()?;
        if let (Some(query), Some(hash)) = (&query, &hash)
            && hashed(query) != *hash
        {
            return Err(refused(
                "PERSISTED_QUERY_HASH_MISMATCH",
                "`sha256Hash` is not the SHA-256 of `query`.",
            ));
        }
        match &self.allowed {
            Some(allowed) => only_allowed(allowed, query, hash),
            None => self.found_or_kept(query, hash),
        }
    }

    fn found_or_kept(&self, query: Option<String>, hash: Option<String>) -> Answer {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        match (query, hash) {
            (None, None) => Err(Refusal::bad_request("`query` must be a string.")),
            (Some(query), None) => Ok(query),
            (Some(query), Some(hash)) => {
                if query.len() <= LONGEST_KEPT {
                    kept.put(hash, query.as_str().into());
                }
                Ok(query)
            }
            // The clients know this very message and send the document then.
            (None, Some(hash)) => kept
                .get(&hash)
                .map(|query| query.to_string())
                .ok_or_else(|| refused("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")),
        }
    }
}

/// A document's text, or why there is none.
type Answer = Result<String, Refusal>;

fn only_allowed(allowed: &AllowedQueries, query: Option<String>, hash: Option<String>) -> Answer {
    let Some(hash) = hash.or_else(|| query.as_deref().map(hashed)) else {
        return Err(Refusal::bad_request("`query` must be a string."));
    };
    allowed.with_hash(&hash).map(str::to_owned).ok_or_else(|| {
        refused(
            "QUERY_NOT_ALLOWED",
            "Máy chủ chỉ thực hiện các truy vấn đã đăng ký. / Only registered documents are executed here.",
        )
    })
}

/// The hash of `extensions.persistedQuery`.
fn named_hash(persisted: &Value) -> Result<String, Refusal> {
    if persisted.get("version").and_then(Value::as_u64) != Some(1) {
        return Err(refused("PERSISTED_QUERY_NOT_SUPPORTED", "PersistedQueryNotSupported"));
    }
    let hash = persisted.get("sha256Hash").and_then(Value::as_str);
    let hash = hash.filter(|hash| hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()));
    hash.map(str::to_ascii_lowercase).ok_or_else(|| {
        Refusal::bad_request("`extensions.persistedQuery.sha256Hash` must be a SHA-256 in hexadecimal.")
    })
}

/// Wrong as a document is wrong: clients that accept no other media type than JSON hear of it with 200.
fn refused(code: &'static str, message: &str) -> Refusal {
    Refusal::new(StatusCode::OK, code, message)
}
