//! From `actix-web-httpauth`: validators behind a middleware, `BearerAuth` and `BasicAuth` as arguments.
//!
//! | there | here |
//! |---|---|
//! | `HttpAuthentication::bearer(validator)` around a scope | `auth.scope(…)`; what the validator looks up is an [`Opaque`](crate::Opaque), what it decodes a [`Jwt`](crate::Jwt) |
//! | what the validator puts into the extensions, `web::ReqData<User>` | `Holder::details`, taken as [`Details<User>`](crate::Details) |
//! | `BearerAuth` as an argument, decoded in the handler | `#[requires(bearer)]`, [`Bearer<Claims>`](crate::Bearer) as the argument |
//! | `BasicAuth` and a comparison | `#[requires(basic)]`, `Passwords::verify_with` or a file, `Basic<User>` as the argument |
//! | `Option<BearerAuth>` | `#[requires(optional(bearer))]` and [`Optional`](crate::Optional): a bad token is refused, and not anonymous |
//! | `bearer::Config::default().realm(…).scope(…)` | the realm on the builder; scopes come from the attribute |
//! | `Err((error, request))` of a validator | `Ok(None)` is a 401 with the challenge, `Err` a 503 |
//!
//! # Before
//!
//! ```
//! # #[actix_web::main]
//! # async fn main() {
//! use actix_web::dev::ServiceRequest;
//! use actix_web::{App, Error, HttpMessage as _, error, get, test, web};
//! use actix_web_httpauth::extractors::basic::BasicAuth;
//! use actix_web_httpauth::extractors::bearer::BearerAuth;
//! use actix_web_httpauth::middleware::HttpAuthentication;
//!
//! #[derive(Clone)]
//! struct User { name: &'static str }
//!
//! /// Stands for a query.
//! async fn find(token: &str) -> Option<User> {
//!     (token == "token-of-alice-01").then_some(User { name: "alice" })
//! }
//!
//! async fn validator(request: ServiceRequest, sent: BearerAuth) -> Result<ServiceRequest, (Error, ServiceRequest)> {
//!     match find(sent.token()).await {
//!         Some(user) => {
//!             request.extensions_mut().insert(user);
//!             Ok(request)
//!         }
//!         None => Err((error::ErrorUnauthorized("no such token"), request)),
//!     }
//! }
//!
//! #[get("/orders")]
//! async fn orders(user: web::ReqData<User>) -> String {
//!     format!("orders of {}", user.name)
//! }
//!
//! #[get("/stock")]
//! async fn stock(sent: BasicAuth) -> Result<String, Error> {
//!     match (sent.user_id(), sent.password()) {
//!         ("till", Some("secret of the till")) => Ok("stock".to_owned()),
//!         _ => Err(error::ErrorUnauthorized("wrong password")),
//!     }
//! }
//!
//! let api = web::scope("/api").wrap(HttpAuthentication::bearer(validator)).service(orders);
//! let app = test::init_service(App::new().service(api).service(stock)).await;
//! # use auth_runtime::testing::TestRequestExt as _;
//! # let get = |path: &str| test::TestRequest::get().uri(path);
//! # assert_eq!(test::call_and_read_body(&app, get("/api/orders").bearer("token-of-alice-01").to_request()).await, "orders of alice");
//! # assert_eq!(test::call_and_read_body(&app, get("/stock").basic("till", "secret of the till").to_request()).await, "stock");
//! # let refused = test::call_service(&app, get("/api/orders").bearer("token-of-nobody-1").to_request()).await;
//! # assert_eq!((refused.status().as_u16(), refused.headers().contains_key("WWW-Authenticate")), (401, false));
//! # assert_eq!(test::call_service(&app, get("/stock").basic("till", "guess").to_request()).await.status(), 401);
//! # }
//! ```
//!
//! # Both
//!
//! The validator's query becomes a lookup, the comparison a function of a user name and a password. The handlers are moved one by
//! one, and the middleware stays where it is: a route that is not moved yet is as guarded as it was, and one that is moved is
//! guarded twice.
//!
//! ```standalone_crate
//! # #[actix_web::main]
//! # async fn main() {
//! # use actix_web::dev::ServiceRequest;
//! # use actix_web::{App, Error, HttpMessage as _, error, get, test, web};
//! # use actix_web_httpauth::extractors::bearer::BearerAuth;
//! # use actix_web_httpauth::middleware::HttpAuthentication;
//! # #[derive(Clone)]
//! # struct User { name: &'static str }
//! # async fn find(token: &str) -> Option<User> {
//! #     (token == "token-of-alice-01").then_some(User { name: "alice" })
//! # }
//! # async fn validator(request: ServiceRequest, sent: BearerAuth) -> Result<ServiceRequest, (Error, ServiceRequest)> {
//! #     match find(sent.token()).await {
//! #         Some(user) => {
//! #             request.extensions_mut().insert(user);
//! #             Ok(request)
//! #         }
//! #         None => Err((error::ErrorUnauthorized("no such token"), request)),
//! #     }
//! # }
//! use std::convert::Infallible;
//!
//! use auth_runtime::basic::UserPass;
//! use auth_runtime::opaque::Holder;
//! use auth_runtime::scheme::ExposedCredential;
//! use auth_runtime::{Auth, Basic, Details, Opaque, basic::Passwords, requires};
//!
//! /// The same query. Where the table holds SHA-256 digests, `Opaque::lookup` is given that, and nobody sees the token.
//! async fn find_token(sent: ExposedCredential) -> Result<Option<Holder<User>>, Infallible> {
//!     let user = find(&String::from_utf8_lossy(sent.expose())).await;
//!     Ok(user.map(|user| Holder::new(user.name).details(user)))
//! }
//!
//! async fn is_till(sent: UserPass) -> Result<Option<User>, Infallible> {
//!     let is_till = sent.user() == "till" && sent.expose_password() == "secret of the till";
//!     Ok(is_till.then_some(User { name: "till" }))
//! }
//!
//! #[requires(bearer)]
//! #[get("/orders")]
//! async fn orders(user: Details<User>) -> String {
//!     format!("orders of {}", user.name)
//! }
//!
//! #[get("/carts")] // not moved yet
//! async fn carts(user: web::ReqData<User>) -> String {
//!     format!("carts of {}", user.name)
//! }
//!
//! #[requires(basic)]
//! #[get("/stock")]
//! async fn stock(_till: Basic<User>) -> &'static str {
//!     "stock"
//! }
//!
//! let auth = Auth::builder()
//!     .realm("orders")
//!     .bearer(Opaque::dangerous_lookup_exposed(find_token))
//!     .basic(Passwords::verify_with(is_till))
//!     .build()
//!     .unwrap();
//! let api = web::scope("/api").wrap(HttpAuthentication::bearer(validator)).service(orders).service(carts);
//! let app = test::init_service(App::new().app_data(auth.clone()).service(api).service(stock)).await;
//! # use auth_runtime::testing::TestRequestExt as _;
//! # let get = |path: &str| test::TestRequest::get().uri(path);
//! # for path in ["/api/orders", "/api/carts"] {
//! #     assert_eq!(test::call_service(&app, get(path).bearer("token-of-alice-01").to_request()).await.status(), 200);
//! #     assert_eq!(test::call_service(&app, get(path).bearer("token-of-nobody-1").to_request()).await.status(), 401);
//! #     assert_eq!(test::call_service(&app, get(path).to_request()).await.status(), 401);
//! # }
//! # assert_eq!(test::call_service(&app, get("/stock").basic("till", "secret of the till").to_request()).await.status(), 200);
//! # assert_eq!(test::call_service(&app, get("/stock").basic("till", "guess").to_request()).await.status(), 401);
//! # }
//! ```
//!
//! # After
//!
//! When all handlers of the scope are moved, `web::scope(…).wrap(…)` becomes `auth.scope(…)`: one that was forgotten does not compile.
//!
//! ```standalone_crate
//! # #[actix_web::main]
//! # async fn main() {
//! # use std::convert::Infallible;
//! # use actix_web::{App, get, test};
//! # use auth_runtime::basic::{Passwords, UserPass};
//! # use auth_runtime::opaque::Holder;
//! # use auth_runtime::scheme::ExposedCredential;
//! # use auth_runtime::{Auth, Basic, Details, Opaque, requires};
//! # struct User { name: &'static str }
//! # async fn find(token: &str) -> Option<User> {
//! #     (token == "token-of-alice-01").then_some(User { name: "alice" })
//! # }
//! # async fn find_token(sent: ExposedCredential) -> Result<Option<Holder<User>>, Infallible> {
//! #     let user = find(&String::from_utf8_lossy(sent.expose())).await;
//! #     Ok(user.map(|user| Holder::new(user.name).details(user)))
//! # }
//! # async fn is_till(sent: UserPass) -> Result<Option<User>, Infallible> {
//! #     let is_till = sent.user() == "till" && sent.expose_password() == "secret of the till";
//! #     Ok(is_till.then_some(User { name: "till" }))
//! # }
//! # #[requires(bearer)]
//! # #[get("/orders")]
//! # async fn orders(user: Details<User>) -> String {
//! #     format!("orders of {}", user.name)
//! # }
//! # #[requires(bearer)]
//! # #[get("/carts")]
//! # async fn carts(user: Details<User>) -> String {
//! #     format!("carts of {}", user.name)
//! # }
//! # #[requires(basic)]
//! # #[get("/stock")]
//! # async fn stock(_till: Basic<User>) -> &'static str {
//! #     "stock"
//! # }
//! # let auth = Auth::builder()
//! #     .realm("orders")
//! #     .bearer(Opaque::dangerous_lookup_exposed(find_token))
//! #     .basic(Passwords::verify_with(is_till))
//! #     .build()
//! #     .unwrap();
//! use auth_runtime::testing::{ExpectedDenial, TestRequestExt as _};
//!
//! let scopes = (auth.scope("/api").service(orders).service(carts), auth.scope("").service(stock));
//! let app = test::init_service(App::new().service(scopes.0).service(scopes.1)).await;
//! let get = |path: &str| test::TestRequest::get().uri(path);
//!
//! let answer = test::call_and_read_body(&app, get("/api/orders").bearer("token-of-alice-01").to_request()).await;
//! assert_eq!(answer, "orders of alice");
//!
//! // The validator's 401 had no challenge, which RFC 9110 demands.
//! let refused = test::call_service(&app, get("/api/orders").bearer("token-of-nobody-1").to_request()).await;
//! ExpectedDenial::new(401)
//!     .challenge(r#"Bearer realm="orders", error="invalid_token", error_description="the credentials are not valid""#)
//!     .assert(refused)
//!     .await;
//! let refused = test::call_service(&app, get("/stock").basic("till", "guess").to_request()).await;
//! ExpectedDenial::new(401).challenge(r#"Basic realm="orders", charset="UTF-8""#).assert(refused).await;
//! # assert_eq!(test::call_service(&app, get("/api/carts").to_request()).await.status(), 401);
//! # assert_eq!(test::call_service(&app, get("/stock").basic("till", "secret of the till").to_request()).await.status(), 200);
//! # }
//! ```
