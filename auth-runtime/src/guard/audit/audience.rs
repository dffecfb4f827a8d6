//! Those who hear of decisions and events, and what waits for them.

use std::collections::VecDeque;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use crate::guard::audit::log::AuditLog;
use crate::guard::audit::{Decision, DecisionOutcome};
use crate::guard::limit::FirstRefusals;
use crate::http::parts::Redaction;
use crate::scheme::SchemeDescription;
use crate::telemetry::{EVENTS_LOST, EventSource, HearsEvents, SecurityEvent, limited};
use crate::time::{Clock, SystemClock};

/// Decisions that wait to be heard, and the bytes that they may take; further ones are left out.
const WAITING_MAX: usize = 8192;
const WAITING_BYTES: usize = 32 << 20;
/// The same of those that are never to be left out; they wait apart.
const KEPT_MAX: usize = 65_536;
const KEPT_BYTES: usize = 128 << 20;

type Hearer = Box<dyn FnMut(&Told) + Send>;

/// What those who hear are told.
pub(super) struct Told {
    pub(super) at: SystemTime,
    pub(super) what: News,
}

#[allow(clippy::large_enum_variant, reason = "nearly all are decisions, and boxing them costs each an allocation")]
pub(super) enum News {
    Decision(Decision),
    Event(SecurityEvent),
    /// So many found no room while they waited.
    Missed(u64),
}

impl News {
    fn bytes(&self) -> usize {
        match self {
            Self::Decision(decision) => decision.bytes(),
            Self::Event(event) => event.bytes(),
            Self::Missed(_) => size_of::<Self>(),
        }
    }
}

/// Those who hear of decisions and events, if anybody does.
pub(crate) struct Audience {
    redaction: Redaction,
    clock: Arc<dyn Clock>,
    /// Where events come from.
    sources: Vec<EventSource>,
    queue: OnceLock<Arc<Queue>>,
    hears_grants: AtomicBool,
}

impl Default for Audience {
    fn default() -> Self {
        Self::new([], Arc::new(SystemClock), Vec::new())
    }
}

impl fmt::Debug for Audience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Audience").field("is_heard", &self.queue.get().is_some()).finish_non_exhaustive()
    }
}

/// What is between the requests and the thread that tells.
struct Queue {
    clock: Arc<dyn Clock>,
    waiting: Mutex<Waiting>,
    firsts: FirstRefusals,
    changed: Condvar,
}

#[derive(Default)]
struct Waiting {
    decisions: Line,
    kept: Line,
    newcomers: Vec<Hearer>,
    missed: u64,
    is_over: bool,
}

/// What is to be told, one after the other.
#[derive(Default)]
struct Line {
    told: VecDeque<Told>,
    bytes: usize,
}

impl Line {
    /// Whether so many of so many bytes leave no room for this one.
    fn is_full(&self, news: &News, count: usize, bytes: usize) -> bool {
        self.told.len() >= count || self.bytes.saturating_add(news.bytes()) > bytes
    }

    fn push(&mut self, told: Told) {
        self.bytes = self.bytes.saturating_add(told.what.bytes());
        self.told.push_back(told);
    }

    fn pop(&mut self) -> Option<Told> {
        let told = self.told.pop_front()?;
        self.bytes = self.bytes.saturating_sub(told.what.bytes());
        Some(told)
    }
}

