//! What is demanded of a caller: roles, scopes, checks, rules over data.
//!
//! # Roles and scopes
//!
//! A scope says what a client may do on the caller's behalf; a role says what the caller is. Declare once which implies which:
//!
//! ```
//! # use actix_web::{App, get, test};
//! # use auth_runtime::testing::{TestIssuer, TestRequestExt as _};
//! # use auth_runtime::{Auth, requires};
//! #[requires(bearer, role = "ops", scope = "orders:read")]
//! #[get("/")]
//! async fn route() -> &'static str { "" }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! # let issuer = TestIssuer::new();
//! let auth = Auth::builder()
//!     .bearer(issuer.jwt())
//!     .role_hierarchy("admin > ops > viewer")
//!     .scope_implies("orders:write", ["orders:read"])
//!     .build()
//!     .unwrap();
//! # let app = test::init_service(App::new().service(auth.scope("").service(route))).await;
//! let token = issuer.token().role("admin").scope("orders:write").sign();
//! let answer = test::call_service(&app, test::TestRequest::get().bearer(token).to_request()).await;
//! assert_eq!(answer.status(), 200);
//! # }
//! ```
//!
//! `role` and `!role` are judged after the hierarchy. A token without a roles claim, or with one of another type, leaves roles
//! unknown, and both `role("x")` and `!role("x")` refuse it. Users of an `htpasswd` file have roles once
//! [`Passwords::roles_of`](crate::basic::Passwords::roles_of) says which.
//!
//! Rules that many routes share become a policy with a name, or the default of a module:
//!
//! ```
//! # use actix_web::{App, get, test};
//! # use auth_runtime::testing::{TestIssuer, TestRequestExt as _};
//! # use auth_runtime::{Auth, Granted, policy, requires};
//! policy! {
//!     /// Whoever runs the place.
//!     pub Operations: bearer, role("ops");
//! }
//!
//! /// Nobody can call this from a route that `Operations` does not guard.
//! fn purge(_proof: &Granted<Operations>) {}
//!
//! #[requires(policy = Operations)]
//! #[get("/purge")]
//! async fn purge_all(proof: Granted<Operations>) -> &'static str { purge(&proof); "" }
//!
//! #[requires(bearer)]
//! mod orders {
//! #   use super::{get, requires};
//!     #[get("/orders")]
//!     pub async fn list() -> &'static str { "" } // bearer
//!
//!     #[requires(scope = "orders:admin")] // bearer, and this scope
//!     #[get("/orders/all")]
//!     pub async fn list_all() -> &'static str { "" }
//! }
//! # #[actix_web::main]
//! # async fn main() {
//! # let issuer = TestIssuer::new();
//! # let auth = Auth::builder().bearer(issuer.jwt()).build().unwrap();
//! # let scope = auth.scope("").service(purge_all).service(orders::list).service(orders::list_all);
//! # let app = test::init_service(App::new().service(scope)).await;
//! # for (uri, status) in [("/purge", 403), ("/orders", 200), ("/orders/all", 403)] {
//! #     let request = test::TestRequest::get().uri(uri).bearer(issuer.token().sign());
//! #     assert_eq!(test::call_service(&app, request.to_request()).await.status(), status, "{uri}");
//! # }
//! # }
//! ```
//!
//! # Roles out of your database
//!
//! A token says who calls; your database says what that person may do. A function loads it, after the token was verified and before
//! the policy is judged:
//!
//! ```standalone_crate
//! # use actix_web::{App, get, test, web};
//! # use auth_runtime::testing::{TestIssuer, TestRequestExt as _};
//! # use std::collections::HashMap;
//! use auth_runtime::principal::PrincipalKey;
//! use auth_runtime::{Auth, Authorities, Details, requires};
//!
//! struct Account { plan: &'static str }
//! /// Stands for a pool of connections.
//! struct Db(HashMap<PrincipalKey, (&'static str, &'static str)>);
//!
//! async fn load_account(who: PrincipalKey, db: web::Data<Db>) -> Result<Option<Authorities<Account>>, std::io::Error> {
//!     // SELECT role, plan FROM accounts WHERE issuer = $1 AND subject = $2 AND NOT disabled
//!     Ok(db.0.get(&who).map(|&(role, plan)| Authorities::new(Account { plan }).replace_roles([role])))
//! }
//!
//! #[requires(bearer, role = "editor")]
//! #[get("/drafts")]
//! async fn drafts(account: Details<Account>) -> &'static str { account.plan }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! # let issuer = TestIssuer::new();
//! let auth = Auth::builder().bearer(issuer.jwt().authorities(load_account)).build().unwrap();
//! # let db = Db([(PrincipalKey::new("https://issuer.test", "alice"), ("editor", "large"))].into());
//! # let app = App::new().app_data(web::Data::new(db)).service(auth.scope("").service(drafts));
//! # let app = test::init_service(app).await;
//! # let get = |subject| test::TestRequest::with_uri("/drafts").bearer(issuer.token().subject(subject).sign()).to_request();
//! assert_eq!(test::call_and_read_body(&app, get("alice")).await, "large");
//! assert_eq!(test::call_service(&app, get("mallory")).await.status(), 401); // no row: the token is good no more
//! # }
//! ```
//!
//! - `Ok(None)` is a 401 and `Err` a 503, on every route of the configuration; `without_authorities` in a policy leaves it out.
//! - It runs once a request. [`AuthorityLoader::remember_for`](crate::authorities::AuthorityLoader::remember_for) keeps what it
//!   brings for up to five minutes, and [`Auth::forget`](crate::Auth::forget) drops it when a role changes.
//! - Roles are replaced or added; scopes are cut down to those of the token. Let a route ask for a scope beside the role, so that a
//!   program which may only read does not inherit all that its user may; the [policy table](super::service#the-policy-table) marks those that do not.
//! - The same function can serve several configurations, each named:
//!   [`AuthBuilder::authorities`](crate::config::AuthBuilder::authorities). [`authorities`](crate::authorities) has the rest.
//!
//! # Checks
//!
//! A rule over data is an `async fn` with extractors of its own: path, query, headers, application data, and the identities the
//! policy yields. It runs after all cheap conditions and before the body may be read. It returns
//!
//! - `bool`: `false` is a 403;
//! - `Result<bool, E>` with `E: Display`: an error is a 500 that tells the caller nothing, and goes to the log; a `Denial` in
//!   its place denies;
//! - `Result<(), Denial>`: [`Denial::forbidden`](crate::Denial::forbidden) says why, to the caller.
//!
//! ```
//! # use std::collections::HashMap;
//! # use actix_web::{App, put, test, web};
//! # use auth_runtime::testing::{ExpectedDenial, TestIssuer, TestRequestExt as _};
//! # use auth_runtime::{Auth, Denial, Principal, requires};
//! /// Issuer and subject of each order's owner: two issuers may give the same subject to different people.
//! struct Orders(HashMap<u64, (&'static str, &'static str)>);
//!
//! async fn owns_order(id: web::Path<u64>, orders: web::Data<Orders>, who: Principal) -> Result<(), Denial> {
//!     let who = who.key();
//!     match orders.0.get(&id) {
//!         Some(&owner) if owner == (who.issuer(), who.subject()) => Ok(()),
//!         _ => Err(Denial::forbidden("no such order of yours")),
//!     }
//! }
//!
//! #[requires(bearer, role("ops") || check(owns_order))]
//! #[put("/orders/{id}")]
//! async fn change(id: web::Path<u64>, change: web::Json<u32>) -> String { format!("{id} is now {change}") }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! # let issuer = TestIssuer::new();
//! # let partner = TestIssuer::new().named("https://partner.test");
//! # let trusted = auth_runtime::jwt::Issuer::new("https://partner.test", partner.verification_key());
//! # let auth = Auth::builder().bearer(issuer.jwt().add_issuer(trusted)).build().unwrap();
//! # let orders = web::Data::new(Orders(HashMap::from([(1, ("https://issuer.test", "alice"))])));
//! # let app = test::init_service(App::new().app_data(orders).service(auth.scope("").service(change))).await;
//! let by_bob = test::TestRequest::put().uri("/orders/1").bearer(issuer.token().subject("bob").sign());
//! let answer = test::call_service(&app, by_bob.set_payload("not even JSON").to_request()).await;
//! ExpectedDenial::new(403).member("detail", "no such order of yours").assert(answer).await;
//!
//! // Another issuer's alice is another person.
//! let by_namesake = test::TestRequest::put().uri("/orders/1").bearer(partner.token().subject("alice").sign());
//! assert_eq!(test::call_service(&app, by_namesake.set_json(5).to_request()).await.status(), 403);
//!
//! let by_alice = test::TestRequest::put().uri("/orders/1").bearer(issuer.token().subject("alice").sign());
//! let answer = test::call_service(&app, by_alice.set_json(5).to_request()).await;
//! assert_eq!(test::read_body(answer).await, "1 is now 5");
//! # }
//! ```
//!
//! `!check(…)` does not compile: it would admit whoever the check fails to decide on. Negate inside the function.
//!
//! # Load once, and look at the body
//!
//! A check can be given values, and can load what it checks: the handler takes it as [`Checked<T>`](crate::Checked), and there is no
//! way to it that was not checked. `check_after` names arguments of the handler, so that a rule over the body stands in the policy,
//! too:
//!
//! ```
//! use actix_web::{patch, web};
//! use auth_runtime::{Checked, Principal, requires};
//! # use actix_web::{App, test};
//! # use auth_runtime::testing::{TestIssuer, TestRequestExt as _};
//! # use auth_runtime::Auth;
//! # use serde_json::json;
//! #[derive(Debug)]
//! enum Permission { Change }
//!
//! async fn can(permission: Permission, who: Principal) -> bool {
//!     let wanted = match permission { Permission::Change => "change" };
//!     who.claims().and_then(|claims| claims.get("can")).is_some_and(|can| can == wanted)
//! }
//!
//! struct Order { id: u64, limit: u32 }
//!
//! /// `None` refuses: nobody learns whether there is such an order.
//! async fn load_order(id: web::Path<u64>, who: Principal) -> Option<Order> {
//!     (who.key().to_string() == "alice at https://issuer.test").then_some(Order { id: *id, limit: 100 })
//! }
//!
//! #[derive(serde::Deserialize)]
//! struct Change { amount: u32 }
//!
//! async fn within_limit(body: &web::Json<Change>, order: Checked<Order>) -> bool {
//!     body.amount <= order.limit
//! }
//!
//! #[requires(bearer, check(can(Permission::Change)), check = load_order -> Order, check_after = within_limit(body))]
//! #[patch("/orders/{id}")]
//! async fn change(order: Checked<Order>, body: web::Json<Change>) -> String {
//!     format!("order {} is {} now", order.id, body.amount)
//! }
//! # #[actix_web::main]
//! # async fn main() {
//! # let issuer = TestIssuer::new();
//! # let auth = Auth::builder().bearer(issuer.jwt()).build().unwrap();
//! # let app = test::init_service(App::new().service(auth.scope("").service(change))).await;
//! # for (subject, can, amount, status) in
//! #     [("alice", "change", 100, 200), ("alice", "change", 101, 403), ("alice", "look", 1, 403), ("bob", "change", 1, 403)]
//! # {
//! #     let token = issuer.token().subject(subject).claim("can", can).sign();
//! #     let request = test::TestRequest::patch().uri("/orders/7").bearer(&token).set_json(json!({ "amount": amount }));
//! #     assert_eq!(test::call_service(&app, request.to_request()).await.status(), status, "{subject} {can} {amount}");
//! # }
//! # }
//! ```
//!
//! What was checked is as old as its load: who writes repeats the condition in the statement that writes, or lets the check open
//! the transaction.
