//! What a decision leaves behind: one event, one counter, one duration, over closed sets of labels.

use std::time::Instant;

use crate::denial::{Denial, Reason};
use crate::policy::PolicySpec;
use crate::principal::Principal;

/// Counter of decisions, with the labels `policy`, `scheme`, `outcome` and `reason`.
pub const DECISIONS: &str = "auth_decisions_total";
/// Histogram of the time a decision took in seconds, with the labels `policy` and `outcome`.
pub const DURATION: &str = "auth_decision_duration_seconds";

/// Longest foreign text that enters a log line, in characters.
const LOGGED_TEXT: usize = 256;

/// One decision under way.
#[derive(Clone)]
pub(crate) struct Observation {
    spec: &'static PolicySpec,
    started: Instant,
    scheme: &'static str,
}

impl Observation {
    pub(crate) fn start(spec: &'static PolicySpec) -> Self {
        Self { spec, started: Instant::now(), scheme: "none" }
    }

    /// From here on the caller is known to have proved itself by this scheme.
    pub(crate) fn identified(&mut self, principal: &Principal) {
        self.scheme = principal.scheme();
    }

    pub(crate) fn allowed(&self) {
        tracing::debug!(policy = self.spec.handler, scheme = self.scheme, outcome = "allowed", "auth decision");
        self.record("allowed", "none");
    }

    pub(crate) fn denied(&self, reason: Reason) {
        let (policy, scheme, label) = (self.spec.handler, self.scheme, reason.label());
        let (file, line) = (self.spec.file, self.spec.line);
        if reason.status().is_server_error() {
            let remedy = remedy(reason);
            tracing::error!(policy, file, line, scheme, outcome = "failed", reason = label, remedy, "auth decision");
            self.record("failed", label);
        } else {
            tracing::info!(policy, scheme, outcome = "denied", reason = label, "auth decision");
            self.record("denied", label);
        }
    }

    /// A denial where no plan could be found: there is no realm, no challenge and no body hook to speak of.
    pub(crate) fn undecidable(&self, reason: Reason) -> Denial {
        self.denied(reason);
        let mut denial = Denial::new(reason);
        if self.spec.hide == crate::policy::Hide::Everything {
            denial.hide();
        }
        denial
    }

    /// The text of a check's own error, for the developer only.
    pub(crate) fn check_erred(&self, check: &'static str, error: &str) {
        let error: String = error.chars().take(LOGGED_TEXT).flat_map(char::escape_default).collect();
        tracing::error!(policy = self.spec.handler, check, error, "auth check returned an error");
    }

    fn record(&self, outcome: &'static str, reason: &'static str) {
        let policy = self.spec.handler;
        metrics::counter!(DECISIONS, "policy" => policy, "scheme" => self.scheme, "outcome" => outcome, "reason" => reason)
            .increment(1);
        metrics::histogram!(DURATION, "policy" => policy, "outcome" => outcome)
            .record(self.started.elapsed().as_secs_f64());
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
        Reason::HashingBusy => "more passwords arrive than this machine can hash",
        Reason::ClockUnreadable => "set the machine's clock",
        _ => "see the scheme's own events",
    }
}
