//! Used proofs, and the key of nonces, shared by many processes through Redis.

use std::fmt;
use std::sync::LazyLock;
use std::time::Duration;

use ::redis::ErrorKind;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::redis::{LinkFault, Lua, Redis, SharedRedis, SharedState, StateFaults};
use crate::scheme::dpop::replays::{Bounds, Counted, GoodProof};
use crate::scheme::nonce::Key;
use crate::telemetry::limited;

/// Used proofs shared by all processes with the same Redis and the same secret (feature `redis`): a proof that one of them took
/// counts with none again, and each accepts the nonces of all.
///
/// Every request with a good proof asks Redis once; while Redis is away, such requests are answered 503.
///
/// ```
/// use auth_runtime::Jwt;
/// use auth_runtime::dpop::{DpopTokens, SharedProofs};
///
/// # let key = [7; 32];
/// let tokens = DpopTokens::of(Jwt::hs256([7; 32]).issuer("https://idp.example").audience("https://api.example"))
///     .shared(SharedProofs::redis("redis://10.0.0.5:6379", key));
/// assert!(!format!("{tokens:?}").contains("10.0.0.5"), "the URL may hold a password");
/// ```
///
/// # Security
/// - The secret is 32 random bytes or more, known to these processes alone. Who has it makes nonces, which are of use only with a
///   token and its key.
/// - Redis must keep what it is given: with an eviction policy (`maxmemory-policy`) other than `noeviction`, it may forget proofs,
///   and what it forgot can be replayed. Full, it refuses, and the answer is 503.
/// - After Redis was restarted or emptied, proofs and nonces from before then count no more: a proof is answered 503, a nonce by a
///   new one. The clock of a client that is ahead of Redis, by 60 seconds at most, can leave a gap of as long; with nonces there is
///   none. Whoever can write to Redis can have requests replayed.
/// - Neither tokens nor subjects are in Redis, only MACs of keys, proofs and subjects.
#[derive(Clone)]
pub struct SharedProofs {
    redis: SharedRedis,
}

impl SharedProofs {
    /// Shares through this Redis 6.2 or later under this secret: a URL, `redis://[user][:password@]host[:port][/database]`, or
    /// whatever [`Redis`] describes. `Auth::build()` refuses a URL that cannot be used and a secret of fewer than 32 bytes.
    pub fn redis(redis: impl Into<Redis>, secret: impl AsRef<[u8]>) -> Self {
        Self { redis: SharedRedis::new(redis, secret) }
    }

    /// What the names of all keys begin with, `auth` by default; they are `{PREFIX}:dpop` and `{PREFIX}:dpop:…`.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.redis.prefix = prefix.into();
        self
    }

    /// The key of this configuration's nonces, and the memory of its proofs, each of which is kept for so long.
    ///
    /// # Errors
    /// What is wrong and what to do.
    pub(super) fn open(
        &self,
        configuration: Option<&str>,
        kept: Duration,
        bounds: Bounds,
    ) -> Result<(Key, SharedReplays), &'static str> {
        let faults = StateFaults {
            prefix: "the prefix of shared proofs is empty or has a brace; use a name such as that of the application",
            secret: "the secret of shared proofs cannot be used; make one with `openssl rand 32`",
        };
        let (key, state) = self.redis.open_state("dpop", configuration, faults)?;
        Ok((key, SharedReplays { state, kept, bounds }))
    }
}

/// Never the secret, and no URL: it may hold a password.
impl fmt::Debug for SharedProofs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedProofs").field("prefix", &self.redis.prefix).finish_non_exhaustive()
    }
}

/// Counts a proof.
static REPLAY: LazyLock<Lua> =
    LazyLock::new(|| Lua::new(concat!(include_str!("../../redis/run.lua"), include_str!("shared/replay.lua"))));

/// The proofs of one configuration, in Redis.
pub(super) struct SharedReplays {
    state: SharedState,
    kept: Duration,
    bounds: Bounds,
}

/// A proof as Redis is told of it.
pub(super) struct NamedProof {
    keys: [String; 3],
    /// The second that it or its nonce is of.
    second: i64,
}

impl SharedReplays {
    /// `second` is what the proof, or its nonce, says of its time. `None` where no name can be made.
    pub(super) fn name(&self, proof: &GoodProof<'_>, second: i64) -> Option<NamedProof> {
        let name = |purpose: &str, of: &str| self.state.name(purpose, of);
        let issuer = proof.principal.issuer().unwrap_or_default();
        let subject = format!("{}:{issuer}{}", issuer.len(), proof.principal.subject());
        let keys = [
            name("proof  ", &URL_SAFE_NO_PAD.encode(proof.id()))?,
            name("key    ", proof.thumbprint)?,
            name("subject", &subject)?,
        ];
        Some(NamedProof { keys, second })
    }

    /// Counts a good proof. `None` while Redis is away, which has been logged.
    pub(super) async fn count(&self, NamedProof { keys, second }: &NamedProof) -> Option<Counted> {
        let [id, key, subject] = keys;
        let kept = u64::try_from(self.kept.as_millis()).unwrap_or(u64::MAX);
        let answer = self.state.link.ask(async |mut connection| {
            let counted = REPLAY.run::<String, 4>(&mut connection, [&self.state.root, id, key, subject], |call| {
                call.arg(second).arg(kept).arg(self.bounds.of_key).arg(self.bounds.of_subject);
            });
            match &*counted.await? {
                "first" => Ok(Counted::First),
                "replayed" => Ok(Counted::Replayed),
                "forgotten" => Ok(Counted::Forgotten),
                "share full" => Ok(Counted::ShareFull),
                _ => Err((ErrorKind::UnexpectedReturnType, "it answers what was not asked").into()),
            }
        });
        let away = |fault: LinkFault| {
            if let Some(fault) = fault.news() {
                limited!(error, fault, "Redis, which holds the used proofs of DPoP, fails; answered 503");
            }
        };
        answer.await.map_err(away).ok()
    }
}
