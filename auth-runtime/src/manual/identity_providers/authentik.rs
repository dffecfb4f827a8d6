//! Authentik: one provider for each application.
//!
//! | | |
//! |---|---|
//! | issuer | `https://HOST/application/o/SLUG/`, with the slash at the end |
//! | audience | the client id |
//! | scopes | `scope` |
//! | roles | `groups`, which the scope `profile` brings; further ones by a property mapping |
//!
//! ```
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/provider_shape.rs"));
//! use auth_runtime::Jwt;
//! use auth_runtime::jwt::{Audiences, Said, Unsaid};
//! use serde_json::json;
//!
//! fn authentik(application: Jwt<Said, Unsaid>) -> Jwt<Said, Audiences> {
//!     application.audience("vH2k-client-id").optional_roles_claim(["groups"])
//! }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! let jwt = authentik(Jwt::oidc("https://auth.example/application/o/orders/"));
//!
//! let token = json!({
//!     "iss": "https://auth.example/application/o/orders/", "aud": "vH2k-client-id", "azp": "vH2k-client-id", "sub": "3f8a",
//!     "scope": "openid profile orders", "groups": ["staff"],
//! });
//! let who = caller(authentik, token).await.unwrap();
//! assert_eq!((who.roles.unwrap(), who.scopes.unwrap().len()), (vec!["staff".to_owned()], 3));
//! # let _ = jwt;
//! # }
//! ```
//!
//! # What it cannot do
//!
//! - Without a signing key Authentik signs with the client's secret and publishes an empty key set: the service is not ready, and an event says so. Choose a certificate in the provider.
//! - An ID token of the same client has the same `aud`, and nothing in it says that it is none for APIs.
