//! What several processes share under a secret.

use zeroize::Zeroizing;

use crate::redis::{Client, Redis};

/// The shortest secret that several processes share, in bytes: as long as the MAC (RFC 2104 section 3).
const SECRET_BYTES: usize = 32;

/// A Redis through which several processes share something, under a secret that it does not know.
#[derive(Clone)]
pub(crate) struct SharedRedis {
    redis: Redis,
    pub(crate) secret: Zeroizing<Vec<u8>>,
    /// What the names of all keys begin with.
    pub(crate) prefix: String,
}

impl SharedRedis {
    pub(crate) fn new(redis: impl Into<Redis>, secret: impl AsRef<[u8]>) -> Self {
        let secret = Zeroizing::new(secret.as_ref().to_vec());
        Self { redis: redis.into(), secret, prefix: "auth".into() }
    }

    /// # Errors
    /// What is wrong and what to do.
    pub(crate) fn open(&self) -> Result<Client, &'static str> {
        if self.secret.len() < SECRET_BYTES {
            return Err("the secret that is shared is shorter than 32 bytes; make one with `openssl rand 32`");
        }
        self.redis.open().map_err(|unusable| unusable.fault())
    }
}
