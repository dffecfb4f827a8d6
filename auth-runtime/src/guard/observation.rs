//! What a decision leaves behind: one event, one counter, one duration, over closed sets of labels.

use std::net::SocketAddr;
use std::sync::LazyLock;
use std::time::Duration;

use metrics::{IntoF64, Key, Label, Level, Metadata};
use quanta::Clock;

use crate::denial::{Denial, Reason, Severity};
use crate::guard::audit::DecisionOutcome;
use crate::guard::limit::{self, LeftOut, RefusalLimit};
use crate::http::peer::AddressShare;
use crate::policy::{Check, Hide, PolicySpec};
use crate::principal::Principal;
use crate::shares;
use crate::telemetry::{DECISIONS, DURATION, HANDLER_DENIALS, limited};

/// An event at a level that is known only when it is written.
macro_rules! at_severity {
    ($severity:expr, $($fields:tt)+) => {
        match $severity {
            Severity::Error => tracing::error!($($fields)+),
            Severity::Warning => tracing::warn!($($fields)+),
            Severity::Information => tracing::info!($($fields)+),
        }
    };
}

/// What the event of a denial says beyond its reason. Text of others is escaped already.
#[derive(Default)]
pub(crate) struct Details {
    /// The check that refused.
    pub(crate) check: Option<&'static Check>,
    /// The application's own name for it.
    pub(crate) code: Option<&'static str>,
    /// The error behind it. Boxed, because most denials have none.
    pub(crate) error: Option<Box<ErrorDetails>>,
    /// The mark of whoever was good within the last hour, with the credentials that are refused now, or in their name.
    pub(crate) once_good: Option<u64>,
}

/// An error behind a denial, for the log.
#[derive(Default)]
pub(crate) struct ErrorDetails {
    /// What it says.
    pub(crate) cause: Option<String>,
    /// The claim that does not fit.
    pub(crate) claim: Option<String>,
    /// The type that was asked for.
    pub(crate) expected: Option<&'static str>,
}

/// What decisions are timed by. It is read for each; what is read becomes a time only where somebody records one.
static CLOCK: LazyLock<Clock> = LazyLock::new(Clock::new);

/// One decision under way.
#[derive(Clone, Copy)]
pub(crate) struct Observation {
    spec: &'static PolicySpec,
    /// As the clock counts.
    started: u64,
    /// Whether it is this decision that is counted. It is not where it only answers for one that was made before.
    counts: bool,
    /// Whether it is about an operation inside a request that a guard around has let in.
    is_of_operation: bool,
}

impl Observation {
    pub(crate) fn start(spec: &'static PolicySpec, counts: bool) -> Self {
        Self { spec, started: CLOCK.raw(), counts, is_of_operation: false }
    }

    /// The same for an operation inside a request. It counts by itself.
    pub(super) fn start_operation(spec: &'static PolicySpec) -> Self {
        Self { is_of_operation: true, ..Self::start(spec, true) }
    }

    pub(super) fn is_of_operation(&self) -> bool {
        self.is_of_operation
    }

