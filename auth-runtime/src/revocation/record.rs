//! One revocation.

use std::sync::Arc;
use std::time::Duration;

use crate::revocation::observe::RevocationKind;
use crate::time::{LEEWAY_MAX, UnixTime};

/// For clocks that differ, and the least time anything is kept.
pub(super) const MARGIN: Duration = Duration::from_secs(300);
/// How long a revocation is kept beyond the expiry of the last token it concerns, in seconds: a store does not know the
/// leeway of each configuration that consults it, so it assumes the largest there may be.
const KEPT_AFTER: UnixTime = (LEEWAY_MAX.as_secs() + MARGIN.as_secs()) as UnixTime;
/// 10000-01-01.
const LATEST: UnixTime = 253_402_300_800;

/// A revocation as it is stored and sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) kind: RevocationKind,
    /// Empty for tokens without `iss`.
    pub(super) issuer: Arc<str>,
    /// The `jti`, the subject or the `sid`.
    pub(super) id: Arc<str>,
    /// For a subject: what was issued then or before is revoked. Zero for the other kinds.
    pub(super) before: UnixTime,
    /// When the revocation may be forgotten.
    pub(super) until: UnixTime,
}

impl Record {
    /// One token that expires at `exp`.
    pub(super) fn token(issuer: &str, jti: &str, exp: UnixTime) -> Self {
        Self::new(RevocationKind::Token, issuer, jti, 0, exp)
    }

    /// Everything issued to a subject at `before` or earlier, none of it living longer than `longest`.
    pub(super) fn subject(issuer: &str, subject: &str, before: UnixTime, longest: Duration) -> Self {
        let last = before.saturating_add(seconds(longest));
        Self::new(RevocationKind::Subject, issuer, subject, before, last)
    }

    /// Every token of a session, the last of which expires at `until`.
    pub(super) fn session(issuer: &str, sid: &str, until: UnixTime) -> Self {
        Self::new(RevocationKind::Session, issuer, sid, 0, until)
    }

    fn new(kind: RevocationKind, issuer: &str, id: &str, before: UnixTime, last: UnixTime) -> Self {
        Self {
            kind,
            issuer: issuer.into(),
            id: id.into(),
            before: before.clamp(0, LATEST),
            until: last.saturating_add(KEPT_AFTER).clamp(0, LATEST),
        }
    }

    /// The same for no longer than tokens live: whoever can write to Redis bars nobody for ever.
    #[cfg(any(feature = "redis", test))]
    pub(super) fn capped(mut self, now: UnixTime, longest: Duration) -> Self {
        let last = now.saturating_add(seconds(longest));
        self.before = self.before.min(last);
        self.until = self.until.min(last.saturating_add(KEPT_AFTER));
        self
    }

    /// The same, kept at least as long as this process would have kept it had it been the one to revoke.
    #[cfg(any(feature = "redis", test))]
    pub(super) fn kept_for(mut self, longest: Duration) -> Self {
        if self.kind == RevocationKind::Subject {
            self.until = self.until.max(Self::subject("", "", self.before, longest).until);
        }
        self
    }
}

/// Whole seconds of a duration.
pub(super) fn seconds(duration: Duration) -> UnixTime {
    UnixTime::try_from(duration.as_secs()).unwrap_or(LATEST).min(LATEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_kept_until_its_expiry_and_the_largest_leeway_and_the_margin() {
        assert_eq!(Record::token("i", "j", 1_000).until, 1_000 + 3_600 + 300);
        assert_eq!(Record::session("i", "s", 1_000).until, 1_000 + 3_600 + 300);
    }

    #[test]
    fn a_subject_is_kept_as_long_as_its_longest_token() {
        let record = Record::subject("i", "s", 1_000, Duration::from_secs(60));
        assert_eq!((record.before, record.until), (1_000, 1_060 + 3_900));
    }

    #[test]
    fn absurd_times_do_not_overflow() {
        assert_eq!(Record::token("i", "j", i64::MAX).until, LATEST);
        assert_eq!(Record::token("i", "j", i64::MIN).until, 0);
        let record = Record::subject("i", "s", i64::MAX, Duration::MAX);
        assert_eq!((record.before, record.until), (LATEST, LATEST));
    }

    #[test]
    fn nothing_is_kept_for_longer_than_tokens_live() {
        let (now, longest) = (1_000_000, Duration::from_secs(600));
        let latest = now + 600 + 3_900;
        let far = [
            Record::token("i", "j", i64::MAX),
            Record::session("i", "s", i64::MAX),
            Record { before: i64::MAX, until: i64::MAX, ..Record::subject("i", "s", 0, longest) },
        ];
        for record in far {
            let capped = record.clone().capped(now, longest);
            assert_eq!((capped.until, capped.before), (latest, record.before.min(now + 600)), "{record:?}");
        }
        for usual in [Record::token("i", "j", now + 600), Record::subject("i", "s", now, longest)] {
            assert_eq!(usual.clone().capped(now, longest), usual);
        }
        assert_eq!(Record::token("i", "j", 7).capped(i64::MAX, Duration::MAX).until, 7 + 3_900);
    }

    #[test]
    fn what_another_process_revoked_is_kept_by_our_own_measure_too() {
        let theirs = Record::subject("i", "s", 1_000, Duration::from_secs(60));
        assert_eq!(theirs.clone().kept_for(Duration::from_secs(600)).until, 1_600 + 3_900);
        assert_eq!(theirs.clone().kept_for(Duration::from_secs(6)), theirs, "never shorter");
        let token = Record::token("i", "j", 1_000);
        assert_eq!(token.clone().kept_for(Duration::from_secs(600)), token);
    }
}
