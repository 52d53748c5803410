//! Passwords: their rules, and hashing them with Argon2id (19 MiB, two passes, one lane) away from the async
//! threads, a bounded number at a time.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

use super::refusal::{Fault, Refusal};

/// The fewest characters of a password.
const SHORTEST: usize = 12;
/// The most characters of a password.
const LONGEST: usize = 200;
/// What one hash needs, in KiB.
const MEMORY_KIB: u32 = 19 * 1024;
/// How often a hash goes over its memory.
const PASSES: u32 = 2;
/// How many are hashed at a time at most: each takes a processor and 19 MiB.
const MOST_AT_A_TIME: usize = 4;

/// Of no password: where there is nothing to compare with, this is, so that it takes as long.
const NOBODYS: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A password in the one form that is hashed: Unicode's NFKC, so that every keyboard types the same.
fn normalised(password: &SecretString) -> SecretString {
    password.expose_secret().nfkc().collect::<String>().into()
}

/// Whether an account may have this password.
pub(crate) fn check(field: &'static str, password: &SecretString) -> Result<(), Refusal> {
    let length = normalised(password).expose_secret().chars().count();
    if (SHORTEST..=LONGEST).contains(&length) {
        return Ok(());
    }
    Err(Refusal::new(
        "INVALID_PASSWORD",
        field,
        format!("Mật khẩu phải có từ {SHORTEST} đến {LONGEST} ký tự."),
        format!("The password must have {SHORTEST} to {LONGEST} characters."),
    ))
}

/// Hashes and compares passwords.
#[derive(Clone)]
pub(crate) struct Passwords {
    turns: Arc<Semaphore>,
}

impl Passwords {
    pub(crate) fn new() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self { turns: Arc::new(Semaphore::new(processors.min(MOST_AT_A_TIME))) }
    }

    /// The hash to store, as a PHC string with a salt of its own.
    pub(crate) async fn hash(&self, password: &SecretString) -> Result<String, Fault> {
        let password = normalised(password);
        self.in_turn(move || {
            let hash: Result<PasswordHash, _> = hasher()?.hash_password(password.expose_secret().as_bytes());
            hash.map(|hash| hash.to_string()).map_err(|error| Fault::Hashing(error.to_string()))
        })
        .await
    }

    /// Whether the password is the one that was hashed. Takes as long when there is no hash.
    pub(crate) async fn is_right(
        &self,
        password: &SecretString,
        hash: Option<String>,
    ) -> Result<bool, Fault> {
        let possible = password.expose_secret().len() <= 4 * 4 * LONGEST;
        let password = if possible { normalised(password) } else { SecretString::default() };
        self.in_turn(move || {
            let compared = hash.as_deref().filter(|_| possible).unwrap_or(NOBODYS);
            let stored = PasswordHash::new(compared).map_err(|error| Fault::Hashing(error.to_string()))?;
            let same = hasher()?.verify_password(password.expose_secret().as_bytes(), &stored).is_ok();
            Ok(same && compared != NOBODYS)
        })
        .await
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let turn = self.turns.clone().acquire_owned().await;
        let turn = turn.map_err(|error| Fault::Hashing(error.to_string()))?;
        let done = tokio::task::spawn_blocking(move || {
            let outcome = work();
            drop(turn);
            outcome
        });
        done.await.map_err(|error| Fault::Hashing(error.to_string()))?
    }
}

fn hasher() -> Result<Argon2<'static>, Fault> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None);
    let params = params.map_err(|error| Fault::Hashing(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::{Passwords, check};

    #[tokio::test]
    async fn a_password_is_right_however_it_is_typed() {
        let passwords = Passwords::new();
        let hash = passwords.hash(&"mật khẩu của tôi".into()).await.expect("a hash");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        let decomposed = "ma\u{323}\u{302}t kha\u{302}\u{309}u cu\u{309}a to\u{302}i";
        for (typed, right) in
            [("mật khẩu của tôi", true), (decomposed, true), ("mật khẩu của tôI", false), ("", false)]
        {
            assert_eq!(passwords.is_right(&typed.into(), Some(hash.clone())).await.expect("compared"), right);
        }
        assert!(!passwords.is_right(&"".into(), None).await.expect("compared"));
        let huge = "x".repeat(100_000);
        assert!(!passwords.is_right(&huge.into(), Some(hash)).await.expect("compared"));
    }

    #[test]
    fn a_password_has_twelve_to_two_hundred_characters() {
        for (length, fits) in [(11, false), (12, true), (200, true), (201, false)] {
            assert_eq!(check("password", &"ậ".repeat(length).into()).is_ok(), fits, "{length}");
        }
    }
}