impl Audience {
    pub(crate) fn new<'a>(
        schemes: impl IntoIterator<Item = &'a SchemeDescription>,
        clock: Arc<dyn Clock>,
        sources: Vec<EventSource>,
    ) -> Self {
        let mut redaction = Redaction::default();
        schemes.into_iter().for_each(|description| description.redact(&mut redaction));
        Self { redaction, clock, sources, queue: OnceLock::new(), hears_grants: AtomicBool::new(false) }
    }

    /// Adds one who hears of every decision.
    pub(crate) fn add(&self, hear: impl Fn(&Decision) + Send + 'static) {
        self.hears_grants.store(true, Ordering::Relaxed);
        self.admit(Box::new(move |told| {
            if let News::Decision(decision) = &told.what {
                hear(decision);
            }
        }));
    }

    /// Adds a log of decisions and events.
    pub(crate) fn add_log(&self, mut log: AuditLog) {
        if log.has_grants() {
            self.hears_grants.store(true, Ordering::Relaxed);
        }
        let queue = self.admit(Box::new(move |told| log.write(told)));
        self.sources.iter().for_each(|source| source.add(queue));
    }

    /// The first one starts the thread that tells.
    fn admit(&self, hearer: Hearer) -> &Arc<Queue> {
        let queue = self.queue.get_or_init(|| {
            let queue = Arc::new(Queue::new(Arc::clone(&self.clock)));
            let told = Arc::clone(&queue);
            let thread = std::thread::Builder::new().name("auth-decisions".to_owned());
            if let Err(error) = thread.spawn(move || told.tell()) {
                let error = crate::telemetry::foreign(error);
                tracing::error!(error, "no thread to tell of decisions; nobody hears of them");
            }
            queue
        });
        queue.lock().newcomers.push(hearer);
        queue
    }

    /// Where to tell of a decision that ends so; `None` while nobody hears.
    #[inline]
    pub(super) fn ear(&self, outcome: DecisionOutcome) -> Option<Ear<'_>> {
        let is_heard = outcome.is_refusal() || self.hears_grants.load(Ordering::Relaxed);
        self.queue.get().filter(|_| is_heard).map(|queue| Ear { redaction: &self.redaction, queue })
    }
}

impl Drop for Audience {
    fn drop(&mut self) {
        if let Some(queue) = self.queue.get() {
            queue.lock().is_over = true;
            queue.changed.notify_one();
        }
    }
}

/// An audience that is there.
pub(super) struct Ear<'a> {
    pub(super) redaction: &'a Redaction,
    queue: &'a Arc<Queue>,
}

impl Ear<'_> {
    /// Tells of this decision now.
    pub(super) fn tell(&self, decision: Decision) {
        self.queue.put(News::Decision(decision));
    }

    /// A decision to be told of later, or never.
    pub(super) fn prepare(&self, decision: Decision) -> Untold {
        Untold { queue: Arc::clone(self.queue), decision }
    }
}

/// A decision that is told of unless it turns out otherwise.
pub(crate) struct Untold {
    queue: Arc<Queue>,
    decision: Decision,
}

impl Untold {
    pub(in crate::guard) fn tell(self, took: Duration) {
        self.queue.put(News::Decision(Decision { took, ..self.decision }));
    }
}

impl HearsEvents for Queue {
    fn hear(&self, event: SecurityEvent) {
        self.put(News::Event(event));
    }
}