    /// What an event says of it; nothing for a request.
    fn kind(&self) -> Option<&'static str> {
        self.is_of_operation.then_some(OPERATION)
    }

    /// The request may pass; `meter` is that of the scheme which decided.
    pub(crate) fn allowed(&self, meter: &Meter) {
        self.count_allowed(meter, self.so_far());
    }

    /// The same, where it is known only later; the decision itself took this long.
    pub(crate) fn allowed_after(&self, meter: &Meter, took: Duration) {
        self.count_allowed(meter, took.as_secs_f64());
    }

    /// The caller may pass, and the handler does not run.
    pub(crate) fn not_run(&self, scheme: &'static str) {
        if self.counts {
            tracing::debug!(policy = self.spec.handler, kind = self.kind(), scheme, outcome = NOT_RUN, "auth decision");
            record(&Meter::new(self.spec.handler, scheme, NOT_RUN, "none"), self.so_far());
        }
    }

    fn count_allowed(&self, meter: &Meter, took: impl IntoF64) {
        if !self.counts {
            return;
        }
        let (policy, kind) = (self.spec.handler, self.kind());
        tracing::debug!(policy, kind, scheme = meter.scheme, outcome = ALLOWED, "auth decision");
        record(meter, took);
    }

    /// Whether it is this decision that is counted.
    pub(crate) fn counts(&self) -> bool {
        self.counts
    }

    /// Nobody waits for the decision any more.
    pub(super) fn abandoned(&self, scheme: &'static str) {
        if self.counts {
            tracing::debug!(
                policy = self.spec.handler,
                kind = self.kind(),
                scheme,
                outcome = ABANDONED,
                "auth decision"
            );
            record(&Meter::new(self.spec.handler, scheme, ABANDONED, "none"), self.so_far());
        }
    }

    /// What the decision took so far.
    pub(crate) fn took(&self) -> Duration {
        CLOCK.delta(self.started, CLOCK.raw())
    }

    /// The same, read off the clock only where somebody records it.
    fn so_far(&self) -> impl IntoF64 {
        struct SoFar(Observation);

        impl IntoF64 for SoFar {
            fn into_f64(self) -> f64 {
                self.0.took().as_secs_f64()
            }
        }

        SoFar(*self)
    }

    /// The request may not; `meter`, where the caller has one, is that of this reason. Whether an event was written.
    #[inline]
    pub(crate) fn denied(
        &self,
        address: impl FnOnce() -> AddressShare,
        principal: Option<&Principal>,
        scheme: &'static str,
        reason: Reason,
        details: &Details,
        meter: Option<&Meter>,
    ) -> bool {
        if !self.counts {
            return false;
        }
        let once_good = || details.once_good.or_else(|| principal.map(shares::mark));
        let is_written = is_listened_to(reason.severity()) && self.is_written(address, once_good, reason);
        if is_written {
            self.write(scheme, reason, details);
        }
        match meter {
            Some(meter) => record(meter, self.so_far()),
            None => record(&Meter::denied(self.spec.handler, scheme, reason), self.so_far()),
        }
        is_written
    }

    /// Whether this event is among those that are written, and takes care that others are counted in one. The first refusal of
    /// whoever was good before always is.
    fn is_written(
        &self,
        address: impl FnOnce() -> AddressShare,
        once_good: impl FnOnce() -> Option<u64>,
        reason: Reason,
    ) -> bool {
        if reason.is_always_written() {
            return true;
        }
        let (spec, limit, address) = (self.spec, RefusalLimit::of_process(), address());
        let kind = limit::RefusalKind::new(spec, reason);
        let turn = limit.turn(kind, address, once_good, std::time::Instant::now());
        if let Some(left_out) = turn.overdue {
            summarize(spec, reason, &left_out);
        }
        // Outside of a runtime the next refusal of the kind brings the summary.
        if let (Some(close_in), Ok(runtime)) = (turn.close_in, tokio::runtime::Handle::try_current()) {
            runtime.spawn(async move {
                tokio::time::sleep(close_in).await;
                if let Some(left_out) = limit.close(kind, std::time::Instant::now()) {
                    summarize(spec, reason, &left_out);
                }
            });
        }
        turn.write
    }

    fn write(&self, scheme: &'static str, reason: Reason, details: &Details) {
        let (policy, kind, label, remedy) = (self.spec.handler, self.kind(), reason.label(), reason.remedy());
        let outcome = if reason.status().is_server_error() { FAILED } else { DENIED };
        let Details { check, code, error, .. } = details;
        let no_error = ErrorDetails::default();
        let ErrorDetails { cause, claim, expected } = error.as_deref().unwrap_or(&no_error);
        let check = check.map(tracing::field::display);
        let (code, cause, claim, expected) = (*code, cause.as_deref(), claim.as_deref(), *expected);
        // Where the developer must look.
        let place = remedy.is_some().then_some((self.spec.file, self.spec.line));
        let (file, line) = (place.map(|(file, _)| file), place.map(|(_, line)| line));
        at_severity!(
            reason.severity(),
            policy,
            kind,
            file,
            line,
            scheme,
            outcome,
            reason = label,
            check,
            code,
            claim,
            cause,
            expected,
            remedy,
            "auth decision"
        );
    }

    /// A denial where no plan could be found: there is no realm, no challenge and no body hook to speak of.
    pub(crate) fn undecidable(&self, peer: Option<SocketAddr>, reason: Reason) -> Denial {
        self.denied(|| AddressShare::of(peer), None, NO_SCHEME, reason, &Details::default(), None);
        let mut denial = Denial::of(reason);
        if self.spec.hide == Hide::Everything {
            denial.hide();
        }
        denial
    }
}

