//! Keycloak: realms, and roles of the realm and of clients.
//!
//! | | |
//! |---|---|
//! | issuer | `https://HOST/realms/REALM`, without a slash at the end |
//! | audience | what an audience mapper adds; without one it is `account`, which is not this API |
//! | scopes | `scope` |
//! | roles | `realm_access.roles`, and `resource_access.CLIENT.roles` where the caller has some of that client |
//!
//! ```
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/provider_shape.rs"));
//! use auth_runtime::Jwt;
//! use auth_runtime::jwt::{Audiences, Said, Unsaid};
//! use serde_json::json;
//!
//! fn keycloak(realm: Jwt<Said, Unsaid>) -> Jwt<Said, Audiences> {
//!     realm
//!         .audience("orders-api")
//!         .roles_claim(["realm_access", "roles"])
//!         .optional_roles_claim(["resource_access", "orders-api", "roles"])
//! }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! let jwt = keycloak(Jwt::oidc("https://sso.example/realms/main"));
//! // In a cluster, without TLS: `.dangerous_plain_http("keycloak")`.
//!
//! let token = json!({
//!     "iss": "https://sso.example/realms/main", "aud": ["orders-api", "account"], "sub": "9b1c", "azp": "shop", "typ": "Bearer",
//!     "scope": "openid orders:read", "realm_access": {"roles": ["staff"]},
//!     "resource_access": {"orders-api": {"roles": ["editor"]}, "account": {"roles": ["view-profile"]}},
//! });
//! let who = caller(keycloak, token).await.unwrap();
//! assert_eq!(who.roles.unwrap(), ["editor", "staff"]);
//! assert_eq!(who.scopes.unwrap(), ["openid", "orders:read"]);
//!
//! // Made for another API.
//! let other = json!({"iss": "https://sso.example/realms/main", "aud": "account", "sub": "9b1c"});
//! assert!(caller(keycloak, other).await.is_none());
//! # let _ = jwt;
//! # }
//! ```
//!
//! # What it cannot do
//!
//! - A session that ends at Keycloak is not noticed before the token's `exp`: keep access tokens at five minutes, or use introspection.
//! - Lightweight access tokens have no roles. Use introspection for them, with the same paths.
//! - An ID token has the client's id in `aud`: give this API an audience that is not the id of a client that people sign in to.
