//! What stopped the teams of real services, and how each of it is written now.
//!
//! The table goes through six kinds of service, as one finds them among open-source projects on actix-web, and what all of them ask
//! for. Three are whole programs with data and tests of their own, in the repository's `examples/services`: `keys_and_tokens`,
//! `organisations` and `forum`. The others are on this page.
//!
//! | kind of service | what stopped it | how it is written | where it is run |
//! |---|---|---|---|
//! | a search engine behind keys | keys derived by HMAC, of which no digest is stored | [`Opaque::dangerous_lookup_exposed`](crate::Opaque::dangerous_lookup_exposed) | `keys_and_tokens` |
//! | | JWTs that each customer signs with its own key | [`Opaque::look_up_jwts`](crate::Opaque::look_up_jwts) | `keys_and_tokens` |
//! | | a key is for actions and for indexes | `scope = Action::Search`, `check = reaches_index` over [`Details`](crate::Details) | `keys_and_tokens` |
//! | | bodies with its own `code` and `link` | [`denial_body`](crate::config::AuthBuilder::denial_body), [`Denial::code`](crate::Denial::code) | `keys_and_tokens` |
//! | | 403 for a bad key, where the guard says 401 | the lookup returns [`Rejection::forbidden`](crate::denial::Rejection::forbidden) | `keys_and_tokens` |
//! | payments for organisations | roles of a JWT's subject from the database, for each organisation | [`AuthorityLoader::of_request`](crate::authorities::AuthorityLoader::of_request) | `organisations` |
//! | | remembered, and yet revocable at once | `.remember_for(…)`, [`Auth::forget`](crate::Auth::forget) | `organisations` |
//! | | permissions are an enum | `role(Permission::RefundsCreate)`, [`known_roles`](crate::config::AuthBuilder::known_roles) | `organisations` |
//! | | keys of several kinds in `api-key` | `ApiKeys::header("api-key", KeyStore::lookup(f))`: scopes by the kind | `organisations` |
//! | | a condition for one of two schemes | `any(api_key && scope(…), bearer && role(…))` | `organisations` |
//! | | the organisation is in the route or in a header | the loader takes the `HttpRequest` | `organisations` |
//! | | the object is loaded for the check, and again in the handler | `check = Invoice::load -> Invoice`, [`Checked<Invoice>`](crate::Checked) | `organisations` |
//! | a forum | reading is open, with more for those who have signed in | `optional(bearer)`, `Optional<Details<Person>>` | `forum` |
//! | | moderators' rights by the community that the body names | `check_after = moderates(removal)` | `forum` |
//! | | rate limits around resources | `Resource::wrap`, `Route::wrap` | `forum` |
//! | a platform for projects | tokens with prefixes, whose scopes are bits of a number | [`Opaque::prefix`](crate::Opaque::prefix), `Holder::scopes` with the names of the bits | [below](#scopes-that-are-bits) |
//! | | 404 for what the caller may not see | `check = load -> Project, hide = "from_authenticated"` | [below](#scopes-that-are-bits) |
//! | | handlers that call handlers | `inner = name`, with proof | [below](#scopes-that-are-bits) |
//! | a store for logs | `.authorize(Action::Query)` on the route | `route::get().requires::<CanQuery>().to(handler)` | [below](#a-policy-on-the-route) |
//! | | one handler at three routes | the same, three times | [below](#a-policy-on-the-route) |
//! | a database with HTTP and gRPC | a key for all and one for reading, in `api-key` or as Bearer, or a JWT | `any(api_key, bearer("key"), bearer)` and scopes that [imply](crate::config::AuthBuilder::scope_implies) each other | [below](#beside-grpc) |
//! | | the same rule for gRPC | [`Auth::verify`](crate::Auth::verify) | [below](#beside-grpc) |
//! | | every access in an audit log | [`Auth::on_decision`](crate::Auth::on_decision) | [below](#beside-grpc) |
//! | any | tests call handlers as functions | the policy on the route, which leaves the handler as it is; or real requests with a [`TestIssuer`](crate::testing::TestIssuer) | [below](#a-policy-on-the-route) |
//! | | `fn routes(config: &mut web::ServiceConfig)` in each module | `fn routes(config: &mut ServiceConfig)` of this crate, `.configure(routes)` | [below](#a-policy-on-the-route) |
//! | | `#[utoipa::path]` on the handler | it stays, above `#[requires]` or below | the tests of this crate |
//!
//! # Scopes that are bits
//!
//! The column in the database stays a number; its bits have names where the guard sees them. What a caller may not see looks as if
//! it were not there. One handler calls another, with proof that the policy of that one has admitted the caller.
//!
//! ```standalone_crate
//! # #[actix_web::main]
//! # async fn main() {
//! # use std::convert::Infallible;
//! # use actix_web::{App, get, test, web};
//! # use auth_runtime::testing::TestRequestExt as _;
//! # use auth_runtime::{Auth, Checked, Granted, Opaque, Principal, requires};
//! use auth_runtime::api_key::KeyDigest;
//! use auth_runtime::opaque::Holder;
//! use auth_runtime::principal::PrincipalKey;
//!
//! const PROJECT_READ: &str = "project.read";
//! const PROJECT_WRITE: &str = "project.write";
//! /// The name of each bit, lowest first.
//! const SCOPES: [&str; 2] = [PROJECT_READ, PROJECT_WRITE];
//!
//! /// Stands for `SELECT owner, scopes FROM tokens WHERE sha256 = $1`.
//! async fn find(digest: KeyDigest) -> Result<Option<Holder>, Infallible> {
//!     let row = [("plt_ann-reads-0001", "ann", 0b01), ("plt_ben-reads-0001", "ben", 0b01), ("plt_ann-writes-001", "ann", 0b10)];
//!     let found = row.into_iter().find(|(token, ..)| digest == KeyDigest::of(token));
//!     Ok(found.map(|(_, owner, bits)| {
//!         Holder::new(owner).scopes(SCOPES.into_iter().enumerate().filter(|(bit, _)| bits >> bit & 1 == 1).map(|(_, name)| name))
//!     }))
//! }
//!
//! struct Project { name: &'static str }
//!
//! /// Project 1 is open to all, project 2 to ann.
//! async fn load(id: web::Path<u8>, who: Principal) -> Option<Project> {
//!     match *id {
//!         1 => Some(Project { name: "open" }),
//!         2 => (who.key() == PrincipalKey::new("local:bearer", "ann")).then_some(Project { name: "closed" }),
//!         _ => None,
//!     }
//! }
//!
//! #[requires(bearer, scope = PROJECT_READ, check = load -> Project, hide = "from_authenticated", inner = show_inner)]
//! #[get("/projects/{id}")]
//! async fn show(project: Checked<Project>) -> String {
//!     project.name.to_owned()
//! }
//!
//! /// The address of old. `policy = show` asks for all that `show` asks for.
//! #[requires(policy = show)]
//! #[get("/v1/projects/{id}")]
//! async fn show_v1(proof: Granted<show>, project: Checked<Project>) -> String {
//!     format!("project {}", show_inner(&proof, project).await)
//! }
//!
//! let auth = Auth::builder().bearer(Opaque::lookup(find).prefix("plt_")).build().unwrap();
//! let app = test::init_service(App::new().service(auth.scope("").service(show).service(show_v1))).await;
//! # let get = async |path: &str, token: &str| {
//! #     let answer = test::call_service(&app, test::TestRequest::get().uri(path).bearer(token).to_request()).await;
//! #     (answer.status().as_u16(), String::from_utf8(test::read_body(answer).await.to_vec()).unwrap())
//! # };
//! assert_eq!(get("/projects/2", "plt_ann-reads-0001").await, (200, "closed".to_owned()));
//! assert_eq!(get("/v1/projects/2", "plt_ann-reads-0001").await, (200, "project closed".to_owned()));
//! // Not his, not there, and without the scope: nobody learns which.
//! assert_eq!(get("/projects/2", "plt_ben-reads-0001").await, (404, String::new()));
//! assert_eq!(get("/projects/9", "plt_ann-reads-0001").await, (404, String::new()));
//! assert_eq!(get("/v1/projects/2", "plt_ann-writes-001").await, (404, String::new()));
//! # assert_eq!(get("/projects/1", "plt_ben-reads-0001").await.0, 200);
//! # assert_eq!(get("/projects/1", "plt_nobody-000001").await.0, 401);
//! # }
//! ```
//!
//! # A policy on the route
//!
//! The handler says nothing, so tests call it as the function that it is; where it is mounted says who may call it there.
//!
//! ```standalone_crate
//! # #[actix_web::main]
//! # async fn main() {
//! # use actix_web::{App, test, web};
//! # use auth_runtime::testing::{TestIssuer, TestRequestExt as _};
//! # use auth_runtime::Auth;
//! use auth_runtime::{ServiceConfig, policy, route};
//!
//! policy! {
//!     CanQuery: bearer, scope("query");
//!     CanTail: bearer, scope("tail");
//!     CanAudit: bearer, role("auditor");
//! }
//!
//! async fn query(stream: web::Path<String>) -> String {
//!     format!("records of {stream}")
//! }
//!
//! /// The module's routes, as with actix-web's own `ServiceConfig`.
//! fn routes(config: &mut ServiceConfig) {
//!     config
//!         .route("/query/{stream}", route::post().requires::<CanQuery>().to(query))
//!         .route("/tail/{stream}", route::get().requires::<CanTail>().to(query))
//!         .route("/audit/{stream}", route::get().requires::<CanAudit>().to(query));
//! }
//!
//! assert_eq!(query("web".to_owned().into()).await, "records of web");
//!
//! # let issuer = TestIssuer::new();
//! let auth = Auth::builder().bearer(issuer.jwt()).build().unwrap();
//! let app = test::init_service(App::new().service(auth.scope("/api").configure(routes))).await;
//! # for (request, token, status) in [
//! #     (test::TestRequest::post().uri("/api/query/web"), issuer.token().scope("query"), 200),
//! #     (test::TestRequest::get().uri("/api/tail/web"), issuer.token().scope("query"), 403),
//! #     (test::TestRequest::get().uri("/api/tail/web"), issuer.token().scope("tail"), 200),
//! #     (test::TestRequest::get().uri("/api/audit/web"), issuer.token().scope("tail"), 403),
//! #     (test::TestRequest::get().uri("/api/audit/web"), issuer.token().role("auditor"), 200),
//! # ] {
//! #     assert_eq!(test::call_service(&app, request.bearer(token.sign()).to_request()).await.status(), status);
//! # }
//! let mut mounted: Vec<_> =
//!     auth.mounted().iter().map(|route| (route.path().to_owned(), route.policy().unwrap().handler())).collect();
//! mounted.sort();
//! assert!(mounted[0].0 == "/api/audit/{stream}" && mounted[0].1.ends_with("::CanAudit"), "{mounted:?}");
//! # assert!(mounted[1].0 == "/api/query/{stream}" && mounted[1].1.ends_with("::CanQuery"), "{mounted:?}");
//! # assert!(mounted[2].0 == "/api/tail/{stream}" && mounted[2].1.ends_with("::CanTail"), "{mounted:?}");
//! # }
//! ```
//!
//! # Beside gRPC
//!
//! One policy judges requests and calls alike, and the audit log hears of both. `verify` refuses policies with checks, which need a
//! request.
//!
//! ```standalone_crate
//! # #[actix_web::main]
//! # async fn main() {
//! # use std::convert::Infallible;
//! # use std::sync::mpsc;
//! # use std::time::Duration;
//! # use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
//! # use actix_web::http::{Method, Uri};
//! # use actix_web::{App, get, put, test};
//! # use auth_runtime::testing::{TestIssuer, TestRequestExt as _};
//! use auth_runtime::api_key::{Key, KeyDigest, KeyStore};
//! use auth_runtime::observe::RequestParts;
//! use auth_runtime::opaque::Holder;
//! use auth_runtime::{ApiKeys, Auth, Opaque, policy, requires};
//!
//! policy! {
//!     /// A key in `api-key`, the same as a Bearer token, or a JWT.
//!     Reads: any(api_key, bearer("key"), bearer), scope("read");
//!     Writes: any(api_key, bearer("key"), bearer), scope("write");
//! }
//!
//! #[requires(policy = Reads)]
//! #[get("/points")]
//! async fn points() -> &'static str {
//!     "points"
//! }
//!
//! #[requires(policy = Writes)]
//! #[put("/points")]
//! async fn upsert() -> &'static str {
//!     "written"
//! }
//!
//! /// Name and scope of the two keys that the configuration file says, by their digests.
//! fn find(digest: KeyDigest) -> Option<(&'static str, &'static str)> {
//!     let keys = [("the-key-for-everything", "rw", "write"), ("the-key-for-reading-01", "ro", "read")];
//!     keys.into_iter().find(|(key, ..)| digest == KeyDigest::of(key)).map(|(_, name, scope)| (name, scope))
//! }
//!
//! async fn find_key(digest: KeyDigest) -> Result<Option<Key>, Infallible> {
//!     Ok(find(digest).map(|(name, scope)| Key::new(name).with_scopes([scope])))
//! }
//!
//! async fn find_token(digest: KeyDigest) -> Result<Option<Holder>, Infallible> {
//!     Ok(find(digest).map(|(name, scope)| Holder::new(name).scopes([scope])))
//! }
//!
//! # let issuer = TestIssuer::new();
//! let auth = Auth::builder()
//!     .api_key(ApiKeys::header("api-key", KeyStore::lookup(find_key)))
//!     .bearer_named("key", Opaque::lookup(find_token))
//!     .bearer(issuer.jwt())
//!     .scope_implies("write", ["read"])
//!     .build()
//!     .unwrap();
//!
//! let (told, lines) = mpsc::channel();
//! auth.on_decision(move |decision| {
//!     let caller = decision.caller().map_or("nobody", |who| who.subject());
//!     let _ = told.send(format!("{caller} {} {:?}", decision.request().uri(), decision.outcome()));
//! });
//! let app = test::init_service(App::new().service(auth.scope("").service(points).service(upsert))).await;
//! # for (request, key, status) in [
//! #     (test::TestRequest::get(), "the-key-for-everything", 200),
//! #     (test::TestRequest::put(), "the-key-for-everything", 200),
//! #     (test::TestRequest::get(), "the-key-for-reading-01", 200),
//! #     (test::TestRequest::put(), "the-key-for-reading-01", 403),
//! #     (test::TestRequest::put(), "the-key-of-nobody-0001", 401),
//! # ] {
//! #     let request = request.uri("/points").api_key("api-key", key).to_request();
//! #     assert_eq!(test::call_service(&app, request).await.status(), status, "{key}");
//! # }
//! # for (request, token, status) in [
//! #     (test::TestRequest::get(), issuer.token().subject("ann").scope("read").sign(), 200),
//! #     (test::TestRequest::put(), "the-key-for-everything".to_owned(), 200),
//! #     (test::TestRequest::put(), "the-key-for-reading-01".to_owned(), 403),
//! #     (test::TestRequest::put(), "the-key-of-nobody-0001".to_owned(), 401),
//! # ] {
//! #     assert_eq!(test::call_service(&app, request.uri("/points").bearer(token).to_request()).await.status(), status);
//! # }
//!
//! // An interceptor of the gRPC server: the metadata of a call are header fields.
//! let mut fields = HeaderMap::new();
//! fields.insert(HeaderName::from_static("api-key"), HeaderValue::from_static("the-key-for-reading-01"));
//! let call = RequestParts::new(Method::POST, Uri::from_static("/points.Points/Upsert"), fields);
//! assert_eq!(auth.verify::<Reads>(&call).await.unwrap().unwrap().subject(), "ro");
//! assert_eq!(auth.verify::<Writes>(&call).await.unwrap_err().status(), 403);
//! # let mut heard = Vec::new();
//! # while let Ok(line) = lines.recv_timeout(Duration::from_secs(2)) {
//! #     heard.push(line);
//! #     if heard.len() == 11 { break; }
//! # }
//! # assert_eq!(heard[0], "rw /points Allowed");
//! # assert_eq!(heard[3], "ro /points Denied");
//! # assert_eq!(heard[9..], ["ro /points.Points/Upsert Allowed", "ro /points.Points/Upsert Denied"]);
//! # }
//! ```
