//! Certificates of clients.

use std::convert::Infallible;

use crate::auth::{AuthBuilder, ConfigFault};
use crate::scheme::client_certificate::{ClientCertificateScheme, ClientCertificates};
use crate::x509::CertificateProxies;

impl AuthBuilder {
    /// The `client_certificate` scheme: callers that are known by the certificate of their TLS connection (feature `certificates`). Give
    /// the server [`certificate::on_connect`](crate::certificate::on_connect), or list the proxies that end TLS by
    /// [`trusted_certificate_proxies`](Self::trusted_certificate_proxies).
    pub fn client_certificate(self, certificates: ClientCertificates) -> Self {
        self.built_certificates(None, certificates)
    }

    /// Another configuration of the `client_certificate` scheme, for policies that say `client_certificate("name")`.
    pub fn client_certificate_named(self, name: &str, certificates: ClientCertificates) -> Self {
        self.built_certificates(Some(name), certificates)
    }

    fn built_certificates(self, name: Option<&str>, certificates: ClientCertificates) -> Self {
        let scheme = certificates.build(name.map(Into::into));
        self.built::<ClientCertificateScheme, Infallible>("client_certificate", name, Ok(scheme))
    }

    /// The proxies that end TLS before this service and say in `Client-Cert` (RFC 9440) which certificate their client has shown, each by
    /// its own address. Given again, the last counts. It is another list than [`trusted_proxies`](Self::trusted_proxies).
    ///
    /// ```
    /// use auth_runtime::Auth;
    ///
    /// let auth = Auth::builder().dangerous_allow_unconfigured().trusted_certificate_proxies(["10.0.0.5"]).build();
    /// assert!(auth.is_ok());
    /// let auth = Auth::builder().dangerous_allow_unconfigured().trusted_certificate_proxies(["10.0.0.0/8"]).build();
    /// assert!(auth.unwrap_err().to_string().contains("listed one by one"));
    /// ```
    ///
    /// # Errors
    /// [`build`](Self::build) fails on an empty list and on what is not an address.
    ///
    /// # Security
    /// Whoever connects from a listed address can be anybody. List only proxies that verify certificates, that **delete the field
    /// `Client-Cert` that a client sends** or write it anew with every request, also with those of clients without a certificate, and
    /// that nobody else shares an address with. From all others the field counts for nothing, and a warning says so.
    pub fn trusted_certificate_proxies(mut self, proxies: impl IntoIterator<Item: AsRef<str>>) -> Self {
        let proxies: Vec<_> = proxies.into_iter().collect();
        match CertificateProxies::new(proxies.iter().map(AsRef::as_ref)) {
            Ok(proxies) => self.certificate_proxies = proxies,
            Err(fault) => self.faults.push(ConfigFault::ProxiesInvalid { source: Box::new(fault) }),
        }
        self
    }
}
