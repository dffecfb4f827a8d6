//! What a caller who is refused gets to see.
//!
//! # Hiding
//!
//! `hide` makes every refusal of a route the answer of an unknown route of the same scope: actix's empty 404, or the scope's own
//! [`default_service`](crate::mount::Scope::default_service). `hide = "from_authenticated"` does so for 403s only, so that
//! anonymous callers still learn how to log in. Methods that a hidden pattern does not have get the 404 too, never a 405. Time is
//! not hidden, and neither is what an open route says about a hidden one.
//!
//! # Denials of your own
//!
//! A check, a handler or an extractor of yours says no by a [`Denial`](crate::Denial). It has a 4xx status, a problem body with
//! what you add to it, and headers; it is answered, hidden and counted as every denial is.
//!
//! ```
//! # use actix_web::{App, get, test, web};
//! # use auth_runtime::testing::{ExpectedDenial, TestIssuer, TestRequestExt as _};
//! # use auth_runtime::{Auth, Denial, Principal, requires};
//! async fn within_quota(who: Principal) -> Result<(), Denial> {
//!     match who.key().to_string().as_str() {
//!         "alice at https://issuer.test" => Ok(()),
//!         _ => Err(Denial::conflict("the month's reports are spent").code("quota").member("limit", 20)),
//!     }
//! }
//!
//! #[requires(bearer, check(within_quota))]
//! #[get("/reports/{id}")]
//! async fn report(id: web::Path<u32>) -> Result<String, Denial> {
//!     match *id {
//!         1 => Ok("the report".to_owned()),
//!         // For what is not there and for what is not theirs: nobody learns which.
//!         _ => Err(Denial::not_found("")),
//!     }
//! }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! # let issuer = TestIssuer::new();
//! # let auth = Auth::builder().bearer(issuer.jwt()).build().unwrap();
//! # let app = test::init_service(App::new().service(auth.scope("").service(report))).await;
//! let by = |subject: &str, path: &str| {
//!     test::TestRequest::get().uri(path).bearer(issuer.token().subject(subject).sign()).to_request()
//! };
//! let answer = test::call_service(&app, by("bob", "/reports/1")).await;
//! ExpectedDenial::new(409).member("code", "quota").member("limit", 20).assert(answer).await;
//!
//! let answer = test::call_service(&app, by("alice", "/reports/2")).await;
//! assert_eq!((answer.status().as_u16(), test::read_body(answer).await.len()), (404, 0));
//! # }
//! ```
//!
//! | say | for |
//! |---|---|
//! | `Denial::forbidden(detail)` | 403: known, and may not |
//! | `Denial::not_found(detail)` | 404; with an empty detail the answer of an unknown route, byte for byte |
//! | `Denial::conflict(detail)` | 409 |
//! | `Denial::too_many_requests(after)` | 429 with `Retry-After` |
//! | `Denial::unauthorized(detail)` | 401 with the challenges of the route's policy |
//! | `Denial::new(status).detail(…)` | every other 4xx but 407 |
//! | `.code("quota")`, `.problem_type(uri)`, `.member(name, value)`, `.header(name, value)` | what programs read |
//!
//! A scheme of your own, or a function that looks up [opaque tokens](crate::Opaque::lookup) or [API keys](crate::api_key::KeyStore::lookup),
//! says [`Rejection::forbidden`](crate::denial::Rejection::forbidden) of a caller whom it knows and keeps out, such as a suspended account.
//!
//! A check may have both to tell: that the caller is denied, and that it cannot decide, which is a 500. Then the error is outside, so
//! that `?` is for the database, and the denial inside:
//!
//! ```
//! use actix_web::{get, web};
//! use auth_runtime::{Checked, Denial, requires};
//!
//! struct Order { is_open: bool }
//!
//! async fn find(id: u64) -> Result<Option<Order>, std::io::Error> {
//!     Ok((id == 1).then_some(Order { is_open: true })) // from a database
//! }
//!
//! async fn load_order(id: web::Path<u64>) -> Result<Result<Order, Denial>, std::io::Error> {
//!     Ok(match find(*id).await? {
//!         Some(order) if order.is_open => Ok(order),
//!         Some(_) => Err(Denial::conflict("the order is closed").code("closed")),
//!         None => Err(Denial::not_found("no such order")),
//!     })
//! }
//!
//! #[requires(bearer, check = load_order -> Order)]
//! #[get("/orders/{id}")]
//! async fn show_order(_order: Checked<Order>) -> &'static str {
//!     "an open order"
//! }
//! ```
//!
//! Middleware of a resource or a route answers `Ok(request.error_response(denial))`, and its denial is shaped as all are. What it returns
//! as `Err` is answered by actix-web, which has no request any more to shape it by: status, challenges and the standard body stay.
//!
//! # A body of your own
//!
//! Status and challenges stay; body and media type are yours. Hidden routes keep the body of an unknown route.
//!
//! ```
//! # use actix_web::{App, get, test};
//! # use auth_runtime::testing::TestIssuer;
//! # use auth_runtime::{Auth, requires};
//! use auth_runtime::config::DenialBody;
//!
//! # #[requires(bearer)]
//! # #[get("/")]
//! # async fn route() -> &'static str { "" }
//! # #[actix_web::main]
//! # async fn main() {
//! # let issuer = TestIssuer::new();
//! let auth = Auth::builder()
//!     .bearer(issuer.jwt())
//!     .denial_body(|_request, denial| {
//!         DenialBody::json(&serde_json::json!({ "message": denial.problem().detail, "code": denial.problem().code }))
//!     })
//!     .build()
//!     .unwrap();
//! # let app = test::init_service(App::new().service(auth.scope("").service(route))).await;
//! let answer = test::call_service(&app, test::TestRequest::get().to_request()).await;
//! assert_eq!(answer.headers().get("WWW-Authenticate").unwrap(), r#"Bearer realm="api""#);
//! assert_eq!(test::read_body(answer).await, r#"{"code":null,"message":"authentication is required"}"#);
//! # }
//! ```
