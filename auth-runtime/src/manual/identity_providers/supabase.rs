//! Supabase Auth: a project's users.
//!
//! | | |
//! |---|---|
//! | issuer | `https://PROJECT.supabase.co/auth/v1` |
//! | audience | `authenticated` |
//! | scopes | none |
//! | roles | `app_metadata`, which the server writes; `role` is the database's (`authenticated`, `anon`, `service_role`) |
//!
//! ```
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/provider_shape.rs"));
//! use auth_runtime::Jwt;
//! use auth_runtime::jwt::{Audiences, Said, Unsaid};
//! use serde_json::json;
//!
//! fn supabase(project: Jwt<Said, Unsaid>) -> Jwt<Said, Audiences> {
//!     project.audience("authenticated").optional_roles_claim(["app_metadata", "roles"])
//! }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! let keys = Jwt::jwks_url("https://acme.supabase.co/auth/v1/.well-known/jwks.json");
//! let jwt = supabase(keys.issuer("https://acme.supabase.co/auth/v1"));
//!
//! let token = json!({
//!     "iss": "https://acme.supabase.co/auth/v1", "aud": "authenticated", "sub": "5a1e", "role": "authenticated",
//!     "app_metadata": {"provider": "email", "roles": ["editor"]}, "user_metadata": {"roles": ["admin"]}, "is_anonymous": false,
//! });
//! let who = caller(supabase, token).await.unwrap();
//! assert_eq!(who.roles.unwrap(), ["editor"], "`user_metadata` is the user's own to write");
//! # let _ = jwt;
//! # }
//! ```
//!
//! # What it cannot do
//!
//! - Projects with the legacy secret publish no key: use `Jwt::hs256(secret)` with the same options, or move to signing keys.
//! - Anonymous sign-ins are callers too: demand `claim("is_anonymous", false)` where they may not come.
//! - A user who signed out is not noticed before `exp`.
