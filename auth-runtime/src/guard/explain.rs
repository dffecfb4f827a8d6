//! Why a request was refused, for developers: the rule as it is written, with what held of the caller and what did not.

use std::fmt;

use crate::denial::Reason;
use crate::guard::Plan;
use crate::guard::findings::{FoundCondition, Inquiry};
use crate::guard::refuse::Seen;
use crate::http::parts::RequestView;
use crate::policy::rule::Rule;
use crate::policy::{Check, CheckResults, Demand};
use crate::principal::Principal;
use crate::telemetry::foreign;

/// The explanation of one denial. It displays as one line, for a log, or with `#` as a few; texts of others in it are escaped and
/// capped.
pub(super) struct Explanation<'a> {
    pub(super) plan: &'a Plan,
    pub(super) seen: &'a Seen<'a>,
    pub(super) reason: Reason,
    pub(super) status: u16,
    /// The check that refused, and what it said.
    pub(super) refused: Option<(&'static Check, Option<&'a str>)>,
}

impl fmt::Display for Explanation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { plan, seen, reason, status, .. } = self;
        let spec = plan.spec;
        let request = RequestView::from(seen.request);
        let (method, path) = (foreign(request.method), foreign(request.uri.path()));
        write!(f, "denied {status} {}   {method} {path}  ({}:{})   ", reason.label(), spec.file, spec.line)?;
        let by = seen.attempted.alternative(plan);
        match (seen.principal, by) {
            (Some(principal), Some(by)) => {
                let key = principal.key();
                write!(f, "caller {} {} by {}", foreign(key.issuer()), foreign(key.subject()), by.scheme.name())?;
                self.rule(f, principal, by.demand)
            }
            (_, Some(by)) => write!(f, "caller unknown by {}{}{}", by.scheme.name(), next(f), Rule::from(spec)),
            (_, None) => write!(f, "no credentials{}{}", next(f), Rule::from(spec)),
        }
    }
}

impl Explanation<'_> {
    fn rule(&self, f: &mut fmt::Formatter<'_>, principal: &Principal, demand: Demand) -> fmt::Result {
        let standard = self.plan.settings.standard();
        let inquiry = Inquiry { principal, standard, results: self.seen.results, refused: self.refused };
        let findings = inquiry.findings(demand);
        let width = findings.conditions.iter().map(|row| row.written.chars().count()).max().unwrap_or_default();
        for FoundCondition { written, found, note } in findings.conditions {
            let row = match f.alternate() {
                true => format!("{written:width$}   {:8}{note}", found.word()),
                false => format!("{written} {} {note}", found.word()),
            };
            write!(f, "{}{}", next(f), row.trim_end())?;
        }
        match findings.sufficient.is_empty() {
            true => Ok(()),
            false => write!(f, "{}would have sufficed: {}", next(f), findings.sufficient.join(" or ")),
        }
    }
}

/// What is before the next condition.
fn next(f: &fmt::Formatter<'_>) -> &'static str {
    if f.alternate() { "\n  " } else { "; " }
}

impl Plan {
    /// Tells developers why, where they listen: at the level debug, and in tests with the answer.
    #[inline]
    pub(super) fn explain<'a>(&self, is_written: bool, explanation: impl Fn() -> Explanation<'a>) -> Option<String> {
        if is_written && tracing::enabled!(tracing::Level::DEBUG) {
            tracing::debug!(explanation = explanation().to_string(), "auth decision explained");
        }
        cfg!(all(feature = "testing", debug_assertions)).then(|| format!("{:#}", explanation()))
    }
}

/// Before any check has run.
pub(super) static NO_RESULTS: CheckResults = CheckResults::new();
