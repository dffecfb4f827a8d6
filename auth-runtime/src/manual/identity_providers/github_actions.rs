//! GitHub Actions: tokens of workflow runs.
//!
//! | | |
//! |---|---|
//! | issuer | `https://token.actions.githubusercontent.com` |
//! | audience | what the workflow asked for; by default the owner's URL, so ask for one of your own |
//! | scopes, roles | none |
//! | subject | `repo:OWNER/NAME:ref:refs/heads/BRANCH`, or another form by event and environment |
//!
//! ```
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/provider_shape.rs"));
//! use auth_runtime::{Jwt, requires};
//! use auth_runtime::jwt::{Audiences, Said, Unsaid};
//! use serde_json::json;
//!
//! fn github(actions: Jwt<Said, Unsaid>) -> Jwt<Said, Audiences> {
//!     actions.audience("https://deploy.example")
//! }
//!
//! #[requires(bearer, claim("repository_id", "74"), claim("ref", "refs/heads/main"), claim("event_name", "push"))]
//! #[actix_web::post("/deploy")]
//! async fn deploy() -> &'static str {
//!     "deploying"
//! }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! let jwt = github(Jwt::oidc("https://token.actions.githubusercontent.com"));
//!
//! let token = json!({
//!     "iss": "https://token.actions.githubusercontent.com", "aud": "https://deploy.example", "jti": "example-id",
//!     "sub": "repo:acme/orders:ref:refs/heads/main", "ref": "refs/heads/main", "repository": "acme/orders", "repository_id": "74",
//!     "event_name": "push", "actor": "alice", "run_id": "1",
//! });
//! assert_eq!(caller(github, token).await.unwrap().subject, "repo:acme/orders:ref:refs/heads/main");
//! # let _ = (jwt, deploy);
//! # }
//! ```
//!
//! # What it cannot do
//!
//! - Every repository of GitHub can get a token for your audience: a route without a condition on `repository_id` or `sub` is open to all of them. Names of repositories change hands, ids do not.
//! - A token can be used again until `exp`; `jti` is not remembered.
