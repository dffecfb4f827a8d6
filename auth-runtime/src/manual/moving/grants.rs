//! From `actix-web-grants`: authorities that an extractor gives, `#[protect(…)]` on handlers.
//!
//! | there | here |
//! |---|---|
//! | `GrantsMiddleware::with_extractor(extract)` | not needed where roles are in the token; [`authorities`](crate::authorities) where the extractor asks a database |
//! | `#[protect("ADMIN")]` | `#[requires(bearer, role = "ADMIN")]` |
//! | `#[protect("ADMIN", "OP_PURGE")]` | `#[requires(bearer, role("ADMIN") && role("OP_PURGE"))]`, or a scope for what a program may do |
//! | `#[protect(any("ADMIN", "EDITOR"))]` | `#[requires(bearer, role("ADMIN") \|\| role("EDITOR"))]`, or a [hierarchy](crate::config::AuthBuilder::role_hierarchy) |
//! | `#[protect("Role::Admin", ty = "Role")]` | `role = Role::Admin`: a variant of an enum that is `Into<&'static str>` |
//! | `#[protect("USER", expr = "*name == user.name")]` | `check = is_self`, with the comparison in `async fn is_self` |
//! | `#[protect("ADMIN", error = "access_denied")]` | [`denial_body`](crate::config::AuthBuilder::denial_body), or a check that returns a [`Denial`](crate::Denial) |
//! | `AuthDetails<String>` as an argument | [`Principal`](crate::Principal), with `roles()` |
//!
//! # Before
//!
//! ```
//! # #[actix_web::main]
//! # async fn main() {
//! use std::collections::HashSet;
//!
//! use actix_web::dev::ServiceRequest;
//! use actix_web::{App, Error, get, test, web};
//! use actix_web_grants::{GrantsMiddleware, protect};
//!
//! /// Stands for what decodes the token: a name and roles.
//! fn read(request: &actix_web::HttpRequest) -> Option<(String, HashSet<String>)> {
//!     let sent = request.headers().get("Authorization")?.to_str().ok()?.strip_prefix("Bearer ")?;
//!     let (name, roles) = sent.split_once('-')?;
//!     Some((name.to_owned(), roles.split('-').map(str::to_owned).collect()))
//! }
//!
//! async fn extract(request: &mut ServiceRequest) -> Result<HashSet<String>, Error> {
//!     Ok(read(request.request()).map(|(_, roles)| roles).unwrap_or_default())
//! }
//!
//! #[get("/users")]
//! #[protect("ADMIN")]
//! async fn users() -> &'static str {
//!     "users"
//! }
//!
//! #[get("/articles")]
//! #[protect(any("ADMIN", "EDITOR"))]
//! async fn articles() -> &'static str {
//!     "articles"
//! }
//!
//! #[get("/people/{name}")]
//! #[protect("USER", expr = "read(&request).is_some_and(|(caller, _)| caller == *name)")]
//! async fn person(name: web::Path<String>, request: actix_web::HttpRequest) -> String {
//!     format!("page of {name}")
//! }
//!
//! let routes = App::new().wrap(GrantsMiddleware::with_extractor(extract)).service(users).service(articles).service(person);
//! let app = test::init_service(routes).await;
//! # use auth_runtime::testing::TestRequestExt as _;
//! # for (path, token, status) in [
//! #     ("/users", "ann-ADMIN", 200), ("/users", "ben-EDITOR", 403), ("/users", "", 403),
//! #     ("/articles", "ann-ADMIN", 200), ("/articles", "ben-EDITOR", 200), ("/articles", "cleo-USER", 403),
//! #     ("/people/cleo", "cleo-USER", 200), ("/people/cleo", "dan-USER", 403),
//! # ] {
//! #     let answer = test::call_service(&app, test::TestRequest::get().uri(path).bearer(token).to_request()).await;
//! #     assert_eq!(answer.status(), status, "{path} {token}");
//! # }
//! # }
//! ```
//!
//! # Both
//!
//! `#[protect]` goes to the top, above `#[requires]`: it adds an argument, which the attributes below must see. The new guard decides,
//! then the old one.
//!
//! ```
//! # #[actix_web::main]
//! # async fn main() {
//! # use std::collections::HashSet;
//! # use actix_web::dev::ServiceRequest;
//! # use actix_web::{App, Error, get, test};
//! # use actix_web_grants::{GrantsMiddleware, protect};
//! # use auth_runtime::testing::{TestIssuer, TestRequestExt as _};
//! # use auth_runtime::{Auth, requires};
//! # async fn extract(request: &mut ServiceRequest) -> Result<HashSet<String>, Error> {
//! #     let sent = request.headers().get("Authorization").and_then(|sent| sent.to_str().ok()).unwrap_or_default();
//! #     let claims = jsonwebtoken::dangerous::insecure_decode_claims::<serde_json::Value>(sent.trim_start_matches("Bearer "));
//! #     let roles = claims.ok().and_then(|claims| serde_json::from_value(claims["roles"].clone()).ok());
//! #     Ok(roles.unwrap_or_default())
//! # }
//! #[protect("ADMIN")]
//! #[requires(bearer, role = "ADMIN")]
//! #[get("/users")]
//! async fn users() -> &'static str {
//!     "users"
//! }
//!
//! #[get("/articles")] // not moved yet
//! #[protect(any("ADMIN", "EDITOR"))]
//! async fn articles() -> &'static str {
//!     "articles"
//! }
//!
//! # let issuer = TestIssuer::new();
//! // `issuer.jwt()` stands for `Jwt::hs256(…)` or `Jwt::public_pem(…)`, with the issuer and the audience of your tokens.
//! let auth = Auth::builder().realm("news").bearer(issuer.jwt()).build().unwrap();
//! let app = App::new().app_data(auth.clone()).wrap(GrantsMiddleware::with_extractor(extract)).service(users).service(articles);
//! # let app = test::init_service(app).await;
//! # for (path, role, status) in [("/users", "ADMIN", 200), ("/users", "EDITOR", 403), ("/articles", "EDITOR", 200)] {
//! #     let request = test::TestRequest::get().uri(path).bearer(issuer.token().role(role).sign()).to_request();
//! #     assert_eq!(test::call_service(&app, request).await.status(), status, "{path} {role}");
//! # }
//! # let forged = test::TestRequest::get().uri("/users").bearer(issuer.token().role("ADMIN").wrong_key().sign()).to_request();
//! # assert_eq!(test::call_service(&app, forged).await.status(), 401);
//! # }
//! ```
//!
//! # After
//!
//! ```
//! # #[actix_web::main]
//! # async fn main() {
//! # use actix_web::{App, get, test, web};
//! # use auth_runtime::Auth;
//! use auth_runtime::testing::{ExpectedDenial, TestIssuer, TestRequestExt as _};
//! use auth_runtime::principal::PrincipalKey;
//! use auth_runtime::{Principal, requires};
//!
//! #[requires(bearer, role = "ADMIN")]
//! #[get("/users")]
//! async fn users() -> &'static str {
//!     "users"
//! }
//!
//! #[requires(bearer, role("ADMIN") || role("EDITOR"))]
//! #[get("/articles")]
//! async fn articles() -> &'static str {
//!     "articles"
//! }
//!
//! /// A subject is unique within its issuer only, so both are compared.
//! async fn is_self(who: Principal, name: web::Path<String>) -> bool {
//!     who.key() == PrincipalKey::new("https://issuer.test", name.as_str())
//! }
//!
//! #[requires(bearer, role = "USER", check = is_self)]
//! #[get("/people/{name}")]
//! async fn person(name: web::Path<String>) -> String {
//!     format!("page of {name}")
//! }
//!
//! let issuer = TestIssuer::new();
//! let auth = Auth::builder().realm("news").bearer(issuer.jwt()).build().unwrap();
//! let scope = auth.scope("").service(users).service(articles).service(person);
//! let app = test::init_service(App::new().service(scope)).await;
//! # for (path, name, role, status) in [
//! #     ("/users", "ann", "ADMIN", 200), ("/users", "ben", "EDITOR", 403),
//! #     ("/articles", "ann", "ADMIN", 200), ("/articles", "ben", "EDITOR", 200), ("/articles", "cleo", "USER", 403),
//! #     ("/people/cleo", "cleo", "USER", 200), ("/people/cleo", "dan", "USER", 403),
//! # ] {
//! #     let token = issuer.token().subject(name).role(role).sign();
//! #     let answer = test::call_service(&app, test::TestRequest::get().uri(path).bearer(token).to_request()).await;
//! #     assert_eq!(answer.status(), status, "{path} {name}");
//! # }
//!
//! // Who has not said who he is gets a 401 with a challenge; there it was a 403 without.
//! let answer = test::call_service(&app, test::TestRequest::get().uri("/users").to_request()).await;
//! ExpectedDenial::new(401).challenge(r#"Bearer realm="news""#).assert(answer).await;
//! # }
//! ```
