//! The way to a provider: to whom plain http may be spoken, through which proxy, and whose certificates count.

use std::fmt;
use std::sync::Arc;

use reqwest::{Certificate, Proxy};
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::crypto::Hex;
use crate::http::url::is_loopback;
use crate::provider::client::ProviderClient;
use crate::provider::endpoint::{Endpoint, EndpointFault};
use crate::setting::Setting;

/// The options of a builder whose `transport` this is. `$risk` is what plain http costs.
#[cfg(feature = "outgoing")]
macro_rules! transport_options {
    ($risk:literal) => {
        /// Reaches the provider through this proxy, as [`Jwt::proxy`](crate::Jwt::proxy).
        pub fn proxy(mut self, url: impl Into<Box<str>>) -> Self {
            self.transport.use_proxy(url);
            self
        }

        /// Reaches the provider through the proxy that the environment names, as
        /// [`Jwt::proxy_from_environment`](crate::Jwt::proxy_from_environment).
        pub fn proxy_from_environment(mut self) -> Self {
            self.transport.use_proxy_of_environment();
            self
        }

        /// Trusts the certificates of this PEM text too, beside those of the system. Called again, it adds more.
        ///
        /// # Security
        /// Whoever holds the key of such a certificate can pass for the provider.
        pub fn root_certificate(mut self, pem: impl AsRef<[u8]>) -> Self {
            self.transport.trust(pem);
            self
        }

        /// Lets plain http be spoken to this host, such as `keycloak:8080` in a cluster; by default to this machine itself only.
        ///
        /// # Security
        #[doc = $risk]
        pub fn dangerous_plain_http(mut self, host: impl Into<Box<str>>) -> Self {
            self.transport.allow_plain_http(host);
            self
        }
    };
}
#[cfg(feature = "outgoing")]
pub(crate) use transport_options;

/// As it was said; by default https, no proxy, and the certificates that the system trusts.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Transport {
    /// Hosts, with or without a port.
    plain_hosts: Vec<Box<str>>,
    proxy: Option<ProxyChoice>,
    /// PEM texts.
    roots: Vec<Arc<[u8]>>,
}

#[derive(Clone, PartialEq, Eq)]
enum ProxyChoice {
    Url(Box<str>),
    Environment,
}

impl Transport {
    pub(crate) fn allow_plain_http(&mut self, host: impl Into<Box<str>>) {
        self.plain_hosts.push(host.into());
    }

    pub(crate) fn use_proxy(&mut self, url: impl Into<Box<str>>) {
        self.proxy = Some(ProxyChoice::Url(url.into()));
    }

    pub(crate) fn use_proxy_of_environment(&mut self) {
        self.proxy = Some(ProxyChoice::Environment);
    }

    pub(crate) fn trust(&mut self, pem: impl AsRef<[u8]>) {
        self.roots.push(pem.as_ref().into());
    }

    /// What reviewers see of it.
    pub(crate) fn reviewed(&self) -> Vec<Setting> {
        let plain = self.plain_hosts.iter().map(|host| Setting::allows("dangerous_plain_http", &**host));
        // Another authority is another line: who vouches for the provider must not change unseen.
        let digest = |pem: &[u8]| format!("sha256:{}", Hex(&Sha256::digest(pem)));
        let roots = self.roots.iter().map(|pem| Setting::allows("root_certificate", digest(pem)));
        plain.chain(roots).collect()
    }

    /// An address that may be asked.
    pub(crate) fn endpoint(&self, text: &str) -> Result<Endpoint, EndpointFault> {
        Endpoint::parse_where(text, |url| is_loopback(url) || self.names(url))
    }

    /// Whether plain http may be spoken to the host.
    fn names(&self, url: &Url) -> bool {
        let Some(host) = url.host_str() else { return false };
        let with_port = url.port_or_known_default().map(|port| format!("{host}:{port}"));
        let named = |name: &str| name.eq_ignore_ascii_case(host) || Some(name) == with_port.as_deref();
        self.plain_hosts.iter().any(|name| named(name))
    }

