//! Where Redis is (feature `redis`): one server, the primary that Sentinel names, or a Redis Cluster.
//!
//! All that is shared through Redis takes a [`Redis`]: [`RedisRevocations`](crate::revocation::RedisRevocations),
//! [`SharedNonces`](crate::digest::SharedNonces), with `introspection` `SharedResults`, and with `session` `Sessions::redis`. Redis 6.2 or later, or Valkey. Which to
//! choose, and what happens when a primary dies, is in the chapter [`redis`](crate::manual::redis) of the manual.

mod client;
#[cfg(feature = "redis-cluster")]
mod cluster;
mod link;
mod lua;
#[cfg(feature = "redis-sentinel")]
mod sentinel;
mod shared;

use std::sync::Arc;

use ::redis::RedisError;
#[cfg(feature = "redis-tls")]
use ::redis::TlsCertificates;
#[cfg(feature = "redis-tls")]
use rustls::RootCertStore;
#[cfg(feature = "redis-tls")]
use rustls::pki_types::{CertificateDer, pem::PemObject as _};

pub(crate) use self::client::{Client, Connection};
pub(crate) use self::link::{Link, LinkFault};
pub(crate) use self::lua::Lua;
pub(crate) use self::shared::{SharedRedis, SharedState, StateFaults, slot};
use crate::telemetry::foreign;

/// Why a [`Redis`] cannot be used.
#[derive(Debug)]
pub(crate) enum Unusable {
    /// A URL, or how it fits the others.
    Url(RedisError),
    /// The root certificate.
    #[cfg(feature = "redis-tls")]
    Certificate,
}

impl Unusable {
    /// What is wrong, and what to do.
    pub(crate) fn fault(&self) -> &'static str {
        match self {
            Self::Url(_) => {
                "the URL of Redis cannot be used; write `redis://host:port`, or with the feature `redis-tls` \
                 `rediss://host:port`"
            }
            #[cfg(feature = "redis-tls")]
            Self::Certificate => {
                "the root certificate of Redis is not PEM text of certificates; give all of its file, which begins with \
                 `-----BEGIN CERTIFICATE-----`"
            }
        }
    }
}

impl From<RedisError> for Unusable {
    fn from(error: RedisError) -> Self {
        Self::Url(error)
    }
}

/// Where Redis is, and how it is reached.
///
/// A URL is `redis://[user][:password@]host[:port][/database]`, or `rediss://…` over TLS with the feature `redis-tls`. Where a
/// `Redis` is asked for, a URL will do.
///
/// ```
/// use auth_runtime::redis::Redis;
/// use auth_runtime::revocation::RedisRevocations;
///
/// let one = RedisRevocations::builder("redis://10.0.0.5");
/// # #[cfg(feature = "redis-sentinel")] {
/// let sentinels = ["redis://10.0.0.5:26379", "redis://10.0.0.6:26379", "redis://10.0.0.7:26379"];
/// let watched = RedisRevocations::builder(Redis::sentinel(sentinels, "redis://:secret@orders"));
/// # }
/// # #[cfg(feature = "redis-cluster")] {
/// let nodes = ["redis://:secret@10.0.0.5", "redis://:secret@10.0.0.6", "redis://:secret@10.0.0.7"];
/// let cluster = RedisRevocations::builder(Redis::cluster(nodes));
/// # }
/// ```
///
/// What cannot be used comes up where it is given to: in `start()` of revocations, in `Auth::build()` for the others. Redis need
/// not be reachable then.
#[derive(Clone)]
#[must_use]
pub struct Redis {
    servers: Servers,
    /// What is trusted in place of the system's certificates, as PEM text.
    #[cfg(feature = "redis-tls")]
    root: Option<Vec<u8>>,
}

#[derive(Clone)]
enum Servers {
    One(String),
    #[cfg(feature = "redis-sentinel")]
    Sentinel {
        sentinels: Vec<String>,
        primary: String,
    },
    #[cfg(feature = "redis-cluster")]
    Cluster(Vec<String>),
}

impl Redis {
    /// One server: `redis://…`, `rediss://…` or `unix:///path`.
    pub fn at(url: impl Into<String>) -> Self {
        Self::of(Servers::One(url.into()))
    }

    /// The primary that sentinels name under this name, also after a failover (feature `redis-sentinel`).
    ///
    /// `sentinels` are URLs, with user and password where sentinels ask for some; they are alike but for host and port, which is
    /// 26379 as a rule. `primary` is the name, as in `sentinel monitor orders 10.0.0.5 6379 2`, or a URL with the name for a
    /// host where the primary asks for a password, has TLS when the sentinels do not, or another database is meant:
    /// `redis://user:password@orders/1`. The primary is whoever a sentinel names and calls itself primary: keep sentinels on a
    /// network of their own too.
    #[cfg(feature = "redis-sentinel")]
    pub fn sentinel(sentinels: impl IntoIterator<Item = impl Into<String>>, primary: impl Into<String>) -> Self {
        let sentinels = sentinels.into_iter().map(Into::into).collect();
        Self::of(Servers::Sentinel { sentinels, primary: primary.into() })
    }

    /// A Redis Cluster, by URLs of some of its nodes, which name the others (feature `redis-cluster`). The URLs are alike but
    /// for host and port.
    ///
    /// What is shared under one prefix and belongs together is kept on one node: revocations by the hash tag of their prefix,
    /// nonces of Digest likewise. Answers of introspection are spread over all nodes.
    #[cfg(feature = "redis-cluster")]
    pub fn cluster(nodes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::of(Servers::Cluster(nodes.into_iter().map(Into::into).collect()))
    }

    fn of(servers: Servers) -> Self {
        Self {
            servers,
            #[cfg(feature = "redis-tls")]
            root: None,
        }
    }

