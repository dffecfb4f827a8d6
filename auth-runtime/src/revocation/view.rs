//! What this process knows to be revoked.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant};

use crate::revocation::observe::{self, RevocationKind};
use crate::revocation::record::{MARGIN, Record, Said, seconds};
use crate::revocation::{Presented, Standing};
use crate::telemetry::{EventName, EventSource, SecurityEvent};
use crate::time::UnixTime;

/// Readers on different cores rarely meet.
const SHARDS: usize = 16;
/// When the wall clock says that an entry must stay although its time has run: how long until the next look.
const AGAIN: Duration = Duration::from_secs(60);

/// Revocations in memory: read by every request, under a lock that is held for a look into a table and no longer.
///
/// An entry leaves only once the wall clock *and* the monotonic clock say that its time is up: a clock that is wrong for a
/// moment must not bring a revoked token back.
pub(super) struct View {
    shards: Box<[RwLock<Shard>]>,
    hasher: RandomState,
    queue: Mutex<BinaryHeap<Reverse<Queued>>>,
    held: [AtomicUsize; RevocationKind::ALL.len()],
    pub(super) events: EventSource,
}

/// By kind.
#[derive(Default)]
struct Shard([Table; RevocationKind::ALL.len()]);

/// By issuer and id.
type Table = HashMap<Arc<str>, HashMap<Arc<str>, Entry>>;

struct Entry {
    said: Said,
    /// By the monotonic clock, not to be forgotten earlier.
    keep: Instant,
}

/// An entry that is waiting for its end; the earliest first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Queued {
    look: Instant,
    kind: RevocationKind,
    issuer: Arc<str>,
    id: Arc<str>,
}

impl View {
    pub(super) fn new() -> Self {
        Self {
            shards: (0..SHARDS).map(|_| RwLock::default()).collect(),
            hasher: RandomState::new(),
            queue: Mutex::default(),
            held: Default::default(),
            events: EventSource::default(),
        }
    }

    /// What is known of a token. `longest` is how long a subject's revocation is remembered.
    pub(super) fn standing(&self, token: &Presented<'_>, longest: Duration) -> Standing {
        let find = |kind, id| self.revoked_before(kind, token.issuer, id);
        // Without `iat` a token may be from before any moment.
        let too_early = |before: UnixTime| token.issued_at.is_none_or(|at| at <= before);
        if find(RevocationKind::Token, token.token_id).is_some()
            || find(RevocationKind::Subject, token.subject).is_some_and(too_early)
            || token.session.is_some_and(|session| find(RevocationKind::Session, session).is_some())
        {
            return Standing::Revoked;
        }
        let from = token.issued_at.unwrap_or(token.now);
        if token.expires_at.saturating_sub(from) > seconds(longest) {
            return Standing::LivesTooLong;
        }
        Standing::Good
    }

    /// Up to which moment it is revoked; `None` where it is not, or not any more.
    fn revoked_before(&self, kind: RevocationKind, issuer: &str, id: &str) -> Option<UnixTime> {
        self.read(id).table(kind)?.get(issuer)?.get(id)?.said.before
    }

    /// When a revocation of it was last withdrawn; zero where none was.
    pub(super) fn withdrawn_at(&self, kind: RevocationKind, issuer: &str, id: &str) -> UnixTime {
        let shard = self.read(id);
        let entry = shard.table(kind).and_then(|table| table.get(issuer)?.get(id));
        entry.map_or(0, |entry| entry.said.withdrawn_at())
    }

