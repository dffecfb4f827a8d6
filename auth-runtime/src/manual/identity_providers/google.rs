//! Google: ID tokens of people and of service accounts.
//!
//! | | |
//! |---|---|
//! | issuer | `https://accounts.google.com` |
//! | audience | the client id, or for service accounts whatever URL they asked for |
//! | scopes, roles | none |
//! | subject | `sub`; never `email`, which changes hands |
//!
//! ```
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/provider_shape.rs"));
//! use auth_runtime::Jwt;
//! use auth_runtime::jwt::{Audiences, Said, Unsaid};
//! use serde_json::json;
//!
//! fn google(accounts: Jwt<Said, Unsaid>) -> Jwt<Said, Audiences> {
//!     accounts.audience("1234-abc.apps.googleusercontent.com").authorized_parties(["1234-abc.apps.googleusercontent.com"])
//! }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! let jwt = google(Jwt::oidc("https://accounts.google.com"));
//!
//! let token = json!({
//!     "iss": "https://accounts.google.com", "aud": "1234-abc.apps.googleusercontent.com",
//!     "azp": "1234-abc.apps.googleusercontent.com", "sub": "10769150350006150715113082367", "email": "alice@acme.example",
//!     "email_verified": true, "hd": "acme.example",
//! });
//! let who = caller(google, token).await.unwrap();
//! assert!(who.subject == "10769150350006150715113082367" && who.scopes.is_none() && who.roles.is_none());
//! # let _ = jwt;
//! # }
//! ```
//!
//! # What it cannot do
//!
//! - Access tokens (`ya29.…`) are opaque, and Google's `tokeninfo` is not RFC 7662: they are refused.
//! - Nothing in a token says what the caller may do: demand the organisation by `claim("hd", "acme.example")`, and keep roles in your own data.
