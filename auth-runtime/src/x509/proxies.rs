//! Whose word for the certificates of others counts.

use std::net::{IpAddr, SocketAddr};

use actix_web::http::header::HeaderMap;

use super::field::{self, CLIENT_CERT};
use crate::fault::Misconfiguration;
use crate::setting::Setting;
use crate::telemetry::{foreign, limited};
use crate::x509::{ClientCertificate, OfConnection};

/// What a request shows.
#[derive(Debug)]
pub(crate) enum Shown {
    Nothing,
    Certificate(ClientCertificate),
    /// One is there, and nobody can say what it is.
    Unreadable,
}

/// The proxies whose `Client-Cert` counts, each by its own address.
#[derive(Debug, Default)]
pub(crate) struct CertificateProxies(Vec<IpAddr>);

impl CertificateProxies {
    /// # Errors
    /// For what is not an address, and for nobody.
    pub(crate) fn new<'a>(addresses: impl IntoIterator<Item = &'a str>) -> Result<Self, Misconfiguration> {
        let read = |text: &str| match text.parse::<IpAddr>() {
            Ok(address) => Ok(address.to_canonical()),
            Err(_) => {
                let text = text.escape_debug();
                let fault =
                    "is not an address; proxies that speak for certificates are listed one by one, such as `10.0.0.5`";
                Err(Misconfiguration::new(format!("`{text}` {fault}")))
            }
        };
        let addresses = addresses.into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
        if addresses.is_empty() {
            return Err(Misconfiguration::new("no proxy is listed; name the addresses of those that end TLS"));
        }
        Ok(Self(addresses))
    }

    /// What reviewers see of it.
    pub(crate) fn reviewed(&self) -> impl Iterator<Item = Setting> {
        self.0.iter().map(|address| Setting::allows("certificate_proxy", address.to_string()))
    }

    /// The certificate of whoever sends a request with these fields over this connection. Of a listed proxy only the field counts: its
    /// own certificate is not that of its callers.
    pub(crate) fn shown(
        &self,
        peer: Option<SocketAddr>,
        headers: &HeaderMap,
        of_connection: OfConnection<'_>,
    ) -> Shown {
        if peer.is_some_and(|peer| self.0.contains(&peer.ip().to_canonical())) {
            return field::read(headers);
        }
        if headers.contains_key(CLIENT_CERT) {
            let address = foreign(peer.map(|peer| peer.ip().to_string()).unwrap_or_default());
            limited!(
                warn,
                address,
                "somebody who is not listed sends `Client-Cert`, which counts for nothing; if it is a proxy of yours that deletes \
                 what clients send, list it by `.trusted_certificate_proxies(…)`"
            );
        }
        match of_connection {
            OfConnection::Nothing => Shown::Nothing,
            OfConnection::Certificate(certificate) => Shown::Certificate(certificate.clone()),
            OfConnection::Unreadable => Shown::Unreadable,
            OfConnection::NotNoted => {
                limited!(
                    error,
                    "a client's certificate is asked for, and nobody has noted those of TLS connections; call \
                     `.on_connect(certificate::on_connect)` on the `HttpServer`"
                );
                Shown::Nothing
            }
        }
    }
}