    /// What is wrong with it: the option and the remedy.
    pub(crate) fn fault(&self) -> Option<(&'static str, &'static str)> {
        let is_host = |name: &str| !name.is_empty() && !name.contains(['/', '*', '@', '?', '#', ' ']);
        if !self.plain_hosts.iter().all(|name| is_host(name)) {
            return Some(("dangerous_plain_http", "not the name of one host; give it alone, as in `keycloak`"));
        }
        let is_proxy = |url: &Url| matches!(url.scheme(), "http" | "https") && url.has_host();
        let wrong = |url: &str| !Url::parse(url).is_ok_and(|url| is_proxy(&url)) || Proxy::all(url).is_err();
        if matches!(&self.proxy, Some(ProxyChoice::Url(url)) if wrong(url)) {
            return Some(("proxy", "not the URL of a proxy; give it whole, as in `http://proxy.example:3128`"));
        }
        if self.certificates().is_none() || (!self.roots.is_empty() && ProviderClient::new(self).is_err()) {
            return Some(("root_certificate", "not a certificate; give it as PEM text, `-----BEGIN CERTIFICATE-----`"));
        }
        None
    }

    pub(super) fn has_proxy(&self) -> bool {
        self.proxy.is_some()
    }

    /// The proxy for all that is not on this machine; `None` where there is none, or the environment says which.
    pub(super) fn proxy(&self) -> reqwest::Result<Option<Proxy>> {
        match &self.proxy {
            Some(ProxyChoice::Url(url)) => Proxy::all(&**url).map(Some),
            Some(ProxyChoice::Environment) | None => Ok(None),
        }
    }

    /// Whether the environment says which proxy to use, if any.
    pub(super) fn follows_environment(&self) -> bool {
        self.proxy == Some(ProxyChoice::Environment)
    }

    /// What is trusted beside the system's own; `None` where one of the texts holds no certificate.
    pub(super) fn certificates(&self) -> Option<Vec<Certificate>> {
        let mut certificates = Vec::new();
        for pem in &self.roots {
            let found = Certificate::from_pem_bundle(pem).ok().filter(|found| !found.is_empty())?;
            certificates.extend(found);
        }
        Some(certificates)
    }
}

/// Without the proxy's URL, which may hold a password.
impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport")
            .field("plain_hosts", &self.plain_hosts)
            .field("has_proxy", &self.has_proxy())
            .field("roots", &self.roots.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_the_hosts_that_were_named() {
        let mut transport = Transport::default();
        transport.allow_plain_http("keycloak");
        transport.allow_plain_http("idp.internal:8080");
        for good in [
            "http://keycloak",
            "http://KEYCLOAK:8080/realms/a",
            "http://idp.internal:8080/",
            "http://127.0.0.1:1/",
            "https://other.example",
        ] {
            assert!(transport.endpoint(good).is_ok(), "{good}");
        }
        for bad in [
            "http://keycloak.example",
            "http://a.keycloak",
            "http://idp.internal",
            "http://idp.internal:80801",
            "http://10.0.0.1",
            "http://keycloak@evil.example/",
            "ftp://keycloak",
        ] {
            assert!(transport.endpoint(bad).is_err(), "{bad}");
        }
        for bad in ["", "http://keycloak", "*", "*.internal", "keycloak/a"] {
            let mut transport = Transport::default();
            transport.allow_plain_http(bad);
            assert_eq!(transport.fault().map(|(option, _)| option), Some("dangerous_plain_http"), "{bad}");
        }
    }

    #[test]
    fn a_proxy_and_certificates_that_cannot_be_meant_are_faults_and_never_shown() {
        for bad in ["", "http://", "not a url", "ftp://proxy.example"] {
            let mut transport = Transport::default();
            transport.use_proxy(bad);
            assert_eq!(transport.fault().map(|(option, _)| option), Some("proxy"), "{bad}");
        }
        for bad in ["", "hello", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
            let mut transport = Transport::default();
            transport.trust(bad);
            assert_eq!(transport.fault().map(|(option, _)| option), Some("root_certificate"), "{bad}");
        }
        let mut transport = Transport::default();
        transport.use_proxy("http://user:hunter2@proxy.example:3128");
        assert_eq!(transport.fault(), None);
        assert!(!format!("{transport:?}").contains("hunter2"));
        transport.use_proxy_of_environment();
        assert!(transport.fault().is_none() && transport.follows_environment());
    }

    #[test]
    fn reviewers_see_which_certificate_is_trusted() {
        let mut transport = Transport::default();
        transport.trust("abc");
        // FIPS 180-4's example.
        let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(transport.reviewed(), [Setting::allows("root_certificate", format!("sha256:{digest}"))]);
    }
}
