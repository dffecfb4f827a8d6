//! From the bytes of a token to a principal, in the one order that is safe.

use std::ops::Deref;
use std::sync::Arc;
#[cfg(feature = "jwks")]
use std::time::Instant;

#[cfg(feature = "jwks")]
use crate::crypto::KeyKind;
use crate::denial::Reason;
#[cfg(feature = "jwks")]
use crate::http::peer::AddressShare;
use crate::json::Object;
use crate::jwt::acceptance::{Acceptance, IssuerTerms};
use crate::jwt::claims::{self, Times};
use crate::jwt::headers::KnownHeaders;
use crate::jwt::memory::{Memory, Remembered};
#[cfg(feature = "jwks")]
use crate::jwt::tenants::{Tenant, Tenants};
#[cfg(feature = "jwks")]
use crate::jwt::waiting::LookUp;
use crate::keys::compact::{Compact, Header};
use crate::keys::keyring::Keyring;
use crate::principal::{Claims, Principal};
use crate::scheme::Recognition;
use crate::shares;
#[cfg(feature = "jwks")]
use crate::shares::{Claimant, KnownCallers, Presented};
use crate::time::UnixTime;

/// Everything a configuration says about tokens, ready to verify them.
#[derive(Debug)]
pub(crate) struct Verifier {
    pub(crate) acceptance: Acceptance,
    pub(crate) issuers: Vec<TrustedIssuer>,
    pub(crate) access_token_profile: bool,
    /// Whoever calls looks at the kind of the token.
    pub(crate) takes_logout_tokens: bool,
    pub(crate) memory: Memory,
    pub(crate) headers: KnownHeaders,
    #[cfg(feature = "jwks")]
    pub(crate) tenants: Option<Tenants>,
    /// Whose tokens were good within the last hour, where somebody is asked for keys or tenants.
    #[cfg(feature = "jwks")]
    pub(crate) known: KnownCallers,
}

/// An issuer with its own keys.
#[derive(Debug)]
pub(crate) struct TrustedIssuer {
    pub(crate) terms: IssuerTerms,
    pub(crate) keys: Keyring,
    /// Whether its metadata say where its keys are.
    #[cfg(all(feature = "jwks", feature = "openapi"))]
    pub(crate) is_discovered: bool,
}

impl TrustedIssuer {
    fn name(&self) -> Option<&str> {
        self.terms.name.as_deref()
    }
}

/// An issuer found for a token.
enum Trusted<'a> {
    Configured(&'a TrustedIssuer),
    #[cfg(feature = "jwks")]
    Tenant(Arc<Tenant>),
}

impl Deref for Trusted<'_> {
    type Target = TrustedIssuer;

    fn deref(&self) -> &TrustedIssuer {
        match self {
            Self::Configured(issuer) => issuer,
            #[cfg(feature = "jwks")]
            Self::Tenant(tenant) => &tenant.issuer,
        }
    }
}

impl Verifier {
    /// What is remembered of this very token, judged as of `now`; `None` where it must be verified.
    pub(crate) fn recall(&self, token: &[u8], now: UnixTime) -> Option<Result<Principal, Reason>> {
        let known = self.memory.recall(token)?;
        if known.generation != self.generation_for(&known.principal)? {
            return None;
        }
        let good = known
            .times
            .check(now, self.acceptance.leeway())
            .and_then(|()| self.acceptance.unrevoked(&known.principal, known.revocable.as_ref(), &known.times, now));
        Some(good.map(|()| known.principal))
    }

    /// The mark of whose token this is, where it is remembered: only what was good is.
    pub(crate) fn mark(&self, token: &[u8]) -> Option<u64> {
        self.memory.recall(token).map(|known| shares::mark(&known.principal))
    }

    /// The same of a token that has a good signature and was good once: it counts as a caller of its own.
    pub(crate) fn mark_of_expected(&self, compact: &Compact<'_>) -> Option<u64> {
        compact.signature().ok().filter(|signature| self.memory.expects(signature)).map(shares::keyed)
    }

