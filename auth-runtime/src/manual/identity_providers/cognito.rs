//! Amazon Cognito: user pools.
//!
//! | | |
//! |---|---|
//! | issuer | `https://cognito-idp.REGION.amazonaws.com/POOL` |
//! | audience | access tokens have no `aud`; `client_id` names the app client |
//! | scopes | `scope`, such as `orders/read` |
//! | roles | `cognito:groups`, which is missing for users without any |
//!
//! ```
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/provider_shape.rs"));
//! use auth_runtime::Jwt;
//! use auth_runtime::jwt::{Clients, Said, Unsaid};
//! use serde_json::json;
//!
//! fn cognito(pool: Jwt<Said, Unsaid>) -> Jwt<Said, Clients> {
//!     pool.client_id("4kq1-app-client").optional_roles_claim(["cognito:groups"])
//! }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! let jwt = cognito(Jwt::oidc("https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_abc"));
//!
//! let iss = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_abc";
//! let token = json!({
//!     "iss": iss, "client_id": "4kq1-app-client", "token_use": "access", "sub": "9d0f", "username": "alice",
//!     "scope": "orders/read", "cognito:groups": ["staff"],
//! });
//! let who = caller(cognito, token).await.unwrap();
//! assert_eq!((who.roles.unwrap(), who.scopes.unwrap()), (vec!["staff".to_owned()], vec!["orders/read".to_owned()]));
//!
//! // An ID token names its client in `aud`, and is not an access token.
//! let id_token = json!({"iss": iss, "aud": "4kq1-app-client", "token_use": "id", "sub": "9d0f"});
//! assert!(caller(cognito, id_token).await.is_none());
//! # let _ = jwt;
//! # }
//! ```
//!
//! # What it cannot do
//!
//! - There is no audience: a token that this app client got for another API is accepted here too. Give each API its own app client, and scopes of its own resource server.
//! - A user who signed out everywhere is not noticed before `exp`.
