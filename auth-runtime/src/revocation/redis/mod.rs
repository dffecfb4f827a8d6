//! Revocations of many processes, shared through Redis.

mod acknowledgement;
mod builder;
mod forgetting;
mod freshness;
mod keeper;
mod protocol;
mod unstored;
mod withdrawal;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};

pub use self::acknowledgement::{Acknowledgement, RevokeError};
pub use self::builder::{RedisRevocationsBuilder, RedisRevocationsError};
use self::forgetting::Memories;
use self::freshness::Freshness;
use self::keeper::Write;
use self::protocol::Keys;
use self::unstored::Unstored;
pub use self::withdrawal::WithdrawError;
use self::withdrawal::WithdrawalSecret;
use crate::redis::Redis;
use crate::revocation::observe::{self, Outcome, RevocationKind};
use crate::revocation::record::Record;
use crate::revocation::view::View;
use crate::revocation::{Forgetting, Presented, Revocations, Standing};
use crate::telemetry::EventSource;
use crate::time::{Clock, UnixTime};

/// Revocations shared by any number of processes through Redis 6.2 or later, or Valkey (feature `redis`).
///
/// Each process holds all of them in its memory and asks that alone: no request ever waits for Redis. A thread of its own
/// follows a stream in Redis, so that a revocation is in force here within the *bound* of being stored there: 1 s by
/// default, a few milliseconds as a rule. Every exchange with Redis proves that this process knows everything that
/// was stored when the exchange began. When the last such proof is older than the bound and a *grace*, 5 s by default,
/// whoever consults this store answers 503.
///
/// What is revoked here is in force here at once, whatever becomes of Redis. A revocation that Redis did not take, or has
/// lost in a restart or a failover, is sent again by every process that knows it. After Redis has lost its data, when another
/// server has taken over, and when it is used for the first time, nobody counts as current for one second, so that the others
/// can do so.
///
/// A revocation that was a mistake, or that somebody forged who can write to Redis, is [withdrawn](Self::withdraw_token) by
/// a process that has the secret for it.
///
/// The same stream tells every process whom [`Auth::forget`](crate::Auth::forget) forgets. That is not stored: a process that may
/// have missed something forgets everybody.
///
/// Clones share one thread and one view; both end with the last clone, and with the last `Auth` that was given one.
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
/// - Use the address of the primary, or let Sentinel or a cluster tell it: see [`Redis`]. A server that takes no writes (a
///   replica, too few replicas, a full disk) counts as away. An old primary that was cut off and does not know it can prove itself current to those cut off with it:
///   `min-replicas-to-write 1` prevents that.
/// - Who can write to this Redis can bar callers too, until that is [withdrawn](Self::withdraw_token), and for `max_token_lifetime`
///   from then at the most. That a revocation is withdrawn is proved by a secret that Redis does not have.
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
    unstored: Unstored,
    memories: Memories,
    options: Options,
}

struct Options {
    keys: Keys,
    bound: Duration,
    grace: Duration,
    longest: Duration,
    stay_open: bool,
    withdrawals: Option<WithdrawalSecret>,
    clock: Arc<dyn Clock>,
}

