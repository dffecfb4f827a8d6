//! One page for each of the common identity providers: what it calls issuer, audience, scopes and roles, its configuration, what
//! its tokens look like, and what it cannot do.
//!
//! Each configuration takes the keys first, so that a test gives its own in their place: in production they come from
//! [`Jwt::oidc`](crate::Jwt::oidc) or [`Jwt::jwks_url`](crate::Jwt::jwks_url), as each page says. Each page is a test.
//!
//! - [`keycloak`]: realms, and roles of the realm and of clients.
//! - [`auth0`]: APIs with permissions.
//! - [`entra`]: one tenant, many tenants, version 1.0 beside 2.0.
//! - [`okta`]: custom authorization servers.
//! - [`cognito`]: user pools.
//! - [`google`]: ID tokens of people and of service accounts.
//! - [`firebase`]: ID tokens of a project.
//! - [`zitadel`]: projects, with roles held by organisations.
//! - [`authentik`]: one provider for each application.
//! - [`clerk`]: session tokens, in a header or in a cookie.
//! - [`supabase`]: a project's users.
//! - [`github_actions`]: tokens of workflow runs.
//! - [`kubernetes`]: projected service account tokens, verified in the cluster.
//! - [`cloudflare_access`]: a token in a field that Cloudflare sets.
//! - [`google_iap`]: a token in a field that the load balancer sets.

pub mod auth0;
pub mod authentik;
pub mod clerk;
pub mod cloudflare_access;
pub mod cognito;
pub mod entra;
pub mod firebase;
pub mod github_actions;
pub mod google;
pub mod google_iap;
pub mod keycloak;
pub mod kubernetes;
pub mod okta;
pub mod supabase;
pub mod zitadel;
