//! Why a request was refused, for developers: the rule as it is written, with what held of the caller and what did not.

use std::fmt;

use crate::denial::Reason;
use crate::guard::Plan;
use crate::guard::refuse::Seen;
use crate::http::parts::RequestView;
use crate::policy::rule::{Expression, Rule};
use crate::policy::{Check, CheckResults, Demand, Finding, Requirement};
use crate::principal::{ClaimedIn, Principal};
use crate::telemetry::foreign;

/// So many names of a caller are shown, and so many ways to have passed.
const NAMES: usize = 8;
const WAYS: usize = 3;

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

/// One condition, and what was found.
struct Row {
    condition: String,
    found: Finding,
    note: String,
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
        let mut rows = Vec::new();
        let parts = || demand.parts().filter(|part| !matches!(part, Requirement::Authenticated));
        for part in parts() {
            let lead = if rows.is_empty() { "" } else { "&& " };
            self.add(part, lead.to_owned(), parts().count() > 1, principal, &mut rows);
        }
        let width = rows.iter().map(|row| row.condition.chars().count()).max().unwrap_or_default();
        for Row { condition, found, note } in rows {
            let row = match f.alternate() {
                true => format!("{condition:width$}   {:8}{note}", found.word()),
                false => format!("{condition} {} {note}", found.word()),
            };
            write!(f, "{}{}", next(f), row.trim_end())?;
        }
        let ways = demand.parts().fold(vec![Vec::new()], |so_far, part| both(so_far, &self.missing(part, principal)));
        match &*ways {
            [] => Ok(()),
            [nothing] if nothing.is_empty() => Ok(()),
            ways => {
                let ways: Vec<String> = ways.iter().map(|way| way.join(" && ")).collect();
                write!(f, "{}would have sufficed: {}", next(f), ways.join(" or "))
            }
        }
    }

    /// A row for each condition without parts, with what joins it to the one before.
    fn add(
        &self,
        of: &'static Requirement,
        lead: String,
        within_all: bool,
        principal: &Principal,
        rows: &mut Vec<Row>,
    ) {
        let (parts, operator, within_all, is_bracketed) = match of {
            Requirement::All(parts @ [_, ..]) => (*parts, "&& ", true, false),
            Requirement::Any(parts @ [_, ..]) => (*parts, "|| ", false, within_all && parts.len() > 1),
            leaf => {
                let found = self.found(leaf, principal);
                let condition = format!("{lead}{}", written(leaf));
                return rows.push(Row { condition, found, note: self.note(leaf, found, principal) });
            }
        };
        let mut lead = if is_bracketed { format!("{lead}(") } else { lead };
        for part in parts {
            self.add(part, std::mem::replace(&mut lead, operator.to_owned()), within_all, principal, rows);
        }
        if let Some(last) = rows.last_mut().filter(|_| is_bracketed) {
            last.condition.push(')');
        }
    }

    fn found(&self, leaf: &'static Requirement, principal: &Principal) -> Finding {
        Finding::of(leaf, principal, &self.plan.settings.hierarchies, self.seen.results)
    }

    /// What helps to see why a condition does not hold. Values of claims may be personal, and are left out.
    fn note(&self, leaf: &Requirement, found: Finding, principal: &Principal) -> String {
        match leaf {
            _ if found == Finding::Holds => String::new(),
            Requirement::Scope(_) => held("scopes", principal.scope_set()),
            Requirement::Role(_) => held("roles", principal.role_set()),
            Requirement::Not(inner) => self.note(inner, found, principal),
            Requirement::Check(check) => match self.refused {
                Some((refused, Some(said))) if std::ptr::eq(refused, check) => format!("\"{}\"", foreign(said)),
                _ => String::new(),
            },
            Requirement::Claim(..) if found == Finding::Unknown => "not there, or of another type".to_owned(),
            _ => String::new(),
        }
    }

    /// The ways to have passed with the fewest conditions more.
    fn missing(&self, of: &'static Requirement, principal: &Principal) -> Vec<Vec<String>> {
        match of {
            Requirement::All([]) | Requirement::Any([]) => Vec::new(),
            Requirement::All(parts) => {
                parts.iter().fold(vec![Vec::new()], |so_far, part| both(so_far, &self.missing(part, principal)))
            }
            Requirement::Any(parts) => {
                let mut ways: Vec<_> = parts.iter().flat_map(|part| self.missing(part, principal)).collect();
                let fewest = ways.iter().map(Vec::len).min().unwrap_or_default();
                ways.retain(|way| way.len() == fewest);
                ways.truncate(WAYS);
                ways
            }
            leaf if self.found(leaf, principal) == Finding::Holds => vec![Vec::new()],
            leaf => vec![vec![written(leaf)]],
        }
    }
}

/// What is before the next condition.
fn next(f: &fmt::Formatter<'_>) -> &'static str {
    if f.alternate() { "\n  " } else { "; " }
}

/// Each way of the ones with each way of the others.
fn both(ones: Vec<Vec<String>>, others: &[Vec<String>]) -> Vec<Vec<String>> {
    let joined = ones.iter().flat_map(|one| {
        others.iter().map(|other| {
            let more = other.iter().filter(|condition| !one.contains(condition));
            one.iter().chain(more).cloned().collect()
        })
    });
    joined.take(WAYS).collect()
}

/// As the attribute says it; a check by its call, which is shorter than its name.
fn written(leaf: &Requirement) -> String {
    match leaf {
        Requirement::Check(check) => format!("check({})", foreign(check.written())),
        leaf => Expression::from(leaf).to_string(),
    }
}

fn held(kind: &str, names: Option<ClaimedIn<'_>>) -> String {
    let Some(names) = names else { return format!("nothing tells {kind}") };
    let shown: Vec<String> = names.granted.iter().take(NAMES).map(foreign).collect();
    let more = if names.granted.iter().nth(NAMES).is_some() { ", …" } else { "" };
    match shown.is_empty() {
        true => "has: none".to_owned(),
        false => format!("has: {}{more}", shown.join(", ")),
    }
}

impl Finding {
    fn word(self) -> &'static str {
        match self {
            Self::Holds => "yes",
            Self::Fails => "no",
            Self::Unknown => "unknown",
            Self::NotRun => "not run",
        }
    }
}

impl Plan {
    /// Tells developers why, where they listen: at the level debug, and in tests with the answer.
    pub(super) fn explain(&self, is_written: bool, explanation: &Explanation<'_>) -> Option<String> {
        if is_written && tracing::enabled!(tracing::Level::DEBUG) {
            tracing::debug!(explanation = explanation.to_string(), "auth decision explained");
        }
        cfg!(all(feature = "testing", debug_assertions)).then(|| format!("{explanation:#}"))
    }
}

/// Before any check has run.
pub(super) static NO_RESULTS: CheckResults = CheckResults::new();
