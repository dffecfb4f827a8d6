//! The keys of proofs: as their headers have them, and as they are remembered.

use std::hash::RandomState;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use quick_cache::sync::Cache;
use sha2::{Digest as _, Sha256};

use crate::crypto::Algorithm;
use crate::crypto::backend::BoundKey;
use crate::denial::Reason;
use crate::json::{Json, Object};
use crate::keys::jwk::{self, KeyRules};
use crate::keys::material::Material;

/// How many keys are remembered: for each, a header of some hundred bytes and what is prepared of it.
const KNOWN_MAX: usize = 4096;
/// A header with more members than this is refused.
const HEADER_MEMBERS_MAX: usize = 32;
/// Members of a JSON Web Key that only its owner knows (RFC 7518 section 6, RFC 8037 section 2).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
const RSA_BITS_MAX: usize = 4096;
const RSA_EXPONENT: [u8; 3] = [1, 0, 1];

/// The key of a proof, bound to the algorithm that the header names.
#[derive(Debug)]
pub(super) struct ProofKey {
    pub(super) key: BoundKey,
    /// The base64url of its SHA-256 thumbprint (RFC 7638).
    pub(super) thumbprint: Box<str>,
}

/// Keys whose proofs were accepted, by the header that brought them: a client signs all of its proofs under one.
pub(super) struct KnownKeys(Cache<Box<[u8]>, Arc<ProofKey>, quick_cache::UnitWeighter, RandomState>);

impl KnownKeys {
    pub(super) fn new() -> Self {
        let (weighter, lifecycle) = (quick_cache::UnitWeighter, quick_cache::sync::DefaultLifecycle::default());
        let capacity = u64::try_from(KNOWN_MAX).unwrap_or(u64::MAX);
        Self(Cache::with(KNOWN_MAX, capacity, weighter, RandomState::new(), lifecycle))
    }

    pub(super) fn find(&self, header: &[u8]) -> Option<Arc<ProofKey>> {
        self.0.get(header)
    }

    /// Only after the whole proof was accepted: nobody fills the memory without a token.
    pub(super) fn keep(&self, header: Box<[u8]>, key: Arc<ProofKey>) {
        self.0.insert(header, key);
    }
}

impl ProofKey {
    /// Reads the header of a proof by a key with this thumbprint (RFC 9449 section 4.2). The thumbprint comes first: a key that
    /// is not the token's costs no cryptography.
    pub(super) fn read(header: &[u8], allowed: &[Algorithm], thumbprint: &str) -> Result<Self, Reason> {
        let text = URL_SAFE_NO_PAD.decode(header).ok().and_then(|text| String::from_utf8(text).ok());
        let text = text.ok_or(Reason::ProofMalformed)?;
        let members = Object::of_at_most(HEADER_MEMBERS_MAX, &text).map_err(|_| Reason::ProofMalformed)?;
        let is_proof = members.get("typ").and_then(|typ| typ.as_str()).is_some_and(|typ| typ == "dpop+jwt");
        // Extensions must be understood (RFC 7515 section 4.1.11); none is.
        if !is_proof || members.contains("crit") || members.contains("b64") {
            return Err(Reason::ProofMalformed);
        }
        let algorithm = members.get("alg").and_then(|alg| Algorithm::from_name(&alg.as_str()?));
        let algorithm = algorithm.filter(|algorithm| allowed.contains(algorithm)).ok_or(Reason::ProofKeyRefused)?;
        let jwk = members.get("jwk").ok_or(Reason::ProofMalformed)?;
        let own = self::thumbprint(&jwk).ok_or(Reason::ProofKeyRefused)?;
        if *own != *thumbprint {
            return Err(Reason::ProofKeyForeign);
        }
        let key = bound(&jwk, algorithm).ok_or(Reason::ProofKeyRefused)?;
        Ok(Self { key, thumbprint: own })
    }
}

/// A public key that signs by this algorithm: one of RSA with 2048 to 4096 bits and the exponent 65537.
fn bound(jwk: &Json<'_>, algorithm: Algorithm) -> Option<BoundKey> {
    let rules = KeyRules { algorithms: Arc::from([algorithm]), ..KeyRules::default() };
    let keys = jwk::key(jwk.as_written().as_bytes(), &rules).ok()?;
    let key = keys.into_iter().find(|key| key.algorithm == algorithm)?;
    if let Material::Rsa { modulus, exponent } = &key.material
        && (modulus.len() * 8 > RSA_BITS_MAX || *exponent != RSA_EXPONENT)
    {
        return None;
    }
    key.material.bind(algorithm).ok()
}

/// The thumbprint of a public key (RFC 7638 section 3); `None` for one with a private part, or of a kind that signs no proofs.
fn thumbprint(jwk: &Json<'_>) -> Option<Box<str>> {
    let members = jwk.object()?;
    if PRIVATE.iter().any(|name| members.contains(name)) {
        return None;
    }
    let kind = members.get("kty")?.as_str()?;
    let required: &[&str] = match &*kind {
        "EC" => &["crv", "kty", "x", "y"],
        "OKP" => &["crv", "kty", "x"],
        "RSA" => &["e", "kty", "n"],
        _ => return None,
    };
    let mut hash = Sha256::new();
    for (place, name) in required.iter().enumerate() {
        let value = members.get(name)?.as_str()?;
        // Names of curves and base64url: nothing that JSON would escape.
        if !value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_') {
            return None;
        }
        hash.update(if place == 0 { "{\"" } else { ",\"" });
        hash.update(name);
        hash.update("\":\"");
        hash.update(value.as_bytes());
        hash.update("\"");
    }
    hash.update("}");
    Some(URL_SAFE_NO_PAD.encode(hash.finalize()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(jwk: &str) -> Option<Box<str>> {
        let text = format!(r#"{{"jwk":{jwk}}}"#);
        thumbprint(&Object::parse(&text).unwrap().get("jwk").unwrap())
    }

    /// RFC 7638 section 3.1, RFC 8037 appendix A.3, RFC 9449 section 6.1 with the key of figure 2.
    #[test]
    fn thumbprints_are_those_of_the_specifications() {
        let rsa = r#"{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}"#;
        assert_eq!(of(rsa).as_deref(), Some("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"));
        let okp = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
        assert_eq!(of(okp).as_deref(), Some("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"));
        let ec = r#"{"kty":"EC","x":"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs","y":"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA","crv":"P-256"}"#;
        assert_eq!(of(ec).as_deref(), Some("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"));
    }

    #[test]
    fn a_key_that_is_not_public_has_none() {
        for name in PRIVATE {
            let jwk = format!(
                r#"{{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","{name}":"AA"}}"#
            );
            assert_eq!(of(&jwk), None, "{name}");
        }
        for jwk in [r#"{"kty":"oct","k":"AA"}"#, r#"{"kty":"oct"}"#, r#"{"kty":"AKP"}"#, "{}", "[]", "null", "\"x\""] {
            assert_eq!(of(jwk), None, "{jwk}");
        }
    }
}