    /// The generation of keys by which a principal would be verified now.
    fn generation_for(&self, principal: &Principal) -> Option<u64> {
        #[cfg(feature = "jwks")]
        if let (Some(tenants), Some(name)) = (&self.tenants, principal.issuer())
            && !self.issuers.iter().any(|issuer| issuer.name() == Some(name))
        {
            return tenants.known(name).map(|tenant| tenant.generation());
        }
        let _ = principal;
        Some(self.generation())
    }

    fn generation_of(&self, issuer: &Trusted<'_>) -> u64 {
        match issuer {
            Trusted::Configured(_) => self.generation(),
            #[cfg(feature = "jwks")]
            Trusted::Tenant(tenant) => tenant.generation(),
        }
    }

    /// Changes whenever any key does: what was verified before counts no more.
    fn generation(&self) -> u64 {
        self.issuers.iter().map(|issuer| issuer.keys.generation()).fold(0, u64::wrapping_add)
    }

    /// Verifies a token as of `now`: structure, header, issuer, key, signature, claims, in this order.
    ///
    /// `iss` is read before the signature is checked, as a key into the configured issuers and for nothing else.
    pub(crate) fn verify(&self, compact: &mut Compact<'_>, now: UnixTime) -> Result<Principal, Reason> {
        self.judge(compact, now, true)
    }

    /// As [`verify`](Self::verify), without leaving a trace.
    pub(crate) fn examine(&self, compact: &mut Compact<'_>, now: UnixTime) -> Result<Principal, Reason> {
        self.judge(compact, now, false)
    }

    /// Whether a token that is refused for this reason would make this service ask for keys or tenants.
    pub(crate) fn would_ask(&self, refusal: Reason) -> bool {
        #[cfg(feature = "jwks")]
        return match refusal {
            Reason::KeyUnknown | Reason::KeysUnavailable => {
                self.tenants.is_some() || self.issuers.iter().any(|issuer| issuer.keys.is_remote())
            }
            Reason::IssuerWrong => self.tenants.is_some(),
            _ => false,
        };
        #[cfg(not(feature = "jwks"))]
        {
            let _ = refusal;
            false
        }
    }

    /// `is_sent` says whether somebody sent the token: only then is anything remembered, or a tenant looked for anew.
    fn judge(&self, compact: &mut Compact<'_>, now: UnixTime, is_sent: bool) -> Result<Principal, Reason> {
        self.check_length(compact.token())?;
        compact.check()?;
        let (header, is_new) = self.header(compact)?;
        let claims = compact.claims()?;
        let issuer = self.issuer(&claims, is_sent)?;
        // Read before the keys are: if they change meanwhile, what is remembered is out of date at once.
        let generation = self.generation_of(&issuer);
        let unnamed = if issuer.name().is_none() { claims::string(&claims, "iss")? } else { None };
        let name = issuer.name().or(unnamed.as_deref());
        issuer.keys.verify(name, header.algorithm, header.key_id.as_deref(), compact.signed(), compact.signature()?)?;
        let times = Times::read(&claims)?;
        times.check(now, self.acceptance.leeway())?;
        let accepted = self.acceptance.accept(&issuer.terms, &claims, Some(times.expires_at))?;
        let revocable = self.acceptance.revocable(&claims, &times)?;
        let shape = claims.shape();
        drop(claims);
        if is_new && is_sent {
            self.headers.keep(compact.header_segment(), &header);
        }
        let is_remembered = is_sent && self.memory.wants(header.algorithm.kind(), compact.signature()?);
        let (payload, members, signature) = compact.take_content();
        let token = str::from_utf8(compact.token()).ok().filter(|_| is_remembered);
        let claims = Claims::of_text(payload, shape);
        let principal = accepted.with_claims(match token {
            Some(token) => claims.with_token(token),
            None => claims.with_members(members),
        });
        self.acceptance.unrevoked(&principal, revocable.as_ref(), &times, now)?;
        match token {
            Some(_) => self.memory.remember(Remembered { principal: principal.clone(), times, revocable, generation }),
            None if is_sent => self.memory.expect(&signature),
            None => {}
        }
        Ok(principal)
    }

