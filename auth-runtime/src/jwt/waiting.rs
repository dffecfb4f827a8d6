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
        let (conclusive, reason) = match self {
            Self::Key(asked) => (asked.wait().await, Reason::KeyUnknown),
            Self::Tenant(search) => (search.wait().await, Reason::IssuerWrong),
        };
        if conclusive { reason } else { Reason::KeysUnavailable }
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
            Self::Key(asked) => Some(asked.again()).filter(|asked| !asked.is_refused()).map(Self::Key),
            Self::Tenant(search) => return verifier.look_up(token, search.claimant, now, refusal),
        }
        .ok_or(Reason::KeysUnavailable)
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
