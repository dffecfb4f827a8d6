//! Verifying a token whose key, or issuer, has to be asked for first.

use crate::denial::Reason;
use crate::http::peer::AddressShare;
use crate::jwt::verifier::{LookUp, Verifier};
use crate::keys::compact::Compact;
use crate::principal::Principal;
use crate::time::Clock;

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
