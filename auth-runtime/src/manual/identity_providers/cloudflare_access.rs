//! Cloudflare Access: a token in a field that Cloudflare sets.
//!
//! | | |
//! |---|---|
//! | issuer | `https://TEAM.cloudflareaccess.com` |
//! | audience | the application's AUD tag |
//! | scopes, roles | none |
//! | where | `Cf-Access-Jwt-Assertion`, which Cloudflare makes from its cookie, so that it is ambient |
//!
//! ```
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/provider_shape.rs"));
//! use auth_runtime::Jwt;
//! use auth_runtime::jwt::{Audiences, Said, Unsaid};
//! use serde_json::json;
//!
//! fn cloudflare(team: Jwt<Said, Unsaid>) -> Jwt<Said, Audiences> {
//!     team.audience("4714c1358e65fe4b").header("Cf-Access-Jwt-Assertion")
//! }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! let keys = Jwt::jwks_url("https://acme.cloudflareaccess.com/cdn-cgi/access/certs");
//! let jwt = cloudflare(keys.issuer("https://acme.cloudflareaccess.com"));
//!
//! let token = json!({
//!     "iss": "https://acme.cloudflareaccess.com", "aud": ["4714c1358e65fe4b"], "sub": "7335d417", "email": "alice@acme.example",
//!     "type": "app", "identity_nonce": "6ei69kawdKzMIAPF", "country": "DE",
//! });
//! let who = caller_in(cloudflare, "Cf-Access-Jwt-Assertion", token.clone()).await.unwrap();
//! assert_eq!(who.subject, "7335d417");
//! assert!(caller(cloudflare, token).await.is_none(), "the usual field is not looked at");
//! # let _ = jwt;
//! # }
//! ```
//!
//! # What it cannot do
//!
//! - Service tokens have an empty `sub`, which is refused: give them a configuration of their own, with `subject_claim("common_name")`.
//! - Groups are not in the token.
//! - Whoever reaches this service past Cloudflare and has such a token can use it: let only Cloudflare connect.
