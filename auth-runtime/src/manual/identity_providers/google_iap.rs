//! Google Cloud IAP: a token in a field that the load balancer sets.
//!
//! | | |
//! |---|---|
//! | issuer | `https://cloud.google.com/iap` |
//! | audience | `/projects/NUMBER/global/backendServices/ID`, or `/projects/NUMBER/apps/PROJECT` on App Engine |
//! | scopes, roles | none |
//! | where | `X-Goog-IAP-JWT-Assertion`, ambient as a cookie is |
//!
//! ```
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/provider_shape.rs"));
//! use auth_runtime::Jwt;
//! use auth_runtime::jwt::{Audiences, Said, Unsaid};
//! use serde_json::json;
//!
//! fn iap(keys: Jwt<Said, Unsaid>) -> Jwt<Said, Audiences> {
//!     keys.audience("/projects/1234/global/backendServices/5678").header("X-Goog-IAP-JWT-Assertion")
//! }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! let keys = Jwt::jwks_url("https://www.gstatic.com/iap/verify/public_key-jwk");
//! let jwt = iap(keys.issuer("https://cloud.google.com/iap"));
//!
//! let token = json!({
//!     "iss": "https://cloud.google.com/iap", "aud": "/projects/1234/global/backendServices/5678",
//!     "sub": "accounts.google.com:118133858486581853996", "email": "alice@acme.example", "hd": "acme.example",
//! });
//! let who = caller_in(iap, "X-Goog-IAP-JWT-Assertion", token).await.unwrap();
//! assert_eq!(who.subject, "accounts.google.com:118133858486581853996");
//! # let _ = jwt;
//! # }
//! ```
//!
//! # What it cannot do
//!
//! - `X-Goog-Authenticated-User-Email` and its like are not signed, and nothing here reads them.
//! - Access levels and groups are not in the token by default: what callers may do is in your own data.
