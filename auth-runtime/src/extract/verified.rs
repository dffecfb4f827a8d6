//! Who may begin a session: whoever has proved who it is.

use std::fmt::Display;

use super::sign_in::{SessionStart, SignIn, signing_in};
use crate::denial::{Denial, Reason, Rejection};
use crate::limits::{CountedAttempt, Tried};
use crate::telemetry::{foreign, limited};

/// That somebody has proved to be who it says, for which [`SignIn::verify`] or [`SignIn::without_password`] stands: sessions begin by it alone.
#[must_use = "nobody is signed in before `finish`"]
pub struct Verified<T = ()>(SignIn<T>);

debug_by_name!([T] Verified<T> as "Verified";);

impl<T> Verified<T> {
    /// Who it is: an identifier that stays, such as the key of a row.
    pub fn subject(self, subject: impl Into<Box<str>>) -> SessionStart<T> {
        self.0.begin(subject.into())
    }
}

impl<T> SignIn<T> {
    /// Asks whether the password is right, unless too many wrong ones were sent for this name or from this address of late. `check`
    /// brings `Ok(Some(user))` for the right password and `Ok(None)` for anything else, unknown names included, which must take as long.
    ///
    /// It brings the proof by which a session [begins](Verified::subject), with the user; `None` for a wrong password.
    ///
    /// # Errors
    /// Beyond thirty wrong passwords of a name in five minutes, or a hundred from one address, a 429 with `Retry-After`, whether the name
    /// exists or not, without asking; see [the manual](crate::manual::limits#of-wrong-credentials) for all of it. An error of
    /// `check` is logged and answered 503, and does not count.
    pub async fn verify<U, E: Display>(
        self,
        name: &str,
        check: impl Future<Output = Result<Option<U>, E>>,
    ) -> Result<Option<(Verified<T>, U)>, Denial> {
        let attempt = self.attempt(name).await?;
        match check.await {
            Ok(None) => {
                self.tell_refused(Reason::CredentialsWrong.label());
                Ok(None)
            }
            Ok(Some(user)) => {
                attempt.good();
                Ok(Some((Verified(self), user)))
            }
            Err(error) => {
                attempt.undecided();
                limited!(error, cause = foreign(error), "nobody can tell whether a password is right; answered 503");
                Err(self.denied(Denial::of(Reason::BackendUnavailable)))
            }
        }
    }

    /// For what nobody can guess: a link in an email, a passkey, the word of an identity provider.
    ///
    /// # Security
    /// It counts nothing, so that whoever may try a password or a short code by it may try as often as the machine allows.
    pub fn without_password(self) -> Verified<T> {
        Verified(self)
    }

    async fn attempt(&self, name: &str) -> Result<CountedAttempt, Denial> {
        let settings = self.auth.settings();
        let address = settings.address_share((&self.request).into());
        let tried = Tried::account("session", self.configuration.as_deref(), name, address);
        settings.attempts.begin(tried).done().await.map_err(|spent| {
            limited!(info, "too many wrong passwords; the next is not looked at");
            let Rejection { reason, headers, .. } = spent.into();
            self.tell_refused(reason.label());
            let mut denial = Denial::of(reason);
            denial.headers(headers);
            self.denied(denial)
        })
    }

    /// Tells those who keep a record that nobody was signed in.
    pub(super) fn tell_refused(&self, reason: &'static str) {
        if let Some(live) = &self.live {
            live.tell_refused(&signing_in(&self.auth, live, &self.request), None, reason);
        }
    }

    /// For whoever may not sign in like this, whatever was proved.
    pub(super) fn refused(&self, reason: &'static str, detail: &'static str) -> Denial {
        self.tell_refused(reason);
        self.denied(Denial::forbidden(detail))
    }

    pub(super) fn denied(&self, mut denial: Denial) -> Denial {
        self.auth.settings().shape(&self.request, &mut denial);
        denial
    }
}
