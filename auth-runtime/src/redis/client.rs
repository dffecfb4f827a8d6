//! Connections to wherever Redis is.

use std::sync::Arc;
use std::time::Duration;

use ::redis::aio::{ConnectionLike, MultiplexedConnection};
use ::redis::{AsyncConnectionConfig, Cmd, Pipeline, RedisFuture, RedisResult, Value};

#[cfg(feature = "redis-cluster")]
use crate::redis::cluster::Cluster;
#[cfg(feature = "redis-sentinel")]
use crate::redis::sentinel::Sentinels;

/// Makes connections; each is to whoever is primary then.
#[derive(Clone)]
pub(crate) enum Client {
    One(Arc<::redis::Client>),
    #[cfg(feature = "redis-sentinel")]
    Sentinel(Arc<Sentinels>),
    #[cfg(feature = "redis-cluster")]
    Cluster(Arc<Cluster>),
}

impl Client {
    /// A connection, made within `patience`, that gives up on an answer after `answer_within`.
    pub(crate) async fn connect(&self, patience: Duration, answer_within: Duration) -> RedisResult<Connection> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(patience))
            .set_response_timeout(Some(answer_within));
        Ok(match self {
            Self::One(client) => Connection::One(client.get_multiplexed_async_connection_with_config(&config).await?),
            #[cfg(feature = "redis-sentinel")]
            Self::Sentinel(sentinels) => Connection::One(sentinels.connect_to_primary(&config).await?),
            #[cfg(feature = "redis-cluster")]
            Self::Cluster(cluster) => Connection::Cluster(cluster.connect(patience, answer_within).await?),
        })
    }
}

/// A connection to one server, or to the nodes of a cluster. Clones share it.
#[derive(Clone)]
pub(crate) enum Connection {
    One(MultiplexedConnection),
    #[cfg(feature = "redis-cluster")]
    Cluster(::redis::cluster_async::ClusterConnection),
}

impl ConnectionLike for Connection {
    fn req_packed_command<'a>(&'a mut self, command: &'a Cmd) -> RedisFuture<'a, Value> {
        match self {
            Self::One(connection) => connection.req_packed_command(command),
            #[cfg(feature = "redis-cluster")]
            Self::Cluster(connection) => connection.req_packed_command(command),
        }
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        commands: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        match self {
            Self::One(connection) => connection.req_packed_commands(commands, offset, count),
            #[cfg(feature = "redis-cluster")]
            Self::Cluster(connection) => connection.req_packed_commands(commands, offset, count),
        }
    }

    fn get_db(&self) -> i64 {
        match self {
            Self::One(connection) => connection.get_db(),
            #[cfg(feature = "redis-cluster")]
            Self::Cluster(connection) => connection.get_db(),
        }
    }
}
