//! The primary that sentinels name.

use std::sync::atomic::{AtomicUsize, Ordering};

use ::redis::aio::MultiplexedConnection;
use ::redis::sentinel::{SentinelClient, SentinelClientBuilder, SentinelServerType};
use ::redis::{AsyncConnectionConfig, ConnectionAddr, ConnectionInfo, ErrorKind, IntoConnectionInfo as _, RedisResult};
#[cfg(feature = "redis-tls")]
use ::redis::{TlsCertificates, TlsMode};

/// Sentinels, and how the primary is reached that they name.
pub(crate) struct Sentinels {
    sentinels: Vec<ConnectionInfo>,
    /// Its host is the name under which the sentinels know it.
    primary: ConnectionInfo,
    name: String,
    #[cfg(feature = "redis-tls")]
    certificates: Option<TlsCertificates>,
    /// Which is asked first. One that cannot be reached holds up the others, so it is another one each time.
    first: AtomicUsize,
}

impl Sentinels {
    /// # Errors
    /// Where a URL cannot be used.
    pub(super) fn new(
        sentinels: &[String],
        primary: &str,
        #[cfg(feature = "redis-tls")] certificates: Option<TlsCertificates>,
    ) -> RedisResult<Self> {
        let sentinels = sentinels.iter().map(|url| url.as_str().into_connection_info());
        let sentinels = sentinels.collect::<RedisResult<Vec<_>>>()?;
        let scheme = if sentinels.first().is_some_and(is_tls) { "rediss" } else { "redis" };
        let primary = match primary.contains("://") {
            true => primary.into_connection_info()?,
            false => format!("{scheme}://{primary}").into_connection_info()?,
        };
        let name = match primary.addr() {
            ConnectionAddr::Tcp(name, _) | ConnectionAddr::TcpTls { host: name, .. } => name.clone(),
            _ => {
                return Err(
                    (ErrorKind::InvalidClientConfig, "the primary is named by sentinels, and is no socket").into()
                );
            }
        };
        let ready = Self {
            sentinels,
            primary,
            name,
            #[cfg(feature = "redis-tls")]
            certificates,
            first: AtomicUsize::new(0),
        };
        ready.client().map(|_| ready)
    }

    /// # Errors
    /// Where no sentinel answers, or none names a primary that knows itself to be one.
    pub(super) async fn connect_to_primary(
        &self,
        config: &AsyncConnectionConfig,
    ) -> RedisResult<MultiplexedConnection> {
        self.client()?.get_async_connection_with_config(config).await
    }

    /// A new one each time: it keeps connections to sentinels, which are of no use until the next failover.
    fn client(&self) -> RedisResult<SentinelClient> {
        let mut addresses: Vec<_> = self.sentinels.iter().map(|sentinel| sentinel.addr().clone()).collect();
        if let Some(first) = self.first.fetch_add(1, Ordering::Relaxed).checked_rem(addresses.len()) {
            addresses.rotate_left(first);
        }
        let mut builder = SentinelClientBuilder::new(addresses, &self.name, SentinelServerType::Master)?;
        if let Some(settings) = self.sentinels.first().map(ConnectionInfo::redis_settings) {
            if let Some(user) = settings.username() {
                builder = builder.set_client_to_sentinel_username(user);
            }
            if let Some(password) = settings.password() {
                builder = builder.set_client_to_sentinel_password(password);
            }
        }
        let settings = self.primary.redis_settings();
        builder = builder.set_client_to_redis_db(settings.db());
        if let Some(user) = settings.username() {
            builder = builder.set_client_to_redis_username(user);
        }
        if let Some(password) = settings.password() {
            builder = builder.set_client_to_redis_password(password);
        }
        #[cfg(feature = "redis-tls")]
        {
            if is_tls(&self.primary) {
                builder = builder.set_client_to_redis_tls_mode(TlsMode::Secure);
            }
            if let Some(certificates) = &self.certificates {
                builder = builder.set_client_to_redis_certificates(certificates.clone());
                if self.sentinels.iter().all(is_tls) {
                    builder = builder.set_client_to_sentinel_certificates(certificates.clone());
                }
            }
        }
        builder.build()
    }
}

fn is_tls(server: &ConnectionInfo) -> bool {
    matches!(server.addr(), ConnectionAddr::TcpTls { .. })
}