fn record(meter: &Meter, took: impl IntoF64) {
    metrics::with_recorder(|recorder| {
        recorder.register_counter(&meter.decisions, &METADATA).increment(1);
        recorder.register_histogram(&meter.duration, &METADATA).record(took);
    });
}

/// Counts a denial that a handler returned: the decision about the request was another.
pub(crate) fn observe_denial_of_handler(spec: &'static PolicySpec) {
    let key = Key::from_parts(HANDLER_DENIALS, vec![Label::from_static_parts("policy", spec.handler)]);
    metrics::with_recorder(|recorder| recorder.register_counter(&key, &METADATA).increment(1));
}

/// Tells the developer of a denial that a handler returned and that cannot be sent.
pub(crate) fn observe_unfit_denial(spec: Option<&'static PolicySpec>, reason: Reason) {
    if reason == Reason::DenialUnfit {
        limited!(
            error,
            policy = spec.map(|spec| spec.handler),
            file = spec.map(|spec| spec.file),
            line = spec.map(|spec| spec.line),
            reason = reason.label(),
            remedy = reason.remedy(),
            "a handler returned a denial that cannot be sent"
        );
    }
}

fn is_listened_to(severity: Severity) -> bool {
    match severity {
        Severity::Error => tracing::enabled!(tracing::Level::ERROR),
        Severity::Warning => tracing::enabled!(tracing::Level::WARN),
        Severity::Information => tracing::enabled!(tracing::Level::INFO),
    }
}

/// The event in place of those that were left out.
fn summarize(spec: &'static PolicySpec, reason: Reason, left_out: &LeftOut) {
    let (policy, label) = (spec.handler, reason.label());
    let LeftOut { events, callers, largest } = left_out;
    at_severity!(
        reason.severity(),
        policy,
        reason = label,
        left_out = *events,
        callers = *callers,
        largest = &**largest,
        "auth decisions left out of the log"
    );
}

/// The kind of a decision about an operation inside a request.
pub(super) const OPERATION: &str = "operation";
/// The label of a decision that no scheme had a part in.
pub(crate) const NO_SCHEME: &str = "none";
const ALLOWED: &str = DecisionOutcome::Allowed.label();
const NOT_RUN: &str = DecisionOutcome::NotRun.label();
const DENIED: &str = DecisionOutcome::Denied.label();
const FAILED: &str = DecisionOutcome::Failed.label();
const ABANDONED: &str = DecisionOutcome::Abandoned.label();
const METADATA: Metadata<'static> = Metadata::new(module_path!(), Level::INFO, Some(module_path!()));

/// The keys under which one kind of decision of one policy is counted, made ahead of requests: making them allocates.
pub(crate) struct Meter {
    scheme: &'static str,
    decisions: Key,
    duration: Key,
}

impl Meter {
    pub(crate) fn allowed(policy: &'static str, scheme: &'static str) -> Self {
        Self::new(policy, scheme, ALLOWED, "none")
    }

    pub(crate) fn denied(policy: &'static str, scheme: &'static str, reason: Reason) -> Self {
        let outcome = if reason.status().is_server_error() { FAILED } else { DENIED };
        Self::new(policy, scheme, outcome, reason.label())
    }

    fn new(policy: &'static str, scheme: &'static str, outcome: &'static str, reason: &'static str) -> Self {
        let label = Label::from_static_parts;
        let (policy, outcome) = (label("policy", policy), label("outcome", outcome));
        let all = vec![policy.clone(), label("scheme", scheme), outcome.clone(), label("reason", reason)];
        Self {
            scheme,
            decisions: Key::from_parts(DECISIONS, all),
            duration: Key::from_parts(DURATION, vec![policy, outcome]),
        }
    }
}
