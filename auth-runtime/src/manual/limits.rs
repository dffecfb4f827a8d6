//! Limits: how often callers may call a route, and how many wrong passwords and keys they may send.
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
//! # Of wrong credentials
//!
//! Nothing has to be switched on. Passwords of Basic and Digest, and of [`SignIn::verify`](crate::SignIn::verify) in your own form, are
//! counted by account and by address, and API keys by address:
//!
//! | | looked at (401, or what your form answers) | then |
//! |---|---|---|
//! | one account, wherever from | 30 in five minutes | the next after 10 s, then 20 s, 40 s, … five minutes at most, each in between 429 |
//! | one address, whatever the account | 100 in five minutes | the next after 3 s, then 6 s, 12 s, … five minutes at most |
//! | an account at an address where it was good within the last hour | 30 in five minutes, counted apart: strangers do not keep it out | as for an account |
//! | an API key at an address where it was good | always, in the process that has seen it: wrong keys of others there do not keep it out; one that your function looks up for an hour, one that is listed until the file changes, each at eight addresses | |
//!
//! - An attempt counts before a password is hashed, and not if it was good. With Basic, the same password sent many times at once is
//!   one attempt.
//! - Until the time is over, nothing is looked at: the right password gets the same 429 as a wrong one, and a name that does not exist
//!   the same as one that does.
//! - Whoever keeps guessing at a name keeps its delays going: meanwhile its owner gets in where it was good within the last hour, and elsewhere
//!   only in the moment that a delay is over.
//! - Nobody is locked out for ever. Five minutes after the last delay is over, all is as before. The right password ends no delay of others.
//! - Names are one account however they are written: trimmed, in NFKC and in lower case, or as
//!   [`account_of`](crate::limits::Limits::account_of) says: a database whose collation takes more names for one, as MySQL's `utf8mb4_0900_ai_ci`
//!   takes `àlicé` for `alice`, gives each spelling its own guesses unless that one folds them too.
//! - Keys that have expired, stale nonces and replays of Digest are not guesses. An address is what it is for a `limit` of a route.
//! - 65,536 accounts and addresses are told apart, in about 4 MB. When so many count something, those that come then share one count.
//!
//! How many guesses are answered by default, however many machines guess; measured by `cargo test -p auth-runtime --all-features --lib so_fast_is_guessed`,
//! with the clock turned by hand:
//!
//! | who guesses | in five minutes | in an hour | in a day |
//! |---|---|---|---|
//! | at one account, as soon as the delay is over | 34 | 45 | 321 |
//! | at one account, resting for five minutes before delays begin | 29 | 348 | 8,352 |
//! | from one address at any accounts, as soon as the delay is over | 106 | 117 | 393 |
//! | from one address at any accounts, resting for five minutes before delays begin | 99 | 1,188 | 28,512 |
//!
//! That is much for a password that is among the thousand most common ones, and nothing for another: refuse those where people choose
//! their passwords. A longer [window](crate::limits::Limits::failed_attempts_within) slows down whoever rests.
//!
//! ```
//! use std::time::Duration;
//! use auth_runtime::Auth;
//! use auth_runtime::limits::Limits;
//!
//! // A small office behind one address, and people who have ten tries.
//! let limits = Limits::in_memory()
//!     .failed_attempts_per_account(10)
//!     .failed_attempts_per_address(300)
//!     .failed_attempts_within(Duration::from_secs(600));
//! let auth = Auth::builder().dangerous_allow_unconfigured().limits(limits).build();
//! assert!(auth.is_ok());
//! ```
//!
//! Several processes count them together where they share [limits through Redis](#where-requests-are-counted), also who is known at which
//! address:
//!
//! - Redis is asked once before a password is hashed, for each request with Digest credentials, and for each API key that is wrong. Passwords
//!   that are remembered count without asking at an address where they were good within the last hour; anywhere else they are hashed and
//!   counted.
//! - A good API key asks nobody: where another process has told an address to wait, this one lets the key in until it has seen a wrong one.
//! - While Redis is away, each process counts for itself, from nothing.
//! - Redis keeps one key for each account, address and network with wrong credentials, for ten minutes at most by default, and for each
//!   account and address with good ones, for an hour; MACs in place of names. Let it not evict keys: what is evicted is not counted any more.
//!
//! # Where requests are counted
//!
//! | | memory | several machines | away |
//! |---|---|---|---|
//! | `Limits::in_memory()`, the default | 65,536 callers are told apart, in about 4 MB; when so many have used a part of their limits, those who come then share one | each counts for itself | |
//! | `Limits::redis(redis, secret)` (feature `redis`) | one key for each caller, until its limit is whole again | count together, [wrong credentials](#of-wrong-credentials) too; each request asks Redis once | each counts for itself, and an error event says so |
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
