//! Judging an ID token (OpenID Connect Core 1.0 section 3.1.3.7).

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use crate::crypto::Algorithm;
use crate::denial::Reason;
use crate::http::peer::AddressShare;
use crate::keys::compact::{Compact, Header};
use crate::login::fault::LoginFault;
use crate::login::identity::{LoginIdentity, verified_email};
use crate::login::provider::Provider;
use crate::principal::Principal;
use crate::telemetry::{foreign, limited};
use crate::time::{Clock, UnixTime};

/// How far the clocks may differ, in seconds.
pub(super) const LEEWAY: UnixTime = 60;

/// Who has signed in, and how.
pub(super) struct Authenticated {
    pub(super) identity: LoginIdentity,
    pub(super) sid: Option<Box<str>>,
    pub(super) acr: Option<Box<str>>,
    pub(super) amr: Vec<Box<str>>,
    pub(super) auth_time: Option<UnixTime>,
}

/// What an ID token must say of this sign-in.
pub(super) struct Demanded<'a> {
    pub(super) nonce: &'a str,
    pub(super) access_token: &'a str,
}

impl Provider {
    /// Judges an ID token that has come with an access token.
    ///
    /// # Errors
    /// Where it is not good, not for this sign-in, or the keys are away.
    pub(super) async fn authenticated(
        &self,
        id_token: &str,
        demanded: Demanded<'_>,
        clock: &dyn Clock,
        address: AddressShare,
    ) -> Result<Authenticated, LoginFault> {
        let refused = |reason: Reason| {
            limited!(
                error,
                provider = foreign(&self.settings.issuer),
                reason = reason.label(),
                "an ID token is refused"
            );
            LoginFault::of_token(reason)
        };
        let (principal, header) = self.verified(id_token, clock, address).await.map_err(refused)?;
        if header.is_logout_token() {
            return Err(refused(Reason::TypeWrong));
        }
        let claims = principal.claims().filter(|_| principal.subject_claim() == Some("sub"));
        let claims = claims.ok_or(Reason::ClaimsInvalid).map_err(refused)?;
        if let Some(wrong) = self.unfit(claims, &demanded, header.algorithm) {
            limited!(
                error,
                provider = foreign(&self.settings.issuer),
                claim = wrong,
                "an ID token is not for this sign-in"
            );
            return Err(LoginFault::IdentityRefused);
        }
        let now = clock.now().map_err(|_| LoginFault::Unavailable)?;
        let text = |name: &str| claims.get(name).and_then(Value::as_str).map(Box::from);
        let auth_time = claims.get("auth_time").and_then(Value::as_i64);
        let auth_time = auth_time.filter(|at| *at >= 0 && *at <= now.saturating_add(LEEWAY));
        let acr: Option<Box<str>> = text("acr");
        let is_recent = self.settings.max_age.is_none_or(|age| {
            let age = UnixTime::try_from(age.as_secs()).unwrap_or(UnixTime::MAX);
            auth_time.is_some_and(|at| now.saturating_sub(at) <= age.saturating_add(LEEWAY))
        });
        let is_strong = self.settings.acr.is_empty() || acr.as_ref().is_some_and(|acr| self.settings.acr.contains(acr));
        if !is_recent || !is_strong {
            return Err(LoginFault::TooWeak);
        }
        let amr = claims.get("amr").and_then(Value::as_array).into_iter().flatten();
        Ok(Authenticated {
            sid: text("sid"),
            acr,
            amr: amr.filter_map(Value::as_str).map(Box::from).collect(),
            auth_time,
            identity: LoginIdentity {
                provider: self.settings.name.clone(),
                issuer: self.settings.issuer.clone(),
                subject: principal.subject().into(),
                verified_email: verified_email(claims, &self.settings.email_domains),
                claims: claims.clone(),
            },
        })
    }

