//! User names, and passwords that never travel: the `Digest` scheme of RFC 7616.
//!
//! The client proves that it knows the password by a digest of it, of a nonce of the server's, and of the request's method and
//! target; the server proves the same in its answer. [`DigestUsers`] says whose passwords are accepted: those of a file in the
//! format of Apache's `htdigest`, or what a function of your own finds. In a handler, take `Digest` for the caller, or
//! `Digest<U>` where a function of your own returns `U`.
//!
//! ```standalone_crate
//! use actix_web::{App, get, test};
//! use auth_runtime::digest::{DigestUsers, htdigest_line};
//! use auth_runtime::{Auth, Digest, requires};
//!
//! #[requires(digest)]
//! #[get("/me")]
//! async fn me(caller: Digest) -> String {
//!     caller.name().to_owned()
//! }
//!
//! # #[actix_web::main]
//! # async fn main() -> Result<(), auth_runtime::config::ConfigError> {
//! // Use `DigestUsers::htdigest_file`, and write its lines by `htdigest_line`.
//! let line = htdigest_line("alice", "staff", "wonderland").unwrap();
//! let auth = Auth::builder().realm("staff").digest(DigestUsers::htdigest(line)).build()?;
//! let app = test::init_service(App::new().service(auth.scope("").service(me))).await;
//!
//! let answer = test::call_service(&app, test::TestRequest::with_uri("/me").to_request()).await;
//! assert_eq!(answer.status(), 401);
//! let challenge = answer.headers().get("WWW-Authenticate").unwrap().to_str().unwrap();
//! assert!(challenge.starts_with(r#"Digest realm="staff", qop="auth", algorithm=SHA-256, nonce=""#));
//! # Ok(())
//! # }
//! ```
//!
//! # What clients take
//!
//! The [manual](crate::manual::answers#what-clients-of-digest-take) says which client was seen to take which challenges. In
//! short: with `SHA-256` alone, which is the default, all of them work; with two algorithms some take none.
//!
//! # Security
//! Prefer other schemes where you have the choice: the server must keep what is as good as the password ([`Ha1`]), and whoever
//! sees one request can try passwords against it. Digest is for clients that know nothing better. It protects neither the
//! request's fields and body nor the answer (`auth-int` is not offered): serve it over TLS.
//!
//! - A browser adds these credentials by itself once they were entered, so the cross-site rule applies to them.
//! - A nonce is a MAC under a key of this process, or the one that is shared with Redis, over its time, the realm, the algorithm and the configuration. It is
//!   accepted for [five minutes](DigestUsers::nonce_lifetime), and each request count (`nc`) with it once. One from more than
//!   60 seconds ahead is stale: a clock was wrong. Requests may
//!   overtake each other and leave counts out.
//! - What was counted is remembered in bounded memory, for users with right responses only: 256 nonces of a user, 16,384 in
//!   all. A nonce that had to be forgotten is answered `stale=true`, and so are all that are older.
//! - The digested `uri` must be the request target as it is received, byte for byte; see
//!   [`stripped_base_path`](DigestUsers::stripped_base_path) for proxies that shorten it.
//! - An unknown user and a wrong password get the same answer in like time.

mod counts;
mod credentials;
mod htdigest;
mod response;
#[cfg(feature = "redis")]
mod shared;
mod throttle;
mod user;
mod users;
mod verifier;

use std::fmt;
use std::sync::Arc;

use actix_web::http::header::HeaderName;

use self::credentials::DigestCredentials;
use self::response::HexDigest;
use self::throttle::Throttle;
use self::verifier::{Info, Request, Verifier};
use crate::denial::{Challenge, Reason, Rejection, Token};
use crate::http::authorization::{Authorization, authorization};
use crate::principal::Principal;
use crate::scheme::users::Described;
use crate::scheme::{
    Additions, Authentication, Context, Credentials, Evidence, Outcome, Refusal, Response, Scheme, SchemeDescription,
};

pub use self::htdigest::htdigest_line;
pub use self::response::{DigestAlgorithm, Ha1};
#[cfg(feature = "redis")]
pub use self::shared::SharedNonces;
pub use self::user::{StoredUser, User, UserQuery};
pub use self::users::DigestUsers;

