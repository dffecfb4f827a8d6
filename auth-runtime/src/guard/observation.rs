//! What a decision leaves behind: one event, one counter, one duration, over closed sets of labels.

use metrics::{Key, Label, Level, Metadata};
use quanta::Instant;

use crate::denial::{Denial, Reason};
use crate::policy::{Hide, PolicySpec};
use crate::telemetry::{DECISIONS, DURATION, foreign};

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
    pub(crate) fn denied(&self, scheme: &'static str, reason: Reason, meter: Option<&Meter>) {
        let (policy, label) = (self.spec.handler, reason.label());
        let (file, line) = (self.spec.file, self.spec.line);
        if reason.status().is_server_error() {
            let remedy = reason.remedy();
            tracing::error!(policy, file, line, scheme, outcome = FAILED, reason = label, remedy, "auth decision");
        } else {
            tracing::info!(policy, scheme, outcome = DENIED, reason = label, "auth decision");
        }
        match meter {
            Some(meter) => self.record(meter),
            None => self.record(&Meter::denied(policy, scheme, reason)),
        }
    }

    /// A denial where no plan could be found: there is no realm, no challenge and no body hook to speak of.
    pub(crate) fn undecidable(&self, reason: Reason) -> Denial {
        self.denied(NO_SCHEME, reason, None);
        let mut denial = Denial::new(reason);
        if self.spec.hide == Hide::Everything {
            denial.hide();
        }
        denial
    }

    /// The text of a check's own error, for the developer only.
    pub(crate) fn check_erred(&self, check: &'static str, error: &str) {
        let error = foreign(error);
        tracing::error!(policy = self.spec.handler, check, error, "auth check returned an error");
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
