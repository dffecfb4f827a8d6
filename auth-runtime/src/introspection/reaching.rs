//! How an [`Introspection`] reaches its endpoint.

use crate::introspection::builder::Introspection;

/// The way to the endpoint.
impl<I, A, C> Introspection<I, A, C> {
    /// Lets plain http be spoken to this host, such as `keycloak` or `keycloak:8080` in a cluster; by default to this machine
    /// itself only. The name is compared whole, without regard to case. Called again, it adds a host.
    ///
    /// # Security
    /// Whoever stands between this service and that host reads its credentials and the tokens of callers, and decides which
    /// tokens are good. Right only within a network that is guarded otherwise, such as a service mesh that encrypts.
    #[must_use]
    pub fn dangerous_plain_http(mut self, host: impl Into<Box<str>>) -> Self {
        self.asking.transport.allow_plain_http(host);
        self
    }

    /// Reaches the endpoint through this proxy, such as `http://proxy.example:3128`; by default directly. Name and password may be
    /// in the URL. What is on this machine is reached directly. TLS goes through to the provider, so that the proxy sees its name
    /// and nothing of what is said.
    #[must_use]
    pub fn proxy(mut self, url: impl Into<Box<str>>) -> Self {
        self.asking.transport.use_proxy(url);
        self
    }

    /// Reaches the endpoint through the proxy that the environment names: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, except what `NO_PROXY`
    /// names and this machine itself. By default the environment is not looked at.
    #[must_use]
    pub fn proxy_from_environment(mut self) -> Self {
        self.asking.transport.use_proxy_of_environment();
        self
    }

    /// Trusts the certificates of this PEM text too, such as that of a private authority, beside those of the system. Called
    /// again, it adds more.
    ///
    /// Without code, the environment does the same for the whole process: `SSL_CERT_FILE` and `SSL_CERT_DIR` take the place of
    /// the system's certificates, so that file must hold the public authorities too, where they are needed.
    ///
    /// # Security
    /// Whoever holds the key of such a certificate can pass for any provider of this configuration.
    #[must_use]
    pub fn root_certificate(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.asking.transport.trust(pem);
        self
    }
}
