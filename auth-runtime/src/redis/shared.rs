//! What several processes share under a secret.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::redis::{Client, Link, Redis};

/// The shortest secret that several processes share, in bytes: as long as the MAC (RFC 2104 section 3).
const SECRET_BYTES: usize = 32;
/// How long Redis may take before a request is answered 503.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long Redis is left alone after it failed.
const PAUSE: Duration = Duration::from_millis(200);

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

    /// What one configuration of a scheme shares, and the key of its nonces.
    ///
    /// # Errors
    /// What is wrong and what to do.
    pub(crate) fn open_state(
        &self,
        kind: &str,
        configuration: Option<&str>,
        faults: StateFaults,
    ) -> Result<(Zeroizing<[u8; 32]>, SharedState), &'static str> {
        let root = slot(&self.prefix, kind).ok_or(faults.prefix)?;
        let client = self.open()?;
        let key = |purpose: &str| {
            derive(&self.secret, &format!("auth {kind} {purpose} 1"), configuration.unwrap_or_default())
                .ok_or(faults.secret)
        };
        let (nonces, names) = (key("nonce key")?, key("names")?);
        Ok((nonces, SharedState { link: Link::new(client, PATIENCE, PAUSE), names, root }))
    }
}

/// What is said where a scheme's state cannot be shared.
pub(crate) struct StateFaults {
    pub(crate) prefix: &'static str,
    pub(crate) secret: &'static str,
}

/// What one configuration of a scheme shares: the way to it, and how its parts are named.
pub(crate) struct SharedState {
    pub(crate) link: Link,
    names: Zeroizing<[u8; 32]>,
    /// The key that stands for all of it.
    pub(crate) root: String,
}

impl SharedState {
    /// The key for this, which tells nobody what it is. `None` where no name can be made.
    pub(crate) fn name(&self, purpose: &str, of: &str) -> Option<String> {
        let name = derive(&*self.names, purpose, of)?;
        Some(format!("{}:{}", self.root, URL_SAFE_NO_PAD.encode(*name)))
    }
}

/// What keys of this kind begin with, which are one slot of a cluster. `None` where the prefix is empty or has a brace.
pub(crate) fn slot(prefix: &str, kind: &str) -> Option<String> {
    let is_fit = !prefix.is_empty() && !prefix.contains(['{', '}']);
    is_fit.then(|| format!("{{{prefix}}}:{kind}"))
}

/// A key of its own for each purpose, which has a fixed length for each use, so that nothing runs into anything.
fn derive(key: &[u8], purpose: &str, of: &str) -> Option<Zeroizing<[u8; 32]>> {
    // HMAC takes keys of any length.
    let mac = Hmac::<Sha256>::new_from_slice(key).ok()?.chain_update(purpose).chain_update(of);
    Some(Zeroizing::new(mac.finalize().into_bytes().into()))
}