    /// Adds what was heard; `false` if as much was known. `now` is the wall time where it can be read.
    pub(super) fn add(&self, record: &Record, now: Option<UnixTime>, at: Instant) -> bool {
        let Record { kind, issuer, id, said } = record;
        let left = now.map_or(0, |now| said.until.saturating_sub(now).max(0));
        let left = Duration::from_secs(left.unsigned_abs()).max(MARGIN);
        let keep = at.checked_add(left).unwrap_or(at);
        let mut shard = self.write(id);
        let Some(table) = shard.table_mut(*kind) else { return false };
        let ids = match table.get_mut(issuer) {
            Some(ids) => ids,
            None => table.entry(Arc::clone(issuer)).or_default(),
        };
        if let Some(known) = ids.get_mut(id) {
            let was_revoked = known.said.before.is_some();
            let news = known.said.join(said);
            known.keep = known.keep.max(keep);
            let is_revoked = known.said.before.is_some();
            drop(shard);
            self.count(*kind, was_revoked, is_revoked);
            if was_revoked && !is_revoked {
                observe::withdrawn(*kind);
                self.events.tell(|| event(EventName::RevocationWithdrawn, *kind, issuer, id));
            }
            return news; // it is queued already, and will be looked at again
        }
        ids.insert(Arc::clone(id), Entry { said: said.clone(), keep });
        drop(shard);
        self.count(*kind, false, said.before.is_some());
        let (issuer, id) = (Arc::clone(issuer), Arc::clone(id));
        self.queue().push(Reverse(Queued { look: keep, kind: *kind, issuer, id }));
        true
    }

    /// Adds a revocation of this moment, which counts whatever was withdrawn before. Returns it as others are to hear of it.
    pub(super) fn revoke(&self, mut record: Record, now: Option<UnixTime>, at: Instant) -> Record {
        let Record { kind, issuer, id, said } = &mut record;
        {
            let shard = self.read(id);
            let known = shard.table(*kind).and_then(|table| table.get(issuer)?.get(id));
            said.withdrawn = known.and_then(|known| known.said.withdrawn.clone());
        }
        self.add(&record, now, at);
        self.events.tell(|| event(EventName::Revoked, record.kind, &record.issuer, &record.id));
        record
    }

    /// Forgets at most `most` entries whose time is up. Returns whether there may be more.
    pub(super) fn sweep(&self, now: UnixTime, at: Instant, most: usize) -> bool {
        for _ in 0..most {
            let Some(mut queued) = self.due(at) else { return false };
            let mut shard = self.write(&queued.id);
            let Some(table) = shard.table_mut(queued.kind) else { continue };
            let Some(ids) = table.get_mut(&queued.issuer) else { continue };
            let Some(&Entry { ref said, keep }) = ids.get(&queued.id) else { continue };
            if keep <= at && said.until <= now {
                let was_revoked = said.before.is_some();
                ids.remove(&queued.id);
                if ids.is_empty() {
                    table.remove(&queued.issuer);
                }
                drop(shard);
                self.count(queued.kind, was_revoked, false);
                continue;
            }
            drop(shard);
            queued.look = keep.max(at.checked_add(AGAIN).unwrap_or(at));
            self.queue().push(Reverse(queued));
        }
        true
    }

    /// The next entry to look at, if its time has come.
    fn due(&self, at: Instant) -> Option<Queued> {
        let mut queue = self.queue();
        if queue.peek()?.0.look > at {
            return None;
        }
        queue.pop().map(|Reverse(queued)| queued)
    }

    /// Everything known, also what was withdrawn, one shard after the other.
    #[cfg(any(feature = "redis", test))]
    pub(super) fn records(&self) -> Vec<Record> {
        let mut records = Vec::new();
        for shard in &self.shards {
            let shard = shard.read().unwrap_or_else(PoisonError::into_inner);
            for (kind, table) in RevocationKind::ALL.into_iter().zip(&shard.0) {
                for (issuer, ids) in table {
                    records.extend(ids.iter().map(|(id, entry)| Record {
                        kind,
                        issuer: Arc::clone(issuer),
                        id: Arc::clone(id),
                        said: entry.said.clone(),
                    }));
                }
            }
        }
        records
    }

    /// How many of a kind are revoked.
    pub(super) fn len(&self, kind: RevocationKind) -> usize {
        self.held.get(kind as usize).map_or(0, |held| held.load(Ordering::Relaxed))
    }

    fn count(&self, kind: RevocationKind, was_revoked: bool, is_revoked: bool) {
        let Some(held) = self.held.get(kind as usize) else { return };
        match (was_revoked, is_revoked) {
            (false, true) => held.fetch_add(1, Ordering::Relaxed),
            (true, false) => held.fetch_sub(1, Ordering::Relaxed),
            (true, true) | (false, false) => return,
        };
        observe::held(kind, held.load(Ordering::Relaxed));
    }

