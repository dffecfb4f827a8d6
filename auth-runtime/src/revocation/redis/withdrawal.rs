//! The withdrawal of a revocation, which Redis cannot make.

use std::error::Error;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::revocation::RevokeError;
use crate::revocation::observe::RevocationKind;
use crate::revocation::record::{Record, Withdrawn};
use crate::time::UnixTime;

/// The shortest secret, in bytes: as long as the MAC (RFC 2104 section 3).
const SECRET_BYTES: usize = 32;

/// What proves a withdrawal to the processes that share a Redis: who can only write to Redis ends no revocation.
pub(super) struct WithdrawalSecret {
    secret: Zeroizing<Vec<u8>>,
    /// Of another application, with other keys in Redis, it proves nothing.
    prefix: String,
}

impl WithdrawalSecret {
    pub(super) fn new(secret: Zeroizing<Vec<u8>>, prefix: &str) -> Self {
        Self { secret, prefix: prefix.to_owned() }
    }

    pub(super) fn is_too_short(secret: &[u8]) -> bool {
        secret.len() < SECRET_BYTES
    }

    /// Says that the revocation was withdrawn then.
    pub(super) fn withdrawn(&self, kind: RevocationKind, issuer: &str, id: &str, at: UnixTime) -> Withdrawn {
        let proof = self.mac(kind, issuer, id, at).map(|mac| mac.finalize().into_bytes()).unwrap_or_default();
        Withdrawn { at, proof: URL_SAFE_NO_PAD.encode(proof).into() }
    }

    /// Whether one of us said so of what this record names.
    pub(super) fn proves(&self, record: &Record, withdrawn: &Withdrawn) -> bool {
        let Ok(proof) = URL_SAFE_NO_PAD.decode(&*withdrawn.proof) else { return false };
        let mac = self.mac(record.kind, &record.issuer, &record.id, withdrawn.at);
        mac.is_some_and(|mac| mac.verify_slice(&proof).is_ok())
    }

    fn mac(&self, kind: RevocationKind, issuer: &str, id: &str, at: UnixTime) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret).ok()?;
        mac.update(b"auth revocation withdrawn 1");
        mac.update(&at.to_be_bytes());
        for part in [&self.prefix, kind.label(), issuer, id] {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        Some(mac)
    }
}

/// Why a revocation was not withdrawn. It is in force as before, unless it took effect although no answer came: then asking again
/// does no harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WithdrawError {
    /// No secret was given to `RedisRevocationsBuilder::withdrawals`.
    SecretMissing,
    /// Redis cannot be reached, or does not answer.
    Unreachable,
    /// Redis answered that it will not store it: it is a replica, or out of memory or disk.
    Refused,
    /// Too many revocations wait to be stored.
    Busy,
    /// The thread that would store it has ended.
    Ended,
}

impl From<RevokeError> for WithdrawError {
    fn from(error: RevokeError) -> Self {
        match error {
            RevokeError::Unreachable => Self::Unreachable,
            RevokeError::Refused => Self::Refused,
            RevokeError::Busy => Self::Busy,
            RevokeError::Ended => Self::Ended,
        }
    }
}

impl fmt::Display for WithdrawError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fault = match self {
            Self::SecretMissing => "give all processes a secret by `RedisRevocationsBuilder::withdrawals`",
            Self::Unreachable => RevokeError::Unreachable.fault(),
            Self::Refused => RevokeError::Refused.fault(),
            Self::Busy => RevokeError::Busy.fault(),
            Self::Ended => RevokeError::Ended.fault(),
        };
        write!(f, "the revocation is still in force: {fault}")
    }
}

impl Error for WithdrawError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(byte: u8, prefix: &str) -> WithdrawalSecret {
        WithdrawalSecret::new(vec![byte; SECRET_BYTES].into(), prefix)
    }

    #[test]
    fn a_withdrawal_is_proved_for_what_it_names_alone() {
        let ours = secret(7, "auth");
        let withdrawn = || ours.withdrawn(RevocationKind::Token, "i", "j", 100);
        let named = |kind: fn(&str, &str, UnixTime) -> Record, issuer, id| kind(issuer, id, 1_000);
        assert!(ours.proves(&named(Record::token, "i", "j"), &withdrawn()));
        for other in [named(Record::token, "i", "k"), named(Record::token, "ij", ""), named(Record::session, "i", "j")]
        {
            assert!(!ours.proves(&other, &withdrawn()), "{other:?}");
        }
        let record = named(Record::token, "i", "j");
        for proof in ["", "AAAA", "=", "\n"] {
            assert!(!ours.proves(&record, &Withdrawn { at: 100, proof: proof.into() }), "{proof}");
        }
        assert!(!ours.proves(&record, &Withdrawn { at: 101, ..withdrawn() }));
        assert!(!secret(8, "auth").proves(&record, &withdrawn()), "another secret");
        assert!(!secret(7, "orders").proves(&record, &withdrawn()), "another application");
    }

    #[test]
    fn errors_say_what_holds() {
        let stored = [RevokeError::Unreachable, RevokeError::Refused, RevokeError::Busy, RevokeError::Ended];
        for error in stored.map(WithdrawError::from).into_iter().chain([WithdrawError::SecretMissing]) {
            assert!(error.to_string().starts_with("the revocation is still in force: "), "{error}");
        }
    }
}
