//! Okta: custom authorization servers.
//!
//! | | |
//! |---|---|
//! | issuer | `https://DOMAIN/oauth2/default`, or the id of another custom authorization server in place of `default` |
//! | audience | as set there, by default `api://default` |
//! | scopes | `scp`, an array |
//! | roles | none by default; a claim `groups` is added on the authorization server |
//! | subject | `sub` is the login, which can change; `uid` is the user's id, which programs lack |
//!
//! ```
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/provider_shape.rs"));
//! use auth_runtime::Jwt;
//! use auth_runtime::jwt::{Audiences, Said, Unsaid};
//! use serde_json::json;
//!
//! fn okta(server: Jwt<Said, Unsaid>) -> Jwt<Said, Audiences> {
//!     server
//!         .audience("api://default")
//!         .subject_claim("uid")
//!         .subject_claim("cid")
//!         .optional_roles_claim(["groups"])
//! }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! let jwt = okta(Jwt::oidc("https://acme.okta.com/oauth2/default"));
//!
//! let token = json!({
//!     "iss": "https://acme.okta.com/oauth2/default", "aud": "api://default", "sub": "alice@acme.example", "uid": "00u1",
//!     "cid": "0oa1", "scp": ["openid", "orders.read"], "groups": ["Everyone", "staff"],
//! });
//! let who = caller(okta, token).await.unwrap();
//! assert_eq!((&*who.subject, who.roles.unwrap()), ("00u1", vec!["Everyone".to_owned(), "staff".to_owned()]));
//!
//! // A program has no `uid`; it is never the same caller as a person of that name.
//! let program = json!({
//!     "iss": "https://acme.okta.com/oauth2/default", "aud": "api://default", "sub": "0oa1", "cid": "0oa1", "scp": ["orders.sync"],
//! });
//! assert_eq!(caller(okta, program).await.unwrap().subject, "0oa1");
//! # let _ = jwt;
//! # }
//! ```
//!
//! # What it cannot do
//!
//! - Access tokens of the org authorization server (`https://DOMAIN` alone) are Okta's own affair and not to be verified: use a custom authorization server, or introspection.
//! - A revoked token counts until `exp`, except with introspection.
