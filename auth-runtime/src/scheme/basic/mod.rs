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

mod credentials;
mod hashing;
mod htpasswd;
mod memory;
mod passwords;
mod stored_hash;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_core::future::LocalBoxFuture;

use self::hashing::Hashing;
use self::htpasswd::Users;
use self::memory::{Generation, Memory, Tag};
use crate::denial::Challenge;
use crate::denial::Reason;
use crate::file::WatchedFile;
use crate::http::authorization::{Authorization, authorization};
use crate::principal::Principal;
use crate::scheme::{Authentication, Context, Credentials, Outcome, Scheme};

pub use self::credentials::UserPass;
pub use self::memory::RememberedPasswords;
pub use self::passwords::{Passwords, User};

const NAME: &str = "basic";

/// Longest password, in bytes.
const PASSWORD_MAX: usize = 1024;

/// The scheme behind `#[requires(basic)]`; configured by [`Passwords`].
pub struct BasicScheme {
    configuration: Option<Arc<str>>,
    verifier: Verifier,
    memory: Arc<Memory>,
    remember_for: Duration,
}

/// Who says whether a password is right.
enum Verifier {
    File { users: UserFile, hashing: Arc<Hashing>, identify: Arc<dyn Fn(String) -> Principal + Send + Sync> },
    Function(Arc<Verify>),
}

type Verify = dyn Fn(UserPass) -> LocalBoxFuture<'static, Result<Option<Principal>, Failed>> + Send + Sync;

/// A user's own function returned an error, which has been logged.
struct Failed;

enum UserFile {
    Fixed(Arc<Users>),
    Watched(WatchedFile<Users>),
}

impl UserFile {
    fn current(&self) -> Arc<Users> {
        match self {
            Self::Fixed(users) => Arc::clone(users),
            Self::Watched(file) => file.current(),
        }
    }
}

/// What is needed to remember a verification that is about to begin.
struct Attempt {
    memory: Arc<Memory>,
    tag: Option<Tag>,
    user: String,
    began: Generation,
}

impl Attempt {
    fn remember(self, principal: &Principal) {
        self.memory.remember(self.tag, &self.user, principal, self.began, Instant::now());
    }
}

#[diagnostic::do_not_recommend]
impl Scheme for BasicScheme {
    fn name(&self) -> &'static str {
        NAME
    }

    fn credentials(&self, context: &Context<'_>) -> Credentials {
        match authorization(context.authorization(), "Basic") {
            Authorization::Absent => Credentials::Absent,
            Authorization::Repeated | Authorization::Present(_) => Credentials::Ambient,
        }
    }

    /// By whether the user is in the file. A function of the application's own takes whoever comes: name it last.
    fn recognizes(&self, context: &Context<'_>) -> bool {
        let Authorization::Present(base64) = authorization(context.authorization(), "Basic") else { return false };
        match (&self.verifier, UserPass::decode(base64)) {
            (_, None) => false,
            (Verifier::Function(_), Some(_)) => true,
            (Verifier::File { users, .. }, Some(sent)) => users.current().contains(sent.user()),
        }
    }

    fn authenticate(&self, context: &Context<'_>) -> Authentication {
        let base64 = match authorization(context.authorization(), "Basic") {
            Authorization::Absent => return Authentication::Ready(Outcome::Absent),
            Authorization::Repeated => return rejected(Reason::AuthorizationRepeated),
            Authorization::Present(base64) => base64,
        };
        match UserPass::decode(base64) {
            Some(attempt) => self.verify(attempt),
            None => rejected(Reason::CredentialsWrong),
        }
    }

    fn challenge(&self) -> Challenge {
        Challenge::new("Basic").parameter("charset", "UTF-8")
    }
}

impl BasicScheme {
    fn verify(&self, sent: UserPass) -> Authentication {
        match &self.verifier {
            Verifier::File { users, hashing, identify } => {
                self.verify_by_file(sent, &users.current(), hashing, identify)
            }
            Verifier::Function(verify) => self.verify_by_function(sent, verify),
        }
    }

    /// Unknown users, wrong passwords and overlong ones all pay one hash; only what was verified before does not.
    fn verify_by_file(
        &self,
        sent: UserPass,
        users: &Users,
        hashing: &Arc<Hashing>,
        identify: &Arc<dyn Fn(String) -> Principal + Send + Sync>,
    ) -> Authentication {
        let found = users.find(sent.user());
        let tag = self.tag(&sent, Some(found.hash.text()));
        if let Some(principal) = self.recall(tag).filter(|_| found.known) {
            return Authentication::Ready(Outcome::Verified(principal));
        }
        let attempt = self.attempt(&sent, tag);
        let (hashing, identify) = (Arc::clone(hashing), Arc::clone(identify));
        Authentication::Pending(Box::pin(async move {
            let (user, password) = sent.into_parts();
            let matched = hashing.run(move || {
                let cut = password.as_bytes().get(..PASSWORD_MAX);
                let hashed = found.hash.matches(cut.unwrap_or(password.as_bytes()));
                hashed & found.known & (password.len() <= PASSWORD_MAX)
            });
            match matched.await {
                Ok(true) => {
                    let principal = identify(user);
                    attempt.remember(&principal);
                    Outcome::Verified(principal)
                }
                Ok(false) => Outcome::Rejected(Reason::CredentialsWrong.into()),
                Err(reason) => Outcome::Unavailable(reason),
            }
        }))
    }

    /// An overlong password is refused before the function sees it: that depends on no user.
    fn verify_by_function(&self, sent: UserPass, verify: &Arc<Verify>) -> Authentication {
        if sent.expose_password().len() > PASSWORD_MAX {
            return rejected(Reason::CredentialsWrong);
        }
        let tag = self.tag(&sent, None);
        if let Some(principal) = self.recall(tag) {
            return Authentication::Ready(Outcome::Verified(principal));
        }
        let attempt = self.attempt(&sent, tag);
        let verify = Arc::clone(verify);
        Authentication::Pending(Box::pin(async move {
            match verify(sent).await {
                Ok(Some(principal)) => {
                    attempt.remember(&principal);
                    Outcome::Verified(principal)
                }
                Ok(None) => Outcome::Rejected(Reason::CredentialsWrong.into()),
                Err(Failed) => Outcome::Unavailable(Reason::BackendUnavailable),
            }
        }))
    }

    /// `None` where nothing is to be remembered.
    fn tag(&self, sent: &UserPass, stored_hash: Option<&str>) -> Option<Tag> {
        if self.remember_for.is_zero() {
            return None;
        }
        self.memory.password(self.configuration.as_deref(), sent.user(), stored_hash, sent.expose_password())
    }

    fn recall(&self, tag: Option<Tag>) -> Option<Principal> {
        self.memory.recall(tag, self.remember_for, Instant::now())
    }

    fn attempt(&self, sent: &UserPass, tag: Option<Tag>) -> Attempt {
        let memory = Arc::clone(&self.memory);
        Attempt { began: memory.generation(), memory, tag, user: sent.user().to_owned() }
    }
}

fn rejected(reason: Reason) -> Authentication {
    Authentication::Ready(Outcome::Rejected(reason.into()))
}

impl fmt::Debug for BasicScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BasicScheme").field("configuration", &self.configuration).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
