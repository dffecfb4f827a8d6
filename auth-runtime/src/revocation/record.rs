//! One revocation.

use std::cmp::Ordering;
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

/// A revocation as it is stored and sent, or the withdrawal of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) kind: RevocationKind,
    /// Empty for tokens without `iss`.
    pub(super) issuer: Arc<str>,
    /// The `jti`, the subject or the `sid`.
    pub(super) id: Arc<str>,
    pub(super) said: Said,
}

/// What a revocation is known by: kind, issuer and id.
#[cfg(feature = "redis")]
pub(super) type Name = (RevocationKind, Arc<str>, Arc<str>);

/// What is said of a token, a subject or a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    /// For a subject: what was issued then or before is revoked. Zero for the other kinds. `None` once that was withdrawn.
    pub(super) before: Option<UnixTime>,
    /// When it may be forgotten.
    pub(super) until: UnixTime,
    /// The last withdrawal: what was said before it counts no more.
    pub(super) withdrawn: Option<Arc<Withdrawn>>,
}

/// That a revocation was withdrawn.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Withdrawn {
    /// In seconds since 1970, and later than the one before.
    pub(super) at: UnixTime,
    /// By which processes that share Redis know that one of them said so; empty in a store of one process.
    pub(super) proof: Box<str>,
}

impl Said {
    /// Takes over what is said beyond this; whether it was anything. Whatever the order in which processes hear of revocations
    /// and withdrawals, they end up with the same.
    pub(super) fn join(&mut self, other: &Self) -> bool {
        let (before, until) = match other.withdrawn_at().cmp(&self.withdrawn_at()) {
            Ordering::Less => return false,
            Ordering::Equal => (self.before.max(other.before), self.until.max(other.until)),
            Ordering::Greater => (other.before, other.until),
        };
        let joined = Self { before, until, withdrawn: other.withdrawn.clone() };
        let news = *self != joined;
        *self = joined;
        news
    }

    /// When the last withdrawal was; zero where there was none.
    pub(super) fn withdrawn_at(&self) -> UnixTime {
        self.withdrawn.as_ref().map_or(0, |withdrawn| withdrawn.at)
    }
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

    #[cfg(feature = "redis")]
    pub(super) fn name(&self) -> Name {
        (self.kind, Arc::clone(&self.issuer), Arc::clone(&self.id))
    }

    fn new(kind: RevocationKind, issuer: &str, id: &str, before: UnixTime, last: UnixTime) -> Self {
        let until = last.saturating_add(KEPT_AFTER).clamp(0, LATEST);
        let said = Said { before: Some(before.clamp(0, LATEST)), until, withdrawn: None };
        Self { kind, issuer: issuer.into(), id: id.into(), said }
    }

    /// The end of a revocation. It is known for as long as anybody may know of that.
    pub(super) fn withdrawal(
        kind: RevocationKind,
        issuer: &str,
        id: &str,
        withdrawn: Withdrawn,
        now: Option<UnixTime>,
        longest: Duration,
    ) -> Self {
        let last = now.unwrap_or(LATEST).saturating_add(seconds(longest));
        let mut record = Self::new(kind, issuer, id, 0, last);
        (record.said.before, record.said.withdrawn) = (None, Some(Arc::new(withdrawn)));
        record
    }

    /// The same for no longer than tokens live: whoever can write to Redis bars nobody for ever.
    #[cfg(any(feature = "redis", test))]
    pub(super) fn capped(mut self, now: UnixTime, longest: Duration) -> Self {
        let last = now.saturating_add(seconds(longest));
        self.said.before = self.said.before.map(|before| before.min(last));
        self.said.until = self.said.until.min(last.saturating_add(KEPT_AFTER));
        self
    }

