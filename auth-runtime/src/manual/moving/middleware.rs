//! From a middleware that fills extensions: it finds out who calls and lets everybody through; each handler looks for itself.
//!
//! | there | here |
//! |---|---|
//! | the middleware reads a header and asks the database | [`Jwt`](crate::Jwt) or [`Opaque`](crate::Opaque) reads, [`authorities`](crate::authorities) ask |
//! | `request.extensions().get::<User>()`, `web::ReqData<User>` | [`Details<User>`](crate::Details) |
//! | `Option<web::ReqData<User>>`, where anonymous callers are welcome | `optional(bearer)` and [`Optional<Details<User>>`](crate::Optional) |
//! | `if user.role != "editor" { … }` at the top of a handler | `role = "editor"` |
//! | another middleware around some scopes that demands a user | a [module with `#[requires]`](macro@crate::requires#semantics), or `policy!` |
//! | a look at the body, then at the user's rights | `check_after = may_lock(body)` |
//! | a bad token passes for nobody | it is refused |
//! | who called, in the access log | [`expose_principal`](crate::config::AuthBuilder::expose_principal), and [`Principal::of`](crate::Principal::of) in the middleware |
//!
//! # Before
//!
//! ```
//! # #[actix_web::main]
//! # async fn main() {
//! use actix_web::body::MessageBody;
//! use actix_web::dev::{ServiceRequest, ServiceResponse};
//! use actix_web::error::{ErrorForbidden, ErrorUnauthorized};
//! use actix_web::middleware::{Next, from_fn};
//! use actix_web::{App, Error, HttpMessage as _, get, test, web};
//!
//! #[derive(Clone)]
//! struct User { name: &'static str, role: &'static str }
//!
//! /// Stands for a query.
//! async fn find(token: &str) -> Option<User> {
//!     match token {
//!         "session-of-ann-0001" => Some(User { name: "ann", role: "editor" }),
//!         "session-of-ben-0001" => Some(User { name: "ben", role: "reader" }),
//!         _ => None,
//!     }
//! }
//!
//! async fn find_user(
//!     request: ServiceRequest,
//!     next: Next<impl MessageBody>,
//! ) -> Result<ServiceResponse<impl MessageBody>, Error> {
//!     let sent = request.headers().get("Authorization").and_then(|sent| sent.to_str().ok()).unwrap_or_default();
//!     if let Some(user) = find(sent.trim_start_matches("Bearer ")).await {
//!         request.extensions_mut().insert(user);
//!     }
//!     next.call(request).await
//! }
//!
//! #[get("/posts")]
//! async fn posts(user: Option<web::ReqData<User>>) -> String {
//!     user.map_or("posts".to_owned(), |user| format!("posts for {}", user.name))
//! }
//!
//! #[get("/drafts")]
//! async fn drafts(user: Option<web::ReqData<User>>) -> Result<String, Error> {
//!     let user = user.ok_or_else(|| ErrorUnauthorized("sign in"))?;
//!     if user.role != "editor" {
//!         return Err(ErrorForbidden("for editors"));
//!     }
//!     Ok(format!("drafts for {}", user.name))
//! }
//!
//! let app = test::init_service(App::new().wrap(from_fn(find_user)).service(posts).service(drafts)).await;
//! # use auth_runtime::testing::TestRequestExt as _;
//! let get = |path: &str, token: &str| test::TestRequest::get().uri(path).bearer(token).to_request();
//! assert_eq!(test::call_and_read_body(&app, get("/posts", "session-of-ann-0001")).await, "posts for ann");
//! assert_eq!(test::call_and_read_body(&app, get("/posts", "session-that-ended1")).await, "posts"); // nobody told the user
//! # assert_eq!(test::call_service(&app, get("/drafts", "session-of-ann-0001")).await.status(), 200);
//! # assert_eq!(test::call_service(&app, get("/drafts", "session-of-ben-0001")).await.status(), 403);
//! # assert_eq!(test::call_service(&app, get("/drafts", "session-that-ended1")).await.status(), 401);
//! # }
//! ```
//!
//! # Both
//!
//! The middleware's query becomes a lookup. What it finds is the moved handlers' `Details<User>`; the others still find theirs in the
//! extensions.
//!
//! ```standalone_crate
//! # #[actix_web::main]
//! # async fn main() {
//! # use actix_web::body::MessageBody;
//! # use actix_web::dev::{ServiceRequest, ServiceResponse};
//! # use actix_web::middleware::{Next, from_fn};
//! # use actix_web::{App, Error, HttpMessage as _, get, test, web};
//! # #[derive(Clone)]
//! # struct User { name: &'static str, role: &'static str }
//! # async fn find(token: &str) -> Option<User> {
//! #     match token {
//! #         "session-of-ann-0001" => Some(User { name: "ann", role: "editor" }),
//! #         "session-of-ben-0001" => Some(User { name: "ben", role: "reader" }),
//! #         _ => None,
//! #     }
//! # }
//! # async fn find_user(
//! #     request: ServiceRequest,
//! #     next: Next<impl MessageBody>,
//! # ) -> Result<ServiceResponse<impl MessageBody>, Error> {
//! #     let sent = request.headers().get("Authorization").and_then(|sent| sent.to_str().ok()).unwrap_or_default();
//! #     if let Some(user) = find(sent.trim_start_matches("Bearer ")).await {
//! #         request.extensions_mut().insert(user);
//! #     }
//! #     next.call(request).await
//! # }
//! use std::convert::Infallible;
//!
//! use auth_runtime::opaque::Holder;
//! use auth_runtime::scheme::ExposedCredential;
//! use auth_runtime::{Auth, Details, Opaque, requires};
//!
//! async fn find_session(sent: ExposedCredential) -> Result<Option<Holder<User>>, Infallible> {
//!     let user = find(&String::from_utf8_lossy(sent.expose())).await;
//!     Ok(user.map(|user| Holder::new(user.name).roles([user.role]).details(user)))
//! }
//!
//! #[get("/posts")] // not moved yet
//! async fn posts(user: Option<web::ReqData<User>>) -> String {
//!     user.map_or("posts".to_owned(), |user| format!("posts for {}", user.name))
//! }
//!
//! #[requires(bearer, role = "editor")]
//! #[get("/drafts")]
//! async fn drafts(user: Details<User>) -> String {
//!     format!("drafts for {}", user.name)
//! }
//!
//! let auth = Auth::builder().realm("blog").bearer(Opaque::dangerous_lookup_exposed(find_session)).build().unwrap();
//! let app = App::new().app_data(auth.clone()).wrap(from_fn(find_user)).service(posts).service(drafts);
//! # let app = test::init_service(app).await;
//! # use auth_runtime::testing::TestRequestExt as _;
//! # let get = |path: &str, token: &str| test::TestRequest::get().uri(path).bearer(token).to_request();
//! # assert_eq!(test::call_and_read_body(&app, get("/posts", "session-of-ann-0001")).await, "posts for ann");
//! # assert_eq!(test::call_and_read_body(&app, get("/drafts", "session-of-ann-0001")).await, "drafts for ann");
//! # assert_eq!(test::call_service(&app, get("/drafts", "session-of-ben-0001")).await.status(), 403);
//! # assert_eq!(test::call_service(&app, get("/drafts", "session-that-ended1")).await.status(), 401);
//! # }
//! ```
//!
//! # After
//!
//! The middleware goes. An access log finds the caller where the guard has put it: of requests that were let in. Whom a policy refused is
//! told by [`Auth::on_decision`](crate::Auth::on_decision).
//!
//! ```standalone_crate
//! # #[actix_web::main]
//! # async fn main() {
//! # use std::convert::Infallible;
//! # use std::sync::{Arc, Mutex};
//! # use actix_web::dev::Service as _;
//! # use actix_web::{App, get, test};
//! # use auth_runtime::opaque::Holder;
//! # use auth_runtime::scheme::ExposedCredential;
//! # use auth_runtime::testing::TestRequestExt as _;
//! # struct User { name: &'static str, role: &'static str }
//! # async fn find(token: &str) -> Option<User> {
//! #     match token {
//! #         "session-of-ann-0001" => Some(User { name: "ann", role: "editor" }),
//! #         "session-of-ben-0001" => Some(User { name: "ben", role: "reader" }),
//! #         _ => None,
//! #     }
//! # }
//! # async fn find_session(sent: ExposedCredential) -> Result<Option<Holder<User>>, Infallible> {
//! #     let user = find(&String::from_utf8_lossy(sent.expose())).await;
//! #     Ok(user.map(|user| Holder::new(user.name).roles([user.role]).details(user)))
//! # }
//! # let lines = Arc::new(Mutex::new(Vec::new()));
//! # let log = { let lines = Arc::clone(&lines); move |line: String| lines.lock().unwrap().push(line) };
//! use auth_runtime::{Auth, Details, Opaque, Optional, Principal, requires};
//!
//! #[requires(optional(bearer))]
//! #[get("/posts")]
//! async fn posts(user: Optional<Details<User>>) -> String {
//!     user.as_ref().map_or("posts".to_owned(), |user| format!("posts for {}", user.name))
//! }
//!
//! #[requires(bearer, role = "editor")]
//! #[get("/drafts")]
//! async fn drafts(user: Details<User>) -> String {
//!     format!("drafts for {}", user.name)
//! }
//!
//! let sessions = Opaque::dangerous_lookup_exposed(find_session);
//! let auth = Auth::builder().realm("blog").bearer(sessions).expose_principal().build().unwrap();
//! let scope = auth.scope("").service(posts).service(drafts).wrap_fn(move |request, next| {
//!     let (answer, log) = (next.call(request), log.clone());
//!     async move {
//!         let answer = answer.await?;
//!         let caller = Principal::of(answer.request()).map_or("nobody".to_owned(), |who| who.subject().to_owned());
//!         log(format!("{caller} {} {}", answer.request().path(), answer.status().as_u16()));
//!         Ok(answer)
//!     }
//! });
//! let app = test::init_service(App::new().service(scope)).await;
//! let get = |path: &str, token: &str| test::TestRequest::get().uri(path).bearer(token).to_request();
//! # let call = async |path: &str, token: &str| test::call_service(&app, get(path, token)).await.status().as_u16();
//! assert_eq!(call("/posts", "session-that-ended1").await, 401); // no longer nobody
//! # assert_eq!(test::call_and_read_body(&app, get("/posts", "session-of-ann-0001")).await, "posts for ann");
//! # assert_eq!(test::call_and_read_body(&app, test::TestRequest::get().uri("/posts").to_request()).await, "posts");
//! assert_eq!(call("/drafts", "session-of-ann-0001").await, 200);
//! assert_eq!(call("/drafts", "session-of-ben-0001").await, 403);
//! # assert_eq!(lines.lock().unwrap()[..2], ["nobody /posts 401", "ann /posts 200"]);
//! # assert_eq!(lines.lock().unwrap()[3..], ["ann /drafts 200", "nobody /drafts 403"]);
//! # }
//! ```
