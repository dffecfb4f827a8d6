//! Verifying a token whose key, or issuer, has to be asked for first.

use crate::denial::Reason;
use crate::http::peer::AddressShare;
use crate::jwt::tenants::Search;
use crate::jwt::verifier::Verifier;
use crate::keys::compact::Compact;
use crate::keys::keyring::Asked;
use crate::principal::Principal;
use crate::time::{Clock, UnixTime};

/// What a token needs that is being asked for.
#[derive(Debug)]
pub(crate) enum LookUp {
    /// A key.
    Key(Asked),
    /// The issuer itself.
    Tenant(Search),
}

impl LookUp {
    /// Waits for the answer, and says what a token is refused for if it still needs the same: a good reason only where the
    /// answer to this very question lacks it.
    pub(crate) async fn wait(&self) -> Reason {
        match self {
            Self::Key(asked) if asked.wait().await => Reason::KeyUnknown,
            Self::Key(_) => Reason::KeysUnavailable,
            Self::Tenant(search) => search.wait().await,
        }
    }

    /// What to wait for next on behalf of a token whose key is still unknown, which is its `refusal`.
    pub(crate) fn again(
        self,
        verifier: &Verifier,
        token: &Compact<'_>,
        now: UnixTime,
        refusal: Reason,
    ) -> Result<Self, Reason> {
        match self {
            Self::Key(asked) if asked.has_failed() => Self::key(asked.again(), Reason::KeysUnavailable),
            Self::Key(asked) => Self::key(asked.again(), refusal),
            Self::Tenant(search) => verifier.look_up(token, search.claimant, now, refusal),
        }
    }

    /// Without a turn to ask: there are keys, so that only this token waits; or there are none, which is the provider's doing.
    pub(super) fn key(asked: Asked, refusal: Reason) -> Result<Self, Reason> {
        match refusal {
            _ if !asked.is_refused() => Ok(Self::Key(asked)),
            Reason::KeyUnknown => Err(Reason::KeysBusy),
            _ => Err(Reason::KeysUnavailable),
        }
    }

    /// It was a key, and the issuer does not have it.
    pub(crate) fn lacking(&self) {
        if let Self::Key(asked) = self {
            asked.lacking();
        }
    }
}

impl Verifier {
    /// Verifies a token once its key was asked for.
    ///
    /// The answer to an earlier request may bring the key too, but only one begun after this request proves that there is
    /// none; so it is asked twice at most.
    pub(crate) async fn verify_once_found(
        &self,
        mut token: Compact<'static>,
        mut look_up: LookUp,
        clock: &dyn Clock,
        address: AddressShare,
    ) -> Result<Principal, Reason> {
        // A tenant, the answer to an earlier request, the answer to this one.
        for _ in 0..3 {
            let refusal = look_up.wait().await;
            let now = clock.now()?;
            match self.verify(&mut token, now) {
                Err(reason @ (Reason::KeyUnknown | Reason::IssuerWrong)) if reason == refusal => {
                    look_up.lacking();
                    return Err(reason);
                }
                Err(Reason::IssuerWrong) if refusal == Reason::KeysBusy => return Err(refusal),
                Err(Reason::IssuerWrong) => break,
                Err(reason @ (Reason::KeyUnknown | Reason::KeysUnavailable)) => {
                    look_up = look_up.again(self, &token, now, reason)?;
                }
                Ok(principal) => {
                    self.succeeded(&principal, || address);
                    return Ok(principal);
                }
                Err(reason) => return Err(reason),
            }
        }
        Err(Reason::KeysUnavailable)
    }
}
