//! What was found of a caller, condition by condition, and what would have sufficed.

use crate::policy::rule::Expression;
use crate::policy::{Check, CheckResults, Demand, Finding, Requirement, Standard};
use crate::principal::{ClaimedIn, Principal};
use crate::telemetry::foreign;

/// So many names of a caller are shown, and so many ways to have passed.
const NAMES: usize = 8;
const WAYS: usize = 3;

/// A caller, and what checks have said of it.
pub(super) struct Inquiry<'a> {
    pub(super) principal: &'a Principal,
    pub(super) standard: Standard<'a>,
    pub(super) results: &'a CheckResults,
    /// The check that refused, and what it said.
    pub(super) refused: Option<(&'static Check, Option<&'a str>)>,
}

/// What was found. Texts of others in it are escaped and capped.
#[derive(Default)]
pub(crate) struct Findings {
    /// In the order in which the rule says them.
    pub(crate) conditions: Vec<FoundCondition>,
    /// The ways to have passed with the fewest conditions more; none where nothing was lacking.
    pub(crate) sufficient: Vec<String>,
}

/// One condition without parts, and what was found.
pub(crate) struct FoundCondition {
    /// As the attribute says it, with what joins it to the one before.
    pub(crate) written: String,
    pub(crate) found: Finding,
    /// What helps to see why it does not hold; else empty.
    pub(crate) note: String,
}

impl Inquiry<'_> {
    pub(super) fn findings(&self, demand: Demand) -> Findings {
        let mut conditions = Vec::new();
        let parts = || demand.parts().filter(|part| !matches!(part, Requirement::Authenticated));
        for part in parts() {
            let lead = if conditions.is_empty() { "" } else { "&& " };
            self.add(part, lead.to_owned(), parts().count() > 1, &mut conditions);
        }
        let ways = demand.parts().fold(vec![Vec::new()], |so_far, part| both(so_far, &self.missing(part)));
        let ways = ways.into_iter().filter(|way| !way.is_empty());
        Findings { conditions, sufficient: ways.map(|way| way.join(" && ")).collect() }
    }

    /// A row for each condition without parts.
    fn add(&self, of: &'static Requirement, lead: String, within_all: bool, conditions: &mut Vec<FoundCondition>) {
        let (parts, operator, within_all, is_bracketed) = match of {
            Requirement::All(parts @ [_, ..]) => (*parts, "&& ", true, false),
            Requirement::Any(parts @ [_, ..]) => (*parts, "|| ", false, within_all && parts.len() > 1),
            leaf => {
                let found = self.found(leaf);
                let written = format!("{lead}{}", written(leaf));
                return conditions.push(FoundCondition { written, found, note: self.note(leaf, found) });
            }
        };
        let mut lead = if is_bracketed { format!("{lead}(") } else { lead };
        for part in parts {
            self.add(part, std::mem::replace(&mut lead, operator.to_owned()), within_all, conditions);
        }
        if let Some(last) = conditions.last_mut().filter(|_| is_bracketed) {
            last.written.push(')');
        }
    }

    fn found(&self, leaf: &'static Requirement) -> Finding {
        Finding::of(leaf, self.principal, self.standard, self.results)
    }

    /// What helps to see why a condition does not hold. Values of claims may be personal, and are left out.
    fn note(&self, leaf: &Requirement, found: Finding) -> String {
        match leaf {
            _ if found == Finding::Holds => String::new(),
            Requirement::Scope(_) => held("scopes", self.principal.scope_set()),
            Requirement::Role(_) => held("roles", self.principal.role_set()),
            Requirement::Not(inner) => self.note(inner, found),
            Requirement::Check(check) => match self.refused {
                Some((refused, Some(said))) if std::ptr::eq(refused, check) => format!("\"{}\"", foreign(said)),
                _ => String::new(),
            },
            Requirement::Acr(_) if found == Finding::Unknown => "nothing tells `acr`".to_owned(),
            Requirement::Acr(_) => format!("has: {}", foreign(self.principal.acr().unwrap_or_default())),
            Requirement::MaxAge(_) if found == Finding::Unknown => "nothing tells a time that can be right".to_owned(),
            Requirement::MaxAge(_) => "longer ago".to_owned(),
            Requirement::Claim(..) if found == Finding::Unknown => "not there, or of another type".to_owned(),
            _ => String::new(),
        }
    }

    /// The ways to have passed with the fewest conditions more.
    fn missing(&self, of: &'static Requirement) -> Vec<Vec<String>> {
        match of {
            Requirement::All([]) | Requirement::Any([]) => Vec::new(),
            Requirement::All(parts) => {
                parts.iter().fold(vec![Vec::new()], |so_far, part| both(so_far, &self.missing(part)))
            }
            Requirement::Any(parts) => {
                let mut ways: Vec<_> = parts.iter().flat_map(|part| self.missing(part)).collect();
                let fewest = ways.iter().map(Vec::len).min().unwrap_or_default();
                ways.retain(|way| way.len() == fewest);
                ways.dedup();
                ways.truncate(WAYS);
                ways
            }
            leaf if self.found(leaf) == Finding::Holds => vec![Vec::new()],
            leaf => vec![vec![written(leaf)]],
        }
    }
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
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Holds => "yes",
            Self::Fails => "no",
            Self::Unknown => "unknown",
            Self::NotRun => "not run",
        }
    }
}
