//! User names and passwords in the `Authorization` field: the `Basic` scheme of RFC 7617.
//!
//! [`Passwords`] says where they are verified: an Apache `htpasswd` file, or a function of your own. In a handler, take
//! `Basic` for the caller, or `Basic<U>` where a function of your own returns `U`.
//!
//! ```standalone_crate
//! use actix_web::{App, get, test};
//! use auth_runtime::basic::Passwords;
//! use auth_runtime::{Auth, Basic, requires};
//!
//! #[requires(basic)]
//! #[get("/me")]
//! async fn me(caller: Basic) -> String {
//!     caller.name().to_owned()
//! }
//!
//! # #[actix_web::main]
//! # async fn main() -> Result<(), auth_runtime::config::ConfigError> {
//! // The password is `wonderland`; use `Passwords::htpasswd_file` and a higher cost.
//! let staff = Passwords::htpasswd("alice:$2y$04$abcdefghijklmnopqrstuujZkTwHUiJ9XdZPwKfcfDo7dMp5DjlTu");
//! let auth = Auth::builder().realm("staff").basic(staff).build()?;
//! let app = test::init_service(App::new().service(auth.scope("").service(me))).await;
//!
//! let answer = test::call_service(&app, test::TestRequest::with_uri("/me").to_request()).await;
//! assert_eq!(answer.status(), 401);
//! assert_eq!(answer.headers().get("WWW-Authenticate").unwrap(), r#"Basic realm="staff", charset="UTF-8""#);
//!
//! let request = test::TestRequest::with_uri("/me").insert_header(("Authorization", "Basic YWxpY2U6d29uZGVybGFuZA=="));
//! let answer = test::call_service(&app, request.to_request()).await;
//! assert_eq!(test::read_body(answer).await, "alice");
//! # Ok(())
//! # }
//! ```
//!
//! # Security
//! A browser adds these credentials by itself once they were entered, so the cross-site rule applies to them. They are
//! sent in clear with each request: serve them over TLS only. The password is wiped from the memory of this crate, but
//! not from the buffers of the HTTP server.
//!
//! Where a policy names several files, `any(basic("a"), basic("b"))`, the first that knows the user decides, and if none
//! does, the first. Give them hashes of one cost, or the time of an answer tells in which file a user is.

mod hashing;
mod htpasswd;
mod memory;
mod passwords;
mod stored_hash;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use self::hashing::Hashing;
use self::htpasswd::Users;
use self::memory::{Generation, Memory, Tag};
use super::{
    Authentication, Challenge, Context, CredentialForm, Credentials, Evidence, Outcome, Read, Recognition, Scheme,
    SchemeDescription,
};
use crate::denial::{Rejection, Unavailable};
use crate::file::FileContent;
use crate::http::authorization::{Authorization, authorization};
use crate::limits::{Answer, CountedAttempt, Spent, Tried};
use crate::principal::Principal;
use crate::scheme::users::Described;
use crate::shares::{Lookups, Presented};

pub use self::memory::RememberedPasswords;
pub use self::passwords::{Passwords, User};
pub use super::UserPass;

const NAME: &str = "basic";

/// Longest password, in bytes.
const PASSWORD_MAX: usize = 1024;

/// The scheme behind `#[requires(basic)]`; configured by [`Passwords`].
pub struct BasicScheme {
    configuration: Option<Arc<str>>,
    verifier: Verifier,
    memory: Arc<Memory>,
    remember_for: Duration,
    described: Described,
}

/// Who says whether a password is right.
enum Verifier {
    File { users: FileContent<Users>, hashing: Arc<Hashing>, identify: Arc<dyn Fn(String) -> Principal + Send + Sync> },
    Function { verify: Arc<Verify>, lookups: Lookups },
}

type Verify = dyn Fn(UserPass) -> Verification + Send + Sync;

type Verification = Pin<Box<dyn Future<Output = Result<Option<Principal>, Unavailable>> + Send>>;

/// What is needed to remember a verification that is about to begin.
struct PendingVerification {
    memory: Arc<Memory>,
    tag: Option<Tag>,
    user: String,
    began: Generation,
    /// Counts as wrong until it is known to be good.
    attempt: Option<CountedAttempt>,
}

impl PendingVerification {
    fn remember(&self, principal: &Principal) {
        self.memory.remember(self.tag, &self.user, principal, self.began, Instant::now());
    }

