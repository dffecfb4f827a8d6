//! Clerk: session tokens, in a header or in a cookie.
//!
//! | | |
//! |---|---|
//! | issuer | `https://clerk.DOMAIN`, or `https://NAME.clerk.accounts.dev` in development |
//! | audience | none by default; `azp` is the origin of the page that asked |
//! | scopes | none |
//! | roles | `o.rol`, the role in the active organisation, where there is one |
//!
//! ```
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/provider_shape.rs"));
//! use auth_runtime::Jwt;
//! use auth_runtime::jwt::{Said, Unsaid};
//! use serde_json::json;
//!
//! fn clerk(instance: Jwt<Said, Unsaid>) -> Jwt<Said, Said> {
//!     instance
//!         .dangerous_any_audience()
//!         .authorized_parties(["https://app.example"])
//!         .optional_roles_claim(["o", "rol"])
//!         .cookie("__session")
//! }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! let jwt = clerk(Jwt::oidc("https://clerk.app.example"));
//!
//! let token = |azp: &str| json!({
//!     "iss": "https://clerk.app.example", "azp": azp, "sub": "user_2a", "sid": "sess_1", "v": 2, "o": {"id": "org_1", "rol": "admin"},
//! });
//! assert_eq!(caller(clerk, token("https://app.example")).await.unwrap().roles.unwrap(), ["admin"]);
//! assert!(caller(clerk, token("https://evil.example")).await.is_none());
//! # let _ = jwt;
//! # }
//! ```
//!
//! # What it cannot do
//!
//! - There is no audience: whatever this instance signs is accepted, as long as its `azp`, where it has one, is yours. A JWT template can add `aud`: then demand it by `audience`.
//! - A role says nothing of which organisation it is in: compare `o.id` with the object's, in a check.
//! - A session that ended is not noticed before the token's `exp`, a minute by default. A pending session (`sts` is `pending`) is not told apart: refuse it in a check.