    fn shard(&self, id: &str) -> &RwLock<Shard> {
        let hash = self.hasher.hash_one(id) as usize;
        // There is one at every index below their number, which is not zero.
        #[allow(clippy::indexing_slicing)]
        &self.shards[hash % self.shards.len()]
    }

    fn read(&self, id: &str) -> RwLockReadGuard<'_, Shard> {
        self.shard(id).read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, id: &str) -> RwLockWriteGuard<'_, Shard> {
        self.shard(id).write().unwrap_or_else(PoisonError::into_inner)
    }

    fn queue(&self) -> std::sync::MutexGuard<'_, BinaryHeap<Reverse<Queued>>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shard {
    fn table(&self, kind: RevocationKind) -> Option<&Table> {
        self.0.get(kind as usize)
    }

    fn table_mut(&mut self, kind: RevocationKind) -> Option<&mut Table> {
        self.0.get_mut(kind as usize)
    }
}

/// Counts only: whose tokens were revoked is nobody's business in a log.
impl fmt::Debug for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = f.debug_struct("View");
        for kind in RevocationKind::ALL {
            f.field(kind.label(), &self.len(kind));
        }
        f.finish()
    }
}

/// For those who keep a record of it.
fn event(name: EventName, kind: RevocationKind, issuer: &Arc<str>, id: &Arc<str>) -> SecurityEvent {
    let mut event = SecurityEvent::new(name, issuer);
    *match kind {
        RevocationKind::Token => &mut event.token,
        RevocationKind::Subject => &mut event.subject,
        RevocationKind::Session => &mut event.session,
    } = Some(Arc::clone(id));
    event
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::revocation::record::Withdrawn;

    const NOW: UnixTime = 1_767_225_600;
    const LONGEST: Duration = Duration::from_secs(86_400);
    const HOUR: Duration = Duration::from_secs(3_600);
    const EVER: usize = usize::MAX;

    fn token() -> Presented<'static> {
        Presented {
            issuer: "https://idp.example",
            subject: "alice",
            token_id: "t1",
            session: Some("s1"),
            issued_at: Some(NOW - 60),
            expires_at: NOW + 600,
            now: NOW,
        }
    }

    fn view(records: &[Record]) -> View {
        let view = View::new();
        for record in records {
            assert!(view.add(record, Some(NOW), Instant::now()));
        }
        view
    }

    #[track_caller]
    fn assert_standing(record: &Record, token: &Presented<'_>, expected: Standing) {
        assert_eq!(view(std::slice::from_ref(record)).standing(token, LONGEST), expected, "{record:?} {token:?}");
    }

    #[test]
    fn nothing_revoked_is_good() {
        assert_eq!(View::new().standing(&token(), LONGEST), Standing::Good);
    }

    #[test]
    fn each_kind_is_found_by_its_issuer_and_its_id_and_by_nothing_else() {
        let issuer = "https://idp.example";
        for id in ["t1", "alice", "s1", "other"] {
            for issuer in [issuer, "https://idp.example/", ""] {
                let ours = |wanted| {
                    if id == wanted && issuer == "https://idp.example" { Standing::Revoked } else { Standing::Good }
                };
                assert_standing(&Record::token(issuer, id, NOW), &token(), ours("t1"));
                assert_standing(&Record::subject(issuer, id, NOW, LONGEST), &token(), ours("alice"));
                assert_standing(&Record::session(issuer, id, NOW), &token(), ours("s1"));
            }
        }
        // No joining of issuer and id can be made to collide.
        assert_standing(&Record::token("https://idp.examplet", "1", NOW), &token(), Standing::Good);
    }

    #[test]
    fn a_token_without_issuer_is_found_under_the_empty_name() {
        let token = Presented { issuer: "", ..token() };
        assert_standing(&Record::token("", "t1", NOW), &token, Standing::Revoked);
    }

    #[test]
    fn a_token_without_session_belongs_to_none() {
        let token = Presented { session: None, ..token() };
        assert_standing(&Record::session(token.issuer, "", NOW), &token, Standing::Good);
    }

    #[test]
    fn everything_before_takes_what_was_issued_at_that_very_second() {
        let record = Record::subject("https://idp.example", "alice", NOW, LONGEST);
        for (issued_at, expected) in [
            (Some(NOW - 1), Standing::Revoked),
            (Some(NOW), Standing::Revoked),
            (Some(NOW + 1), Standing::Good),
            (None, Standing::Revoked),
        ] {
            assert_standing(&record, &Presented { issued_at, ..token() }, expected);
        }
    }

    #[test]
    fn a_later_moment_wins_and_an_earlier_one_changes_nothing() {
        let at = |before| Record::subject("https://idp.example", "alice", before, LONGEST);
        let view = view(&[at(NOW)]);
        assert!(!view.add(&at(NOW - 100), Some(NOW), Instant::now()));
        assert!(!view.add(&at(NOW), Some(NOW), Instant::now()));
        assert_eq!(view.standing(&token(), LONGEST), Standing::Revoked);
        assert!(view.add(&at(NOW + 100), Some(NOW), Instant::now()));
        let token = Presented { issued_at: Some(NOW + 100), ..token() };
        assert_eq!(view.standing(&token, LONGEST), Standing::Revoked);
        assert_eq!(view.len(RevocationKind::Subject), 1);
    }

    #[test]
    fn a_token_that_outlives_the_memory_of_its_subjects_revocation_is_not_vouched_for() {
        let lives =
            |issued_at, expires_at| View::new().standing(&Presented { issued_at, expires_at, ..token() }, LONGEST);
        let day = 86_400;
        assert_eq!(lives(Some(NOW), NOW + day), Standing::Good);
        assert_eq!(lives(Some(NOW), NOW + day + 1), Standing::LivesTooLong);
        assert_eq!(lives(Some(NOW - day), NOW + 1), Standing::LivesTooLong);
        assert_eq!(lives(None, NOW + day), Standing::Good);
        assert_eq!(lives(None, NOW + day + 1), Standing::LivesTooLong);
        assert_eq!(lives(Some(i64::MIN), i64::MAX), Standing::LivesTooLong);
    }

    #[test]
    fn an_entry_vanishes_when_both_clocks_say_so() {
        let start = Instant::now();
        let record = Record::token("https://idp.example", "t1", NOW + 600);
        let kept = 600 + 3_600 + 300;
        let later = |seconds: u64| start + Duration::from_secs(seconds);
        for (wall, monotonic, gone) in [
            (NOW, later(0), false),
            (NOW + kept - 1, later(2 * kept as u64), false),
            (NOW + 10 * kept, later(kept as u64 - 1), false), // the wall clock jumped ahead
            (NOW - 10 * kept, later(2 * kept as u64), false), // the wall clock was set back
            (NOW + kept, later(kept as u64), true),
        ] {
            let view = View::new();
            view.add(&record, Some(NOW), start);
            assert!(!view.sweep(wall, monotonic, EVER));
            let expected = if gone { Standing::Good } else { Standing::Revoked };
            assert_eq!(view.standing(&token(), LONGEST), expected);
            assert_eq!(view.len(RevocationKind::Token), usize::from(!gone));
            if !gone {
                assert!(!view.sweep(NOW + 20 * kept, later(20 * kept as u64), EVER));
                assert_eq!(view.len(RevocationKind::Token), 0, "looked at again");
            }
        }
    }

    #[test]
    fn an_entry_that_was_prolonged_stays_for_its_new_time() {
        let start = Instant::now();
        let view = View::new();
        let session = |until| Record::session("https://idp.example", "s1", until);
        view.add(&session(NOW), Some(NOW), start);
        view.add(&session(NOW + 86_400), Some(NOW), start);
        view.sweep(NOW + 3_901, start + Duration::from_secs(3_901), EVER);
        assert_eq!(view.standing(&token(), LONGEST), Standing::Revoked);
        view.sweep(NOW + 86_400 + 3_900, start + Duration::from_secs(86_400 + 3_900), EVER);
        assert_eq!(view.standing(&token(), LONGEST), Standing::Good);
        assert!(view.queue().is_empty() && view.records().is_empty());
    }

    #[test]
    fn an_unreadable_clock_forgets_nothing_early() {
        let start = Instant::now();
        let view = View::new();
        view.add(&Record::token("https://idp.example", "t1", NOW + 600), None, start);
        view.sweep(NOW, start + HOUR, EVER);
        assert_eq!(view.standing(&token(), LONGEST), Standing::Revoked);
    }

    #[test]
    fn what_was_revoked_past_its_time_stays_for_the_margin() {
        let start = Instant::now();
        let view = View::new();
        view.add(&Record::token("https://idp.example", "t1", 0), Some(NOW), start);
        view.sweep(NOW, start + MARGIN - Duration::from_secs(1), EVER);
        assert_eq!(view.standing(&token(), LONGEST), Standing::Revoked);
        view.sweep(NOW, start + MARGIN, EVER);
        assert_eq!(view.standing(&token(), LONGEST), Standing::Good);
    }

    #[test]
    fn memory_is_bounded_by_what_has_not_expired() {
        let start = Instant::now();
        let view = View::new();
        for round in 0..20_u32 {
            for number in 0..500 {
                let at = start + HOUR * 2 * round;
                let now = NOW + i64::from(7_200 * round);
                view.add(&Record::token("i", &format!("{round}-{number}"), now), Some(now), at);
            }
            while view.sweep(NOW + i64::from(7_200 * round), start + HOUR * 2 * round, 100) {}
            assert_eq!(view.len(RevocationKind::Token), 500);
            assert_eq!(view.queue().len(), 500);
        }
    }

    #[test]
    fn revoking_the_same_again_takes_no_more_memory() {
        let view = View::new();
        for second in 0..1_000 {
            view.add(&Record::subject("i", "s", NOW + second, LONGEST), Some(NOW), Instant::now());
        }
        assert_eq!((view.len(RevocationKind::Subject), view.queue().len()), (1, 1));
    }

    #[test]
    fn everything_known_can_be_listed() {
        let mut records = vec![
            Record::token("i", "a", NOW),
            Record::subject("i", "a", NOW, LONGEST),
            Record::session("j", "a", NOW),
            Record::token("j", "b", NOW),
        ];
        let mut listed = view(&records).records();
        let key = |record: &Record| (record.kind, Arc::clone(&record.issuer), Arc::clone(&record.id));
        records.sort_by_key(key);
        listed.sort_by_key(key);
        assert_eq!(listed, records);
    }

    #[test]
    fn what_was_withdrawn_is_revoked_no_more_until_it_is_revoked_anew() {
        let (now, at) = (Some(NOW), Instant::now());
        let revoked = || Record::subject("https://idp.example", "alice", NOW, LONGEST);
        let view = view(&[revoked()]);
        for round in 1..4 {
            let withdrawn = Withdrawn { at: NOW + round, proof: "".into() };
            let kind = RevocationKind::Subject;
            let end = Record::withdrawal(kind, "https://idp.example", "alice", withdrawn, now, LONGEST);
            assert!(view.add(&end, now, at) && !view.add(&end, now, at));
            assert_eq!((view.standing(&token(), LONGEST), view.len(kind)), (Standing::Good, 0));
            assert!(!view.add(&revoked(), now, at), "what was said before counts no more");
            assert_eq!(view.standing(&token(), LONGEST), Standing::Good);
            let told = view.revoke(revoked(), now, at);
            assert_eq!(told.said.withdrawn_at(), NOW + round, "others hear that it was said after the withdrawal");
            assert_eq!((view.standing(&token(), LONGEST), view.len(kind)), (Standing::Revoked, 1));
            assert!(!view.add(&end, now, at), "nor does the withdrawal count any more");
            assert_eq!((view.records(), view.queue().len()), (vec![told], 1));
        }
    }

    #[test]
    fn readers_and_writers_get_along() {
        let view = View::new();
        std::thread::scope(|threads| {
            for writer in 0..4 {
                let view = &view;
                threads.spawn(move || {
                    for number in 0..1_000 {
                        let id = format!("{writer}-{number}");
                        view.add(&Record::token("https://idp.example", &id, NOW), Some(NOW), Instant::now());
                        let token = Presented { token_id: &id, ..token() };
                        assert_eq!(view.standing(&token, LONGEST), Standing::Revoked, "at once");
                    }
                });
            }
        });
        assert_eq!(view.len(RevocationKind::Token), 4_000);
    }
}