    /// The password is wrong.
    fn failed(&self) -> Outcome {
        let once_good = self.memory.known.mark(&*self.user, Instant::now());
        Outcome::Refused(Rejection::credentials_wrong().once_good(once_good))
    }

    /// The user is known from now on, and comes first where many wait.
    fn succeeded(self, presented: Presented) {
        self.memory.succeeded(&self.user, presented, self.began, Instant::now());
        self.attempt.into_iter().for_each(CountedAttempt::good);
    }

    /// Nobody can tell whether the password is right.
    fn undecided(self, unavailable: Unavailable) -> Outcome {
        self.attempt.into_iter().for_each(CountedAttempt::undecided);
        Outcome::Unavailable(unavailable)
    }
}

#[diagnostic::do_not_recommend]
impl Scheme for BasicScheme {
    fn name(&self) -> &'static str {
        NAME
    }

    fn describe(&self) -> SchemeDescription {
        let description = SchemeDescription::new(Challenge::new("Basic").parameter("charset", "UTF-8"));
        let description = self.described.add_to(description).with_fixed_challenge();
        let users = match self.verifier {
            Verifier::File { .. } => "of a file",
            Verifier::Function { .. } => "by a function",
        };
        let description = description.reads("users", users).at_most("remembered", self.remember_for.as_secs(), "s");
        description.authorization("Basic").form(match self.verifier {
            Verifier::File { .. } => CredentialForm::Listed,
            Verifier::Function { .. } => CredentialForm::Any,
        })
    }

    fn find<'a>(&self, context: &Context<'a>) -> Credentials<'a> {
        Credentials::Ambient(match authorization(context.authorization(), "Basic") {
            Authorization::Absent => return Credentials::Absent,
            Authorization::Repeated => Evidence::unreadable(Rejection::authorization_repeated()),
            Authorization::Present(base64) => match UserPass::decode(base64) {
                Some(sent) => Evidence(Read::Password(sent)),
                None => Evidence::unreadable(Rejection::credentials_wrong()),
            },
        })
    }

    /// By whether the user is in the file. A function of the application's own takes whoever is in none.
    fn recognizes<'a>(&self, _: &Context<'a>, evidence: &Evidence<'a>) -> Recognition {
        match (&self.verifier, &evidence.0) {
            (Verifier::Function { .. }, Read::Password(_)) => Recognition::Perhaps,
            (Verifier::File { users, .. }, Read::Password(sent)) if users.current().contains(sent.user()) => {
                Recognition::Mine
            }
            _ => Recognition::No,
        }
    }

    fn authenticate<'a>(&self, context: &Context<'a>, evidence: Evidence<'a>) -> Authentication {
        match evidence.0 {
            Read::Password(sent) => self.verify(context, sent),
            _ => Authentication::refused(Rejection::credentials_wrong()),
        }
    }

    /// A user whom no file knows pays the hash that a wrong password does.
    fn refuse_unrecognized<'a>(&self, context: &Context<'a>, evidence: Evidence<'a>) -> Authentication {
        match (&self.verifier, &evidence.0) {
            (Verifier::File { .. }, Read::Password(_)) => self.authenticate(context, evidence),
            _ => Authentication::refused(Rejection::credentials_wrong()),
        }
    }
}

impl BasicScheme {
    fn verify(&self, context: &Context<'_>, sent: UserPass) -> Authentication {
        // Also before what is remembered: while an account has to wait, the right password is answered alike.
        if let Err(rejection) = context.check_attempt(self.tried(context, &sent)) {
            return Authentication::refused(rejection);
        }
        match &self.verifier {
            Verifier::File { users, hashing, identify } => {
                self.verify_by_file(context, sent, &users.current(), hashing, identify)
            }
            Verifier::Function { verify, lookups } => self.verify_by_function(context, sent, verify, lookups),
        }
    }

