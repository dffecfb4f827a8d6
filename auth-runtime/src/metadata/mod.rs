//! Protected resource metadata (RFC 9728): how a client finds its way from a 401 to the authorization server.
//!
//! With [`AuthBuilder::resource_metadata`](crate::config::AuthBuilder::resource_metadata) every OAuth challenge names a
//! document, and [`Auth::resource_metadata_service`](crate::Auth::resource_metadata_service) serves it. What it says comes
//! from the configuration and from the policies themselves, so it cannot go out of date.

mod document;

pub(crate) use document::{Published, TokenScheme};

use std::time::Duration;

/// How long the document may be kept by default.
const MAX_AGE: Duration = Duration::from_secs(3600);

/// What the metadata of this service says beyond what policies and configuration tell by themselves.
///
/// ```
/// use auth_runtime::{Auth, Jwt};
/// use auth_runtime::resource_metadata::ResourceMetadata;
///
/// let auth = Auth::builder()
///     .bearer(Jwt::hs256([7; 32]).issuer("https://idp.example").audience("https://api.example/orders"))
///     .public_origin("https://api.example")
///     .resource_metadata(ResourceMetadata::new().path("/orders").name("Orders"))
///     .build()?;
/// assert_eq!(
///     auth.resource_metadata_url(),
///     Some("https://api.example/.well-known/oauth-protected-resource/orders"),
/// );
/// # Ok::<(), auth_runtime::config::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct ResourceMetadata {
    path: Option<String>,
    authorization_servers: Vec<String>,
    name: Option<String>,
    documentation: Option<String>,
    policy: Option<String>,
    terms_of_service: Option<String>,
    max_age: Duration,
}

impl Default for ResourceMetadata {
    fn default() -> Self {
        Self::new()
    }
}

impl ResourceMetadata {
    /// The metadata of everything below the public origin.
    pub fn new() -> Self {
        Self {
            path: None,
            authorization_servers: Vec::new(),
            name: None,
            documentation: None,
            policy: None,
            terms_of_service: None,
            max_age: MAX_AGE,
        }
    }

    /// The path of this resource below the public origin, such as `/orders`, where several resources share one origin.
    /// Origin and path together are the resource's identifier (RFC 9728 section 1.2), byte for byte what clients put into
    /// `resource` (RFC 8707) and what the authorization server puts into `aud`.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// An authorization server by its issuer identifier, a URL. The issuers of the bearer configurations are listed
    /// without this; needed where a configuration says `.dangerous_any_issuer()`, and to name first the one that clients shall
    /// ask: many take the first.
    pub fn authorization_server(mut self, issuer: impl Into<String>) -> Self {
        self.authorization_servers.push(issuer.into());
        self
    }

    /// A name for people: `resource_name`.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// URL of a page for developers: `resource_documentation`.
    pub fn documentation(mut self, url: impl Into<String>) -> Self {
        self.documentation = Some(url.into());
        self
    }

    /// URL of a page on how a client may use the data: `resource_policy_uri`.
    pub fn policy(mut self, url: impl Into<String>) -> Self {
        self.policy = Some(url.into());
        self
    }

    /// URL of the terms of service: `resource_tos_uri`.
    pub fn terms_of_service(mut self, url: impl Into<String>) -> Self {
        self.terms_of_service = Some(url.into());
        self
    }

    /// How long clients and caches may keep the document, in whole seconds; by default an hour.
    pub fn max_age(mut self, max_age: Duration) -> Self {
        self.max_age = max_age;
        self
    }
}
