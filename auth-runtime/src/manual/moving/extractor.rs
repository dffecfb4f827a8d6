//! From an extractor of your own: `impl FromRequest for User`, which reads a header and decodes a JWT.
//!
//! | there | here |
//! |---|---|
//! | `user: User` in a handler says that the route is protected | the attribute does; a handler that says nothing does not compile in `auth.scope(…)` |
//! | `impl FromRequest for User` | [`impl FromPrincipal for User`](crate::FromPrincipal): the arguments of handlers stay as they are |
//! | `jsonwebtoken::decode` and a `Validation` | [`Jwt`](crate::Jwt) with keys, issuer and audience |
//! | a query for the user | [`authorities`](crate::authorities), and [`Details<User>`](crate::Details) as the argument |
//! | `if !user.is_admin { return Err(ErrorForbidden(…)) }` | `claim("admin", true)`, `role = "admin"`, or a check |
//! | `Option<User>`, `Result<User, _>` | `optional(bearer)` and [`Optional<User>`](crate::Optional) |
//! | the order of the arguments decides what is read first | the guard decides before any argument is read |
//!
//! # Before
//!
//! In `add` the body stands before the user, so a stranger's body is read and parsed.
//!
//! ```
//! # #[actix_web::main]
//! # async fn main() {
//! use std::future::{Ready, ready};
//!
//! use actix_web::dev::Payload;
//! use actix_web::error::{ErrorForbidden, ErrorUnauthorized};
//! use actix_web::{App, Error, FromRequest, HttpRequest, delete, post, test, web};
//! use jsonwebtoken::{Algorithm, DecodingKey, Validation};
//!
//! # let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
//! # const SECRET: [u8; 32] = [7; 32];
//! #[derive(serde::Deserialize)]
//! struct Claims { sub: String, admin: bool }
//!
//! struct User { name: String, is_admin: bool }
//!
//! fn user_of(request: &HttpRequest) -> Result<User, Error> {
//!     let sent = request.headers().get("Authorization").and_then(|sent| sent.to_str().ok()).unwrap_or_default();
//!     let token = sent.strip_prefix("Bearer ").ok_or_else(|| ErrorUnauthorized("no token"))?;
//!     let mut wanted = Validation::new(Algorithm::HS256);
//!     wanted.set_audience(&["https://api.test"]);
//!     let claims = jsonwebtoken::decode::<Claims>(token, &DecodingKey::from_secret(&SECRET), &wanted);
//!     let Claims { sub, admin } = claims.map_err(ErrorUnauthorized)?.claims;
//!     Ok(User { name: sub, is_admin: admin })
//! }
//!
//! impl FromRequest for User {
//!     type Error = Error;
//!     type Future = Ready<Result<Self, Error>>;
//!
//!     fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
//!         ready(user_of(request))
//!     }
//! }
//!
//! #[post("/notes")]
//! async fn add(note: web::Json<String>, user: User) -> String {
//!     format!("{} notes {note}", user.name)
//! }
//!
//! #[delete("/notes")]
//! async fn clear(user: User) -> Result<&'static str, Error> {
//!     if user.is_admin { Ok("cleared") } else { Err(ErrorForbidden("admins only")) }
//! }
//!
//! let app = test::init_service(App::new().service(add).service(clear)).await;
//! # use auth_runtime::testing::{TestIssuer, TestRequestExt as _};
//! # let issuer = TestIssuer::with_secret(SECRET);
//! # let admin = issuer.token().subject("ann").claim("admin", true).sign();
//! # let other = issuer.token().subject("ben").claim("admin", false).sign();
//! # let adding = |token: &str| test::TestRequest::post().uri("/notes").bearer(token).set_json("milk").to_request();
//! # assert_eq!(test::call_and_read_body(&app, adding(&other)).await, "ben notes milk");
//! # assert_eq!(test::call_service(&app, adding("nonsense")).await.status(), 401);
//! # let clearing = |token: &str| test::TestRequest::delete().uri("/notes").bearer(token).to_request();
//! # assert_eq!(test::call_service(&app, clearing(&admin)).await.status(), 200);
//! # assert_eq!(test::call_service(&app, clearing(&other)).await.status(), 403);
//! let stranger = test::TestRequest::post().uri("/notes").set_payload("not JSON").to_request();
//! assert_eq!(test::call_service(&app, stranger).await.status(), 400);
//! # }
//! ```
//!
//! # Both
//!
//! The attribute is written on a handler that still takes the extractor. The guard decides before any argument is read, so their
//! order no longer matters.
//!
//! ```
//! # #[actix_web::main]
//! # async fn main() {
//! # use std::future::{Ready, ready};
//! # use actix_web::dev::Payload;
//! # use actix_web::error::{ErrorForbidden, ErrorUnauthorized};
//! # use actix_web::{App, Error, FromRequest, HttpRequest, delete, post, test, web};
//! # use auth_runtime::testing::{TestIssuer, TestRequestExt as _};
//! # use auth_runtime::{Auth, Jwt, requires};
//! # use jsonwebtoken::{Algorithm, DecodingKey, Validation};
//! # let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
//! # const SECRET: [u8; 32] = [7; 32];
//! # #[derive(serde::Deserialize)]
//! # struct Claims { sub: String, admin: bool }
//! # struct User { name: String, is_admin: bool }
//! # fn user_of(request: &HttpRequest) -> Result<User, Error> {
//! #     let sent = request.headers().get("Authorization").and_then(|sent| sent.to_str().ok()).unwrap_or_default();
//! #     let token = sent.strip_prefix("Bearer ").ok_or_else(|| ErrorUnauthorized("no token"))?;
//! #     let mut wanted = Validation::new(Algorithm::HS256);
//! #     wanted.set_audience(&["https://api.test"]);
//! #     let claims = jsonwebtoken::decode::<Claims>(token, &DecodingKey::from_secret(&SECRET), &wanted);
//! #     let Claims { sub, admin } = claims.map_err(ErrorUnauthorized)?.claims;
//! #     Ok(User { name: sub, is_admin: admin })
//! # }
//! # impl FromRequest for User {
//! #     type Error = Error;
//! #     type Future = Ready<Result<Self, Error>>;
//! #     fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
//! #         ready(user_of(request))
//! #     }
//! # }
//! #[requires(bearer)]
//! #[post("/notes")]
//! async fn add(note: web::Json<String>, user: User) -> String {
//!     format!("{} notes {note}", user.name)
//! }
//!
//! #[delete("/notes")] // not moved yet
//! async fn clear(user: User) -> Result<&'static str, Error> {
//!     if user.is_admin { Ok("cleared") } else { Err(ErrorForbidden("admins only")) }
//! }
//!
//! let jwt = Jwt::hs256(SECRET).issuer("https://issuer.test").audience("https://api.test");
//! let auth = Auth::builder().realm("notes").bearer(jwt).build().unwrap();
//! let app = test::init_service(App::new().app_data(auth.clone()).service(add).service(clear)).await;
//! # let token = TestIssuer::with_secret(SECRET).token().subject("ben").claim("admin", true).sign();
//! # let adding = test::TestRequest::post().uri("/notes").bearer(&token).set_json("milk").to_request();
//! # assert_eq!(test::call_and_read_body(&app, adding).await, "ben notes milk");
//! # let clearing = test::TestRequest::delete().uri("/notes").bearer(&token).to_request();
//! # assert_eq!(test::call_service(&app, clearing).await.status(), 200);
//! let stranger = test::TestRequest::post().uri("/notes").set_payload("not JSON").to_request();
//! assert_eq!(test::call_service(&app, stranger).await.status(), 401);
//! # }
//! ```
//!
//! # After
//!
//! `FromPrincipal` takes the place of `FromRequest`. The arguments of handlers stay as they are, and in a handler that nobody
//! guards `User` does not compile any more. Do it once all handlers have the attribute: where a type is both, the compiler cannot
//! tell which one a handler means.
//!
//! ```
//! # #[actix_web::main]
//! # async fn main() {
//! # use actix_web::{App, delete, post, test, web};
//! # const SECRET: [u8; 32] = [7; 32];
//! # struct User { name: String }
//! use auth_runtime::testing::{ExpectedDenial, TestIssuer, TestRequestExt as _};
//! use auth_runtime::{Auth, Denial, FromPrincipal, Jwt, Principal, requires};
//!
//! impl FromPrincipal for User {
//!     type Error = Denial;
//!
//!     fn from_principal(principal: &Principal) -> Result<Self, Denial> {
//!         Ok(Self { name: principal.subject().to_owned() })
//!     }
//! }
//!
//! #[requires(bearer)]
//! #[post("/notes")]
//! async fn add(note: web::Json<String>, user: User) -> String {
//!     format!("{} notes {note}", user.name)
//! }
//!
//! #[requires(bearer, claim("admin", true))]
//! #[delete("/notes")]
//! async fn clear() -> &'static str {
//!     "cleared"
//! }
//!
//! let jwt = Jwt::hs256(SECRET).issuer("https://issuer.test").audience("https://api.test");
//! let auth = Auth::builder().realm("notes").bearer(jwt).build().unwrap();
//! let app = test::init_service(App::new().service(auth.scope("").service(add).service(clear))).await;
//! # let issuer = TestIssuer::with_secret(SECRET);
//! # let token = |admin: bool| issuer.token().subject("ben").claim("admin", admin).sign();
//! # let adding = test::TestRequest::post().uri("/notes").bearer(token(false)).set_json("milk").to_request();
//! # assert_eq!(test::call_and_read_body(&app, adding).await, "ben notes milk");
//! # let clearing = |admin: bool| test::TestRequest::delete().uri("/notes").bearer(token(admin)).to_request();
//! # assert_eq!(test::call_service(&app, clearing(true)).await.status(), 200);
//! # let answer = test::call_service(&app, clearing(false)).await;
//! # ExpectedDenial::new(403).member("detail", "the caller lacks a required attribute").assert(answer).await;
//!
//! let stranger = test::TestRequest::post().uri("/notes").set_payload("not JSON").to_request();
//! let answer = test::call_service(&app, stranger).await;
//! ExpectedDenial::new(401).challenge(r#"Bearer realm="notes""#).assert(answer).await;
//! # }
//! ```
//!
//! # Tokens without an issuer or an audience
//!
//! A [`Jwt`](crate::Jwt) demands that you say both, and tokens without `exp` are refused. Where yours lack them, begin with whoever
//! makes the tokens: add `iss` and `aud`, let the old extractor accept that `aud`, and move once the old tokens have expired. Where
//! that cannot be, [`dangerous_any_issuer`](crate::Jwt::dangerous_any_issuer) and
//! [`dangerous_any_audience`](crate::Jwt::dangerous_any_audience) accept what you accepted until now. Tokens that only your function
//! can verify, such as those that each customer signs with a key of its own, are an [`Opaque`](crate::Opaque::look_up_jwts).
