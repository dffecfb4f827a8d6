//! What all that talks to Redis does alike.

use std::time::Duration;

use ::redis::aio::MultiplexedConnection;
use ::redis::{AsyncConnectionConfig, Client, RedisError, RedisResult};

#[cfg(feature = "redis-tls")]
use rustls::pki_types::{CertificateDer, pem::PemObject as _};

use zeroize::Zeroizing;

use crate::telemetry::foreign;

/// Where Redis is, as a user says it.
#[derive(Clone)]
pub(crate) struct RedisAddress {
    url: String,
    /// What is trusted in place of the system's certificates, as PEM text.
    #[cfg(feature = "redis-tls")]
    root: Option<Vec<u8>>,
}

impl RedisAddress {
    pub(crate) fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            #[cfg(feature = "redis-tls")]
            root: None,
        }
    }

    #[cfg(feature = "redis-tls")]
    pub(crate) fn trust(&mut self, pem: impl AsRef<[u8]>) {
        self.root = Some(pem.as_ref().to_vec());
    }

    /// # Errors
    /// Where the URL cannot be used, or the certificate is none.
    pub(crate) fn open(&self) -> RedisResult<Client> {
        #[cfg(feature = "redis-tls")]
        if self.url.starts_with("rediss:") {
            // The client takes the process's default, which there is none of where a dependency brings a second backend. An
            // error: somebody was faster, which is as good.
            let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
            let readable = |pem: &Vec<u8>| {
                let mut found = CertificateDer::pem_slice_iter(pem).peekable();
                found.peek().is_some() && found.all(|one| one.is_ok())
            };
            if !self.root.as_ref().is_none_or(readable) {
                let what = "the root certificate is not PEM text, `-----BEGIN CERTIFICATE-----`";
                return Err(RedisError::from((::redis::ErrorKind::InvalidClientConfig, what)));
            }
            let certificates = ::redis::TlsCertificates { client_tls: None, root_cert: self.root.clone() };
            return Client::build_with_tls(self.url.as_str(), certificates);
        }
        Client::open(self.url.as_str())
    }
}

/// The shortest secret that several processes share, in bytes: as long as the MAC (RFC 2104 section 3).
const SECRET_BYTES: usize = 32;

/// A Redis through which several processes share something, under a secret that it does not know.
#[derive(Clone)]
pub(crate) struct SharedRedis {
    address: RedisAddress,
    pub(crate) secret: Zeroizing<Vec<u8>>,
    /// What the names of all keys begin with.
    pub(crate) prefix: String,
}

impl SharedRedis {
    pub(crate) fn new(url: impl Into<String>, secret: impl AsRef<[u8]>) -> Self {
        let secret = Zeroizing::new(secret.as_ref().to_vec());
        Self { address: RedisAddress::new(url), secret, prefix: "auth".into() }
    }

    #[cfg(feature = "redis-tls")]
    pub(crate) fn trust(&mut self, pem: impl AsRef<[u8]>) {
        self.address.trust(pem);
    }

    /// # Errors
    /// What is wrong and what to do.
    pub(crate) fn open(&self) -> Result<Client, &'static str> {
        if self.secret.len() < SECRET_BYTES {
            return Err("the secret that is shared is shorter than 32 bytes; make one with `openssl rand 32`");
        }
        self.address.open().map_err(
            |_| "the URL of Redis cannot be used; write `redis://host:port`, or with the feature `redis-tls` `rediss://host:port`",
        )
    }
}

/// A connection that gives up on an answer after `patience`.
pub(crate) async fn connect(client: &Client, patience: Duration) -> RedisResult<MultiplexedConnection> {
    let config =
        AsyncConnectionConfig::new().set_connection_timeout(Some(patience)).set_response_timeout(Some(patience));
    client.get_multiplexed_async_connection_with_config(&config).await
}

/// An error as it may be logged.
pub(crate) fn describe(error: &RedisError) -> String {
    foreign(error)
}

#[cfg(test)]
mod tests {
    use ::redis::ErrorKind;

    use super::*;
    use crate::telemetry::FOREIGN_TEXT;

    #[test]
    fn foreign_text_is_escaped_and_capped() {
        let error = RedisError::from((ErrorKind::Client, "said", format!("\u{1b}[31m\n{}", "x".repeat(10_000))));
        let text = describe(&error);
        assert!(!text.contains(['\n', '\u{1b}']) && text.len() < 2 * FOREIGN_TEXT, "{text}");
    }
}
