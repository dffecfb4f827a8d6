//! What decides about a proof, once its token is good.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use actix_web::http::header::{ACCESS_CONTROL_EXPOSE_HEADERS, HeaderName, HeaderValue, RETRY_AFTER};

use crate::crypto::Algorithm;
#[cfg(feature = "redis")]
use crate::denial::Unavailable;
use crate::denial::{Reason, Rejection};
use crate::http::field::Field;
use crate::keys::compact::Compact;
use crate::principal::{Confirmation, Principal};
use crate::scheme::dpop::key::{KnownKeys, ProofKey};
use crate::scheme::dpop::proof::{Claims, ProvenRequest, compact};
use crate::scheme::dpop::replays::{Counted, GoodProof, Replays};
#[cfg(feature = "redis")]
use crate::scheme::dpop::shared::SharedReplays;
use crate::scheme::nonce::{NonceId, Nonces};
use crate::scheme::{Authentication, Outcome};
use crate::time::{Clock, UnixTime};

/// How far `iat` may be off, in seconds and either direction.
pub(super) const WINDOW: UnixTime = 60;
/// How long a nonce is accepted.
pub(super) const NONCE_LIFETIME: Duration = Duration::from_secs(300);
/// When whoever has used up its share may come again, in seconds: some of its proofs are out of time by then.
const AGAIN_AFTER: u32 = 10;
const DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

/// What verifies the proofs of one configuration.
pub(super) struct ProofVerifier {
    pub(super) algorithms: Vec<Algorithm>,
    pub(super) keys: KnownKeys,
    pub(super) memory: Memory,
    /// Where every proof must have one.
    pub(super) nonces: Option<Nonces>,
}

/// Where used proofs are remembered.
pub(super) enum Memory {
    Own(Replays),
    #[cfg(feature = "redis")]
    Shared(Arc<SharedReplays>),
}

/// When a request is judged.
#[derive(Clone, Copy)]
pub(super) struct Now {
    pub(super) second: UnixTime,
    pub(super) time: SystemTime,
}

/// When a proof is good, if it is.
struct InTime {
    /// The second that it, or its nonce, is of.
    second: UnixTime,
    /// The last second in which it would be accepted.
    until: UnixTime,
}

/// A key that was not known, and the header that brought it.
type NewKey = (Box<[u8]>, Arc<ProofKey>);

impl ProofVerifier {
    /// Lets the holder of a good token in, if this is its proof.
    pub(super) fn verify(
        self: &Arc<Self>,
        principal: Principal,
        sent: Field<'_>,
        request: ProvenRequest<'_>,
        clock: &dyn Clock,
    ) -> Authentication {
        match clock.now() {
            Ok(second) => self.verify_at(principal, sent, request, Now { second, time: clock.read() }),
            Err(unreadable) => Outcome::failed(unreadable).into(),
        }
    }

    pub(super) fn verify_at(
        self: &Arc<Self>,
        principal: Principal,
        sent: Field<'_>,
        request: ProvenRequest<'_>,
        now: Now,
    ) -> Authentication {
        let Some(Confirmation::KeyThumbprint(thumbprint)) = principal.confirmation() else {
            return Outcome::failed(Reason::TokenUnbound).into();
        };
        let is_cross_origin = request.is_cross_origin;
        let refused = |reason| self.refused(reason, now, is_cross_origin).into();
        let compact = match compact(sent) {
            Ok(compact) => compact,
            Err(reason) => return refused(reason),
        };
        let read = self.signed_by(&compact, thumbprint).and_then(|new_key| {
            let claims = compact.claims().map_err(|_| Reason::ProofMalformed)?;
            let claims = Claims::read(&claims, request)?;
            let in_time = self.in_time(&claims, now)?;
            Ok((new_key, claims, in_time))
        });
        let (new_key, claims, InTime { second, until }) = match read {
            Ok(read) => read,
            Err(reason) => return refused(reason),
        };
        #[cfg(not(feature = "redis"))]
        let _ = second;
        let proof = GoodProof { thumbprint, id: &claims.id, principal: &principal, until };
        match &self.memory {
            Memory::Own(replays) => {
                let counted = replays.count(&proof, now.second);
                self.admit(counted, principal, new_key, now, is_cross_origin).into()
            }
            #[cfg(feature = "redis")]
            Memory::Shared(replays) => {
                let Some(named) = replays.name(&proof, second) else {
                    return Authentication::unavailable(Unavailable::backend());
                };
                let (verifier, replays) = (Arc::clone(self), Arc::clone(replays));
                Authentication::pending(async move {
                    match replays.count(&named).await {
                        Some(counted) => verifier.admit(counted, principal, new_key, now, is_cross_origin),
                        None => Outcome::Unavailable(Unavailable::backend()),
                    }
                })
            }
        }
    }

