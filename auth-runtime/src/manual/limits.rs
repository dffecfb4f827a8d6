//! Limits: how often callers may call.
//!
//! # Of a route
//!
//! `limit = "100/min"` stands beside the other clauses of a policy, and on a module it is the default of its handlers. Units are `s`,
//! `min`, `h` and `day`.
//!
//! ```standalone_crate
//! use actix_web::{App, get, post, test};
//! use auth_runtime::testing::{ExpectedDenial, TestIssuer, TestRequestExt as _};
//! use auth_runtime::{Auth, Optional, Principal, requires};
//!
//! // A caller may ask for a hundred reports at once, and then for one every 0.6 seconds.
//! #[requires(bearer, limit = "100/min")]
//! #[get("/reports")]
//! async fn reports() -> &'static str {
//!     "all of them"
//! }
//!
//! // Open to everyone, and not all the time: callers with a token are counted by who they are, others by address.
//! #[requires(optional(bearer), limit = "2/h")]
//! #[post("/newsletter")]
//! async fn subscribe(_who: Optional<Principal>) -> &'static str {
//!     "subscribed"
//! }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! let issuer = TestIssuer::new();
//! let auth = Auth::builder().bearer(issuer.jwt()).build().unwrap();
//! let app = test::init_service(App::new().service(auth.scope("").service(reports).service(subscribe))).await;
//!
//! let ask = || test::TestRequest::post().uri("/newsletter").peer_addr("192.0.2.1:1".parse().unwrap());
//! for _ in 0..2 {
//!     assert_eq!(test::call_service(&app, ask().to_request()).await.status(), 200);
//! }
//! let refused = test::call_service(&app, ask().to_request()).await;
//! assert_eq!(refused.headers().get("RateLimit-Policy").unwrap(), r#""address";q=2;w=3600"#);
//! ExpectedDenial::new(429).assert(refused).await;
//!
//! let known = ask().bearer(issuer.token().subject("alice").sign()).to_request();
//! assert_eq!(test::call_service(&app, known).await.status(), 200, "alice has her own");
//! # }
//! ```
//!
//! What is counted, as whose, and what routes share is said in [`requires`](macro@crate::requires#limits). A client reads in
//! `Retry-After` in how many seconds it may come again; `RateLimit-Policy` and `RateLimit` say the same by
//! [draft-ietf-httpapi-ratelimit-headers](https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/).
//!
//! # Where it is counted
//!
//! | | memory | several machines | away |
//! |---|---|---|---|
//! | `Limits::in_memory()`, the default | 65,536 callers are told apart, in about 4 MB; when so many have used a part of their limits, those who come then share one | each counts for itself | |
//! | `Limits::redis(redis, secret)` (feature `redis`) | one key for each caller, until its limit is whole again | count together; each request asks Redis once | each counts for itself, and an error event says so |
//!
//! ```
//! # #[cfg(feature = "redis")] {
//! use auth_runtime::Auth;
//! use auth_runtime::limits::Limits;
//!
//! # let secret = [7; 32];
//! let auth = Auth::builder().limits(Limits::redis("redis://10.0.0.5", secret).prefix("orders"));
//! # }
//! ```
//!
//! A route without a limit asks nobody and counts nothing. Where proxies stand before the service, list them by
//! [`trusted_proxies`](crate::config::AuthBuilder::trusted_proxies): else all who come through one have no address of their own.
