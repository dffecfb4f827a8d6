//! What several processes share under a secret.

use hmac::{Hmac, Mac as _};
use sha2::Sha256;
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

/// A key of its own for each purpose, which has a fixed length for each use, so that nothing runs into anything.
pub(crate) fn derive(key: &[u8], purpose: &str, of: &str) -> Option<Zeroizing<[u8; 32]>> {
    // HMAC takes keys of any length.
    let mac = Hmac::<Sha256>::new_from_slice(key).ok()?.chain_update(purpose).chain_update(of);
    Some(Zeroizing::new(mac.finalize().into_bytes().into()))
}
