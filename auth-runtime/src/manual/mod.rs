//! The manual: threats and rules, defaults, recipes, and every answer a caller can get.
//!
//! - [`threats`]: the attacks this crate is built against, with the rule and its source; and what is left to you.
//! - [`defaults`]: every default with its unit, and how to change it; every method that weakens protection.
//! - [`how_to`]: recipes, from an identity provider to logs and metrics. Each is a test of this crate.
//! - [`moving`]: how to move your app, from `actix-web-httpauth`, `actix-web-grants`, an extractor or a middleware of your own.
//! - [`mounting`]: which route answers, what the assembly refuses and what it cannot see, the table of what is mounted.
//! - [`providers`]: JWT or introspection, rotation, revocation, many machines, and what fails how.
//! - `identity_providers`: Keycloak, Auth0, Entra ID, Okta and eleven more, one page each: configuration, tokens, limits (features
//!   `jwks` and `testing`).
//! - [`review`]: who may call what, as a table to print, to serialize and to compare; the lock file, for the review of changes.
//! - `testing_policies`: those who just pass and those who just fail, sent to every route; what your tests would not notice (feature
//!   `testing`).
//! - `api_description`: an OpenAPI document and Swagger UI (features `openapi` and `testing`).
//! - `sessions`: people who sign in, in five steps; what ends a session; where sessions are kept; OWASP's ASVS (features `session` and
//!   `testing`).
//! - `limits`: how often callers may call, and how many wrong passwords they may send (feature `testing`).
//! - `dpop`: tokens that are bound to a key of the client (feature `testing`).
//! - [`choosing`]: a session or a token; a token as it is, bound to a key, or a certificate.
//! - `certificates`: callers that are known by the certificate of their TLS connection, bound tokens, nginx (feature `certificates`).
//! - `operations`: many operations behind one route: MCP, JSON-RPC, GraphQL (feature `testing`).
//! - `calls_that_go_on`: tokens with which a handler calls other services, in its caller's name or its own (feature `outgoing`).
//! - [`watching`]: the audit log, metrics, events, a dashboard, alerts worth having.
//! - [`memory`]: what is remembered between requests, for how long, and what empties it.
//! - `redis`: one server, Sentinel or Redis Cluster, and what happens when a primary dies (feature `redis`).
//! - `signing_in`: signing in at a provider: what to register, roles, calls upstream, what ends a session (feature `login`).
//! - `step_up`: what a session or token must tell of an authentication, and how a caller comes back with a stronger one (feature
//!   `testing`).
//! - [`answers`]: every status, challenge and header, and what a client should make of it.
//!
//! The grammar of the attributes stands at [`requires`](macro@crate::requires).

pub mod answers;
#[cfg(all(feature = "openapi", feature = "testing"))]
pub mod api_description;
#[cfg(feature = "outgoing")]
pub mod calls_that_go_on;
#[cfg(feature = "certificates")]
pub mod certificates;
pub mod choosing;
pub mod defaults;
#[cfg(feature = "testing")]
pub mod dpop;
pub mod how_to;
#[cfg(all(feature = "jwks", feature = "testing"))]
pub mod identity_providers;
#[cfg(feature = "testing")]
pub mod limits;
pub mod memory;
pub mod mounting;
pub mod moving;
#[cfg(feature = "testing")]
pub mod operations;
pub mod providers;
#[cfg(feature = "redis")]
pub mod redis;
pub mod review;
#[cfg(all(feature = "session", feature = "testing"))]
pub mod sessions;
#[cfg(feature = "login")]
pub mod signing_in;
#[cfg(feature = "testing")]
pub mod step_up;
#[cfg(feature = "testing")]
pub mod testing_policies;
pub mod threats;
pub mod watching;
