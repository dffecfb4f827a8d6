//! How to do common things. The tests of this crate run every example here that needs no file and no network.
//!
//! [An identity provider](#an-identity-provider) ·
//! [several issuers](#several-issuers) ·
//! [several configurations](#several-configurations) ·
//! [several schemes on one route](#several-schemes-on-one-route) ·
//! [cookies and CORS](#cookies-and-cors) ·
//! [files and rotation](#files-and-rotation) ·
//! [roles and scopes](#roles-and-scopes) ·
//! [roles out of your database](#roles-out-of-your-database) ·
//! [tokens of your own](#tokens-of-your-own) ·
//! [checks](#checks) ·
//! [hiding](#hiding) ·
//! [a body of your own](#a-body-of-your-own) ·
//! [WebSockets](#websockets) ·
//! [a service that is not a handler](#a-service-that-is-not-a-handler) ·
//! [testing](#testing) ·
//! [the policy table](#the-policy-table) ·
//! [logs and metrics](#logs-and-metrics)
//!
//! Coming from another crate, or from a guard of your own: [`moving`](super::moving).
//!
//! # An identity provider
//!
//! You need three things from it: its public keys, the exact text of `iss` in its tokens, and what it puts into `aud` for this
//! service. Read the last two in a real token (its middle part, base64url-decoded) and do not type them from memory: a slash at
//! the end of the issuer counts.
//!
//! ```no_run
//! use auth_runtime::{Auth, Jwt};
//!
//! let auth = Auth::builder()
//!     .realm("orders")
//!     .bearer(
//!         Jwt::jwk_set_file("/etc/orders/jwks.json")
//!             .issuer("https://idp.example/realms/main")
//!             .audience("https://orders.example")
//!             .roles_claim(["realm_access", "roles"]),
//!     )
//!     .build()?;
//! # Ok::<_, auth_runtime::config::ConfigError>(())
//! ```
//!
//! - With the feature `jwks` the keys come from the provider itself: `Jwt::oidc("https://idp.example")` in place of file and
//!   issuer. Until they are there the routes answer 503, which `Auth::is_ready` tells a health check.
//! - Without it, have a timer download the provider's set next to the file and rename it over the old one; it is read again
//!   within two seconds.
//! - Roles in a nested object: [`roles_claim`](crate::Jwt::roles_claim) takes the names one by one, so names with dots or
//!   colons (`"https://example.com/roles"`) need no escape.
//! - Access tokens without `aud`: [`client_id`](crate::Jwt::client_id), after reading its `# Security`.
//! - An ID token must not pass for an access token: [`access_token_profile`](crate::Jwt::access_token_profile), if the provider
//!   follows RFC 9068.
//!
//! # Several issuers
//!
//! One configuration may trust several, each with its own keys, and with bounds on what it may grant. The token's `iss` picks
//! the keys; no other keys are tried.
//!
//! ```
//! # use actix_web::{App, get, test};
//! # use auth_runtime::testing::{TestIssuer, TestRequestExt as _};
//! # use auth_runtime::{Auth, requires};
//! use auth_runtime::jwt::Issuer;
//!
//! #[requires(bearer, scope = "orders:write")]
//! #[get("/")]
//! async fn route() -> &'static str { "" }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! # let ours = TestIssuer::new();
//! # let partner = TestIssuer::new().named("https://partner.test");
//! // `ours.jwt()` stands for `Jwt::public_pem(…).issuer(…).audience(…)`.
//! let jwt = ours.jwt().add_issuer(
//!     Issuer::new("https://partner.test", partner.verification_key()).grantable_scopes(["orders:read"]),
//! );
//! let auth = Auth::builder().bearer(jwt).build().unwrap();
//! # let app = test::init_service(App::new().service(auth.scope("").service(route))).await;
//! # for (token, status) in [
//! #     (ours.token().scope("orders:write").sign(), 200),
//! #     (partner.token().scope("orders:write").sign(), 403), // more than it may grant
//! #     (partner.token().claim("iss", "https://issuer.test").scope("orders:write").sign(), 401), // in our name
//! # ] {
//! #     let answer = test::call_service(&app, test::TestRequest::get().bearer(token).to_request()).await;
//! #     assert_eq!(answer.status(), status);
//! # }
//! # }
//! ```
//!
//! # Several configurations
//!
//! Where rules differ by route, give each set of rules a name. `bearer` is the one without a name.
//!
//! ```standalone_crate
//! # use actix_web::{App, get, test};
//! # use auth_runtime::testing::{TestIssuer, TestRequestExt as _};
//! # use auth_runtime::{Auth, requires};
//! #[requires(bearer("partner"))]
//! #[get("/partner")]
//! async fn for_partners() -> &'static str { "" }
//!
//! #[requires(any(bearer, bearer("partner")))]
//! #[get("/both")]
//! async fn for_both() -> &'static str { "" }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! # let ours = TestIssuer::new();
//! # let partner = TestIssuer::new().named("https://partner.test").for_audience("https://partner-api.test");
//! let auth = Auth::builder().bearer(ours.jwt()).bearer_named("partner", partner.jwt()).build().unwrap();
//! # let app = test::init_service(App::new().service(auth.scope("").service(for_partners).service(for_both))).await;
//! # for (uri, token, status) in [
//! #     ("/partner", partner.token().sign(), 200),
//! #     ("/partner", ours.token().sign(), 401),
//! #     ("/both", partner.token().sign(), 200),
//! #     ("/both", ours.token().sign(), 200),
//! # ] {
//! #     let answer = test::call_service(&app, test::TestRequest::get().uri(uri).bearer(token).to_request()).await;
//! #     assert_eq!(answer.status(), status, "{uri}");
//! # }
//! # }
//! ```
//!
//! # Several schemes on one route
//!
//! Under `any(…)` one scheme decides: an explicit credential (a bearer token, an API key in a header) before an ambient one (a
//! cookie, Basic), then the first as written. So a handler takes [`Principal`](crate::Principal), which all have, or
//! [`Optional`](crate::Optional)`<Bearer<C>>` to look closer. Under `optional(…)` there may be no caller at all.
//!
//! ```standalone_crate
//! # use actix_web::{App, get, test};
//! # use auth_runtime::testing::{ExpectedDenial, TestIssuer, TestRequestExt as _};
//! # use auth_runtime::{ApiKeys, Auth, Bearer, Optional, Principal, requires};
//! # use auth_runtime::api_key::{Key, KeyDigest};
//! #[requires(any(bearer, api_key))]
//! #[get("/either")]
//! async fn either(who: Principal) -> String { format!("{} by {}", who.subject(), who.scheme()) }
//!
//! #[requires(optional(bearer))]
//! #[get("/optional")]
//! async fn optional(caller: Optional<Bearer>) -> String {
//!     caller.as_ref().map_or("nobody".into(), |caller| caller.principal().subject().to_owned())
//! }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! # let issuer = TestIssuer::new();
//! let keys = [(KeyDigest::of("test_0123456789abcdef"), Key::new("development"))];
//! let auth = Auth::builder()
//!     .realm("R")
//!     .bearer(issuer.jwt())
//!     .api_key(ApiKeys::header("X-API-Key", keys))
//!     .build()
//!     .unwrap();
//! # let app = test::init_service(App::new().service(auth.scope("").service(either).service(optional))).await;
//! let by_key = test::TestRequest::get().uri("/either").api_key("X-API-Key", "test_0123456789abcdef");
//! let answer = test::call_service(&app, by_key.to_request()).await;
//! assert_eq!(test::read_body(answer).await, "development by api_key");
//!
//! // One line for each challenge.
//! let answer = test::call_service(&app, test::TestRequest::get().uri("/either").to_request()).await;
//! ExpectedDenial::new(401)
//!     .challenge(r#"Bearer realm="R""#)
//!     .challenge(r#"ApiKey realm="R", in="header", name="X-API-Key""#)
//!     .assert(answer)
//!     .await;
//!
//! let answer = test::call_service(&app, test::TestRequest::get().uri("/optional").to_request()).await;
//! assert_eq!(test::read_body(answer).await, "nobody");
//! let expired = test::TestRequest::get().uri("/optional").bearer(issuer.token().expired().sign());
//! assert_eq!(test::call_service(&app, expired.to_request()).await.status(), 401, "never anonymous");
//! # }
//! ```
//!
//! # Cookies and CORS
//!
//! A browser application on another origin that sends `Authorization` itself needs CORS, and must be told to let scripts read
//! the challenge: **expose `WWW-Authenticate`**. Put `actix-cors` around the scope, so that refusals carry its headers too; it
//! answers preflights before any guard.
//!
//! ```
//! # use actix_web::{App, get, http::header, test};
//! # use auth_runtime::testing::TestIssuer;
//! # use auth_runtime::{Auth, requires};
//! use actix_cors::Cors;
//!
//! # #[requires(bearer)]
//! # #[get("/")]
//! # async fn route() -> &'static str { "" }
//! # #[actix_web::main]
//! # async fn main() {
//! # let issuer = TestIssuer::new();
//! let auth = Auth::builder().realm("R").bearer(issuer.jwt()).build().unwrap();
//! let cors = Cors::default()
//!     .allowed_origin("https://app.example")
//!     .allowed_methods(["GET", "POST"])
//!     .allowed_headers([header::AUTHORIZATION, header::CONTENT_TYPE])
//!     .expose_headers([header::WWW_AUTHENTICATE]);
//! let app = test::init_service(App::new().service(auth.scope("").service(route).wrap(cors))).await;
//!
//! let request = test::TestRequest::get().insert_header((header::ORIGIN, "https://app.example"));
//! let answer = test::call_service(&app, request.to_request()).await;
//! assert_eq!(answer.status(), 401);
//! assert_eq!(answer.headers().get(header::ACCESS_CONTROL_ALLOW_ORIGIN).unwrap(), "https://app.example");
//! assert_eq!(answer.headers().get(header::ACCESS_CONTROL_EXPOSE_HEADERS).unwrap(), "www-authenticate");
//! # }
//! ```
//!
//! A token or key in a cookie is sent by the browser on its own. Say where your pages live, and requests that change something
//! from anywhere else are refused (see [`threats`](super::threats)):
//!
//! ```
//! # use actix_web::{App, post, http::header, test};
//! # use auth_runtime::testing::{TestIssuer, TestRequestExt as _};
//! # use auth_runtime::{Auth, requires};
//! # #[requires(bearer)]
//! # #[post("/")]
//! # async fn route() -> &'static str { "" }
//! # #[actix_web::main]
//! # async fn main() {
//! # let issuer = TestIssuer::new();
//! let auth = Auth::builder()
//!     .public_origin("https://shop.example")
//!     .bearer(issuer.jwt().cookie("__Host-token"))
//!     .build()
//!     .unwrap();
//! # let app = test::init_service(App::new().service(auth.scope("").service(route))).await;
//! # for (site, status) in [("same-origin", 200), ("cross-site", 403), ("same-site", 403)] {
//! #     let request = test::TestRequest::post()
//! #         .insert_header((header::COOKIE, format!("__Host-token={}", issuer.token().sign())))
//! #         .insert_header(("Sec-Fetch-Site", site));
//! #     assert_eq!(test::call_service(&app, request.to_request()).await.status(), status, "{site}");
//! # }
//! # }
//! ```
//!
//! # Files and rotation
//!
//! A thread looks at JWK sets, `htpasswd` files and key files once a second, whether requests come or not, and compares their
//! content. Content that cannot be used leaves the last good one in force, with a warning. Replace a file by renaming a complete
//! one over it.
//!
//! - **Signing keys**: publish the next key beside the current one, wait until every service has it, sign with it, then take the
//!   old one away. Removing a key refuses its tokens with the next look. A set with an empty `keys` array takes all away: 503.
//! - **Keys in the configuration**: [`Jwt::add_key`](crate::Jwt::add_key) adds the next one; give both a
//!   [`Key::id`](crate::jwt::Key::id).
//! - **API keys**: [`NewKey`](crate::api_key::NewKey) makes one and the line for the file; show the key once.
//!
//! ```
//! use auth_runtime::api_key::{Key, NewKey};
//!
//! let new = NewKey::generate("live")?;
//! let line = new.line(&Key::new("billing-8").with_scopes(["orders:read"]).expiring_at(1_798_761_600))?;
//! assert!(!line.contains(new.expose_secret()), "only the digest is stored");
//! # Ok::<_, auth_runtime::api_key::KeyFault>(())
//! ```
//!
//! - **Passwords**: `htpasswd -B staff.htpasswd alice`. Verified passwords are remembered for a minute, bound to the stored hash,
//!   so a changed one counts at once. For a function of your own keep
//!   [`Passwords::remembered`](crate::basic::Passwords::remembered) and call `forget` when a user is disabled.
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
//!   program which may only read does not inherit all that its user may; the [policy table](#the-policy-table) marks those that do not.
//! - The same function can serve several configurations, each named:
//!   [`AuthBuilder::authorities`](crate::config::AuthBuilder::authorities). [`authorities`](crate::authorities) has the rest.
//!
//! # Tokens of your own
//!
//! Random tokens that your database knows by their SHA-256, sent as `Authorization: Bearer mrp_…`, alone or beside JWTs:
//!
//! ```standalone_crate
//! # use actix_web::{App, get, test};
//! # use auth_runtime::testing::{TestIssuer, TestRequestExt as _};
//! # use std::time::Duration;
//! use auth_runtime::api_key::KeyDigest;
//! use auth_runtime::opaque::Holder;
//! use auth_runtime::{Auth, Opaque, Principal, requires};
//!
//! async fn find_token(digest: KeyDigest) -> Result<Option<Holder>, std::io::Error> {
//!     // SELECT user_id, scopes FROM tokens WHERE sha256 = $1
//!     let is_known = digest == KeyDigest::of("mrp_2b8a1c9d0e7f4a6b");
//!     Ok(is_known.then(|| Holder::new("alice").scopes(["notes:read"])))
//! }
//!
//! #[requires(any(bearer("pat"), bearer), scope = "notes:read")]
//! #[get("/notes")]
//! async fn notes(who: Principal) -> String { who.subject().to_owned() }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! # let issuer = TestIssuer::new();
//! let tokens = Opaque::lookup(find_token).prefix("mrp_").remember_for(Duration::from_secs(30));
//! let auth = Auth::builder().bearer_named("pat", tokens).bearer(issuer.jwt()).build().unwrap();
//! # let app = test::init_service(App::new().service(auth.scope("").service(notes))).await;
//! # for (token, status) in [
//! #     ("mrp_2b8a1c9d0e7f4a6b".to_owned(), 200),
//! #     ("mrp_0000000000000000".to_owned(), 401),
//! #     (issuer.token().scope("notes:read").sign(), 200),
//! # ] {
//! #     let request = test::TestRequest::with_uri("/notes").bearer(&token).to_request();
//! #     assert_eq!(test::call_service(&app, request).await.status(), status, "{token}");
//! # }
//! # }
//! ```
//!
//! - The prefix tells which configuration a token is for, before anything is asked. It also lets scanners find tokens that somebody
//!   published by mistake.
//! - What is remembered counts for that long, but expiry and revocation are judged with each request, and
//!   [`Auth::forget`](crate::Auth::forget) drops it.
//! - Keys in `Authorization` under another word, as in `Token 9944b091…`: [`ApiKeys::authorization`](crate::ApiKeys::authorization).
//! - Keys that are not stored by their SHA-256: [`Opaque::dangerous_lookup_exposed`](crate::Opaque::dangerous_lookup_exposed).
//!   [`opaque`](crate::opaque) has the rest.
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
//!     match who.subject() {
//!         "alice" => Ok(()),
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
//! A scheme of your own that knows the caller and keeps it out, such as a suspended account, says
//! [`Rejection::forbidden`](crate::denial::Rejection::forbidden).
//!
//! Middleware of a resource or a route answers `Ok(request.error_response(denial))`, and its denial is shaped as all are. What it returns
//! as `Err` is answered by actix-web, which has no request any more to shape it by.
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
//!
//! # WebSockets
//!
//! The upgrade is a request like any other: it is refused before 101. Browsers cannot set `Authorization` on it, so pages use a
//! cookie (with [`public_origin`](crate::config::AuthBuilder::public_origin), since an ambient upgrade needs an `Origin` that is
//! known). The connection must not outlive the token:
//!
//! ```
//! # use actix_web::{Error, HttpRequest, HttpResponse, get, rt, web};
//! # use auth_runtime::{Bearer, requires};
//! # use futures_util::StreamExt as _;
//! #[requires(bearer)]
//! #[get("/socket")]
//! async fn socket(caller: Bearer, request: HttpRequest, body: web::Payload) -> Result<HttpResponse, Error> {
//!     let (response, mut session, messages) = actix_ws::handle(&request, body)?;
//!     let mut messages = caller.until_expiry(messages);
//!     rt::spawn(async move {
//!         while let Some(Ok(actix_ws::Message::Text(text))) = messages.next().await {
//!             if session.text(text).await.is_err() {
//!                 return;
//!             }
//!         }
//!         let _ = session.close(None).await;
//!     });
//!     Ok(response)
//! }
//! ```
//!
//! # A service that is not a handler
//!
//! Static files or a user interface do not say who may call them, so the scope does:
//! [`service_as::<P>`](crate::mount::Scope::service_as) puts a named policy in front, and
//! [`service_public`](crate::mount::Scope::service_public) declares it open, with a reason. Both take the path below which the
//! service is mounted, and everything below it is theirs: mount what stands below it [first](crate::manual::mounting).
//!
//! ```
//! # use actix_web::{App, HttpResponse, test, web};
//! # use auth_runtime::testing::{TestIssuer, TestRequestExt as _};
//! # use auth_runtime::{Auth, policy};
//! policy! { pub Staff: bearer, role("staff"); }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! # let issuer = TestIssuer::new();
//! # let auth = Auth::builder().bearer(issuer.jwt()).build().unwrap();
//! // `web::resource` stands for `actix_files::Files::new("/", "./reports")`.
//! let reports = web::resource("/latest").to(|| async { HttpResponse::Ok().body("figures") });
//! let app = test::init_service(App::new().service(auth.scope("").service_as::<Staff>("/reports", reports))).await;
//!
//! let anonymous = test::TestRequest::get().uri("/reports/latest");
//! assert_eq!(test::call_service(&app, anonymous.to_request()).await.status(), 401);
//! let staff = test::TestRequest::get().uri("/reports/latest").bearer(issuer.token().role("staff").sign());
//! assert_eq!(test::call_service(&app, staff.to_request()).await.status(), 200);
//! # }
//! ```
//!
//! # Testing
//!
//! The feature `testing` signs real tokens and sends them through the real verifier. There is no way to switch a guard off,
//! so a test that passes says something. [`assert_every_policy_denies`](crate::testing::assert_every_policy_denies) runs every
//! guard of the program on a request without credentials; compare its lists, and no route becomes public unnoticed:
//!
//! ```standalone_crate
//! # use actix_web::get;
//! # use auth_runtime::testing::{TestIssuer, assert_every_policy_denies};
//! # use auth_runtime::{Auth, public, requires};
//! # #[requires(bearer)]
//! # #[get("/users")]
//! # async fn users() -> &'static str { "" }
//! # #[public(reason = "liveness probe")]
//! # #[get("/health")]
//! # async fn health() -> &'static str { "" }
//! # #[actix_web::main]
//! # async fn main() {
//! let auth = Auth::builder().bearer(TestIssuer::new().jwt()).build().unwrap();
//! let report = assert_every_policy_denies(&auth).await;
//! assert_eq!(report.public.len(), 1);
//! assert!(report.public[0].ends_with("health"));
//! assert!(report.optional.is_empty());
//! # }
//! ```
//!
//! [`ManualClock`](crate::testing::ManualClock) moves time: give it to the `Auth` and to the issuer. The example `testing` is an
//! application with all of its tests.
//!
//! # The policy table
//!
//! [`Auth::policy_table`](crate::Auth::policy_table) says in words who may call what, over all that is mounted: see
//! [Reviewing policies](crate::manual::review).
//!
//! # Logs and metrics
//!
//! Each decision is one `tracing` event, `auth decision`, with `policy`, `scheme`, `outcome` and `reason`: debug when allowed,
//! info when denied, error when this side failed, with the handler's place, the `cause` and a remedy; a 503 that a stranger
//! can cause at will is a warning. Where a check refused, `check` names it. Of the refusals of one policy for one reason from
//! one address (an IPv4 address or an IPv6 /64) ten a second are written; when the second is over, one more event says how
//! many were `left_out`, from how many `callers` and which were the `largest`. Revoked tokens and replayed Digest responses are
//! always written, and so is, once an hour, the first refusal of whoever was good within the last hour: of a caller who was
//! authenticated, of a token or key that was good and is not any more, of a wrong password for a user who was let in.
//!
//! The `metrics` facade gets the counter [`DECISIONS`](crate::observe::DECISIONS) and the histogram
//! [`DURATION`](crate::observe::DURATION), in seconds; they count every decision, and as `abandoned` those that take time and
//! that the caller did not wait for, which is an event at the level debug only. Of guards around guards the innermost that
//! decides is the one that is counted; a hidden denial is counted once, also where the default service that answers it has a
//! policy. A [`Denial`](crate::Denial) that a handler returns does not change the decision, which
//! was to allow the request; it is counted in [`HANDLER_DENIALS`](crate::observe::HANDLER_DENIALS). Public routes leave
//! nothing.
//!
//! For an audit log of your own, [`Auth::on_decision`](crate::Auth::on_decision) tells a function of every decision, in a thread
//! of its own: policy, caller, outcome, reason, check, and the request without its credentials. For an access log with the
//! caller's name, [`expose_principal`](crate::config::AuthBuilder::expose_principal) lets middleware find the caller by
//! [`Principal::of`](crate::Principal::of).
//!
//! What is not served by actix-web, such as gRPC beside it, asks [`Auth::verify`](crate::Auth::verify) who calls.
//!
//! Where keys or tokens travel in the query, have your access log leave it out:
//!
//! ```
//! use actix_web::middleware::Logger;
//!
//! let log = Logger::new("%a %{route}xi %s %T")
//!     .custom_request_replace("route", |request| format!("{} {}", request.method(), request.path()));
//! # let _ = log;
//! ```