impl Queue {
    fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, waiting: Mutex::default(), firsts: FirstRefusals::default(), changed: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, what: News) {
        let at = self.clock.read();
        let mut waiting = self.lock();
        // What finds a place needs no other.
        let is_full = waiting.decisions.is_full(&what, WAITING_MAX, WAITING_BYTES);
        let is_kept = match &what {
            News::Decision(decision) => decision.is_kept() || (is_full && decision.is_first(&self.firsts)),
            News::Event(_) | News::Missed(_) => true,
        };
        let (line, is_full) = match is_kept {
            true => {
                let is_full = waiting.kept.is_full(&what, KEPT_MAX, KEPT_BYTES);
                (&mut waiting.kept, is_full)
            }
            false => (&mut waiting.decisions, is_full),
        };
        if is_full {
            waiting.missed = waiting.missed.saturating_add(1);
        } else {
            line.push(Told { at, what });
        }
        drop(waiting);
        self.changed.notify_one();
        if is_full {
            metrics::counter!(EVENTS_LOST, "cause" => "slow").increment(1);
            match is_kept {
                false => {
                    limited!(warn, "a function given to `on_decision`, or an audit log, is slow; it misses decisions")
                }
                true => limited!(
                    error,
                    "a function given to `on_decision`, or an audit log, is slow; it misses replays, revocations, sign-ins and first refusals"
                ),
            }
        }
    }

    /// What waits next; `None` when nothing comes any more.
    fn next(&self, hearers: &mut Vec<Hearer>) -> Option<Told> {
        let mut waiting = self.lock();
        loop {
            hearers.append(&mut waiting.newcomers);
            if waiting.missed > 0 {
                let what = News::Missed(std::mem::take(&mut waiting.missed));
                return Some(Told { at: self.clock.read(), what });
            }
            let kept = waiting.kept.pop();
            if let Some(told) = kept.or_else(|| waiting.decisions.pop()) {
                return Some(told);
            }
            if waiting.is_over {
                return None;
            }
            waiting = self.changed.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn tell(&self) {
        let mut hearers = Vec::new();
        while let Some(told) = self.next(&mut hearers) {
            for hear in &mut hearers {
                // The application's own code: the next decision is told of all the same.
                if std::panic::catch_unwind(AssertUnwindSafe(|| hear(&told))).is_err() {
                    limited!(error, "a function given to `on_decision`, or the writer of an audit log, panicked");
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use actix_web::test::TestRequest;

    use super::*;
    use crate::denial::Reason;
    use crate::guard::audit::DecisionOutcome;
    use crate::http::peer::AddressShare;
    use crate::policy::PolicySpec;

    static SPEC: PolicySpec = PolicySpec::new("test", file!(), line!());

    fn decision(reason: Reason) -> Decision {
        Decision {
            policy: &SPEC,
            is_of_operation: false,
            outcome: DecisionOutcome::Denied,
            reason: Some(reason),
            code: None,
            check: None,
            caller: None,
            scheme: "none",
            took: Duration::ZERO,
            request: Redaction::default().parts((&TestRequest::default().to_http_request()).into()),
            once_good: None,
            address: AddressShare::Unknown,
        }
    }

    fn news(reason: Reason) -> News {
        News::Decision(decision(reason))
    }

    #[test]
    fn what_is_never_left_out_waits_apart_and_what_is_too_much_is_left_out() {
        let queue = Queue::new(Arc::new(SystemClock));
        for _ in 0..WAITING_MAX + 10 {
            queue.put(news(Reason::CredentialsWrong));
        }
        queue.put(news(Reason::NonceReplayed));
        queue.put(news(Reason::TokenRevoked));
        // And the first refusal of whoever was good before.
        for once_good in [1, 1, 2] {
            queue.put(News::Decision(Decision { once_good: Some(once_good), ..decision(Reason::TokenExpired) }));
        }
        let mut reasons = Vec::new();
        queue.lock().is_over = true;
        let missed = queue.next(&mut Vec::new()).unwrap().what;
        assert!(matches!(missed, News::Missed(11)), "told before the rest");
        while let Some(Told { what: News::Decision(decision), .. }) = queue.next(&mut Vec::new()) {
            reasons.push(decision.reason.unwrap());
        }
        assert_eq!(reasons.len(), WAITING_MAX + 4);
        let (expired, wrong) = (Reason::TokenExpired, Reason::CredentialsWrong);
        assert_eq!(reasons[..5], [Reason::NonceReplayed, Reason::TokenRevoked, expired, expired, wrong]);
    }

    #[test]
    fn large_requests_wait_in_bounded_memory() {
        let queue = Queue::new(Arc::new(SystemClock));
        let large = || {
            let request = TestRequest::with_uri(&format!("/{}", "a".repeat(60_000)))
                .append_header(("X-Small", "1"))
                .append_header(("X-Large", "b".repeat(60_000)));
            let request = Redaction::default().parts((&request.to_http_request()).into());
            assert_eq!(request.headers().keys().count(), 1, "what is too long is left out");
            News::Decision(Decision { request, ..decision(Reason::CredentialsWrong) })
        };
        for _ in 0..1000 {
            queue.put(large());
        }
        let mut told = 0;
        queue.lock().is_over = true;
        while queue.next(&mut Vec::new()).is_some() {
            told += 1;
        }
        assert!((300..1000).contains(&told), "{told}");
        assert_eq!(queue.lock().decisions.bytes, 0);
    }

    #[test]
    fn the_thread_ends_with_its_audience_and_a_panic_ends_nothing() {
        let audience = Audience::default();
        assert!(audience.ear(DecisionOutcome::Denied).is_none());
        let (sender, received) = mpsc::channel();
        audience.add(|_| panic!("one who hears panics: this is part of a test"));
        audience.add(move |decision| sender.send(decision.reason()).unwrap());
        for _ in 0..3 {
            audience.ear(DecisionOutcome::Denied).unwrap().tell(decision(Reason::CheckFailed));
        }
        drop(audience);
        let all: Vec<_> = received.iter().collect();
        assert_eq!(all, [Some(Reason::CheckFailed); 3], "all that was told, and then the end");
    }
}
