//! Counting wrong responses, by whom they claim to be of.

use std::sync::Arc;

use super::NAME;
use super::credentials::{ClaimedUser, DigestCredentials};
use super::response::DigestAlgorithm;
use crate::denial::{Reason, Rejection};
use crate::http::peer::AddressShare;
use crate::limits::{Answer, Attempts, Spent, Tried};
use crate::scheme::{Authentication, Context, Outcome};

/// The attempts on one account from one address.
pub(super) struct Throttle {
    attempts: Option<Arc<Attempts>>,
    configuration: Option<Arc<str>>,
    /// The digest of name and realm by SHA-256, as some clients send it in place of the name: then both are one account, whether it exists or
    /// not. What they send by another algorithm is an account of its own.
    account: String,
    address: AddressShare,
}

impl Throttle {
    pub(super) fn new(context: &Context<'_>, configuration: Option<&Arc<str>>, sent: &DigestCredentials) -> Self {
        let attempts = context.attempts().cloned();
        let account = match (&sent.user, &attempts) {
            (ClaimedUser::Userhash(hash), _) => hash.as_str().to_owned(),
            (ClaimedUser::Name(name), Some(attempts)) => {
                let name = attempts.normalized(name);
                DigestAlgorithm::Sha256.digest(&[name.as_bytes(), sent.realm.as_bytes()]).as_str().to_owned()
            }
            (ClaimedUser::Name(_), None) => String::new(),
        };
        Self { attempts, configuration: configuration.cloned(), account, address: context.address_share() }
    }

    /// One that lets everything pass.
    #[cfg(test)]
    pub(super) fn off(address: AddressShare) -> Self {
        Self { attempts: None, configuration: None, account: String::new(), address }
    }

    pub(super) fn address(&self) -> AddressShare {
        self.address
    }

    /// # Errors
    /// Where too many were wrong of late.
    pub(super) fn check(&self) -> Result<(), Rejection> {
        Ok(self.attempts.as_ref().map_or(Ok(()), |attempts| attempts.check(self.tried()))?)
    }

    /// Counts a response if it is wrong. One that is right, with whatever nonce and count, was not guessed.
    ///
    /// # Errors
    /// Where too many were wrong of late, which is all that may be said of this one.
    pub(super) fn judge(&self, wrong: Option<&Reason>) -> Answer<Result<(), Spent>> {
        let is_wrong = wrong == Some(&Reason::CredentialsWrong);
        let judge = |attempts: &Arc<Attempts>| attempts.judge(self.tried(), is_wrong);
        self.attempts.as_ref().map_or(Answer::Now(Ok(())), judge)
    }

    /// Whoever is verified is known at this address. A replay is not, wherever it comes from.
    pub(super) fn known_if_verified(self, authentication: Authentication) -> Authentication {
        match authentication {
            Authentication::Ready(outcome) => {
                self.learn(&outcome);
                outcome.into()
            }
            Authentication::Pending(outcome) => Authentication::pending(async move {
                let outcome = outcome.await;
                self.learn(&outcome);
                outcome
            }),
        }
    }

    fn learn(&self, outcome: &Outcome) {
        if let (Outcome::Verified(_), Some(attempts)) = (outcome, &self.attempts) {
            attempts.succeeded(self.tried());
        }
    }

    fn tried(&self) -> Tried<'_> {
        Tried::account(NAME, self.configuration.as_deref(), &self.account, self.address)
    }
}
