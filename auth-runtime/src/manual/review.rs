//! Reviewing policies: who may call what, for people and for tools.
//!
//! # The policy table
//!
//! Every policy is a constant, so the whole of them can be listed. [`Auth::policy_table`](crate::Auth::policy_table) does, once
//! the application was assembled: each route with its whole path, who may call it in words, what it is refused with, and where
//! the handler stands. What is open comes first; what is linked into the program and not mounted is listed apart.
//!
//! ```standalone_crate
//! # use actix_web::{App, get, post, test};
//! # use auth_runtime::testing::TestIssuer;
//! # use auth_runtime::{Auth, public, requires};
//! #[public(reason = "liveness probe")]
//! #[get("/health")]
//! async fn health() -> &'static str { "ok" }
//!
//! #[requires(bearer, scope = "orders:read", role = "viewer")]
//! #[get("/orders")]
//! async fn list_orders() -> &'static str { "" }
//!
//! #[requires(bearer, role = "admin", hide)]
//! #[post("/purge")]
//! async fn purge() -> &'static str { "" }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! let auth = Auth::builder().bearer(TestIssuer::new().jwt()).role_hierarchy("admin > viewer").build().unwrap();
//! let scope = auth.scope("/shop").service(health).service(list_orders);
//! let app = test::init_service(App::new().service(scope)).await;
//!
//! let table = auth.policy_table().to_string();
//! let mut lines = table.lines();
//! assert_eq!(lines.next(), Some("# Open to everyone"));
//! assert!(lines.next().unwrap().starts_with("GET /shop/health  EVERYONE: liveness probe  "));
//! assert_eq!(lines.nth(1), Some("# Guarded"));
//! let orders = "GET /shop/orders  any valid bearer token with scope orders:read and role viewer (or admin)  ";
//! assert!(lines.next().unwrap().starts_with(orders));
//! assert_eq!(lines.nth(1), Some("# Linked into the program, not mounted here"));
//! let last = lines.next().unwrap();
//! assert!(last.contains("with role admin  [hidden: refusals look like an unknown route]"), "{last}");
//! # }
//! ```
//!
//! It is also [Markdown](crate::review::PolicyTable::markdown), for a page or a pull request, and serializes.
//!
//! # The table as JSON
//!
//! An object with three arrays, `mounted`, `operations` and `unmounted`, of objects with these members, all of which are always there:
//!
//! | member | |
//! |---|---|
//! | `method` | the HTTP method, or null for any |
//! | `path` | the pattern, with those of the scopes around it; null for what is not mounted and names none |
//! | `is_whole_path` | whether `path` begins at the root; it does not inside a scope of actix-web's own |
//! | `matches` | `path`: requests for it; `below`: also for all that is below it; `unmatched`: what nothing else matches |
//! | `handler` | the handler or named policy, `module::function` |
//! | `file`, `line` | where the attribute stands, or the call that mounts a service |
//! | `access` | `public`, `optional` or `required` |
//! | `hide` | `nothing`, `from_authenticated` (403s look like an unknown route) or `everything` |
//! | `who` | who may call it, in words |
//! | `rule` | the policy as an attribute would say it; null for a service that was declared public |
//! | `challenges` | the `WWW-Authenticate` lines for a caller without credentials |
//! | `statuses` | the statuses of its refusals, as numbers, without those that checks choose and without 500 |
//! | `notes` | what else a reviewer should know, in words |
//! | `realm` | the realm of the challenges |
//!
//! Members may be added; these keep their meaning within a major version.
//!
//! # The page
//!
//! [`review::page`](crate::review::page) shows the table in a browser, to those whom a policy of yours lets in, and answers the question
//! that support asks most: *why can she not open this?* Paste her token, or describe the caller by scheme, scopes, roles and claims. Of
//! each route it says whether it `opens`, is `refused` with which status and why, or `depends` on what the page does not ask; with
//! the rule as it is written, what holds of this caller and what does not, and what would have sufficed.
//!
//! ```standalone_crate
//! # use actix_web::{App, get, test};
//! # use auth_runtime::testing::{ExpectedDenial, TestIssuer, TestRequestExt as _};
//! # use auth_runtime::{Auth, policy, requires};
//! use auth_runtime::basic::Passwords;
//! use auth_runtime::review;
//!
//! policy! {
//!     /// A browser has no tokens to open a page with, so passwords will do.
//!     Staff: any(bearer, basic), role("ops");
//! }
//!
//! #[requires(bearer, role = "viewer")]
//! #[get("/orders")]
//! async fn list_orders() -> &'static str { "" }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! # let issuer = TestIssuer::new();
//! # let htpasswd = "olga:$2y$04$fWzhDyfcbbPmNePui27n0eXYzlhmNs53szmFffpcHe//AMf91QjJK";
//! let passwords = Passwords::htpasswd(htpasswd).roles_of(|user| vec![if user.name() == "olga" { "ops" } else { "staff" }]);
//! let auth = Auth::builder().bearer(issuer.jwt()).basic(passwords).build().unwrap();
//! let scope = auth.scope("").service(list_orders).service_as::<Staff>("/policies", review::page(&auth));
//! let app = test::init_service(App::new().service(scope)).await;
//!
//! // Nobody sees it whom the policy does not let in.
//! let answer = test::call_service(&app, test::TestRequest::get().uri("/policies").to_request()).await;
//! assert_eq!(answer.status(), 401);
//!
//! // What would somebody with another role be told?
//! let described = test::TestRequest::get().uri("/policies?scheme=bearer&roles=auditor").basic("olga", "staircase");
//! let page = test::call_and_read_body(&app, described.to_request()).await;
//! let page = String::from_utf8(page.to_vec()).unwrap();
//! assert!(page.contains("refused 403</span> the caller lacks a required role"));
//! assert!(page.contains("would have sufficed: <code>role(&quot;viewer&quot;)</code>"));
//! # }
//! ```
//!
//! - A description stands in the address, so that it can be sent to a colleague. A token never does: it is posted, from the page itself
//!   only, and is in no event and no answer.
//! - A token is judged as a request with it would be: signature, issuer, audience, times, revocations. Nothing is left behind by
//!   that: it is not counted, not remembered and not told to [`on_decision`](crate::Auth::on_decision), and no provider, endpoint,
//!   function of yours or check is asked. Where one would have to be, the page says `depends`.
//! - Roles and scopes of a described caller are meant as the application knows them, with what
//!   [authorities](crate::authorities) add. What is left empty, the credentials do not tell, which is not the same as none.
//! - It names hidden routes, and what each route asks for. Never mount it for everyone; without a policy in front it answers 500.
//!
//! # The lock file
//!
//! [`review::assert_matches`](crate::review::assert_matches) in one test of yours keeps what was reviewed in a file, `auth.lock`: who may
//! call each route, and the configuration that decides it. The first run writes it. Commit it; from then on the test fails where the
//! program lets in other callers than the file says, and names the simplest of them.
//!
//! ```standalone_crate
//! # use std::panic::{AssertUnwindSafe, catch_unwind};
//! # use actix_web::{App, get, test};
//! # use auth_runtime::testing::TestIssuer;
//! # use auth_runtime::{Auth, requires};
//! use auth_runtime::review;
//!
//! #[requires(bearer, role = "viewer")]
//! #[get("/orders")]
//! async fn list_orders() -> &'static str { "" }
//!
//! // Builds the `Auth` as the program does, with keys for tests.
//! fn configured(hierarchy: &str) -> Auth {
//!     Auth::builder().bearer(TestIssuer::new().jwt()).role_hierarchy(hierarchy).build().unwrap()
//! }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! # if std::env::var_os("CI").is_some() { return }
//! # let folder = std::env::temp_dir().join(format!("auth-lock-manual-{}", std::process::id()));
//! # std::fs::create_dir_all(&folder).unwrap();
//! # let file = folder.join("auth.lock");
//! // In a test of yours, `file` is "auth.lock": beside the `Cargo.toml` of the package.
//! let auth = configured("admin > viewer");
//! let app = test::init_service(App::new().service(auth.scope("").service(list_orders))).await;
//! review::assert_matches(&file, &auth, app);
//!
//! let text = std::fs::read_to_string(&file).unwrap();
//! assert!(text.contains("\n  allows role \"admin includes viewer\"\n"));
//! assert!(text.contains("\nGET /orders\n  handler "));
//! assert!(text.contains("\n  rule bearer, role(\"viewer\")\n"));
//!
//! // One arrow more, and interns read orders.
//! let auth = configured("admin > intern > viewer");
//! let app = test::init_service(App::new().service(auth.scope("").service(list_orders))).await;
//! # let assertion = || review::assert_matches(&file, &auth, app);
//! # let message = *catch_unwind(AssertUnwindSafe(assertion)).unwrap_err().downcast::<String>().unwrap();
//! // review::assert_matches(&file, &auth, app); panics, and says:
//! assert!(message.contains("WEAKER    GET /orders\n"));
//! assert!(message.contains("=>    newly lets in a bearer token with role intern\n"));
//! assert!(message.contains("AUTH_LOCK=accept:") && message.contains(" AUTH_LOCK_REASON='…' cargo test"));
//! # std::fs::remove_dir_all(folder).unwrap();
//! # }
//! ```
//!
//! Each change is named by what it does:
//!
//! | | |
//! |---|---|
//! | `WEAKER` | somebody is let in who was not; a route is new and open to everyone; `hide` is gone, `shared_cache` is there; an issuer, audience, origin, arrow of a hierarchy or anything `dangerous_…` is added, a bound is wider |
//! | `stronger` | the contrary, of all of it |
//! | `other` | some are let in and others are not, each with an example; written differently with the same meaning; moved; another credential of several decides; or nobody can tell |
//! | `new`, `gone` | a route, or a scheme that is configured |
//!
//! Run what the message says to accept it:
//!
//! - `AUTH_LOCK=accept` accepts what lets in nobody new.
//! - `AUTH_LOCK=accept:<hash>` with `AUTH_LOCK_REASON='…'` accepts this one change, whatever it does. The reason stays in the file, with
//!   the route or configuration that was weakened, until the next one.
//! - Where the variable `CI` is set, nothing is accepted, and a missing file fails.
//!
//! The file is for people: one paragraph a route, in the order of the paths, without line numbers. It is read strictly: what was edited
//! by hand or torn by a merge is refused by its line, and left as it is. After a merge take one side, run the test, and accept what it
//! shows.
//!
//! A scheme of your own says what decides who is let in by
//! [`SchemeDescription::allows`](crate::scheme::SchemeDescription::allows) and its neighbours.
//!
//! What it does not see: the bodies of checks, of functions that load authorities, and of handlers; keys, users and API keys; routes
//! outside of `auth.scope`. A route that is gone may leave its requests to a wider pattern. Policies of all that is linked into the test
//! are in the file, so keep the test where only the application's are.
//!
//! # Compare policies
//!
//! A policy is data, so that a test can prove what holds of it, for every caller there can be.
//! [`Auth::meaning_of`](crate::Auth::meaning_of) says whom it admits, under the hierarchies of that `Auth`:
//! [`implies`](crate::review::Meaning::implies) and [`equivalent`](crate::review::Meaning::equivalent) name the simplest caller for whom
//! it is not so, [`minimal_callers`](crate::review::Meaning::minimal_callers) those who just pass, and
//! [`minimal_failures`](crate::review::Meaning::minimal_failures) those who just fail.
//!
//! ```standalone_crate
//! # use actix_web::get;
//! # use auth_runtime::testing::TestIssuer;
//! # use auth_runtime::{Auth, policy, registry, requires};
//! use auth_runtime::policy::Policy;
//!
//! policy! { Staff: bearer, role("staff") }
//!
//! #[requires(bearer, role("admin") && scope("orders:write") || role("auditor"))]
//! #[get("/internal/orders")]
//! async fn orders() -> &'static str { "" }
//!
//! # fn main() {
//! let auth = Auth::builder().bearer(TestIssuer::new().jwt()).role_hierarchy("admin > staff").build().unwrap();
//! let staff = auth.meaning_of(&Staff::SPEC);
//! for policy in registry::policies().filter(|policy| policy.handler().ends_with("::orders")) {
//!     let stranger = auth.meaning_of(policy).implies(&staff).unwrap_err();
//!     assert_eq!(stranger.to_string(), "a bearer token with role auditor and no scope");
//! }
//! # }
//! ```
//!
//! It compares what one credential must prove. A policy that accepts one scheme more lets in whoever has that credential, and judges
//! by it those who send both. What the body of a check does, and whom authorities know, it does not see.
//!
//! # Why a request is refused
//!
//! The answer says no more than a caller should know. At the level debug the log has another event beside the decision's, `auth
//! decision explained`, with the rule as it is written, and what held of this caller; there all of it is one line:
//!
//! ```text
//! denied 403 role_missing   GET /orders  (src/orders.rs:41)   caller https://idp.example alice by bearer
//!   scope("orders:read")   yes
//!   && role("ops")         no      has: viewer
//!   || check(owns_order)   no      "no such order of yours"
//!   would have sufficed: role("ops") or check(owns_order)
//! ```
//!
//! A condition may also be `unknown`, where the credentials do not tell, and a check `not run`, where the decision did not need it.
//! Texts of others are escaped and cut, and values of claims left out; the caller's name, roles and scopes are in it, so treat such a
//! log as personal data. It is made for those refusals only that are written, and only while somebody listens at that level. In
//! tests, an [`ExpectedDenial`](crate::testing::ExpectedDenial) that is not met says the same:
//!
//! ```standalone_crate
//! # use std::panic::AssertUnwindSafe;
//! # use actix_web::{App, get, test};
//! # use auth_runtime::testing::{ExpectedDenial, TestIssuer, TestRequestExt as _};
//! # use auth_runtime::{Auth, requires};
//! # use futures_util::FutureExt as _;
//! #[requires(bearer, scope("orders:read") && role("ops"))]
//! #[get("/orders")]
//! async fn orders() -> &'static str { "" }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! let issuer = TestIssuer::new();
//! let auth = Auth::builder().bearer(issuer.jwt()).build().unwrap();
//! let app = test::init_service(App::new().service(auth.scope("").service(orders))).await;
//! let token = issuer.token().subject("alice").scope("orders:read").role("viewer").sign();
//! let answer = test::call_service(&app, test::TestRequest::get().uri("/orders").bearer(token).to_request()).await;
//! // Expected of a caller without credentials, and so fails:
//! let test = ExpectedDenial::new(401).assert(answer);
//! # let failed = AssertUnwindSafe(test).catch_unwind().await.unwrap_err();
//! # let message = failed.downcast_ref::<String>().unwrap();
//! assert!(message.contains("&& role(\"ops\")         no      has: viewer"), "{message}");
//! assert!(message.contains("would have sufficed: role(\"ops\")"), "{message}");
//! # }
//! ```
