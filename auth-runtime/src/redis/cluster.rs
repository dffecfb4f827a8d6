//! A Redis Cluster.

use std::time::Duration;

#[cfg(feature = "redis-tls")]
use ::redis::TlsCertificates;
use ::redis::cluster::{ClusterClient, ClusterClientBuilder};
use ::redis::cluster_async::ClusterConnection;
use ::redis::{ConnectionInfo, IntoConnectionInfo as _, RedisResult};

/// How often a command follows a redirection, or is tried again once the slots were read anew. What goes on for longer is for
/// whoever asked: a new connection begins from the nodes that were named.
const RETRIES: u32 = 3;
/// The least and the most time between two attempts, in milliseconds.
const RETRY_WAIT: (u64, u64) = (10, 100);
/// The time for a connection is divided among the nodes that were named, those they name, and what is asked then: one that
/// cannot be reached must not use it up.
const STEPS: u32 = 3;

/// Some nodes of a cluster, which know the others.
pub(crate) struct Cluster {
    nodes: Vec<ConnectionInfo>,
    #[cfg(feature = "redis-tls")]
    certificates: Option<TlsCertificates>,
}

impl Cluster {
    /// # Errors
    /// Where a URL cannot be used, or they differ in more than the address.
    pub(super) fn new(
        nodes: &[String],
        #[cfg(feature = "redis-tls")] certificates: Option<TlsCertificates>,
    ) -> RedisResult<Self> {
        let nodes = nodes.iter().map(|url| url.as_str().into_connection_info()).collect::<RedisResult<Vec<_>>>()?;
        let ready = Self {
            nodes,
            #[cfg(feature = "redis-tls")]
            certificates,
        };
        ready.client(Duration::ZERO, Duration::ZERO).map(|_| ready)
    }

    /// # Errors
    /// Where no node can be reached, or none knows which has which slots.
    pub(super) async fn connect(&self, patience: Duration, answer_within: Duration) -> RedisResult<ClusterConnection> {
        self.client(patience, answer_within)?.get_async_connection().await
    }

    fn client(&self, patience: Duration, answer_within: Duration) -> RedisResult<ClusterClient> {
        let (least, most) = RETRY_WAIT;
        let builder = ClusterClientBuilder::new(self.nodes.clone())
            .connection_timeout(patience / STEPS)
            .response_timeout(answer_within)
            .retries(RETRIES)
            .min_retry_wait(least)
            .max_retry_wait(most);
        #[cfg(feature = "redis-tls")]
        let builder = match &self.certificates {
            Some(certificates) => builder.certs(certificates.clone()),
            None => builder,
        };
        builder.build()
    }
}