    pub(crate) fn check_length(&self, token: &[u8]) -> Result<(), Reason> {
        if token.len() > self.acceptance.max_token_bytes() { Err(Reason::TokenTooLong) } else { Ok(()) }
    }

    /// The header, and whether no verified token had it before.
    fn header(&self, compact: &Compact<'_>) -> Result<(Arc<Header>, bool), Reason> {
        if let Some(known) = self.headers.find(compact.header_segment()) {
            return Ok((known, false));
        }
        let header = compact.header()?;
        let is_unfit = self.access_token_profile && !header.is_access_token();
        if is_unfit || (header.is_logout_token() && !self.takes_logout_tokens) {
            return Err(Reason::TypeWrong);
        }
        Ok((header, true))
    }

    /// Takes note of a token that was good, seen for the first time: its subject comes first where many ask for keys or tenants.
    #[cfg(feature = "jwks")]
    pub(crate) fn succeeded(&self, principal: &Principal, address: impl FnOnce() -> AddressShare) {
        if self.tenants.is_some() || self.issuers.iter().any(|issuer| issuer.keys.is_remote()) {
            let subject = (principal.issuer(), Some(principal.subject()));
            self.known.insert(Presented::new(subject, (), address()), Instant::now());
        }
    }

    /// As whom the bearer of a token counts that nobody has vouched for.
    #[cfg(feature = "jwks")]
    pub(crate) fn claimant(&self, compact: &Compact<'_>, address: AddressShare) -> Claimant {
        let claims = compact.claims().ok();
        let issuer = claims.as_ref().and_then(|claims| claims::string(claims, "iss").ok().flatten());
        let subject = claims.as_ref().and_then(|claims| self.acceptance.claimed_subject(claims));
        let presented = Presented::new((issuer.as_deref(), subject.as_deref()), (), address).by(compact.token());
        self.known.claimant(presented, Instant::now())
    }

    /// Where [`verify`](Self::verify) does not know the key or the issuer of a token that else looks right, or has no key at
    /// all, which is its `refusal`: asks for it.
    #[cfg(feature = "jwks")]
    pub(crate) fn look_up(
        &self,
        compact: &Compact<'_>,
        claimant: Claimant,
        now: UnixTime,
        refusal: Reason,
    ) -> Result<LookUp, Reason> {
        let (header, _) = self.header(compact)?;
        let claims = compact.claims()?;
        let issuer = self.issuer(&claims, true);
        let tenants = match (&issuer, &self.tenants) {
            (Err(reason), None) => return Err(*reason),
            (Err(_), Some(tenants)) => Some((tenants, claims::string(&claims, "iss")?.ok_or(Reason::IssuerWrong)?)),
            (Ok(issuer), _) if !issuer.keys.can_be_asked() => return Err(refusal),
            (Ok(_), _) => None,
        };
        // No provider publishes shared secrets; a tenant may have one of its own.
        if tenants.is_none() && header.algorithm.kind() == KeyKind::Secret {
            return Err(Reason::AlgorithmRefused);
        }
        Times::read(&claims)?.check(now, self.acceptance.leeway())?;
        if let Some((tenants, name)) = tenants {
            return tenants.look_for(&name, claimant).map(LookUp::Tenant);
        }
        let issuer = issuer?;
        issuer.terms.check_audience(&claims)?;
        // Without an id there is no key that could be lacking, unless all are.
        let key_id = header.key_id.as_deref().or((refusal == Reason::KeysUnavailable).then_some(""));
        match issuer.keys.ask(key_id.ok_or(refusal)?, claimant) {
            None => Err(refusal),
            Some(asked) => LookUp::key(asked, refusal),
        }
    }