    /// The same, kept at least as long as this process would have kept it had it been the one to revoke.
    #[cfg(any(feature = "redis", test))]
    pub(super) fn kept_for(mut self, longest: Duration) -> Self {
        if let (RevocationKind::Subject, Some(before)) = (self.kind, self.said.before) {
            self.said.until = self.said.until.max(Self::subject("", "", before, longest).said.until);
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
        assert_eq!(Record::token("i", "j", 1_000).said.until, 1_000 + 3_600 + 300);
        assert_eq!(Record::session("i", "s", 1_000).said.until, 1_000 + 3_600 + 300);
    }

    #[test]
    fn a_subject_is_kept_as_long_as_its_longest_token() {
        let Said { before, until, .. } = Record::subject("i", "s", 1_000, Duration::from_secs(60)).said;
        assert_eq!((before, until), (Some(1_000), 1_060 + 3_900));
    }

    #[test]
    fn absurd_times_do_not_overflow() {
        assert_eq!(Record::token("i", "j", i64::MAX).said.until, LATEST);
        assert_eq!(Record::token("i", "j", i64::MIN).said.until, 0);
        let Said { before, until, .. } = Record::subject("i", "s", i64::MAX, Duration::MAX).said;
        assert_eq!((before, until), (Some(LATEST), LATEST));
    }

    #[test]
    fn nothing_is_kept_for_longer_than_tokens_live() {
        let (now, longest) = (1_000_000, Duration::from_secs(600));
        let latest = now + 600 + 3_900;
        let far = [
            Record::token("i", "j", i64::MAX),
            Record::session("i", "s", i64::MAX),
            Record {
                said: Said { before: Some(i64::MAX), until: i64::MAX, withdrawn: None },
                ..Record::subject("i", "s", 0, longest)
            },
        ];
        for record in far {
            let Said { before, until, .. } = record.clone().capped(now, longest).said;
            assert_eq!((until, before), (latest, record.said.before.min(Some(now + 600))), "{record:?}");
        }
        for usual in [Record::token("i", "j", now + 600), Record::subject("i", "s", now, longest)] {
            assert_eq!(usual.clone().capped(now, longest), usual);
        }
        assert_eq!(Record::token("i", "j", 7).capped(i64::MAX, Duration::MAX).said.until, 7 + 3_900);
    }

    #[test]
    fn what_another_process_revoked_is_kept_by_our_own_measure_too() {
        let theirs = Record::subject("i", "s", 1_000, Duration::from_secs(60));
        assert_eq!(theirs.clone().kept_for(Duration::from_secs(600)).said.until, 1_600 + 3_900);
        assert_eq!(theirs.clone().kept_for(Duration::from_secs(6)), theirs, "never shorter");
        let token = Record::token("i", "j", 1_000);
        assert_eq!(token.clone().kept_for(Duration::from_secs(600)), token);
    }

    fn withdrawn(at: UnixTime) -> Withdrawn {
        Withdrawn { at, proof: "".into() }
    }

    #[test]
    fn whatever_the_order_in_which_it_is_heard_the_last_word_is_the_same() {
        let said =
            |before, at: Option<UnixTime>| Said { before, until: 9, withdrawn: at.map(|at| Arc::new(withdrawn(at))) };
        // Revoked, withdrawn, revoked again up to another moment, withdrawn again, and revoked anew.
        let story = [
            said(Some(7), None),
            said(None, Some(100)),
            said(Some(5), Some(100)),
            said(None, Some(200)),
            said(Some(3), Some(200)),
        ];
        for last in 0..story.len() {
            let heard = &story[..=last];
            for first in 0..heard.len() {
                let mut known = heard[first].clone();
                for said in heard.iter().rev().chain(heard) {
                    known.join(said);
                }
                assert_eq!(known, heard[last]);
                assert!(heard.iter().all(|said| !known.join(said)), "no news any more");
            }
        }
    }

    #[test]
    fn a_withdrawal_is_known_for_as_long_as_what_it_ends() {
        let (now, longest) = (1_000_000, Duration::from_secs(600));
        let end = |now| Record::withdrawal(RevocationKind::Token, "i", "j", withdrawn(1), now, longest).said.until;
        assert_eq!(end(Some(now)), Record::token("i", "j", i64::MAX).capped(now, longest).said.until);
        assert_eq!(end(None), LATEST, "a clock that cannot be read ends nothing early");
    }
}