    /// Trusts this certificate of an authority, as PEM text, in place of the system's, for `rediss://`; by default the system's
    /// count, which `SSL_CERT_FILE` replaces.
    #[cfg(feature = "redis-tls")]
    pub fn root_certificate(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.root = Some(pem.as_ref().to_vec());
        self
    }

    /// # Errors
    /// Where a URL cannot be used, or the certificate is none.
    pub(crate) fn open(&self) -> Result<Client, Unusable> {
        #[cfg(feature = "redis-tls")]
        let certificates = self.certificates()?;
        Ok(match &self.servers {
            #[cfg(feature = "redis-tls")]
            Servers::One(url) if let Some(certificates) = certificates => {
                Client::One(Arc::new(::redis::Client::build_with_tls(url.as_str(), certificates)?))
            }
            Servers::One(url) => Client::One(Arc::new(::redis::Client::open(url.as_str())?)),
            #[cfg(feature = "redis-sentinel")]
            Servers::Sentinel { sentinels, primary } => Client::Sentinel(Arc::new(sentinel::Sentinels::new(
                sentinels,
                primary,
                #[cfg(feature = "redis-tls")]
                certificates,
            )?)),
            #[cfg(feature = "redis-cluster")]
            Servers::Cluster(nodes) => Client::Cluster(Arc::new(cluster::Cluster::new(
                nodes,
                #[cfg(feature = "redis-tls")]
                certificates,
            )?)),
        })
    }

    /// What counts for `rediss://`; nothing where that is not spoken.
    #[cfg(feature = "redis-tls")]
    fn certificates(&self) -> Result<Option<TlsCertificates>, Unusable> {
        let is_tls = |url: &String| url.starts_with("rediss:");
        let speaks_tls = match &self.servers {
            Servers::One(url) => is_tls(url),
            #[cfg(feature = "redis-sentinel")]
            Servers::Sentinel { sentinels, primary } => is_tls(primary) || sentinels.iter().any(is_tls),
            #[cfg(feature = "redis-cluster")]
            Servers::Cluster(nodes) => nodes.iter().any(is_tls),
        };
        if !speaks_tls {
            return Ok(None);
        }
        // The client takes the process's default, which there is none of where a dependency brings a second backend. An error:
        // somebody was faster, which is as good.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let is_trusted = |one| RootCertStore::empty().add(one).is_ok();
        let readable = |pem: &Vec<u8>| {
            let found = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>();
            found.is_ok_and(|found| !found.is_empty() && found.into_iter().all(is_trusted))
        };
        if !self.root.as_ref().is_none_or(readable) {
            return Err(Unusable::Certificate);
        }
        Ok(Some(TlsCertificates { client_tls: None, root_cert: self.root.clone() }))
    }
}

impl<T: Into<String>> From<T> for Redis {
    fn from(url: T) -> Self {
        Self::at(url)
    }
}

// No URL: it may hold a password.
debug_by_name!([] Redis as "Redis";);

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

    #[test]
    fn a_url_that_cannot_be_used_is_refused_and_never_shown() {
        for url in ["", "redis", "redis://", "http://127.0.0.1", "redis://127.0.0.1/x"] {
            assert!(Redis::at(url).open().is_err(), "{url}");
        }
        assert!(Redis::at("redis://127.0.0.1").open().is_ok());
        assert_eq!(format!("{:?}", Redis::at("redis://:hidden@127.0.0.1")), "Redis { .. }");
    }

    #[test]
    fn what_is_wrong_is_said_of_what_is_wrong() {
        let said = |redis: Redis| redis.open().map(drop).map_err(|unusable| unusable.fault());
        let url = said(Redis::at("nonsense")).unwrap_err();
        assert!(url.starts_with("the URL of Redis cannot be used; "), "{url}");
        #[cfg(feature = "redis-tls")]
        for pem in ["", "nonsense", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
            let certificate = said(Redis::at("rediss://127.0.0.1").root_certificate(pem)).unwrap_err();
            assert!(certificate.starts_with("the root certificate of Redis is not PEM text"), "{certificate}");
        }
    }

    #[cfg(feature = "redis-sentinel")]
    #[test]
    fn a_primary_is_named_by_itself_or_in_a_url() {
        let open =
            |sentinels: &[&str], primary: &str| Redis::sentinel(sentinels.iter().copied(), primary).open().is_ok();
        let sentinels = ["redis://127.0.0.1:26379", "redis://user:pass@[::1]:26379"];
        for primary in ["orders", "My_Master-1.x", "redis://:secret@orders/2"] {
            assert!(open(&sentinels, primary), "{primary}");
        }
        for (sentinels, primary) in [
            (&[][..], "orders"),
            (&sentinels, ""),
            (&sentinels, "or ders"),
            (&sentinels, "unix:///tmp/redis"),
            (&sentinels, "redis://orders/x"),
            (&["127.0.0.1:26379"], "orders"),
        ] {
            assert!(!open(sentinels, primary), "{sentinels:?} {primary}");
        }
    }

    #[cfg(feature = "redis-cluster")]
    #[test]
    fn nodes_of_a_cluster_are_alike_but_for_their_addresses() {
        let open = |nodes: &[&str]| Redis::cluster(nodes.iter().copied()).open().is_ok();
        assert!(open(&["redis://:a@10.0.0.1", "redis://:a@10.0.0.2:6380"]));
        for nodes in [
            &[][..],
            &["redis://:a@10.0.0.1", "redis://:b@10.0.0.2"],
            &["redis://10.0.0.1", "nonsense"],
            &["unix:///tmp/redis"],
        ] {
            assert!(!open(nodes), "{nodes:?}");
        }
    }
}
