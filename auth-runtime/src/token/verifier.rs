//! From the bytes of a token to a principal, in the one order that is safe.

use std::sync::Arc;

use super::claims::{self, Audience, Times};
use super::compact::{Compact, Header};
use super::grants::{self, Grantable};
use super::json::Object;
use super::keyring::Keyring;
use super::memory::{Memory, Remembered};
#[cfg(feature = "jwks")]
use super::{algorithm::KeyKind, keyring::Asked};
use crate::clock::UnixTime;
use crate::denial::Reason;
use crate::principal::{Principal, PrincipalBuilder};

/// Name of the scheme in principals, logs and metrics.
pub(crate) const SCHEME: &str = "bearer";

/// Everything a configuration says about tokens, ready to verify them.
#[derive(Debug)]
pub(crate) struct Verifier {
    pub(super) configuration: Option<Arc<str>>,
    pub(super) issuers: Vec<TrustedIssuer>,
    /// Seconds.
    pub(super) leeway: UnixTime,
    pub(super) max_token_bytes: usize,
    pub(super) access_token_profile: bool,
    pub(super) subject_claim: Box<str>,
    pub(super) roles_claim: Vec<Box<str>>,
    pub(super) memory: Memory,
}

/// An issuer with its own keys, its own audience and what it may grant.
#[derive(Debug)]
pub(super) struct TrustedIssuer {
    /// `None` stands for whatever `iss` no other entry names.
    pub(super) name: Option<Arc<str>>,
    pub(super) keys: Keyring,
    pub(super) audience: Audience,
    pub(super) grantable_roles: Grantable,
    pub(super) grantable_scopes: Grantable,
}

/// A key that is being asked for.
#[cfg(feature = "jwks")]
#[derive(Debug)]
pub(crate) struct LookUp(Asked);

#[cfg(feature = "jwks")]
impl LookUp {
    /// Waits for the issuer's answer. Whether a key that is still unknown is one that the issuer did not have after it was
    /// asked for.
    pub(crate) async fn wait(&self) -> bool {
        self.0.wait().await
    }

    /// The issuer did not have it.
    pub(crate) fn lacking(&self) {
        self.0.lacking();
    }
}

impl Verifier {
    /// What is remembered of this very token, judged as of `now`; `None` where it must be verified.
    pub(crate) fn recall(&self, token: &[u8], now: UnixTime) -> Option<Result<Principal, Reason>> {
        let known = self.memory.recall(token)?;
        if known.generation != self.generation() {
            return None;
        }
        Some(known.times.check(now, self.leeway).map(|()| known.principal))
    }

    /// Changes whenever any key does: what was verified before counts no more.
    fn generation(&self) -> u64 {
        self.issuers.iter().map(|issuer| issuer.keys.generation()).fold(0, u64::wrapping_add)
    }

    /// Verifies a token as of `now`: structure, header, issuer, key, signature, claims, in this order.
    ///
    /// `iss` is read before the signature is checked, as a key into the configured issuers and for nothing else.
    pub(crate) fn verify(&self, token: &[u8], now: UnixTime) -> Result<Principal, Reason> {
        if token.len() > self.max_token_bytes {
            return Err(Reason::TokenTooLong);
        }
        // Read before the keys are: if they change meanwhile, what is remembered is out of date at once.
        let generation = self.generation();
        let compact = Compact::parse(token)?;
        let header = compact.header()?;
        let header = Header::read(&header, self.access_token_profile)?;
        let claims = compact.claims()?;
        let issuer = self.issuer(&claims)?;
        issuer.keys.verify(header.algorithm, header.key_id, compact.signed, &compact.signature)?;
        let times = Times::read(&claims)?;
        times.check(now, self.leeway)?;
        let principal = self.accept(issuer, &claims)?.expires_at(times.expires_at);
        drop(claims);
        let principal = principal.claims_text(compact.payload).build();
        self.memory.remember(token, Remembered { principal: principal.clone(), times, generation });
        Ok(principal)
    }

    /// Where [`verify`](Self::verify) does not know the key of a token that else looks right: asks its issuer for it.
    #[cfg(feature = "jwks")]
    pub(crate) fn look_up(&self, token: &[u8], now: UnixTime) -> Result<LookUp, Reason> {
        let compact = Compact::parse(token)?;
        let header = compact.header()?;
        let header = Header::read(&header, self.access_token_profile)?;
        let claims = compact.claims()?;
        let issuer = self.issuer(&claims)?;
        // No provider publishes shared secrets.
        if header.algorithm.kind() == KeyKind::Secret {
            return Err(Reason::AlgorithmRefused);
        }
        Times::read(&claims)?.check(now, self.leeway)?;
        issuer.audience.check(&claims)?;
        match issuer.keys.ask(header.key_id.ok_or(Reason::KeyUnknown)?) {
            None => Err(Reason::KeyUnknown),
            Some(asked) if asked.is_refused() => Err(Reason::KeysUnavailable),
            Some(asked) => Ok(LookUp(asked)),
        }
    }

    /// Whether the keys of every issuer are there.
    #[cfg(feature = "jwks")]
    pub(crate) fn is_ready(&self) -> bool {
        self.issuers.iter().all(|issuer| issuer.keys.is_ready())
    }

    /// Whether the unverified token claims to come from an issuer of this configuration.
    pub(crate) fn recognizes(&self, token: &[u8]) -> bool {
        self.memory.recall(token).is_some()
            || token.len() <= self.max_token_bytes
                && Compact::parse(token)
                    .is_ok_and(|compact| compact.claims().and_then(|claims| self.issuer(&claims).map(drop)).is_ok())
    }

    fn issuer(&self, claims: &Object<'_>) -> Result<&TrustedIssuer, Reason> {
        let name = claims::string(claims, "iss")?;
        let named = self.issuers.iter().find(|issuer| issuer.name.as_deref() == name);
        named.or_else(|| self.issuers.iter().find(|issuer| issuer.name.is_none())).ok_or(Reason::IssuerWrong)
    }

    /// The claims of a token whose signature and times are good.
    fn accept(&self, issuer: &TrustedIssuer, claims: &Object<'_>) -> Result<PrincipalBuilder, Reason> {
        issuer.audience.check(claims)?;
        claims::string(claims, "jti")?;
        // RFC 7800 section 3: whoever presents it must prove possession of the key, which this scheme cannot check.
        if claims.contains("cnf") {
            return Err(Reason::TokenBound);
        }
        let subject = claims::string(claims, &self.subject_claim)?.filter(|subject| !subject.is_empty());
        let subject = subject.ok_or(Reason::ClaimsInvalid)?;

        let mut principal = Principal::builder(SCHEME, subject).configuration(self.configuration.clone());
        principal = match (&issuer.name, claims::string(claims, "iss")?) {
            (Some(name), _) => principal.issuer(Arc::clone(name)),
            (None, Some(name)) => principal.issuer(name),
            (None, None) => principal,
        };
        if let Some(scopes) = grants::scopes(claims, &issuer.grantable_scopes) {
            principal = principal.scopes(scopes.granted).disputed_scopes(scopes.disputed);
        }
        if let Some(roles) = grants::roles(claims, &self.roles_claim, &issuer.grantable_roles) {
            principal = principal.roles(roles.granted).disputed_roles(roles.disputed);
        }
        Ok(principal)
    }
}
