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
            let remedy = remedy(reason);
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

/// What the developer or operator can do about a failure of ours.
fn remedy(reason: Reason) -> &'static str {
    match reason {
        Reason::AuthMissing => "mount the handler in `auth.scope(…)`, or add `.app_data(auth.clone())` to the `App`",
        Reason::SchemeUnconfigured => {
            "configure the scheme on `Auth::builder()`; `Auth::build()` lists what is missing"
        }
        Reason::PolicyUnlinked => "let `#[requires]` or `policy!` make the policy; it is not in the link-time registry",
        Reason::IdentityUnfit => "ask for the type that the configured verification function returns",
        Reason::CheckErred => "see the event before this one for the error",
        Reason::CheckReadBody => "a check decides before the body is read; move what needs the body into the handler",
        Reason::Panicked => "a scheme or a check panicked; see the panic message above",
        Reason::DeadlinePassed => "a backend is slow, or the deadline set by `.deadline(…)` too short",
        Reason::RevocationsStale => "this process has lost its store of revocations; see the events about revocations",
        Reason::HashingBusy => "more passwords arrive than this machine can hash",
        Reason::IntrospectionUnavailable => {
            "the introspection endpoint is down, slow or asked too much; see the events of `introspection`"
        }
        Reason::IntrospectionRefused => {
            "correct the credentials of this service at the introspection endpoint: client id, secret or key, and method"
        }
        Reason::ClockUnreadable => "set the machine's clock",
        _ => "see the scheme's own events",
    }
}
