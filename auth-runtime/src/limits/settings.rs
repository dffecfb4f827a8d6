//! Where requests are counted, as the application says it.

use std::fmt;

use super::limiter::Limiter;
#[cfg(feature = "redis")]
use super::shared::SharedBuckets;
use crate::fault::Misconfiguration;
#[cfg(feature = "redis")]
use crate::redis::{Redis, SharedRedis};

/// Where the requests that a `limit` lets in are counted; for [`AuthBuilder::limits`](crate::config::AuthBuilder::limits).
///
/// ```
/// use auth_runtime::limits::Limits;
///
/// let limits = Limits::in_memory();
/// # #[cfg(feature = "redis")] {
/// # let key = [7; 32];
/// let limits = Limits::redis("redis://10.0.0.5", key).prefix("orders");
/// assert!(!format!("{limits:?}").contains("10.0.0.5"), "the URL may hold a password");
/// # }
/// ```
#[must_use]
pub struct Limits {
    #[cfg(feature = "redis")]
    shared: Option<SharedRedis>,
}

impl Limits {
    /// In the memory of this process, which is the default: several processes let in as often what one does. At most 65,536
    /// callers are told apart; when so many have used a part of their limit, all that come then share one.
    pub fn in_memory() -> Self {
        Self {
            #[cfg(feature = "redis")]
            shared: None,
        }
    }

    /// In Redis, for all processes with the same Redis and the same secret (feature `redis`). A URL or whatever [`Redis`] describes;
    /// `Auth::build()` refuses one that cannot be used, and a secret of fewer than 32 bytes.
    ///
    /// Redis is asked once for each request to a route with a `limit`, and never for others. While it is away, each process counts
    /// for itself.
    ///
    /// # Security
    /// Redis holds neither names nor addresses, only MACs of them under the secret, and the time at which each may have its whole
    /// limit again. Whoever can write to Redis can lift a limit, and can make a caller wait as long as the limit's own period.
    #[cfg(feature = "redis")]
    pub fn redis(redis: impl Into<Redis>, secret: impl AsRef<[u8]>) -> Self {
        Self { shared: Some(SharedRedis::new(redis, secret)) }
    }

    /// What the names of all keys in Redis begin with, `auth` by default; they are `{PREFIX}:limit:…`.
    #[cfg(feature = "redis")]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        if let Some(shared) = &mut self.shared {
            shared.prefix = prefix.into();
        }
        self
    }

    /// # Errors
    /// What is wrong with Redis, the secret or the prefix.
    #[cfg_attr(not(feature = "redis"), allow(clippy::unnecessary_wraps, reason = "only Redis can be unusable"))]
    pub(crate) fn build(&self) -> Result<Limiter, Misconfiguration> {
        #[cfg(feature = "redis")]
        if let Some(shared) = &self.shared {
            return Ok(Limiter::shared(SharedBuckets::open(shared).map_err(Misconfiguration::new)?));
        }
        Ok(Limiter::default())
    }
}

/// Never the secret, and no URL: it may hold a password.
impl fmt::Debug for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Limits");
        #[cfg(feature = "redis")]
        debug.field("prefix", &self.shared.as_ref().map(|shared| &shared.prefix));
        debug.finish_non_exhaustive()
    }
}
