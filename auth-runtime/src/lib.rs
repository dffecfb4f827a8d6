//! Declarative route authentication and authorization for actix-web: a handler says who may call it, and the check, the
//! challenges, the start-up test and the policy table follow from that one line.
//!
//! ```
//! # #[cfg(not(feature = "testing"))] fn main() {}
//! # #[cfg(feature = "testing")]
//! # #[actix_web::main]
//! # async fn main() {
//! use actix_web::{App, get, test};
//! use auth_runtime::testing::{ExpectedDenial, TestIssuer, TestRequestExt as _};
//! use auth_runtime::{Auth, Bearer, public, requires};
//!
//! #[derive(serde::Deserialize)]
//! struct Claims {
//!     sub: String,
//! }
//!
//! #[requires(bearer, scope = "admin")]
//! #[get("/users")]
//! async fn list_users(caller: Bearer<Claims>) -> String {
//!     format!("hello {}", caller.sub)
//! }
//!
//! #[public(reason = "liveness probe")]
//! #[get("/health")]
//! async fn health() -> &'static str {
//!     "ok"
//! }
//!
//! // In production: `Jwt::public_pem(…).issuer("https://idp.example").audience("https://api.example")`.
//! let issuer = TestIssuer::new();
//! let auth = Auth::builder().realm("orders").bearer(issuer.jwt()).build().unwrap();
//! let app = test::init_service(App::new().service(auth.scope("").service(list_users).service(health))).await;
//!
//! let token = issuer.token().subject("alice").scope("admin").sign();
//! let request = test::TestRequest::get().uri("/users").bearer(token).to_request();
//! let answer = test::call_service(&app, request).await;
//! assert_eq!(test::read_body(answer).await, "hello alice");
//!
//! let answer = test::call_service(&app, test::TestRequest::get().uri("/users").to_request()).await;
//! ExpectedDenial::new(401).challenge(r#"Bearer realm="orders", scope="admin""#).assert(answer).await;
//! # }
//! ```
//!
//! # Where to go on
//!
//! - [`requires`](macro@requires), [`public`](macro@public), [`policy!`](macro@policy): the grammar, what a handler may take, what
//!   it means.
//! - [`Auth`] and its [builder](config::AuthBuilder): realm, schemes, hierarchies; [`Auth::scope`] mounts handlers.
//! - [`Jwt`], [`basic::Passwords`], [`ApiKeys`], [`digest::DigestUsers`]: what each scheme accepts.
//! - [`manual::moving`]: how to move your app, from another crate or from a guard of your own.
//! - [`manual`]: [threats](manual::threats), [defaults](manual::defaults), [how-to](manual::how_to),
//!   [providers](manual::providers), [memory](manual::memory), [answers](manual::answers).
//!
//! # Modules
//!
//! | module | holds |
//! |---|---|
//! | [`config`] | `Auth`, its builder, and what stops it from being built |
//! | [`mount`] | the deny-by-default scope; [`mount::route`] for routes mounted by hand |
//! | [`extract`] | what a handler may take as arguments |
//! | [`principal`] | the caller, whatever the scheme |
//! | [`authorities`] | what the application itself knows of a caller: roles out of its database |
//! | [`scheme`] | the [`Scheme`] trait and the built-in schemes: [`basic`], [`api_key`], [`digest`] |
//! | [`dpop`] | tokens that are bound to a key of the client |
//! | [`jwt`] | keys and issuers beyond the first, errors |
//! | [`denial`] | why a request is refused, and the answer it gets |
//! | [`limits`] | how often callers may call: where their requests are counted |
//! | `session` | where sessions are kept and how long they last (feature `session`) |
//! | `certificate` | certificates of clients (feature `certificates`) |
//! | `login` | signing in at an OpenID provider (feature `login`) |
//! | [`revocation`] | tokens, subjects and sessions that count no more |
//! | [`opaque`] | opaque tokens of your own, looked up by a function |
//! | `introspection` | opaque tokens of an issuer (feature `introspection`) |
//! | `outgoing` | tokens for calls that go on to other services (feature `outgoing`) |
//! | `redis` | where Redis is: one server, Sentinel, a cluster (feature `redis`) |
//! | [`resource_metadata`] | what clients find about this service (RFC 9728) |
//! | [`policy`](mod@policy), [`registry`] | the value an attribute stands for, and all of them |
//! | [`review`] | who may call what, for those who review it: the policy table, comparing policies |
//! | `openapi` | the description of the API, completed from the policies (feature `openapi`) |
//! | [`observe`] | names of the metrics, and what is told of decisions |
//! | [`clock`] | where the time comes from |
//! | `testing` | test issuer, request helpers, denial assertions, manual clock, matrix and mutants of policies (feature `testing`) |
//!
//! # Features
//!
//! | feature | |
//! |---|---|
//! | `aws_lc_rs` (default) | JWT signatures by AWS-LC; needs a C compiler |
//! | `rust_crypto` | the same in pure Rust; with both on, `aws_lc_rs` is used |
//! | `basic` (default) | user names and passwords: the scheme `basic`, the module `basic`, and the crates that hash passwords |
//! | `jwks` | keys that an identity provider publishes: `Jwt::oidc`, `Jwt::jwks_url`, `Jwt::tenants` |
//! | `introspection` | opaque tokens, judged by their issuer's endpoint: the module `introspection` |
//! | `redis` | shared between machines: revocations (`revocation::RedisRevocations`), nonces of Digest (`digest::SharedNonces`) and, with `introspection`, its answers (`introspection::SharedResults`) |
//! | `redis-tls` | the same over TLS: `rediss://` URLs, and `root_certificate` for an authority of your own |
//! | `redis-sentinel` | the primary that Sentinel names, also after a failover: `redis::Redis::sentinel` |
//! | `redis-cluster` | a Redis Cluster: `redis::Redis::cluster` |
//! | `openapi` | security, responses and rules in an OpenAPI document, by utoipa: the module `openapi` |
//! | `session` | people who sign in and are known by a cookie: the scheme `session`, the module `session` |
//! | `certificates` | callers that are known by the certificate of their TLS connection: the scheme `client_certificate`, the module `certificate`; and tokens that are bound to one |
//! | `login` | people who sign in at an OpenID provider: `Sessions::login`, the module `login` |
//! | `outgoing` | tokens for calls that go on, of the caller's token or in this service's name: the module `outgoing` |
//! | `testing` | the module `testing`, for `[dev-dependencies]` |
//!
//! One of the first two is needed.
#![warn(missing_debug_implementations, clippy::exhaustive_enums, clippy::exhaustive_structs)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

