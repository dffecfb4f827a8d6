//! From the bytes of a token to a principal, in the one order that is safe.

use std::sync::Arc;

use super::claims::{self, Audience, Times};
use super::compact::{Compact, Header};
use super::grants::{self, Grantable};
use super::headers::KnownHeaders;
use super::json::Object;
use super::keyring::Keyring;
use super::memory::{Memory, Remembered};
use crate::clock::UnixTime;
use crate::denial::Reason;
use crate::principal::{Principal, PrincipalBuilder};
use crate::revocation::{Consulted, Revocable};

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
    pub(super) revocations: Option<Consulted>,
    pub(super) memory: Memory,
    pub(super) headers: KnownHeaders,
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

impl Verifier {
    /// What is remembered of this very token, judged as of `now`; `None` where it must be verified.
    pub(crate) fn recall(&self, token: &[u8], now: UnixTime) -> Option<Result<Principal, Reason>> {
        let known = self.memory.recall(token)?;
        if known.generation != self.generation() {
            return None;
        }
        let good = known.times.check(now, self.leeway).and_then(|()| self.unrevoked(&known, now));
        Some(good.map(|()| known.principal))
    }

    /// Whether a verified token has been revoked: asked with each request, remembered or not.
    fn unrevoked(&self, verified: &Remembered, now: UnixTime) -> Result<(), Reason> {
        match (&self.revocations, &verified.revocable) {
            (None, _) => Ok(()),
            (Some(store), Some(revocable)) => {
                store.check(&verified.principal, revocable, verified.times.expires_at, now)
            }
            (Some(_), None) => Err(Reason::ClaimsInvalid),
        }
    }

    /// By what a token can be revoked, where that matters: then it must have a `jti`.
    fn revocable(&self, claims: &Object<'_>, times: &Times) -> Result<Option<Arc<Revocable>>, Reason> {
        if self.revocations.is_none() {
            return Ok(None);
        }
        let token_id = claims::string(claims, "jti")?.filter(|id| !id.is_empty()).ok_or(Reason::ClaimsInvalid)?;
        Ok(Some(Arc::new(Revocable {
            token_id: token_id.into(),
            session: claims::string(claims, "sid")?.map(Into::into),
            issued_at: times.issued_at,
        })))
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
        let known = self.headers.find(compact.header);
        let is_new = known.is_none();
        let header = match known {
            Some(header) => header,
            None => Arc::new(Header::read(compact.header, self.access_token_profile)?),
        };
        let claims = compact.claims()?;
        let issuer = self.issuer(&claims)?;
        issuer.keys.verify(header.algorithm, header.key_id.as_deref(), compact.signed, &compact.signature)?;
        let times = Times::read(&claims)?;
        times.check(now, self.leeway)?;
        let principal = self.accept(issuer, &claims)?.expires_at(times.expires_at);
        let revocable = self.revocable(&claims, &times)?;
        drop(claims);
        if is_new {
            self.headers.keep(compact.header, &header);
        }
        let principal = principal.claims_text(compact.payload).build();
        let verified = Remembered { principal: principal.clone(), times, revocable, generation };
        self.unrevoked(&verified, now)?;
        self.memory.remember(token, verified);
        Ok(principal)
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