impl RedisRevocations {
    /// Starts a configuration: a URL, `redis://[user][:password@]host[:port][/database]`, or whatever [`Redis`] describes.
    pub fn builder(redis: impl Into<Redis>) -> RedisRevocationsBuilder {
        RedisRevocationsBuilder::new(redis.into())
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
    /// The revocation is forgotten after `exp`, and [`max_token_lifetime`](RedisRevocationsBuilder::max_token_lifetime) from now
    /// at the latest; take `exp` from the token itself, or later.
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
    /// The revocation is forgotten after `until`, and [`max_token_lifetime`](RedisRevocationsBuilder::max_token_lifetime) from now
    /// at the latest; a session that goes on must be ended at its issuer too.
    pub fn revoke_session(&self, issuer: &str, sid: &str, until: UnixTime) -> Acknowledgement {
        self.add(Record::session(issuer, sid, until))
    }

    /// Withdraws the revocation of the token whose `jti` this is: it counts again, and so does a later revocation.
    ///
    /// Once this has resolved, the withdrawal is in force in this process, and within the bound in every other. Nothing happens
    /// where nothing was revoked. The processes need a [secret](RedisRevocationsBuilder::withdrawals). Each that knew the revocation
    /// writes a warning; one without Redis goes on to refuse the token, until it hears of this.
    ///
    /// ```no_run
    /// use auth_runtime::revocation::RedisRevocations;
    ///
    /// # async fn example(secret: [u8; 32]) -> Result<(), Box<dyn std::error::Error>> {
    /// let revocations = RedisRevocations::builder("redis://127.0.0.1:6379").withdrawals(secret).start()?;
    /// revocations.revoke_subject("https://idp.example", "alice", 1_800_000_000).await?;
    /// revocations.withdraw_subject("https://idp.example", "alice").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When there is no secret, or Redis has not stored it: then the revocation is still in force, and nothing is sent again.
    pub async fn withdraw_token(&self, issuer: &str, jti: &str) -> Result<(), WithdrawError> {
        self.withdraw(RevocationKind::Token, issuer, jti).await
    }

    /// Withdraws the revocation of everything that was issued to a subject up to some moment; what was revoked by a token's id
    /// or as a session stays so. As for the rest, see [`withdraw_token`](Self::withdraw_token).
    ///
    /// # Errors
    /// When there is no secret, or Redis has not stored it: then the revocation is still in force, and nothing is sent again.
    pub async fn withdraw_subject(&self, issuer: &str, subject: &str) -> Result<(), WithdrawError> {
        self.withdraw(RevocationKind::Subject, issuer, subject).await
    }

    /// Withdraws the revocation of the session whose `sid` this is. As for the rest, see [`withdraw_token`](Self::withdraw_token).
    ///
    /// # Errors
    /// When there is no secret, or Redis has not stored it: then the revocation is still in force, and nothing is sent again.
    pub async fn withdraw_session(&self, issuer: &str, sid: &str) -> Result<(), WithdrawError> {
        self.withdraw(RevocationKind::Session, issuer, sid).await
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
        RevocationKind::ALL.into_iter().map(|kind| self.0.shared.view.len(kind)).sum()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn add(&self, record: Record) -> Acknowledgement {
        let shared = &self.0.shared;
        let kind = record.kind;
        let now = shared.options.clock.now().ok();
        let record = shared.plausible(record, now);
        let record = shared.view.revoke(record, now, Instant::now());
        let (done, answer) = oneshot::channel();
        if self.0.writes.try_send(Write::Revoked { record: record.clone(), done }).is_err() {
            shared.unstored.insert(record);
            shared.mark_unsent();
            observe::revoked(kind, Outcome::Unstored);
            return Acknowledgement::failed(RevokeError::Busy);
        }
        Acknowledgement::awaited(answer)
    }

    async fn withdraw(&self, kind: RevocationKind, issuer: &str, id: &str) -> Result<(), WithdrawError> {
        let Shared { view, options, .. } = &*self.0.shared;
        let Some(secret) = &options.withdrawals else { return Err(WithdrawError::SecretMissing) };
        let now = options.clock.now().ok();
        let at = view.withdrawn_at(kind, issuer, id).saturating_add(1).max(now.unwrap_or_default());
        let withdrawn = secret.withdrawn(kind, issuer, id, at);
        let record = Record::withdrawal(kind, issuer, id, withdrawn, now, options.longest);
        let (done, answer) = oneshot::channel();
        if self.0.writes.try_send(Write::Withdrawn { record, done }).is_err() {
            return Err(WithdrawError::Busy);
        }
        Ok(answer.await.unwrap_or(Err(RevokeError::Ended))?)
    }
}

impl Revocations for RedisRevocations {
    fn standing(&self, token: &Presented<'_>) -> Standing {
        self.0.shared.standing(token, Instant::now())
    }

    fn forgetting(&self) -> Option<Forgetting> {
        Some(Forgetting::new(Arc::clone(&self.0)))
    }

    fn events(&self) -> Option<EventSource> {
        Some(self.0.shared.view.events.clone())
    }

    fn lenience(&self) -> Vec<(&'static str, String)> {
        let options = &self.0.shared.options;
        let known = options.bound.saturating_add(options.grace);
        let open = options.stay_open.then(|| ("dangerous_stay_open_when_stale", "any token".to_owned()));
        let withdrawn = options.withdrawals.is_some().then(|| ("withdrawals", "by who has the secret".to_owned()));
        let unknown_for = ("revocations_unknown_for", format!("{} s", known.as_secs()));
        [unknown_for].into_iter().chain(withdrawn).chain(open).collect()
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

    /// As far as a revocation can be meant, by all that the clock says.
    fn plausible(&self, record: Record, now: Option<UnixTime>) -> Record {
        match now {
            Some(now) => record.capped(now, self.options.longest),
            None => record,
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

#[cfg(test)]
mod tests;