/// `Debug` of types whose parts say nothing to a reader, or must not be told: the name alone.
macro_rules! debug_by_name {
    ($([$($generics:tt)*] $type:ty as $name:literal;)+) => {$(
        impl<$($generics)*> std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct($name).finish_non_exhaustive()
            }
        }
    )+};
}

// The rooms of the crate by floors, lowest first: each uses those above it in this list only. The map, with the rooms within
// rooms, is in the contributor's guide.

mod crypto;
pub mod denial;
mod fault;
mod json;
mod logic;
mod setting;
mod telemetry;
mod time;
#[cfg(feature = "certificates")]
mod x509;

mod file;
mod http;
pub mod principal;
mod provider;
#[cfg(feature = "redis")]
pub mod redis;
mod shares;

pub mod authorities;

mod grant;
mod keys;
pub mod limits;
#[cfg(feature = "outgoing")]
pub mod outgoing;
pub mod revocation;
pub mod scheme;

pub mod jwt;
pub mod policy;

#[cfg(feature = "introspection")]
pub mod introspection;
mod metadata;
pub mod opaque;

mod guard;

mod auth;
pub mod extract;

#[cfg(feature = "login")]
pub mod login;
pub mod mount;

pub mod review;

#[doc(hidden)]
pub mod __private;
// Its examples need the feature `testing`: without it they are not collected as tests.
#[cfg(any(feature = "testing", not(doctest)))]
#[cfg_attr(not(feature = "testing"), allow(rustdoc::broken_intra_doc_links))]
pub mod manual;
#[cfg(feature = "openapi")]
pub mod openapi;
#[cfg(feature = "testing")]
pub mod testing;

