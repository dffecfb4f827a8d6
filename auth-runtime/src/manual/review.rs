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
//! An object with two arrays, `mounted` and `unmounted`, of objects with these members, all of which are always there:
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
