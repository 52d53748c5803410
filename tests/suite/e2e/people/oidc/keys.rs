//! Keys of the tests' own provider, and ID tokens signed with them, good and bad.

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use openidconnect::core::{
    CoreEdDsaPrivateSigningKey, CoreHmacKey, CoreJsonCurveType, CoreJsonWebKey,
    CoreJwsSigningAlgorithm as Alg, CoreRsaPrivateSigningKey,
};
use openidconnect::{JsonWebKeyId, PrivateSigningKey};
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};

/// What stands before an Ed25519 key's 32 bytes in PKCS #8.
const PKCS8: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// A key with its id.
pub struct Key {
    id: String,
    pair: Pair,
}

enum Pair {
    Ed(CoreEdDsaPrivateSigningKey),
    Rsa(Alg, CoreRsaPrivateSigningKey),
    Ec(SigningKey),
}

impl Key {
    /// An Ed25519 key; another for every seed.
    pub fn ed25519(id: &str, seed: u8) -> Self {
        let der = [PKCS8.as_slice(), &[seed; 32]].concat();
        let pem = BASE64_STANDARD.encode(der);
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{pem}\n-----END PRIVATE KEY-----\n");
        let pair = CoreEdDsaPrivateSigningKey::from_ed25519_pem(&pem, Some(JsonWebKeyId::new(id.to_owned())));
        Self { id: id.to_owned(), pair: Pair::Ed(pair.expect("a key")) }
    }

    /// The RSA key, for RS256.
    pub fn rsa(id: &str) -> Self {
        Self::rsa_for(id, Alg::RsaSsaPkcs1V15Sha256)
    }

    /// The RSA key, for PS256.
    pub fn rsa_pss(id: &str) -> Self {
        Self::rsa_for(id, Alg::RsaSsaPssSha256)
    }

    fn rsa_for(id: &str, alg: Alg) -> Self {
        let pem = include_str!("../../../../data/oidc/rsa.pem");
        let pair = CoreRsaPrivateSigningKey::from_pem(pem, Some(JsonWebKeyId::new(id.to_owned())));
        Self { id: id.to_owned(), pair: Pair::Rsa(alg, pair.expect("a key")) }
    }

    /// A P-256 key, for ES256.
    pub fn p256(id: &str) -> Self {
        Self { id: id.to_owned(), pair: Pair::Ec(SigningKey::from_slice(&[7; 32]).expect("a key")) }
    }

    /// The public key, as a JWK.
    pub fn public(&self) -> Value {
        let key = match &self.pair {
            Pair::Ed(key) => key.as_verification_key(),
            Pair::Rsa(_, key) => key.as_verification_key(),
            Pair::Ec(key) => {
                let point = key.verifying_key().to_sec1_point(false);
                let (x, y) = (point.x().expect("x").to_vec(), point.y().expect("y").to_vec());
                let id = Some(JsonWebKeyId::new(self.id.clone()));
                CoreJsonWebKey::new_ec(x, y, CoreJsonCurveType::P256, id)
            }
        };
        serde_json::to_value(key).expect("JSON")
    }

    /// A token that this key signed.
    pub fn sign(&self, claims: &Value) -> String {
        let text = unsigned(&json!({ "alg": self.algorithm(), "kid": self.id, "typ": "JWT" }), claims);
        let signature = match &self.pair {
            Pair::Ed(key) => key.sign(&Alg::EdDsa, text.as_bytes()).expect("a signature"),
            Pair::Rsa(alg, key) => key.sign(alg, text.as_bytes()).expect("a signature"),
            Pair::Ec(key) => Signer::<Signature>::sign(key, text.as_bytes()).to_vec(),
        };
        format!("{text}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
    }

    fn algorithm(&self) -> Value {
        match &self.pair {
            Pair::Ed(_) => json!(Alg::EdDsa),
            Pair::Rsa(alg, _) => json!(alg),
            Pair::Ec(_) => json!(Alg::EcdsaP256Sha256),
        }
    }

    /// A token under a shared secret, which claims to be signed by this key.
    pub fn sign_shared(&self, secret: &[u8], claims: &Value) -> String {
        let text = unsigned(&json!({ "alg": "HS256", "kid": self.id }), claims);
        let signature = CoreHmacKey::new(secret).sign(&Alg::HmacSha256, text.as_bytes());
        format!("{text}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature.expect("a signature")))
    }

    /// A token that nobody signed.
    pub fn sign_nothing(&self, claims: &Value) -> String {
        format!("{}.", unsigned(&json!({ "alg": "none", "kid": self.id }), claims))
    }
}

/// A token whose claims were changed after it was signed.
pub fn tampered(token: &str, change: impl FnOnce(&mut Value)) -> String {
    let parts: Vec<_> = token.split('.').collect();
    let claims = BASE64_URL_SAFE_NO_PAD.decode(parts[1]).expect("base64");
    let mut claims = serde_json::from_slice(&claims).expect("JSON");
    change(&mut claims);
    let claims = BASE64_URL_SAFE_NO_PAD.encode(claims.to_string());
    format!("{}.{claims}.{}", parts[0], parts[2])
}

fn unsigned(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", part(header), part(claims))
}
