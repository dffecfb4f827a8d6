//! Revocations of many processes, shared through Redis.

mod freshness;
mod keeper;
mod protocol;

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};

use self::freshness::Freshness;
use self::keeper::Write;
use self::protocol::Keys;
use crate::redis::describe;
use crate::revocation::memory::LONGEST;
use crate::revocation::observe::{self, Kind, Outcome};
use crate::revocation::record::Record;
use crate::revocation::view::View;
use crate::revocation::{Presented, Revocations, Standing};
use crate::time::{Clock, SystemClock, UnixTime};

/// The shortest and the longest bound that can be kept and is meant.
const BOUND: std::ops::RangeInclusive<Duration> = Duration::from_millis(100)..=Duration::from_secs(60);
/// A longer grace is no grace; [`RedisRevocationsBuilder::dangerous_stay_open_when_stale`] says so.
const GRACE_MAX: Duration = Duration::from_secs(3_600);
/// Revocations that wait to be written at most.
const WAITING_MAX: usize = 4_096;

/// Revocations shared by any number of processes through Redis 6.2 or later, or Valkey (feature `redis`).
///
/// Each process holds all of them in its memory and asks that alone: no request ever waits for Redis. A thread of its own
/// follows a stream in Redis, so that a revocation is in force here within the *bound* of being stored there, 1 s unless
/// said otherwise and a few milliseconds as a rule. Every exchange with Redis proves that this process knows everything that
/// was stored when the exchange began. When the last such proof is older than the bound and a *grace*, 5 s unless said
/// otherwise, whoever consults this store answers 503.
///
/// What is revoked here is in force here at once, whatever becomes of Redis. A revocation that Redis did not take, or has
/// lost in a restart, is sent again by every process that knows it. After Redis has lost its data, and when it is used for
/// the first time, nobody counts as current for one second, so that the others can do so.
///
/// Clones share one thread and one view; both end with the last clone.
///
/// ```no_run
/// use auth_runtime::{Auth, Jwt, revocation::RedisRevocations};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let revocations = RedisRevocations::builder("redis://127.0.0.1:6379").start()?;
/// let auth = Auth::builder()
///     .bearer(
///         Jwt::hs256([7; 32])
///             .issuer("https://idp.example")
///             .audience("https://api.example")
///             .revocations(revocations.clone()),
///     )
///     .build()?;
/// // Later, in a handler that may do this:
/// revocations.revoke_token("https://idp.example", "a-token-id", 1_800_000_000).await?;
/// # let _ = auth;
/// # Ok(())
/// # }
/// ```
///
/// # Security
/// - Whoever can write to this Redis can take revocations out of it, and whoever can change the traffic can hide them from
///   one process: keep it on a network of its own.
/// - Use the address of the primary. A server that takes no writes (a replica, too few replicas, a full disk) counts as
///   away. An old primary that was cut off and does not know it can prove itself current to those cut off with it:
///   `min-replicas-to-write 1` prevents that.
/// - The keys have no expiry of their own. With an eviction policy of `allkeys-…` Redis may drop them: use `noeviction` or
///   `volatile-…`.
/// - An acknowledged revocation that Redis loses within milliseconds, along with the process that asked for it, is lost.
///   `appendfsync always` prevents that.
#[derive(Clone)]
pub struct RedisRevocations(Arc<Handle>);

/// The last one ends the thread.
struct Handle {
    shared: Arc<Shared>,
    writes: mpsc::Sender<Write>,
}

/// What requests and the thread share.
struct Shared {
    view: View,
    freshness: Freshness,
    /// Something is in the view that Redis did not take.
    unsent: AtomicBool,
    options: Options,
}

struct Options {
    keys: Keys,
    bound: Duration,
    grace: Duration,
    longest: Duration,
    stay_open: bool,
    clock: Arc<dyn Clock>,
}

impl RedisRevocations {
    /// Starts a configuration. `url` is `redis://[user][:password@]host[:port][/database]`, or `unix:///path`.
    pub fn builder(url: impl Into<String>) -> RedisRevocationsBuilder {
        RedisRevocationsBuilder {
            url: url.into(),
            prefix: "auth".into(),
            bound: Duration::from_secs(1),
            grace: Duration::from_secs(5),
            longest: LONGEST,
            stay_open: false,
            clock: Arc::new(SystemClock),
        }
    }

