//! An OpenAPI document that says what the guards demand (feature `openapi`, [utoipa](https://docs.rs/utoipa) 6).
//!
//! Handlers are described by `#[utoipa::path]`, above or below `#[requires]`, and say nothing of security there. [`describe`]
//! adds it out of their policies: which credentials each operation takes, with which scopes, and how it refuses.
//! [`assert_describes`] is for a test of yours: it fails where a document and the policies differ. [`Description`] has options.
//!
//! ```
//! use actix_web::{App, get, test};
//! use auth_runtime::{Auth, openapi, public, requires};
//! use utoipa::OpenApi;
//!
//! #[utoipa::path(responses((status = 200, description = "the order", body = String)))]
//! #[requires(bearer, scope = "orders:read")]
//! #[get("/orders/{id}")]
//! async fn show_order() -> &'static str { "an order" }
//!
//! #[utoipa::path(responses((status = 200, description = "alive")))]
//! #[public(reason = "liveness probe")]
//! #[get("/health")]
//! async fn health() -> &'static str { "ok" }
//!
//! #[derive(OpenApi)]
//! #[openapi(paths(show_order, health))]
//! struct Document;
//!
//! # #[actix_web::main]
//! # async fn main() {
//! # let jwt = auth_runtime::Jwt::hs256([7; 32]).issuer("https://idp.example").audience("https://api.example");
//! let auth = Auth::builder().bearer(jwt).build().unwrap();
//! let app = App::new().service(auth.scope("").service(show_order).service(health));
//! let app = test::init_service(app).await;
//!
//! // When the application has been assembled: only then is it known what is mounted where.
//! let document = openapi::describe(Document::openapi(), &auth).unwrap();
//!
//! let json = serde_json::to_value(&document).unwrap();
//! let order = &json["paths"]["/orders/{id}"]["get"];
//! assert_eq!(order["security"], serde_json::json!([{ "bearer": ["orders:read"] }]));
//! assert!(order["responses"]["401"]["headers"]["WWW-Authenticate"].is_object());
//! assert_eq!(json["components"]["securitySchemes"]["bearer"]["bearerFormat"], "JWT");
//! assert_eq!(json["paths"]["/health"]["get"]["security"], serde_json::json!([]));
//! openapi::assert_describes(&document, &auth);
//! # drop(app);
//! # }
//! ```
//!
//! # What it adds
//!
//! - **Security schemes** of the configurations that the operations use, named as a policy writes them: `bearer`,
//!   `bearer_partner` for `bearer("partner")`. Credentials that may come in several places have a scheme for each: `bearer`,
//!   `bearer_cookie`. Where the keys are discovered, `bearer_openid` leads to the provider's metadata. A scheme of the same name
//!   that the document has already, such as an OAuth flow to get that bearer token, is kept.
//! - **`security`** of each operation: one entry for each way to be let in, with the scopes that a challenge names; beside them
//!   `{}` where the policy is `optional`; none for a public one.
//! - **Responses**: 401 with its challenges; 403, or 404 under `hide = "from_authenticated"`; 400; 503 with `Retry-After`; each
//!   with the schema of the problem, unless [`denial_body`](crate::config::AuthBuilder::denial_body) writes another. A response
//!   that you describe yourself keeps your words.
//! - With [`with_rules`](Description::with_rules), in an internal document: `x-policy`, `x-roles` and `x-checks`.
//!
//! A route with `hide` is left out, with the schemas that only it refers to.
//!
//! Operations are found by method and path. One that nothing is mounted for, and a mounted handler that no operation describes, are
//! errors, which name both. What is mounted by [`service_as`](crate::mount::Scope::service_as) and
//! [`service_public`](crate::mount::Scope::service_public) needs no operation; those below its path have its policy.
//!
//! # `utoipa_actix_web`
//!
//! [`scope`](scope()) collects the operations of what it mounts, as the scopes of that crate do, and stands in its applications
//! and scopes.
//!
//! # Security
//! A description of the API tells a stranger where to begin. Serve it behind a policy, or decide to serve it to all; then leave out
//! the rules.

mod answers;
mod assertion;
mod description;
mod fault;
mod matching;
mod operations;
mod references;
mod schemes;
mod scope;

use utoipa::openapi::OpenApi;

use crate::auth::Auth;

pub use description::Description;
pub use fault::{DescriptionError, DescriptionFault};
pub use scope::{Scope, ServiceConfig, scope};

/// Completes a document by what the policies of this `Auth` demand. See the [module](self) for what that is, and
/// [`Description`] for options.
///
/// # Errors
/// Where document and application do not fit: all faults at once.
pub fn describe(api: OpenApi, auth: &Auth) -> Result<OpenApi, DescriptionError> {
    Description::of(auth).complete(api)
}

/// For a test: asserts that a document says what the policies of this `Auth` demand, as [`describe`] would complete it.
///
/// # Panics
/// When it does not, with all differences.
#[track_caller]
pub fn assert_describes(api: &OpenApi, auth: &Auth) {
    Description::of(auth).assert(api);
}
