//! Firebase Authentication: ID tokens of a project.
//!
//! | | |
//! |---|---|
//! | issuer | `https://securetoken.google.com/PROJECT` |
//! | audience | the project's id |
//! | scopes | none |
//! | roles | custom claims that an administrator sets, under any name, such as `roles` |
//!
//! ```
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/provider_shape.rs"));
//! use auth_runtime::Jwt;
//! use auth_runtime::jwt::{Audiences, Said, Unsaid};
//! use serde_json::json;
//!
//! fn firebase(project: Jwt<Said, Unsaid>) -> Jwt<Said, Audiences> {
//!     project.audience("orders-1234").optional_roles_claim(["roles"])
//! }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! let jwt = firebase(Jwt::oidc("https://securetoken.google.com/orders-1234"));
//!
//! let token = json!({
//!     "iss": "https://securetoken.google.com/orders-1234", "aud": "orders-1234", "sub": "mB3x", "user_id": "mB3x",
//!     "auth_time": 1_700_000_000, "roles": ["editor"], "firebase": {"sign_in_provider": "password", "identities": {}},
//! });
//! assert_eq!(caller(firebase, token).await.unwrap().roles.unwrap(), ["editor"]);
//! # let _ = jwt;
//! # }
//! ```
//!
//! # What it cannot do
//!
//! - A disabled user, or one whose refresh tokens were revoked, is not noticed before `exp`, one hour at most.
//! - Session cookies (`https://session.firebase.google.com/PROJECT`) have other keys, which are not published as a JWK set.
//! - The emulator's unsigned tokens (`alg` `none`) are refused: use `testing::TestIssuer` in tests.