    fn tried<'a>(&'a self, context: &Context<'_>, sent: &'a UserPass) -> Tried<'a> {
        let tried = Tried::account(NAME, self.configuration.as_deref(), sent.user(), context.address_share());
        tried.by(sent.expose_password())
    }

    /// Unknown users, wrong passwords and overlong ones all pay one hash; only what was verified before does not.
    fn verify_by_file(
        &self,
        context: &Context<'_>,
        sent: UserPass,
        users: &Users,
        hashing: &Arc<Hashing>,
        identify: &Arc<dyn Fn(String) -> Principal + Send + Sync>,
    ) -> Authentication {
        let found = users.find(sent.user());
        let tag = self.tag(&sent, Some(found.hash.text()));
        if let Some(principal) = self.recall(context, &sent, tag).filter(|_| found.known) {
            return Authentication::verified(principal);
        }
        let attempt = context.begin_attempt(self.tried(context, &sent));
        let pending = self.pending(&sent, tag);
        let presented = Presented::new(sent.user(), found.hash.text(), context.address_share());
        let claimant = self.memory.known.claimant(presented, Instant::now());
        let (hashing, identify) = (Arc::clone(hashing), Arc::clone(identify));
        counted(attempt, pending, move |pending| async move {
            let (user, password) = sent.into_parts();
            let matched = hashing.run(claimant, move || {
                let cut = password.as_bytes().get(..PASSWORD_MAX);
                let hashed = found.hash.matches(cut.unwrap_or(password.as_bytes()));
                hashed & found.known & (password.len() <= PASSWORD_MAX)
            });
            match matched.await {
                Ok(true) => {
                    let principal = identify(user);
                    pending.remember(&principal);
                    pending.succeeded(presented);
                    Outcome::Verified(principal)
                }
                Ok(false) => pending.failed(),
                Err(reason) => pending.undecided(Unavailable::of(reason)),
            }
        })
    }

    /// An overlong password is refused before the function sees it: that depends on no user.
    fn verify_by_function(
        &self,
        context: &Context<'_>,
        sent: UserPass,
        verify: &Arc<Verify>,
        lookups: &Lookups,
    ) -> Authentication {
        if sent.expose_password().len() > PASSWORD_MAX {
            return Authentication::refused(Rejection::credentials_wrong());
        }
        let tag = self.tag(&sent, None);
        if let Some(principal) = self.recall(context, &sent, tag) {
            return Authentication::verified(principal);
        }
        let attempt = context.begin_attempt(self.tried(context, &sent));
        let pending = self.pending(&sent, tag);
        let presented = Presented::new(sent.user(), (), context.address_share());
        let claimant = self.memory.known.claimant(presented, Instant::now());
        let (verify, lookups) = (Arc::clone(verify), lookups.clone());
        counted(attempt, pending, move |pending| async move {
            match lookups.run(claimant, move || verify(sent)).await {
                Ok(Some(principal)) => {
                    pending.remember(&principal);
                    pending.succeeded(presented);
                    Outcome::Verified(principal)
                }
                Ok(None) => pending.failed(),
                Err(unavailable) => pending.undecided(unavailable),
            }
        })
    }

    /// `None` where nothing is to be remembered.
    fn tag(&self, sent: &UserPass, stored_hash: Option<&str>) -> Option<Tag> {
        if self.remember_for.is_zero() {
            return None;
        }
        self.memory.password(self.configuration.as_deref(), sent.user(), stored_hash, sent.expose_password())
    }

    fn recall(&self, context: &Context<'_>, sent: &UserPass, tag: Option<Tag>) -> Option<Principal> {
        let remembered = self.memory.recall(tag, self.remember_for, Instant::now())?;
        context.may_recall(self.tried(context, sent)).then_some(remembered)
    }

    fn pending(&self, sent: &UserPass, tag: Option<Tag>) -> PendingVerification {
        let memory = Arc::clone(&self.memory);
        PendingVerification { began: memory.generation(), memory, tag, user: sent.user().to_owned(), attempt: None }
    }
}

/// What `verify` says, once the attempt is counted.
fn counted<F: Future<Output = Outcome> + Send + 'static>(
    attempt: Option<Answer<Result<CountedAttempt, Spent>>>,
    mut pending: PendingVerification,
    verify: impl FnOnce(PendingVerification) -> F + Send + 'static,
) -> Authentication {
    // At once where it can be: attempts are counted in the order in which requests came.
    let attempt = match attempt {
        Some(Answer::Now(Err(spent))) => return Authentication::refused(spent),
        Some(Answer::Now(Ok(attempt))) => {
            pending.attempt = Some(attempt);
            None
        }
        attempt => attempt,
    };
    Authentication::pending(async move {
        if let Some(attempt) = attempt {
            match attempt.done().await {
                Ok(attempt) => pending.attempt = Some(attempt),
                Err(spent) => return Outcome::Refused(spent.into()),
            }
        }
        verify(pending).await
    })
}

impl fmt::Debug for BasicScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BasicScheme").field("configuration", &self.configuration).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