    /// Where [`verify`](Self::verify) refused the signature of a token that else looks right: its provider may have put
    /// another key under the same id, and is asked now and then. The token stays refused.
    #[cfg(feature = "jwks")]
    pub(crate) fn doubt(&self, compact: &Compact<'_>, address: AddressShare, now: UnixTime) {
        let looks_right = |claims: &Object<'_>| -> Result<(), Reason> {
            let issuer = self.issuer(claims, true)?;
            if issuer.keys.is_remote() {
                Times::read(claims)?.check(now, self.acceptance.leeway())?;
                issuer.terms.check_audience(claims)?;
                issuer.keys.renew(self.claimant(compact, address));
            }
            Ok(())
        };
        let _ = compact.claims().and_then(|claims| looks_right(&claims));
    }

    /// Whether the keys of every issuer are there.
    #[cfg(feature = "jwks")]
    pub(crate) fn is_ready(&self) -> bool {
        self.issuers.iter().all(|issuer| issuer.keys.is_ready())
    }

    /// Whether it accepts tokens of issuers that are not known beforehand.
    pub(crate) fn takes_any_issuer(&self) -> bool {
        let unnamed = self.issuers.iter().any(|issuer| issuer.name().is_none());
        #[cfg(feature = "jwks")]
        let unnamed = unnamed || self.tenants.is_some();
        unnamed
    }

    /// The issuers whose tokens are accepted, in configured order.
    pub(crate) fn issuer_names(&self) -> impl Iterator<Item = &str> {
        self.issuers.iter().filter_map(|issuer| issuer.name())
    }

    /// Those of them whose metadata say where their keys are.
    #[cfg(all(feature = "jwks", feature = "openapi"))]
    pub(crate) fn discovered_issuers(&self) -> impl Iterator<Item = &str> {
        self.issuers.iter().filter(|issuer| issuer.is_discovered).filter_map(TrustedIssuer::name)
    }

    /// What [`recognizes`](Self::recognizes) says of this very token, where it is remembered.
    pub(crate) fn remembers(&self, token: &[u8]) -> Option<Recognition> {
        let known = self.memory.recall(token)?;
        let is_named = self.issuer_names().any(|name| known.principal.issuer() == Some(name));
        Some(if is_named { Recognition::Mine } else { Recognition::Perhaps })
    }

    /// Whether the unverified token claims to come from an issuer of this configuration: by its form alone, and for sure only
    /// where the configuration names its issuers.
    pub(crate) fn recognizes(&self, compact: &Compact<'_>) -> Recognition {
        let Ok(claims) = compact.claims() else { return Recognition::No };
        let Ok(name) = claims::string(&claims, "iss") else { return Recognition::No };
        if self.issuers.iter().any(|issuer| issuer.name().is_some() && issuer.name() == name.as_deref()) {
            return Recognition::Mine;
        }
        let takes_any = self.issuers.iter().any(|issuer| issuer.name().is_none());
        #[cfg(feature = "jwks")]
        let takes_any = takes_any
            || self.tenants.as_ref().zip(name.as_deref()).is_some_and(|(tenants, name)| !tenants.is_stranger(name));
        if takes_any { Recognition::Perhaps } else { Recognition::No }
    }

    /// The issuer that a token names. `may_ask` says whether a tenant that was found a while ago is looked for again.
    fn issuer(&self, claims: &Object<'_>, may_ask: bool) -> Result<Trusted<'_>, Reason> {
        let name = claims::string(claims, "iss")?;
        // Who signs says who it is, or leaves it out.
        if name.is_none() && claims::is_null(claims, "iss") {
            return Err(Reason::ClaimsInvalid);
        }
        let name = name.as_deref();
        let named = self.issuers.iter().find(|issuer| issuer.name() == name);
        let configured = named.or_else(|| self.issuers.iter().find(|issuer| issuer.name().is_none()));
        #[cfg(feature = "jwks")]
        if let (None, Some(tenants), Some(name)) = (configured, &self.tenants, name) {
            let known = if may_ask { tenants.known(name) } else { tenants.at_hand(name) };
            return known.map(Trusted::Tenant).ok_or(Reason::IssuerWrong);
        }
        #[cfg(not(feature = "jwks"))]
        let _ = may_ask;
        configured.map(Trusted::Configured).ok_or(Reason::IssuerWrong)
    }
}
