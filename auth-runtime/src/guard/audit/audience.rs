//! Those who hear of decisions, and what waits for them.

use std::collections::VecDeque;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use crate::guard::audit::Decision;
use crate::guard::limit::FirstRefusals;
use crate::http::parts::Redaction;
use crate::scheme::SchemeDescription;
use crate::telemetry::limited;

/// Decisions that wait to be heard, and the bytes that they may take; further ones are left out.
const WAITING_MAX: usize = 8192;
const WAITING_BYTES: usize = 32 << 20;
/// The same of those that are never to be left out; they wait apart.
const KEPT_MAX: usize = 65_536;
const KEPT_BYTES: usize = 128 << 20;

type Hearer = Box<dyn Fn(&Decision) + Send>;

/// Those who hear of decisions, if anybody does.
#[derive(Default)]
pub(crate) struct Audience {
    redaction: Redaction,
    queue: OnceLock<Arc<Queue>>,
}

impl fmt::Debug for Audience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Audience").field("is_heard", &self.queue.get().is_some()).finish_non_exhaustive()
    }
}

/// What is between the requests and the thread that tells.
#[derive(Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    firsts: FirstRefusals,
    changed: Condvar,
}

#[derive(Default)]
struct Waiting {
    decisions: Line,
    kept: Line,
    newcomers: Vec<Hearer>,
    is_over: bool,
}

/// Decisions, one after the other.
#[derive(Default)]
struct Line {
    decisions: VecDeque<Decision>,
    bytes: usize,
}

impl Line {
    /// Whether so many of so many bytes leave no room for this one.
    fn is_full(&self, decision: &Decision, count: usize, bytes: usize) -> bool {
        self.decisions.len() >= count || self.bytes.saturating_add(decision.bytes()) > bytes
    }

    fn push(&mut self, decision: Decision) {
        self.bytes = self.bytes.saturating_add(decision.bytes());
        self.decisions.push_back(decision);
    }

    fn pop(&mut self) -> Option<Decision> {
        let decision = self.decisions.pop_front()?;
        self.bytes = self.bytes.saturating_sub(decision.bytes());
        Some(decision)
    }
}

impl Audience {
    pub(crate) fn new<'a>(schemes: impl IntoIterator<Item = &'a SchemeDescription>) -> Self {
        let mut redaction = Redaction::default();
        schemes.into_iter().for_each(|description| description.redact(&mut redaction));
        Self { redaction, queue: OnceLock::new() }
    }

    /// Adds one who hears. The first one starts the thread that tells.
    pub(crate) fn add(&self, hear: impl Fn(&Decision) + Send + 'static) {
        let queue = self.queue.get_or_init(|| {
            let queue = Arc::<Queue>::default();
            let told = Arc::clone(&queue);
            let thread = std::thread::Builder::new().name("auth-decisions".to_owned());
            if let Err(error) = thread.spawn(move || told.tell()) {
                let error = crate::telemetry::foreign(error);
                tracing::error!(error, "no thread to tell of decisions; nobody hears of them");
            }
            queue
        });
        queue.lock().newcomers.push(Box::new(hear));
    }

    /// Where to tell of a decision; `None` while nobody hears.
    pub(in crate::guard) fn ear(&self) -> Option<Ear<'_>> {
        self.queue.get().map(|queue| Ear { redaction: &self.redaction, queue })
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
        self.queue.put(decision);
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
        self.queue.put(Decision { took, ..self.decision });
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, decision: Decision) {
        let mut waiting = self.lock();
        // What finds a place needs no other.
        let is_full = waiting.decisions.is_full(&decision, WAITING_MAX, WAITING_BYTES);
        let is_kept = decision.is_kept() || (is_full && decision.is_first(&self.firsts));
        let (line, is_full) = match is_kept {
            true => {
                let is_full = waiting.kept.is_full(&decision, KEPT_MAX, KEPT_BYTES);
                (&mut waiting.kept, is_full)
            }
            false => (&mut waiting.decisions, is_full),
        };
        if !is_full {
            line.push(decision);
        }
        drop(waiting);
        self.changed.notify_one();
        match (is_full, is_kept) {
            (false, _) => {}
            (true, false) => limited!(warn, "a function given to `on_decision` is slow; it misses decisions"),
            (true, true) => {
                limited!(
                    error,
                    "a function given to `on_decision` is slow; it misses replays, revoked tokens and first refusals"
                )
            }
        }
    }

    /// What waits next; `None` when nothing comes any more.
    fn next(&self, hearers: &mut Vec<Hearer>) -> Option<Decision> {
        let mut waiting = self.lock();
        loop {
            hearers.append(&mut waiting.newcomers);
            if let Some(decision) = waiting.kept.pop() {
                return Some(decision);
            }
            if let Some(decision) = waiting.decisions.pop() {
                return Some(decision);
            }
            if waiting.is_over {
                return None;
            }
            waiting = self.changed.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn tell(&self) {
        let mut hearers = Vec::new();
        while let Some(decision) = self.next(&mut hearers) {
            for hear in &hearers {
                // The application's own code: the next decision is told of all the same.
                if std::panic::catch_unwind(AssertUnwindSafe(|| hear(&decision))).is_err() {
                    limited!(error, "a function given to `on_decision` panicked");
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

    #[test]
    fn what_is_never_left_out_waits_apart_and_what_is_too_much_is_left_out() {
        let queue = Queue::default();
        for _ in 0..WAITING_MAX + 10 {
            queue.put(decision(Reason::CredentialsWrong));
        }
        queue.put(decision(Reason::NonceReplayed));
        queue.put(decision(Reason::TokenRevoked));
        // And the first refusal of whoever was good before.
        for once_good in [1, 1, 2] {
            queue.put(Decision { once_good: Some(once_good), ..decision(Reason::TokenExpired) });
        }
        let mut reasons = Vec::new();
        queue.lock().is_over = true;
        while let Some(decision) = queue.next(&mut Vec::new()) {
            reasons.push(decision.reason.unwrap());
        }
        assert_eq!(reasons.len(), WAITING_MAX + 4);
        let (expired, wrong) = (Reason::TokenExpired, Reason::CredentialsWrong);
        assert_eq!(reasons[..5], [Reason::NonceReplayed, Reason::TokenRevoked, expired, expired, wrong]);
    }

    #[test]
    fn large_requests_wait_in_bounded_memory() {
        let queue = Queue::default();
        let large = || {
            let request = TestRequest::with_uri(&format!("/{}", "a".repeat(60_000)))
                .append_header(("X-Small", "1"))
                .append_header(("X-Large", "b".repeat(60_000)));
            let request = Redaction::default().parts((&request.to_http_request()).into());
            assert_eq!(request.headers().keys().count(), 1, "what is too long is left out");
            Decision { request, ..decision(Reason::CredentialsWrong) }
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
        assert!(audience.ear().is_none());
        let (sender, received) = mpsc::channel();
        audience.add(|_| panic!("one who hears panics: this is part of a test"));
        audience.add(move |decision| sender.send(decision.reason()).unwrap());
        for _ in 0..3 {
            audience.ear().unwrap().tell(decision(Reason::CheckFailed));
        }
        drop(audience);
        let all: Vec<_> = received.iter().collect();
        assert_eq!(all, [Some(Reason::CheckFailed); 3], "all that was told, and then the end");
    }
}
