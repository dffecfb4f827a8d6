//! Moving your app to this crate, one route at a time, without an hour in which something is open.
//!
//! Every step on these pages is compiled and run, together with the crates that it comes from.
//!
//! | you have | read |
//! |---|---|
//! | `actix-web-httpauth` | [`httpauth`] |
//! | `actix-web-grants` | [`grants`] |
//! | an extractor of your own, `impl FromRequest for User` | [`extractor`] |
//! | a middleware that fills the extensions | [`middleware`] |
//! | `actix-session`, `actix-identity` | `sessions` (features `session` and `testing`) |
//! | something larger: keys of several kinds, roles in a database, rules over the body, gRPC | [`services`] |
//!
//! # In which order
//!
//! 1. **Write the `Auth`** beside what is there, with keys and lookups that accept what you accept today, and put it on the
//!    application: `App::new().app_data(auth.clone())`. It guards nothing yet.
//! 2. **Write the attribute** on one handler, and leave the old guard where it is. Both must let a request in, so nothing is open in
//!    between. Where the two disagree, the event `auth decision` says why this one refused. Then the next handler.
//! 3. **Mount a scope whose handlers are all moved** by `auth.scope("/api")` in place of `web::scope("/api")`. A handler that was
//!    forgotten does not compile there; a route that another one hides stops the assembly.
//! 4. **Take the old guard away**, from that scope only. It stays for the others.
//! 5. **[Verify](#verify)** what is mounted, and keep the tests.
//!
//! Middleware runs before the guard, around `auth.scope(…)` and inside of it. So as long as an old middleware is there, its refusals are
//! its own, without a challenge; what it lets through meets the guard, before any argument of the handler is read.
//!
//! # What changes in answers
//!
//! Clients that look at the status alone notice nothing but the rows in bold.
//!
//! | | usual before | now |
//! |---|---|---|
//! | no credentials | 401; often without `WWW-Authenticate`, with `actix-web-grants` **403** | 401, one challenge for each scheme that would do |
//! | a bad token | 401, in some services **403** | 401, `error="invalid_token"` |
//! | a bad token where anonymous callers are welcome | often **200**, as if there were none | 401 |
//! | a missing role | 403 with some text | 403 and a problem document |
//! | a missing scope | 403 | 403, and `error="insufficient_scope"` names what to ask for |
//! | a stranger's body that does not parse | often **400** | 401: the body is not read |
//! | the database is away | **401** or 500 | 503 with `Retry-After`; a handler's own query is still its own 500 |
//! | two `Authorization` lines | the first counts | **400** |
//! | the body of a refusal | a text, or nothing | `application/problem+json`; [`denial_body`](crate::config::AuthBuilder::denial_body) writes yours |
//! | a success | whatever the handler says | with `Cache-Control: private`, unless the policy says `shared_cache` |
//!
//! [`denial_body`](crate::config::AuthBuilder::denial_body) does not change the status or the challenges of a refusal. Where clients
//! rely on another status, a middleware around the scope translates it until they are moved, too: see
//! `with_statuses_of_old` in the example `keys_and_tokens`.
//!
//! # Verify
//!
//! ```standalone_crate
//! # #[actix_web::main] // in your tests: `#[actix_web::test]`
//! # async fn main() {
//! # use actix_web::{App, get, test};
//! use auth_runtime::testing::{ExpectedDenial, TestIssuer, TestRequestExt as _, assert_every_policy_denies};
//! # use auth_runtime::{Auth, public, requires};
//! # #[requires(bearer, role = "clerk")]
//! # #[get("/orders")]
//! # async fn orders() -> &'static str { "orders" }
//! # #[public(reason = "liveness probe")]
//! # #[get("/health")]
//! # async fn health() -> &'static str { "ok" }
//! # let issuer = TestIssuer::new();
//! # let auth = Auth::builder().bearer(issuer.jwt()).build().unwrap();
//! # let app = test::init_service(App::new().service(auth.scope("/api").service(orders).service(health))).await;
//! // Every guard of the program refuses a request without credentials, but those named here.
//! let report = assert_every_policy_denies(&auth).await;
//! assert_eq!(report.public.len(), 1);
//! assert!(report.optional.is_empty());
//!
//! // Every route that is mounted, with its whole path and policy. What is missing here is not guarded by this crate.
//! let mut mounted: Vec<_> = auth.mounted().iter().map(|route| (route.path().to_owned(), route.is_public())).collect();
//! mounted.sort();
//! assert_eq!(mounted, [("/api/health".to_owned(), true), ("/api/orders".to_owned(), false)]);
//!
//! // The policies in words, for a snapshot that reviewers read; see `manual::review`.
//! assert!(auth.policy_table().to_string().contains("any valid bearer token with role clerk"));
//!
//! // Each answer that clients rely on, whole.
//! let reader = issuer.token().role("reader").sign();
//! let refused = test::call_service(&app, test::TestRequest::get().uri("/api/orders").bearer(reader).to_request()).await;
//! ExpectedDenial::new(403).member("detail", "the caller lacks a required role").assert(refused).await;
//! # }
//! ```

pub mod extractor;
pub mod grants;
pub mod httpauth;
pub mod middleware;
pub mod services;
#[cfg(all(feature = "session", feature = "testing"))]
pub mod sessions;
