//! Zitadel: projects, with roles held by organisations.
//!
//! | | |
//! |---|---|
//! | issuer | `https://INSTANCE` |
//! | audience | the project's id, where the client asked for the scope `urn:zitadel:iam:org:project:id:PROJECT:aud` |
//! | scopes | `scope`, where the client's access tokens are JWTs |
//! | roles | the keys of `urn:zitadel:iam:org:project:roles`; each value names the organisations in which the caller has the role |
//!
//! ```
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/provider_shape.rs"));
//! use auth_runtime::Jwt;
//! use auth_runtime::jwt::{Audiences, Said, Unsaid};
//! use serde_json::json;
//!
//! fn zitadel(instance: Jwt<Said, Unsaid>) -> Jwt<Said, Audiences> {
//!     instance
//!         .audience("176530")
//!         .roles_claim(["urn:zitadel:iam:org:project:roles"])
//!         .roles_from_keys("245310") // our organisation
//! }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! let jwt = zitadel(Jwt::oidc("https://acme.zitadel.cloud"));
//!
//! let token = json!({
//!     "iss": "https://acme.zitadel.cloud", "aud": ["176530"], "sub": "99",
//!     "urn:zitadel:iam:org:project:roles": {"editor": {"245310": "acme.example"}, "admin": {"999": "guest.example"}},
//! });
//! let who = caller(zitadel, token).await.unwrap();
//! assert_eq!(who.roles.unwrap(), ["editor"], "admin is a role that another organisation gave");
//! # let _ = jwt;
//! # }
//! ```
//!
//! # What it cannot do
//!
//! - Access tokens are opaque by default: let the client have JWTs, or use introspection, whose answers have the same claims.
//! - A token without roles has no such claim: with `roles_claim` they are unknown then, and `!role(…)` denies. `optional_roles_claim` takes them for none.
