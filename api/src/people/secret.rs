//! Secrets that a machine makes: of a session, a token, a one-time link. 256 random bits each; a token begins
//! with `rfm_`, so that a scanner of leaked secrets knows it.

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

/// How many random bytes.
const BYTES: usize = 32;

/// What a secret is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The cookie of a session.
    Session,
    /// A program's token.
    Token,
    /// A one-time link.
    Link,
    /// The way to an OpenID Connect provider and back.
    Journey,
}

impl Purpose {
    fn prefix(self) -> &'static str {
        match self {
            Self::Session | Self::Link | Self::Journey => "",
            Self::Token => "rfm_",
        }
    }
}

/// A secret as its owner shows it. Its `Debug` does not tell it.
#[derive(Clone, Debug)]
pub struct Secret(SecretString);

impl Secret {
    /// A fresh one.
    pub(crate) fn generate(purpose: Purpose) -> Result<Self, getrandom::Error> {
        let mut bytes = [0; BYTES];
        getrandom::fill(&mut bytes)?;
        Ok(Self(format!("{}{}", purpose.prefix(), hexadecimal(&bytes)).into()))
    }

    /// What somebody shows, if it looks like a secret for that.
    pub(crate) fn read(purpose: Purpose, text: &str) -> Option<Self> {
        let digits = text.strip_prefix(purpose.prefix())?;
        let looks = digits.len() == 2 * BYTES && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        looks.then(|| Self(text.into()))
    }

    /// What is stored of it.
    pub(crate) fn hash(&self) -> String {
        hashed(self.expose())
    }

    /// The text, for its owner.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

/// A text's SHA-256 in hexadecimal.
pub(crate) fn hashed(text: &str) -> String {
    hexadecimal(&Sha256::digest(text.as_bytes()))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::{Purpose, Secret};

    #[test]
    fn a_secret_is_read_back_and_never_shown() {
        for purpose in [Purpose::Session, Purpose::Token, Purpose::Link, Purpose::Journey] {
            let secret = Secret::generate(purpose).expect("randomness");
            let read = Secret::read(purpose, secret.expose()).expect("it is one");
            assert_eq!(read.hash(), secret.hash());
            assert_ne!(secret.hash(), secret.expose());
            assert!(!format!("{secret:?}").contains(secret.expose()));
        }
        let token = Secret::generate(Purpose::Token).expect("randomness");
        assert!(token.expose().starts_with("rfm_"));
        for other in ["", "rfm_", "rfm_0", &token.expose()[4..], &format!("{}0", token.expose())] {
            assert!(Secret::read(Purpose::Token, other).is_none(), "{other}");
        }
    }
}