const NAME: &str = "digest";

const AUTHENTICATION_INFO: HeaderName = HeaderName::from_static("authentication-info");
const TRUE: Token = Token::from_static("true");
const UTF_8: Token = Token::from_static("UTF-8");

/// The scheme behind `#[requires(digest)]`; configured by [`DigestUsers`].
pub struct DigestScheme {
    configuration: Option<Arc<str>>,
    verifier: Arc<Verifier>,
    /// Clients send it back, and some fail without. Nothing is read from it.
    opaque: HexDigest,
    described: Described,
}

#[diagnostic::do_not_recommend]
impl Scheme for DigestScheme {
    fn name(&self) -> &'static str {
        NAME
    }

    fn describe(&self) -> SchemeDescription {
        let description =
            SchemeDescription::new(Challenge::new("Digest").parameter("qop", "auth")).authorization("Digest");
        self.described.add_to(self.verifier.reviewed(description))
    }

    fn find<'a>(&self, context: &Context<'a>) -> Credentials<'a> {
        Credentials::Ambient(match authorization(context.authorization(), "Digest") {
            Authorization::Absent => return Credentials::Absent,
            Authorization::Repeated => Evidence::unreadable(Rejection::authorization_repeated()),
            Authorization::Present(field) => match DigestCredentials::read(field) {
                Some(sent) => Evidence::new(sent),
                None => Evidence::unreadable(Rejection::credentials_wrong()),
            },
        })
    }

    fn authenticate<'a>(&self, context: &Context<'a>, evidence: Evidence<'a>) -> Authentication {
        let fits = |sent: &DigestCredentials| self.verifier.fits(sent, context.realm(), context.uri());
        let Some(sent) = evidence.into_value::<DigestCredentials>().filter(fits) else {
            return Authentication::refused(Rejection::credentials_wrong());
        };
        if let Err(unreadable) = context.now() {
            return Outcome::failed(unreadable).into();
        }
        let request = Request { method: context.method().clone(), now: context.clock().read() };
        let throttle = Throttle::new(context, self.configuration.as_ref(), &sent);
        self.verifier.verify(sent, request, throttle)
    }

    /// One for each algorithm, with a nonce of its own.
    fn challenges(&self, context: &Context<'_>, refusal: &Refusal) -> Option<Vec<Challenge>> {
        // A time that cannot be right would make nonces of it that never age.
        let now = context.now().is_ok().then(|| context.clock().read());
        let stale = refusal.is_of_this_scheme() && refusal.reason() == Reason::NonceStale;
        let options = self.verifier.options();
        let challenge = |algorithm: &DigestAlgorithm| {
            let mut challenge = Challenge::new("Digest")
                .parameter("qop", "auth")
                .unquoted("algorithm", Token::from_static(algorithm.name()))
                .parameter("nonce", self.verifier.issue_nonce(context.realm(), *algorithm, now))
                .parameter("opaque", self.opaque.as_str())
                .unquoted("charset", UTF_8);
            if options.userhash {
                challenge = challenge.unquoted("userhash", TRUE);
            }
            if stale {
                challenge = challenge.unquoted("stale", TRUE);
            }
            challenge
        };
        Some(options.algorithms.iter().map(challenge).collect())
    }

    fn respond(&self, _: &Context<'_>, principal: Option<&Principal>) -> Response {
        match principal.and_then(Principal::details::<Info>) {
            Some(info) => Response::Ready(Additions::new().set(AUTHENTICATION_INFO, info.0.clone())),
            None => Response::Nothing,
        }
    }
}

impl DigestScheme {
    fn new(configuration: Option<Arc<str>>, verifier: Verifier, described: Described) -> Self {
        let opaque = DigestAlgorithm::Sha256.digest(&[configuration.as_deref().unwrap_or_default().as_bytes()]);
        Self { configuration, verifier: Arc::new(verifier), opaque, described }
    }
}

impl fmt::Debug for DigestScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DigestScheme").field("configuration", &self.configuration).finish_non_exhaustive()
    }
}