    /// Signature, issuer, audience and times, by the verifier of all tokens.
    pub(super) async fn verified(
        &self,
        token: &str,
        clock: &dyn Clock,
        address: AddressShare,
    ) -> Result<(Principal, Arc<Header>), Reason> {
        let verifier = &self.verifier;
        verifier.check_length(token.as_bytes())?;
        let mut compact = Compact::split(token.as_bytes()).ok_or(Reason::TokenNotJwt)?;
        let header = compact.header()?;
        if header.is_access_token() {
            return Err(Reason::TypeWrong);
        }
        let now = clock.now()?;
        let principal = match verifier.verify(&mut compact, now) {
            Err(refusal @ (Reason::KeyUnknown | Reason::KeysUnavailable)) => {
                let look_up = verifier.look_up(&compact, verifier.claimant(&compact, address), now, refusal)?;
                verifier.verify_once_found(compact.into_owned(), look_up, clock, address).await?
            }
            Err(Reason::SignatureInvalid) => {
                verifier.doubt(&compact, address, now);
                return Err(Reason::SignatureInvalid);
            }
            judged => judged?,
        };
        Ok((principal, header))
    }

    /// Whether an ID token that has come with a refresh tells of whom it did at sign-in (OpenID Connect Core 1.0 section 12.2). Its signature is not
    /// looked at: it is the token endpoint itself that has sent it, and nothing else in it counts.
    pub(super) fn tells_of(&self, subject: &str, id_token: &str) -> bool {
        let Some(token) = Compact::split(id_token.as_bytes()) else { return false };
        token.claims().is_ok_and(|claims| {
            let says =
                |name, what: &str| claims.get(name).and_then(|said| said.as_str()).is_some_and(|said| said == what);
            says("iss", &self.settings.issuer) && says("sub", subject)
        })
    }

    /// Whether a verified token is for others besides, and does not say that it was issued to us.
    pub(super) fn is_for_others(&self, claims: &Map<String, Value>) -> bool {
        let client = self.settings.client.id();
        let others = claims.get("aud").and_then(Value::as_array).is_some_and(|of| of.iter().any(|name| name != client));
        // The verifier has compared `azp` where it is there.
        others && !claims.contains_key("azp")
    }

    /// The claim by which a verified ID token is not for this sign-in.
    fn unfit(
        &self,
        claims: &Map<String, Value>,
        demanded: &Demanded<'_>,
        algorithm: Algorithm,
    ) -> Option<&'static str> {
        if self.is_for_others(claims) {
            return Some("aud");
        }
        // Demanded of ID tokens, unlike of others; the verifier has judged it where it is there.
        if !claims.contains_key("iat") {
            return Some("iat");
        }
        // Logout tokens name it so.
        let names_a_session = |sid: &Value| sid.as_str().is_some_and(|sid| !sid.is_empty());
        if !claims.get("sid").is_none_or(names_a_session) {
            return Some("sid");
        }
        if claims.get("nonce").and_then(Value::as_str) != Some(demanded.nonce) {
            return Some("nonce");
        }
        match claims.get("at_hash") {
            None => None,
            Some(hash) if hash.as_str() == Some(&half_hash(algorithm, demanded.access_token)) => None,
            Some(_) => Some("at_hash"),
        }
    }
}

/// The left half of a hash, of the size that the signature has (OpenID Connect Core 1.0 section 3.1.3.6).
fn half_hash(algorithm: Algorithm, token: &str) -> String {
    let hash = match algorithm.name() {
        name if name.ends_with("256") => Sha256::digest(token).to_vec(),
        name if name.ends_with("384") => Sha384::digest(token).to_vec(),
        // EdDSA over Ed25519 hashes by SHA-512 too.
        _ => Sha512::digest(token).to_vec(),
    };
    URL_SAFE_NO_PAD.encode(hash.get(..hash.len() / 2).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_the_standard_s_example() {
        // OpenID Connect Core 1.0 appendix A.3.
        assert_eq!(
            half_hash(Algorithm::RS256, "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"),
            "77QmUPtjPfzWtF2AnpK9RQ"
        );
    }
}
