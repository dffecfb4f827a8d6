//! What a decision leaves behind: one event, one counter, one duration, over closed sets of labels.

use metrics::{Key, Label, Level, Metadata};
use quanta::Instant;

use crate::denial::{Denial, Reason};
use crate::policy::{Hide, PolicySpec};
use crate::telemetry::{DECISIONS, DURATION};

/// What the event of a denial says beyond its reason. Text of others is escaped already.
#[derive(Default)]
pub(crate) struct Details {
    /// The check that refused.
    pub(crate) check: Option<&'static str>,
    /// The error behind it.
    pub(crate) cause: Option<String>,
    /// The claim that does not fit.
    pub(crate) claim: Option<String>,
    /// The type that was asked for.
    pub(crate) expected: Option<&'static str>,
}

/// One decision under way.
#[derive(Clone, Copy)]
pub(crate) struct Observation {
    spec: &'static PolicySpec,
    started: Instant,
}

impl Observation {
    pub(crate) fn start(spec: &'static PolicySpec) -> Self {
        Self { spec, started: Instant::now() }
    }

    /// The request may pass; `meter` is that of the scheme which decided.
    pub(crate) fn allowed(&self, meter: &Meter) {
        tracing::debug!(policy = self.spec.handler, scheme = meter.scheme, outcome = "allowed", "auth decision");
        self.record(meter);
    }

    /// The request may not; `meter`, where the caller has one, is that of this reason.
    pub(crate) fn denied(&self, scheme: &'static str, reason: Reason, details: &Details, meter: Option<&Meter>) {
        let (policy, label) = (self.spec.handler, reason.label());
        let (file, line) = (self.spec.file, self.spec.line);
        let Details { check, cause, claim, expected } = details;
        let (check, expected) = (*check, *expected);
        let (cause, claim) = (cause.as_deref(), claim.as_deref());
        if reason.status().is_server_error() {
            let (outcome, remedy) = (FAILED, reason.remedy());
            tracing::error!(policy, file, line, scheme, outcome, reason = label, check, cause, remedy, "auth decision");
        } else if reason == Reason::ClaimsUnfit {
            let outcome = DENIED;
            tracing::warn!(policy, scheme, outcome, reason = label, check, claim, cause, expected, "auth decision");
        } else {
            tracing::info!(policy, scheme, outcome = DENIED, reason = label, check, "auth decision");
        }
        match meter {
            Some(meter) => self.record(meter),
            None => self.record(&Meter::denied(policy, scheme, reason)),
        }
    }

    /// A denial where no plan could be found: there is no realm, no challenge and no body hook to speak of.
    pub(crate) fn undecidable(&self, reason: Reason) -> Denial {
        self.denied(NO_SCHEME, reason, &Details::default(), None);
        let mut denial = Denial::new(reason);
        if self.spec.hide == Hide::Everything {
            denial.hide();
        }
        denial
    }

    fn record(&self, meter: &Meter) {
        metrics::with_recorder(|recorder| {
            recorder.register_counter(&meter.decisions, &METADATA).increment(1);
            recorder.register_histogram(&meter.duration, &METADATA).record(self.started.elapsed().as_secs_f64());
        });
    }
}

/// The label of a decision that no scheme had a part in.
pub(crate) const NO_SCHEME: &str = "none";
const ALLOWED: &str = "allowed";
const DENIED: &str = "denied";
const FAILED: &str = "failed";
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
