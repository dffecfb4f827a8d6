//! Revocations of one process.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::revocation::observe::{self, Outcome, RevocationKind};
use crate::revocation::record::{Record, Withdrawn};
use crate::revocation::view::View;
use crate::revocation::{Presented, Revocations, Standing};
use crate::telemetry::EventSource;
use crate::time::{Clock, SystemClock, UnixTime};

/// How long a token may live where nothing else is said: 31 days.
pub(super) const LONGEST: Duration = Duration::from_secs(31 * 86_400);
/// Time between two sweeps, in seconds.
const SWEEP_EVERY: u64 = 10;
/// Entries that one request or one revocation forgets at most: some ten microseconds of work.
const SWEPT_AT_ONCE: usize = 64;

/// Revocations of this process, in its memory: for an application that is one process, and for tests.
///
/// Clones share what is revoked. A revocation counts from the next request on, and is gone with the process: tokens that
/// were revoked are accepted again after a restart, until they expire. Several processes need `RedisRevocations`.
///
/// ```
/// use auth_runtime::revocation::InMemoryRevocations;
///
/// let revocations = InMemoryRevocations::new();
/// revocations.revoke_token("https://idp.example", "a-token-id", 1_800_000_000);
/// revocations.revoke_subject("https://idp.example", "alice", 1_790_000_000);
/// revocations.revoke_session("https://idp.example", "a-session-id", 1_800_000_000);
/// assert_eq!(revocations.len(), 3);
/// ```
#[derive(Clone)]
pub struct InMemoryRevocations {
    shared: Arc<Shared>,
    clock: Arc<dyn Clock>,
    longest: Duration,
}

struct Shared {
    view: View,
    started: Instant,
    /// When to sweep next, in seconds after `started`.
    sweep: AtomicU64,
}

impl InMemoryRevocations {
    /// A store in which nothing is revoked.
    pub fn new() -> Self {
        Self {
            shared: Arc::new(Shared { view: View::new(), started: Instant::now(), sweep: AtomicU64::new(SWEEP_EVERY) }),
            clock: Arc::new(SystemClock),
            longest: LONGEST,
        }
    }

    /// How long the longest-lived token lives, from `iat` to `exp`; by default 31 days. Said before the store is cloned.
    ///
    /// A subject's revocation is remembered for as long, and a token that lives longer is refused: it could come back. Of a token
    /// without `iat` only the time it has left is known; where the issuer leaves `iat` out, let its tokens live no longer than
    /// this.
    #[must_use]
    pub fn max_token_lifetime(mut self, lifetime: Duration) -> Self {
        self.longest = lifetime;
        self
    }

    /// Another clock, for tests: that of the `Auth`. Said before the store is cloned.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Revokes the token whose `jti` this is and which expires at `exp`, in seconds since 1970.
    ///
    /// `issuer` is the token's `iss`, or empty where it has none.
    ///
    /// # Security
    /// The revocation is forgotten after `exp`; take it from the token itself, or later.
    pub fn revoke_token(&self, issuer: &str, jti: &str, exp: UnixTime) {
        self.revoke(Record::token(issuer, jti, exp));
    }

    /// Revokes everything issued to a subject at `issued_until` or earlier, in seconds since 1970, and its tokens without `iat`
    /// whenever they were issued. The subject is what [`Principal::subject`](crate::Principal::subject) says.
    ///
    /// `issuer` is the tokens' `iss`, or empty where they have none.
    pub fn revoke_subject(&self, issuer: &str, subject: &str, issued_until: UnixTime) {
        self.revoke(Record::subject(issuer, subject, issued_until, self.longest));
    }

    /// Revokes every token whose `sid` this is, the last of which expires at `until`, in seconds since 1970.
    ///
    /// `issuer` is the tokens' `iss`, or empty where they have none.
    ///
    /// # Security
    /// The revocation is forgotten after `until`; a session that goes on must be ended at its issuer too.
    pub fn revoke_session(&self, issuer: &str, sid: &str, until: UnixTime) {
        self.revoke(Record::session(issuer, sid, until));
    }

