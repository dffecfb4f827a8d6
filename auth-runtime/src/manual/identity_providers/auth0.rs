//! Auth0: APIs with permissions.
//!
//! | | |
//! |---|---|
//! | issuer | `https://TENANT.REGION.auth0.com/`, with the slash at the end |
//! | audience | the API's identifier |
//! | scopes | `scope` is what the application asked for; with RBAC and "Add Permissions in the Access Token", `permissions` is what the user may do |
//! | roles | none, unless an action adds a claim, whose name is a URL |
//!
//! ```
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/provider_shape.rs"));
//! use auth_runtime::Jwt;
//! use auth_runtime::jwt::{Audiences, Said, Unsaid};
//! use serde_json::json;
//!
//! fn auth0(tenant: Jwt<Said, Unsaid>) -> Jwt<Said, Audiences> {
//!     tenant
//!         .audience("https://api.example/orders")
//!         .scopes_claim(["permissions"])
//!         .roles_claim(["https://example.com/roles"])
//! }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! let jwt = auth0(Jwt::oidc("https://acme.eu.auth0.com/"));
//!
//! let token = json!({
//!     "iss": "https://acme.eu.auth0.com/", "aud": ["https://api.example/orders", "https://acme.eu.auth0.com/userinfo"],
//!     "sub": "auth0|507f", "azp": "my-client", "scope": "openid admin", "permissions": ["orders:read"],
//!     "https://example.com/roles": ["staff"],
//! });
//! let who = caller(auth0, token).await.unwrap();
//! assert_eq!(who.scopes.unwrap(), ["orders:read"], "not what the application asked for");
//! assert_eq!(who.roles.unwrap(), ["staff"]);
//! # let _ = jwt;
//! # }
//! ```
//!
//! # What it cannot do
//!
//! - Tokens that were asked for without `audience` are opaque or encrypted, and Auth0 has no introspection endpoint: they are refused.
//! - Encrypted access tokens (JWE) are not read.
//! - Without RBAC any application may ask for any scope of the API: turn it on, or restrict applications.
