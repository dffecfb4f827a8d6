//! Microsoft Entra ID: one tenant, many tenants, version 1.0 beside 2.0.
//!
//! | | |
//! |---|---|
//! | issuer | `https://login.microsoftonline.com/TENANT/v2.0` for version 2.0 (`"requestedAccessTokenVersion": 2` in the manifest), `https://sts.windows.net/TENANT/` for 1.0 |
//! | audience | the API's client id for version 2.0, its App ID URI for 1.0 |
//! | scopes | `scp`, for users; clients ask for `api://APP-ID/read`, and the token has `read` |
//! | roles | `roles`, for users and programs; `groups` where the manifest asks for it |
//! | subject | `sub` differs for every API, `oid` is the same in all of the tenant |
//!
//! ```
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/provider_shape.rs"));
//! use std::convert::Infallible;
//!
//! use auth_runtime::Jwt;
//! use auth_runtime::jwt::{Audiences, Issuer, Said, Unsaid};
//! use serde_json::json;
//!
//! const TENANT: &str = "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0";
//!
//! fn entra(tenant: Jwt<Said, Unsaid>) -> Jwt<Said, Audiences> {
//!     tenant
//!         .audience("6f3c-client-id")
//!         .subject_claim("oid")
//!         .optional_roles_claim(["roles"])
//!         .challenge_scope_prefix("api://6f3c-client-id/")
//! }
//!
//! /// Tokens of version 1.0 beside those of 2.0, as while clients move.
//! fn both_versions(tenant: Jwt<Said, Unsaid>) -> Jwt<Said, Audiences> {
//!     let old = Issuer::oidc("https://sts.windows.net/11111111-2222-3333-4444-555555555555/");
//!     entra(tenant).add_issuer(old.audience("api://6f3c-client-id"))
//! }
//!
//! /// One tenant for each customer. Never any tenant: whoever has one of his own could call then.
//! async fn customer(iss: String) -> Result<Option<Issuer>, Infallible> {
//!     let customers = ["11111111-2222-3333-4444-555555555555"]; // from a database
//!     let known = customers.iter().any(|tenant| iss == format!("https://login.microsoftonline.com/{tenant}/v2.0"));
//!     Ok(known.then(|| Issuer::oidc(iss)))
//! }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! let one_tenant = entra(Jwt::oidc(TENANT));
//! let many_tenants = entra(Jwt::tenants(customer));
//!
//! let token = json!({
//!     "iss": TENANT, "aud": "6f3c-client-id", "sub": "pairwise", "oid": "person-1", "tid": "11111111-2222-3333-4444-555555555555",
//!     "ver": "2.0", "scp": "read write", "roles": ["Orders.Admin"],
//! });
//! let who = caller(entra, token).await.unwrap();
//! assert_eq!((&*who.subject, who.roles.unwrap()), ("person-1", vec!["Orders.Admin".to_owned()]));
//! assert_eq!(who.scopes.unwrap(), ["read", "write"]);
//!
//! // A program has roles and no scopes.
//! let program = json!({"iss": TENANT, "aud": "6f3c-client-id", "sub": "x", "oid": "program-1", "roles": ["Orders.Sync"]});
//! let who = caller(entra, program).await.unwrap();
//! assert!(who.scopes.is_none() && who.roles.unwrap() == ["Orders.Sync"]);
//! assert!(format!("{:?}", both_versions(Jwt::oidc(TENANT))).contains("sts.windows.net"));
//! # let _ = (one_tenant, many_tenants, customer(String::new()).await);
//! # }
//! ```
//!
//! # What it cannot do
//!
//! - Tokens for Microsoft Graph cannot be verified by anybody but Graph: ask for a token of your own API.
//! - Above 200 groups a token has none, and says so by `_claim_names` or `hasgroups`. With `roles_claim(["groups"])` roles are unknown then, and `!role(…)` denies. Prefer app roles.
//! - Keys with a member `issuer` verify tokens of that issuer only, so keys of version 2.0 do not verify tokens of 1.0: each version is an issuer with its own metadata, as above.
//! - Claims challenges of Continuous Access Evaluation are not sent; a token counts until `exp`.