    /// Whether a proof is signed by the key with this thumbprint, which is given back where it was not known.
    fn signed_by(&self, proof: &Compact<'_>, thumbprint: &str) -> Result<Option<NewKey>, Reason> {
        let header = proof.header_segment();
        let known = self.keys.find(header);
        let is_new = known.is_none();
        let key = match known {
            Some(key) if *key.thumbprint != *thumbprint => return Err(Reason::ProofKeyForeign),
            Some(key) => key,
            None => Arc::new(ProofKey::read(header, &self.algorithms, thumbprint)?),
        };
        let signature = proof.signature().map_err(|_| Reason::ProofMalformed)?;
        if !key.key.verify(proof.signed(), signature) {
            return Err(Reason::ProofSignatureInvalid);
        }
        Ok(is_new.then(|| (header.into(), key)))
    }

    /// Whether a proof is of now: by its nonce where there must be one, whatever the clock of the client says, else by `iat`.
    fn in_time(&self, claims: &Claims<'_>, now: Now) -> Result<InTime, Reason> {
        let Some(nonces) = &self.nonces else {
            let issued_at = claims.issued_at;
            let is_near = (now.second - WINDOW..=now.second + WINDOW).contains(&issued_at);
            let in_time = InTime { second: issued_at, until: issued_at + WINDOW };
            return is_near.then_some(in_time).ok_or(Reason::ProofOutOfTime);
        };
        let nonce = claims.nonce.as_deref().and_then(|nonce| nonces.recognize(nonce, &[]));
        let is_good = |nonce: &NonceId| nonce.age(now.time) <= NONCE_LIFETIME && !nonce.is_ahead(now.time);
        let nonce = nonce.filter(is_good).ok_or(Reason::ProofNonceWanted)?;
        let second = UnixTime::try_from(nonce.stamp() / 1_000_000).unwrap_or(UnixTime::MAX);
        let lifetime = UnixTime::try_from(NONCE_LIFETIME.as_secs()).unwrap_or(UnixTime::MAX);
        Ok(InTime { second, until: second.saturating_add(lifetime).saturating_add(1) })
    }

    /// What a good proof is worth that was counted so.
    fn admit(
        &self,
        counted: Counted,
        principal: Principal,
        new_key: Option<NewKey>,
        now: Now,
        is_cross_origin: bool,
    ) -> Outcome {
        let reason = match counted {
            Counted::First => {
                if let Some((header, key)) = new_key {
                    self.keys.keep(header, key);
                }
                return Outcome::Verified(principal);
            }
            Counted::Replayed => Reason::ProofReplayed,
            Counted::Forgotten if self.nonces.is_some() => Reason::ProofNonceWanted,
            Counted::Forgotten | Counted::Full => Reason::ReplaysUnknown,
            Counted::ShareFull => Reason::TooManyProofs,
        };
        self.refused(reason, now, is_cross_origin)
    }

    fn refused(&self, reason: Reason, now: Now, is_cross_origin: bool) -> Outcome {
        match (Outcome::failed(reason), &self.nonces) {
            (Outcome::Refused(rejection), Some(nonces)) if reason == Reason::ProofNonceWanted => {
                let fields = nonce_fields(nonces.issue(Some(now.time), &[]), is_cross_origin);
                Outcome::Refused(fields.into_iter().fold(rejection, |it, (name, value)| it.header(name, value)))
            }
            (Outcome::Refused(_), _) if reason == Reason::TooManyProofs => {
                Outcome::Refused(Rejection::too_often(reason, vec![(RETRY_AFTER, AGAIN_AFTER.into())]))
            }
            (outcome, _) => outcome,
        }
    }

    /// The nonce that whoever has sent this proof shall take next, where that is due.
    pub(super) fn next_nonce(&self, sent: Field<'_>, clock: &dyn Clock) -> Option<String> {
        let nonces = self.nonces.as_ref()?;
        let (compact, now) = (compact(sent).ok()?, clock.read());
        let claims = compact.claims().ok()?;
        let nonce = nonces.recognize(&claims.get("nonce")?.as_str()?, &[])?;
        (nonce.age(now) > NONCE_LIFETIME / 2).then(|| nonces.issue(Some(now), &[]))
    }
}

/// The fields of an answer that gives a nonce (RFC 9449 section 8.2): scripts of other origins see none that is not named.
pub(super) fn nonce_fields(nonce: String, is_cross_origin: bool) -> Vec<(HeaderName, HeaderValue)> {
    let exposed = HeaderValue::from_static("DPoP-Nonce, WWW-Authenticate");
    let exposed = is_cross_origin.then_some((ACCESS_CONTROL_EXPOSE_HEADERS, exposed));
    let nonce = HeaderValue::try_from(nonce).ok().map(|nonce| (DPOP_NONCE, nonce));
    nonce.into_iter().chain(exposed).collect()
}