// The public interface: what a handler or a configuration names. The rest is in the modules.
pub use auth::Auth;
#[doc = include_str!("../docs/policy.md")]
pub use auth_macros::policy;
#[doc = include_str!("../docs/public.md")]
pub use auth_macros::public;
#[doc = include_str!("../docs/requires.md")]
pub use auth_macros::requires;
pub use authorities::Authorities;
pub use crypto::Algorithm;
pub use denial::Denial;
#[cfg(feature = "basic")]
pub use extract::Basic;
pub use extract::{ApiKey, Bearer, Checked, Details, Digest, Dpop, FromPrincipal, Granted, Optional};
#[cfg(feature = "session")]
pub use extract::{Session, SignIn, SignOut};
pub use jwt::Jwt;
#[cfg(feature = "login")]
pub use login::Tokens;
pub use mount::{Declared, ServiceConfig, route};
pub use opaque::Opaque;
pub use principal::Principal;
pub use scheme::api_key::ApiKeys;
#[cfg(feature = "basic")]
pub use scheme::basic;
#[cfg(feature = "session")]
#[doc(inline)]
pub use scheme::session::Sessions;
pub use scheme::{Scheme, api_key, digest, dpop};

#[cfg(feature = "session")]
pub use scheme::session;

#[cfg(feature = "certificates")]
pub mod certificate {
    //! Certificates of clients (feature `certificates`): callers that are known by one, and tokens that are bound to one.
    //!
    //! The chapter [`certificates`](crate::manual::certificates) of the manual says how to set them up.

    pub use crate::scheme::client_certificate::ClientCertificates;
    pub use crate::x509::{CertificateError, ClientCertificate, on_connect};
}

pub mod clock {
    //! Where the time comes from.

    pub use crate::time::{Clock, ClockError, SystemClock, UnixTime};
}

pub mod config {
    //! Building an [`Auth`], and the mistakes that stop it.

    pub use crate::auth::{Auth, AuthBuilder, ConfigError, ConfigFault, RequiredBy};
    #[cfg(feature = "session")]
    pub use crate::auth::{SessionInfo, SubjectSessions};
    pub use crate::denial::DenialBody;
}

pub mod observe {
    //! Names of the metrics, and what is told of decisions.

    pub use crate::guard::{AuditLog, Decision, DecisionOutcome};
    pub use crate::http::parts::RequestParts;
    #[cfg(feature = "introspection")]
    pub use crate::telemetry::INTROSPECTIONS;
    #[cfg(all(feature = "introspection", feature = "redis"))]
    pub use crate::telemetry::INTROSPECTIONS_SHARED;
    #[cfg(feature = "outgoing")]
    pub use crate::telemetry::OUTGOING_TOKENS;
    #[cfg(feature = "session")]
    pub use crate::telemetry::SIGN_INS;
    pub use crate::telemetry::{
        DECISIONS, DURATION, EVENTS_LOST, EventSource, HANDLER_DENIALS, REVOCATIONS, REVOCATIONS_AGE, REVOCATIONS_HELD,
        REVOCATIONS_SYNC, REVOCATIONS_WITHDRAWN,
    };
    #[cfg(feature = "jwks")]
    pub use crate::telemetry::{KEY_AGE, KEY_FETCHES};
}

pub mod registry {
    //! Every policy of the program, collected by the linker.

    pub use crate::policy::registry::{Linked, policies};
}

pub mod resource_metadata {
    //! Protected resource metadata (RFC 9728): how a client finds its way from a 401 to the authorization server.

    pub use crate::metadata::ResourceMetadata;
    pub use crate::mount::ResourceMetadataService;
}

// The programs of the README, as tests.
#[doc = include_str!("../../README.md")]
#[cfg(all(doctest, feature = "testing", feature = "jwks"))]
struct Readme;
