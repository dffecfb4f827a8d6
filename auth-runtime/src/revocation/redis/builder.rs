//! The builder a user writes: how Redis is followed, and what may be wrong with it.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use zeroize::Zeroizing;

use crate::redis::{Redis, Unusable, describe};
use crate::revocation::memory::LONGEST;
use crate::revocation::redis::forgetting::Memories;
use crate::revocation::redis::freshness::Freshness;
use crate::revocation::redis::protocol::Keys;
use crate::revocation::redis::unstored::Unstored;
use crate::revocation::redis::withdrawal::WithdrawalSecret;
use crate::revocation::redis::{Handle, Options, RedisRevocations, Shared, keeper};
use crate::revocation::view::View;
use crate::time::{Clock, SystemClock};

/// The shortest and the longest bound that can be kept and is meant.
const BOUND: std::ops::RangeInclusive<Duration> = Duration::from_millis(100)..=Duration::from_secs(60);
/// A grace cannot be longer; [`RedisRevocationsBuilder::dangerous_stay_open_when_stale`] says so.
const GRACE_MAX: Duration = Duration::from_secs(3_600);
/// Revocations that wait to be written at most.
pub(super) const WAITING_MAX: usize = 4_096;

/// Configures [`RedisRevocations`]; what is wrong comes up in [`start`](Self::start).
///
/// All processes that share a Redis and a prefix should be configured alike.
#[must_use]
pub struct RedisRevocationsBuilder {
    redis: Redis,
    prefix: String,
    bound: Duration,
    grace: Duration,
    longest: Duration,
    stay_open: bool,
    withdrawals: Option<Zeroizing<Vec<u8>>>,
    clock: Arc<dyn Clock>,
}

impl RedisRevocationsBuilder {
    pub(super) fn new(redis: Redis) -> Self {
        Self {
            redis,
            prefix: "auth".into(),
            bound: Duration::from_secs(1),
            grace: Duration::from_secs(5),
            longest: LONGEST,
            stay_open: false,
            withdrawals: None,
            clock: Arc::new(SystemClock),
        }
    }

    /// What the names of all keys begin with, by default `auth`: applications that share a Redis and not their revocations
    /// each have their own. The keys are `{auth}:revocations`, `{auth}:revocations:expiry`, `{auth}:revocations:state` and
    /// `{auth}:revocations:log`.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Within which time a revocation that is stored in Redis is in force here, as long as Redis answers; by default 1 s,
    /// from 100 ms to 60 s. Redis is asked four times as often.
    pub fn max_staleness(mut self, bound: Duration) -> Self {
        self.bound = bound;
        self
    }

    /// For how long beyond the bound requests are still decided by what is known, when Redis does not answer; 5 s unless
    /// said, at most an hour. A restart of Redis should fit in.
    ///
    /// # Security
    /// For as long a token may be accepted that another process revoked.
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// How long the longest-lived token lives, from `iat` to `exp`; by default 31 days.
    ///
    /// A subject's revocation is remembered for as long, and a token that lives longer is refused: it could come back. Of a token
    /// without `iat` only the time it has left is known; where the issuer leaves `iat` out, let its tokens live no longer than
    /// this.
    pub fn max_token_lifetime(mut self, lifetime: Duration) -> Self {
        self.longest = lifetime;
        self
    }

    /// Lets revocations be [withdrawn](RedisRevocations::withdraw_token), as proved by this secret: at least 32 random bytes, which all
    /// processes have, and Redis has not.
    ///
    /// # Security
    /// Whoever has the secret and can write to Redis can let tokens count again that were revoked. Without the secret nobody can:
    /// what is withdrawn by any other is left out, with an error event.
    pub fn withdrawals(mut self, secret: impl AsRef<[u8]>) -> Self {
        self.withdrawals = Some(Zeroizing::new(secret.as_ref().to_vec()));
        self
    }

    /// Decides by what is known for as long as Redis is away, also before it was ever reached.
    ///
    /// # Security
    /// A revoked token is then accepted by every process that cannot reach Redis, for as long as it cannot: whoever can
    /// bring Redis down can use revoked tokens. The default answers 503 instead.
    pub fn dangerous_stay_open_when_stale(mut self) -> Self {
        self.stay_open = true;
        self
    }