    /// Revokes the token whose `jti` this is and which expires at `exp`, in seconds since 1970.
    ///
    /// It is in force in this process at once, also when the answer is dropped. Await the answer to learn that it is stored
    /// in Redis, and so in force in every process within the bound. `issuer` is the token's `iss`, or empty where it has none.
    ///
    /// # Errors
    /// When it is not stored yet. It stays in force here, and is sent again until Redis takes it or this process ends.
    ///
    /// # Security
    /// The revocation is forgotten after `exp`; take it from the token itself, or later.
    pub fn revoke_token(&self, issuer: &str, jti: &str, exp: UnixTime) -> Acknowledgement {
        self.add(Record::token(issuer, jti, exp))
    }

    /// Revokes everything issued to a subject at `issued_until` or earlier, in seconds since 1970, and its tokens without `iat`
    /// whenever they were issued. The subject is what [`Principal::subject`](crate::Principal::subject) says. As for the
    /// rest, see [`revoke_token`](Self::revoke_token).
    ///
    /// # Errors
    /// When it is not stored yet. It stays in force here, and is sent again until Redis takes it or this process ends.
    pub fn revoke_subject(&self, issuer: &str, subject: &str, issued_until: UnixTime) -> Acknowledgement {
        self.add(Record::subject(issuer, subject, issued_until, self.0.shared.options.longest))
    }

    /// Revokes every token whose `sid` this is, the last of which expires at `until`, in seconds since 1970. As for the rest,
    /// see [`revoke_token`](Self::revoke_token).
    ///
    /// # Errors
    /// When it is not stored yet. It stays in force here, and is sent again until Redis takes it or this process ends.
    ///
    /// # Security
    /// The revocation is forgotten after `until`; a session that goes on must be ended at its issuer too.
    pub fn revoke_session(&self, issuer: &str, sid: &str, until: UnixTime) -> Acknowledgement {
        self.add(Record::session(issuer, sid, until))
    }

    /// Whether this process knows everything that was stored in Redis a bound ago or earlier: for a health check.
    pub fn is_current(&self) -> bool {
        self.age().is_some_and(|age| age <= self.0.shared.options.bound)
    }

    /// How long ago this process last proved that it knows everything stored in Redis; `None` before the first time.
    pub fn age(&self) -> Option<Duration> {
        self.0.shared.freshness.age(Instant::now())
    }

    /// How many revocations this process holds.
    pub fn len(&self) -> usize {
        Kind::ALL.into_iter().map(|kind| self.0.shared.view.len(kind)).sum()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn add(&self, record: Record) -> Acknowledgement {
        let shared = &self.0.shared;
        let kind = record.kind;
        shared.view.add(&record, shared.options.clock.now().ok(), Instant::now());
        let (done, answer) = oneshot::channel();
        if self.0.writes.try_send(Write { record, done }).is_err() {
            shared.mark_unsent();
            observe::revoked(kind, Outcome::Unstored);
            return Acknowledgement(Awaited::Known(Some(RevokeError::Busy)));
        }
        Acknowledgement(Awaited::Answer(answer))
    }
}

impl Revocations for RedisRevocations {
    fn standing(&self, token: &Presented<'_>) -> Standing {
        self.0.shared.standing(token, Instant::now())
    }
}

impl Shared {
    fn standing(&self, token: &Presented<'_>, at: Instant) -> Standing {
        match self.view.standing(token, self.options.longest) {
            // What is known to be revoked stays so, however old the knowledge.
            Standing::Good if self.is_closed(at) => Standing::Unknown,
            standing => standing,
        }
    }

    /// Whether nobody passes for want of knowledge.
    fn is_closed(&self, at: Instant) -> bool {
        !self.options.stay_open
            && self.freshness.age(at).is_none_or(|age| age > self.options.bound.saturating_add(self.options.grace))
    }

    fn mark_unsent(&self) {
        self.unsent.store(true, std::sync::atomic::Ordering::Release);
    }
}

impl fmt::Debug for RedisRevocations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shared = &self.0.shared;
        f.debug_struct("RedisRevocations")
            .field("view", &shared.view)
            .field("age", &self.age())
            .field("bound", &shared.options.bound)
            .field("grace", &shared.options.grace)
            .finish_non_exhaustive()
    }
}