    /// Withdraws the revocation of the token whose `jti` this is: it counts again from the next request on, and so does a later
    /// revocation. Nothing happens where nothing was revoked.
    ///
    /// ```
    /// use auth_runtime::revocation::InMemoryRevocations;
    ///
    /// let revocations = InMemoryRevocations::new();
    /// revocations.revoke_token("https://idp.example", "a-token-id", 1_800_000_000);
    /// revocations.withdraw_token("https://idp.example", "a-token-id");
    /// assert!(revocations.is_empty());
    /// ```
    pub fn withdraw_token(&self, issuer: &str, jti: &str) {
        self.withdraw(RevocationKind::Token, issuer, jti);
    }

    /// Withdraws the revocation of everything that was issued to a subject up to some moment; what was revoked by a token's id
    /// or as a session stays so.
    pub fn withdraw_subject(&self, issuer: &str, subject: &str) {
        self.withdraw(RevocationKind::Subject, issuer, subject);
    }

    /// Withdraws the revocation of the session whose `sid` this is.
    pub fn withdraw_session(&self, issuer: &str, sid: &str) {
        self.withdraw(RevocationKind::Session, issuer, sid);
    }

    /// How many revocations are held.
    pub fn len(&self) -> usize {
        RevocationKind::ALL.into_iter().map(|kind| self.shared.view.len(kind)).sum()
    }

    /// Whether none is held.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn revoke(&self, record: Record) {
        let now = self.clock.now().ok();
        let at = Instant::now();
        let kind = record.kind;
        self.shared.view.revoke(record, now, at);
        observe::revoked(kind, Outcome::Local);
        if let Some(now) = now {
            self.shared.sweep(now, at);
        }
    }

    fn withdraw(&self, kind: RevocationKind, issuer: &str, id: &str) {
        let (view, now) = (&self.shared.view, self.clock.now().ok());
        let withdrawn = Withdrawn { at: view.withdrawn_at(kind, issuer, id).saturating_add(1), proof: "".into() };
        view.add(&Record::withdrawal(kind, issuer, id, withdrawn, now, Duration::ZERO), now, Instant::now());
    }
}

impl Shared {
    /// Forgets some of what has expired, now and then.
    fn sweep(&self, now: UnixTime, at: Instant) {
        let passed = at.saturating_duration_since(self.started).as_secs();
        let due = self.sweep.load(Ordering::Relaxed);
        if passed < due {
            return;
        }
        let next = passed.saturating_add(SWEEP_EVERY);
        // Whoever moves the date sweeps.
        let ours = self.sweep.compare_exchange(due, next, Ordering::Relaxed, Ordering::Relaxed).is_ok();
        if ours && self.view.sweep(now, at, SWEPT_AT_ONCE) {
            self.sweep.store(passed, Ordering::Relaxed); // there is more
        }
    }
}

impl Revocations for InMemoryRevocations {
    fn standing(&self, token: &Presented<'_>) -> Standing {
        self.shared.sweep(token.now, Instant::now());
        self.shared.view.standing(token, self.longest)
    }

    fn events(&self) -> Option<EventSource> {
        Some(self.shared.view.events.clone())
    }
}

impl Default for InMemoryRevocations {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for InMemoryRevocations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InMemoryRevocations").field("view", &self.shared.view).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_sweep_what_has_expired() {
        let now = 1_767_225_600;
        let revocations = InMemoryRevocations::new();
        for number in 0..200 {
            revocations.revoke_token("i", &number.to_string(), now);
        }
        let started = revocations.shared.started;
        let later = |seconds| started + Duration::from_secs(seconds);
        revocations.shared.sweep(i64::MAX, later(SWEEP_EVERY - 1));
        assert_eq!(revocations.len(), 200, "not yet");
        let monotonic = 10 * 365 * 86_400;
        for left in [200 - 64, 200 - 128, 200 - 192, 0] {
            revocations.shared.sweep(i64::MAX, later(monotonic));
            assert_eq!(revocations.len(), left, "a few at once");
        }
        assert!(revocations.is_empty());
    }

    #[test]
    fn clones_share_what_is_revoked() {
        let revocations = InMemoryRevocations::new();
        revocations.clone().revoke_token("i", "j", 1_900_000_000);
        assert_eq!(revocations.len(), 1);
    }

    #[test]
    fn debug_names_nobody() {
        let revocations = InMemoryRevocations::default();
        revocations.revoke_subject("https://idp.example", "alice", 1_900_000_000);
        let shown = format!("{revocations:?}");
        assert!(!shown.contains("alice") && shown.contains("subject: 1"), "{shown}");
    }
}
