//! Tests that notice when a policy lets in the wrong people.
//!
//! A test that sends an admin's token and expects 200 stays green when the route is open to everyone. Two functions of
//! [`testing`](crate::testing) find that: [`matrix`](fn@crate::testing::matrix) asks every route on behalf of those who just pass and
//! those who just fail, and [`mutate`](fn@crate::testing::mutate) says what your own tests would not have noticed.
//!
//! # Everybody at the edge
//!
//! One test asks for all routes. You say how credentials are made; who calls, follows from the policies:
//!
//! ```standalone_crate
//! use actix_web::{App, get, post};
//! use auth_runtime::api_key::{Key, KeyDigest};
//! use auth_runtime::testing::{TestIssuer, matrix};
//! use auth_runtime::{ApiKeys, Auth, requires};
//!
//! async fn owns_order() -> bool { false }
//!
//! #[requires(bearer, role("clerk") || check(owns_order))]
//! #[get("/orders/{id}")]
//! async fn show_order() -> &'static str { "" }
//!
//! #[requires(any(bearer && scope("orders:write"), api_key))]
//! #[post("/orders")]
//! async fn new_order() -> &'static str { "" }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! # let folder = std::env::temp_dir().join(format!("auth-matrix-manual-{}", std::process::id()));
//! # std::fs::create_dir_all(&folder).unwrap();
//! # let file = folder.join("auth.matrix");
//! # if std::env::var_os("CI").is_some() { return }
//! let issuer = TestIssuer::new();
//! let keys = [(KeyDigest::of("a key for tests"), Key::new("till"))];
//! let auth = Auth::builder().bearer(issuer.jwt()).api_key(ApiKeys::header("X-API-Key", keys)).build().unwrap();
//!
//! // In a test of yours, `file` is "auth.matrix": beside the `Cargo.toml` of the package.
//! matrix(&auth, |auth| App::new().service(auth.scope("").service(show_order).service(new_order)))
//!     .issuer(&issuer)
//!     .credential("api_key", |_| Some("a key for tests".to_owned()))
//!     .assert_matches(&file)
//!     .await;
//!
//! let text = std::fs::read_to_string(&file).unwrap();
//! assert!(text.ends_with(r#"
//! POST /orders
//!   rule any(bearer && scope("orders:write"), api_key)
//!   passes    a bearer token with scope orders:write
//!   passes    an API key
//!   401       a caller without credentials
//!   401       a bearer token that is refused
//!   401       an API key that is refused
//!   403       a bearer token with no scope
//!
//! GET /orders/{id}
//!   rule bearer, role("clerk") || check(rust_out::owns_order)
//!   passes    a bearer token with role clerk
//!   passes    a bearer token with no role, let in by check(rust_out::owns_order)
//!   401       a caller without credentials
//!   401       a bearer token that is refused
//!   403       a bearer token with no role, refused by check(rust_out::owns_order)
//! "#), "{text}");
//! # std::fs::remove_dir_all(folder).unwrap();
//! # }
//! ```
//!
//! Each line was a request through the application. Where the answer is not what the policy means, the test fails and says who was let
//! in, or why somebody was not. Commit the file, and review its changes: a pull request that weakens a policy shows a line that turns
//! from `403` to `passes`. `AUTH_MATRIX=accept` accepts a change, and where the variable `CI` is set nothing is accepted.
//!
//! | | |
//! |---|---|
//! | who calls | the callers who pass and would not with anything less; those callers with one thing changed; nobody; credentials that are refused |
//! | tokens | [`.issuer(&issuer)`](crate::testing::Matrix::issuer) signs those of every configuration that accepts the issuer's |
//! | other credentials | [`.credential("basic", …)`](crate::testing::Matrix::credential) gives a password, a key or a token for a caller, and [`.request(…)`](crate::testing::Matrix::request) whatever is more than one text |
//! | a caller that nobody can be | the function gives `None`, and the line says `not sent` |
//! | authorities | who a caller is, is then up to your function that loads them: give a token of somebody it knows, by `.credential` |
//! | hidden routes | `hidden` is the answer of an unknown route |
//! | checks | do not run: each agrees or refuses as the line says |
//! | handlers | do not run, but where the route lets in callers without credentials |
//! | `{id}` | is 1, or what the pattern's expression takes; [`.path(…)`](crate::testing::Matrix::path) says another path |
//!
//! # What your tests would not notice
//!
//! [`mutate`](fn@crate::testing::mutate) weakens one policy after the other by one edit, and runs your tests each time. A condition is
//! dropped, an `&&` becomes an `||`, or the route is open to everyone. Tests that pass all the same have not noticed:
//!
//! ```standalone_crate
//! # use actix_web::{App, get};
//! # use actix_web::test::{TestRequest, call_service, init_service};
//! # use auth_runtime::testing::{TestIssuer, TestRequestExt as _};
//! # use auth_runtime::{Auth, requires};
//! use auth_runtime::testing::mutate;
//!
//! #[requires(bearer, scope("reports") && !role("intern"))]
//! #[get("/reports")]
//! async fn reports() -> &'static str { "" }
//!
//! // The bodies of two tests, which build their application with the `Auth` that they are given.
//! async fn interns_see_no_reports(auth: &Auth) {
//!     assert_eq!(status(auth, issuer().token().scope("reports").role("intern").sign()).await, 403);
//! }
//!
//! async fn others_see_reports(auth: &Auth) {
//!     assert_eq!(status(auth, issuer().token().scope("reports").role("clerk").sign()).await, 200);
//! }
//! # fn issuer() -> TestIssuer { TestIssuer::with_secret([7; 32]) }
//! # async fn status(auth: &Auth, token: String) -> u16 {
//! #     let app = init_service(App::new().service(auth.scope("").service(reports))).await;
//! #     call_service(&app, TestRequest::get().uri("/reports").bearer(token).to_request()).await.status().as_u16()
//! # }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! # let auth = Auth::builder().bearer(issuer().jwt()).build().unwrap();
//! let mutants = mutate(&auth, async |auth| {
//!     interns_see_no_reports(&auth).await;
//!     others_see_reports(&auth).await;
//! })
//! .await;
//!
//! // `mutants.assert_all_noticed()` panics, and says:
//! let report = mutants.to_string();
//! assert!(report.starts_with("no test notices 1 of 4 ways to weaken a policy by one edit\n\nGET /reports  "), "{report}");
//! assert!(report.contains(r#"
//!   now   bearer, scope("reports") && !role("intern")
//!   then  bearer, !role("intern")
//!   =>    would let in a bearer token with no scope and no role
//! "#), "{report}");
//! # }
//! ```
//!
//! Each mutant runs the tests once, until the first panic; a panic that is caught is printed like any other. Edits that let in nobody
//! new are left out. So are conditions by `check_after`, `hide`, and policies that these tests mount nowhere, which the report lists.
//! Give it tests that know by themselves who may pass: a matrix among them reads the policies of the program, and notices everything.
//!
//! # Where this comes to be
//!
//! Both build an `Auth` of their own with changed policies, beside the one they are given, which stays as it is. They panic in builds
//! without `debug_assertions`, and without the feature `testing` there is no code for it: nothing in a deployed program can change a
//! policy.