/// Configures [`RedisRevocations`]; what is wrong comes up in [`start`](Self::start).
///
/// All processes that share a Redis and a prefix should be configured alike.
#[must_use]
pub struct RedisRevocationsBuilder {
    url: String,
    prefix: String,
    bound: Duration,
    grace: Duration,
    longest: Duration,
    stay_open: bool,
    clock: Arc<dyn Clock>,
}

impl RedisRevocationsBuilder {
    /// What the names of all keys begin with, `auth` unless said: applications that share a Redis and not their revocations
    /// each have their own. The keys are `{auth}:revocations`, `{auth}:revocations:expiry`, `{auth}:revocations:state` and
    /// `{auth}:revocations:log`.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Within which time a revocation that is stored in Redis is in force here, as long as Redis answers; 1 s unless said,
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

    /// How long the longest-lived token lives, from `iat` to `exp`; 31 days unless said.
    ///
    /// A subject's revocation is remembered for as long, and a token that lives longer is refused: it could come back. Of a token
    /// without `iat` only the time it has left is known; where the issuer leaves `iat` out, let its tokens live no longer than
    /// this.
    pub fn max_token_lifetime(mut self, lifetime: Duration) -> Self {
        self.longest = lifetime;
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
        let client = ::redis::Client::open(self.url.as_str())
            .map_err(|error| RedisRevocationsError::UrlInvalid { cause: describe(&error).into() })?;
        let checks = [
            (
                self.prefix.is_empty() || self.prefix.contains(['{', '}']),
                "prefix",
                "empty or with a brace; use a name such as that of the application",
            ),
            (!BOUND.contains(&self.bound), "max_staleness", "not between 100 ms and 60 s"),
            (self.grace > GRACE_MAX, "grace", "more than an hour; revocations would count for nothing"),
            (self.longest.as_secs() == 0, "max_token_lifetime", "no token lives 0 seconds; give the longest lifetime"),
        ];
        if let Some((_, option, fault)) = checks.into_iter().find(|(wrong, ..)| *wrong) {
            return Err(RedisRevocationsError::OptionInvalid { option, fault });
        }
        let shared = Arc::new(Shared {
            view: View::new(),
            freshness: Freshness::new(Instant::now()),
            unsent: AtomicBool::new(false),
            options: Options {
                keys: Keys::new(&self.prefix),
                bound: self.bound,
                grace: self.grace,
                longest: self.longest,
                stay_open: self.stay_open,
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

impl fmt::Display for RedisRevocationsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UrlInvalid { cause } => {
                write!(f, "the URL of Redis cannot be used: {cause}; write `redis://host:port`")
            }
            Self::OptionInvalid { option, fault } => write!(f, "`.{option}(…)`: {fault}"),
            Self::ThreadMissing { cause } => {
                write!(f, "the thread that follows Redis cannot start: {cause}; allow the process more threads")
            }
        }
    }
}

impl Error for RedisRevocationsError {}

/// The answer to a revocation: whether Redis has stored it.
///
/// The revocation is in force in this process whether or not this is awaited. It resolves within a few seconds, also when
/// Redis is away, and can be awaited on any executor.
#[must_use = "the revocation is in force here; await this to learn whether other processes will know of it"]
#[derive(Debug)]
pub struct Acknowledgement(Awaited);

#[derive(Debug)]
enum Awaited {
    Known(Option<RevokeError>),
    Answer(oneshot::Receiver<Result<(), RevokeError>>),
}

impl Future for Acknowledgement {
    type Output = Result<(), RevokeError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(match &mut self.0 {
            Awaited::Known(error) => error.take().map_or(Ok(()), Err),
            Awaited::Answer(answer) => ready!(Pin::new(answer).poll(context)).unwrap_or(Err(RevokeError::Ended)),
        })
    }
}

/// Why a revocation is not stored in Redis yet. It is in force in this process all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RevokeError {
    /// Redis cannot be reached, or does not answer.
    Unreachable,
    /// Redis answered that it will not store it: it is a replica, or out of memory or disk.
    Refused,
    /// Too many revocations wait to be stored.
    Busy,
    /// The thread that would store it has ended.
    Ended,
}

impl fmt::Display for RevokeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cause = match self {
            Self::Unreachable => "Redis does not answer",
            Self::Refused => "Redis refuses to store it",
            Self::Busy => "too many revocations wait for Redis",
            Self::Ended => "the thread that follows Redis has ended",
        };
        write!(f, "the revocation is in force in this process only, and will be sent again: {cause}")
    }
}

impl Error for RevokeError {}

#[cfg(test)]
mod tests;