    /// Another clock, for tests: that of the `Auth`.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Starts the thread that follows Redis, and returns at once: Redis need not be reachable yet, and no runtime need run.
    ///
    /// # Errors
    /// When the URL or an option cannot be meant, or the process may start no more threads.
    pub fn start(self) -> Result<RedisRevocations, RedisRevocationsError> {
        let client = self.redis.open().map_err(RedisRevocationsError::of)?;
        let checks = [
            (
                self.prefix.is_empty() || self.prefix.contains(['{', '}']),
                "prefix",
                "empty or with a brace; use a name such as that of the application",
            ),
            (!BOUND.contains(&self.bound), "max_staleness", "not between 100 ms and 60 s"),
            (self.grace > GRACE_MAX, "grace", "more than an hour; revocations would count for nothing"),
            (self.longest.as_secs() == 0, "max_token_lifetime", "no token lives 0 seconds; give the longest lifetime"),
            (
                self.withdrawals.as_ref().is_some_and(|secret| WithdrawalSecret::is_too_short(secret)),
                "withdrawals",
                "a secret of fewer than 32 bytes; make one with `openssl rand 32`",
            ),
        ];
        if let Some((_, option, fault)) = checks.into_iter().find(|(wrong, ..)| *wrong) {
            return Err(RedisRevocationsError::OptionInvalid { option, fault });
        }
        let shared = Arc::new(Shared {
            view: View::new(),
            freshness: Freshness::new(Instant::now()),
            unsent: AtomicBool::new(false),
            unstored: Unstored::default(),
            memories: Memories::default(),
            options: Options {
                keys: Keys::new(&self.prefix),
                bound: self.bound,
                grace: self.grace,
                longest: self.longest,
                stay_open: self.stay_open,
                withdrawals: self.withdrawals.map(|secret| WithdrawalSecret::new(secret, &self.prefix)),
                clock: self.clock,
            },
        });
        let (writes, waiting) = mpsc::channel(WAITING_MAX);
        keeper::start(Arc::clone(&shared), client, waiting)
            .map_err(|error| RedisRevocationsError::ThreadMissing { cause: error.to_string().into() })?;
        Ok(RedisRevocations(Arc::new(Handle { shared, writes })))
    }
}

/// The URL may hold a password.
impl fmt::Debug for RedisRevocationsBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisRevocationsBuilder")
            .field("prefix", &self.prefix)
            .field("bound", &self.bound)
            .field("grace", &self.grace)
            .finish_non_exhaustive()
    }
}

/// Why [`RedisRevocations`] could not be started.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RedisRevocationsError {
    /// The URL is none that this crate can use.
    UrlInvalid {
        /// What is wrong with it.
        cause: Box<str>,
    },
    /// An option has a value that cannot be meant.
    OptionInvalid {
        /// The method that was called.
        option: &'static str,
        /// What is wrong and what to do.
        fault: &'static str,
    },
    /// The thread that follows Redis could not be started.
    ThreadMissing {
        /// What the operating system says.
        cause: Box<str>,
    },
}

impl RedisRevocationsError {
    fn of(unusable: Unusable) -> Self {
        match &unusable {
            Unusable::Url(error) => Self::UrlInvalid { cause: describe(error).into() },
            #[cfg(feature = "redis-tls")]
            Unusable::Certificate => Self::OptionInvalid { option: "root_certificate", fault: unusable.fault() },
        }
    }
}

impl fmt::Display for RedisRevocationsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UrlInvalid { cause } => {
                write!(
                    f,
                    "the URL of Redis cannot be used: {cause}; write `redis://host:port`, or with the feature `redis-tls` \
                     `rediss://host:port`"
                )
            }
            Self::OptionInvalid { option, fault } => write!(f, "`.{option}(…)`: {fault}"),
            Self::ThreadMissing { cause } => {
                write!(f, "the thread that follows Redis cannot start: {cause}; allow the process more threads")
            }
        }
    }
}

impl Error for RedisRevocationsError {}
