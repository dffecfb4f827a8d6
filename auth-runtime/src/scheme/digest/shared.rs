//! Nonces and their request counts shared by many processes through Redis.

use std::fmt;
use std::sync::LazyLock;
use std::time::Duration;

use ::redis::ErrorKind;

use crate::redis::{LinkFault, Lua, Redis, SharedRedis, SharedState, StateFaults};
use crate::scheme::digest::counts::{Counted, USER_NONCES, WINDOW};
use crate::scheme::nonce::{Key, LEEWAY, NonceId};
use crate::telemetry::limited;

/// Nonces shared by all processes with the same Redis and the same secret (feature `redis`): each accepts what any of them
/// issued, and a request count that one of them saw counts with none again.
///
/// Every right response asks Redis once; while Redis is away, requests with Digest credentials are answered 503.
///
/// ```
/// use auth_runtime::digest::{DigestUsers, SharedNonces};
///
/// # let key = [7; 32];
/// let staff = DigestUsers::htdigest_file("staff.htdigest").shared(SharedNonces::redis("redis://10.0.0.5:6379", key));
/// assert!(!format!("{staff:?}").contains("10.0.0.5"), "the URL may hold a password");
/// ```
///
/// # Security
/// - The secret is 32 random bytes or more, known to these processes alone. Who has it makes nonces, which is of use only to
///   whoever has a password too.
/// - Redis must keep what it is given: with an eviction policy (`maxmemory-policy`) other than `noeviction`, it may forget
///   counts, and what it forgot can be replayed. A Redis that was restarted or emptied is noticed: nonces from before then
///   count no more. Whoever can write to Redis can have requests replayed.
/// - Neither passwords nor names are in Redis, only MACs of names.
/// - Clocks that differ lengthen or shorten the lifetime of a nonce, and after a restart of Redis the time from which nonces
///   count, by as much. A nonce from more than 60 seconds ahead is stale, by the clock of the process and by that of Redis.
#[derive(Clone)]
pub struct SharedNonces {
    redis: SharedRedis,
}

impl SharedNonces {
    /// Shares through this Redis 6.2 or later under this secret: a URL, `redis://[user][:password@]host[:port][/database]`, or
    /// whatever [`Redis`] describes. `Auth::build()` refuses a URL that cannot be used and a secret of fewer than 32 bytes.
    pub fn redis(redis: impl Into<Redis>, secret: impl AsRef<[u8]>) -> Self {
        Self { redis: SharedRedis::new(redis, secret) }
    }

    /// What the names of all keys begin with, `auth` by default; they are `{PREFIX}:digest` and `{PREFIX}:digest:…`.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.redis.prefix = prefix.into();
        self
    }

    /// The key of this configuration's nonces, and the memory of their counts.
    ///
    /// # Errors
    /// What is wrong and what to do.
    pub(super) fn open(
        &self,
        configuration: Option<&str>,
        lifetime: Duration,
    ) -> Result<(Key, SharedCounts), &'static str> {
        let faults = StateFaults {
            prefix: "the prefix of shared nonces is empty or has a brace; use a name such as that of the application",
            secret: "the secret of shared nonces cannot be used; make one with `openssl rand 32`",
        };
        let (key, state) = self.redis.open_state("digest", configuration, faults)?;
        Ok((key, SharedCounts { state, lifetime }))
    }
}

/// Never the secret, and no URL: it may hold a password.
impl fmt::Debug for SharedNonces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedNonces").field("prefix", &self.redis.prefix).finish_non_exhaustive()
    }
}

/// Counts a response.
static COUNT: LazyLock<Lua> =
    LazyLock::new(|| Lua::new(concat!(include_str!("../../redis/run.lua"), include_str!("shared/count.lua"))));

/// The counts of one configuration, in Redis.
///
/// What belongs to a user is bounded and its own, as in the memory of one process, and is gone when none of its nonces can
/// count any more.
pub(super) struct SharedCounts {
    state: SharedState,
    lifetime: Duration,
}

impl SharedCounts {
    /// Counts a right response of this user. `None` while Redis is away, which has been logged.
    pub(super) async fn count(&self, user: &str, nonce: NonceId, nc: u32) -> Option<Counted> {
        let user = self.state.name("user", user)?;
        let ages = format!("{user}:ages");
        let milliseconds = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        // Longer than any nonce of it lives, whatever the clocks say.
        let kept = milliseconds(self.lifetime.saturating_mul(2));
        let answer = self.state.link.ask(async |mut connection| {
            let counted = COUNT.run::<String, 3>(&mut connection, [&self.state.root, &user, &ages], |call| {
                call.arg(&nonce.to_bytes()[..]).arg(nonce.stamp()).arg(nc).arg(kept);
                call.arg(WINDOW).arg(USER_NONCES).arg(milliseconds(LEEWAY));
            });
            match &*counted.await? {
                "first" => Ok(Counted::First),
                "replayed" => Ok(Counted::Replayed),
                "forgotten" => Ok(Counted::Forgotten),
                _ => Err((ErrorKind::UnexpectedReturnType, "it answers what was not asked").into()),
            }
        });
        let away = |fault: LinkFault| {
            if let Some(fault) = fault.news() {
                limited!(error, fault, "Redis, which holds the counts of Digest nonces, fails; answered 503");
            }
        };
        answer.await.map_err(away).ok()
    }
}
