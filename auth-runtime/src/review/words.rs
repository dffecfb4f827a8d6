//! Policies in the words of a reviewer.

use crate::guard::Plan;
use crate::policy::{
    ClaimPath, ClaimValue, Hide, Hierarchies, Hierarchy, Limit, LimitBy, PolicySpec, Presence, Requirement, SchemeUse,
    built_in,
};
use crate::telemetry::foreign;

/// Who a public route lets in.
pub(super) fn everyone(reason: Option<&str>) -> String {
    match reason {
        Some(reason) => format!("EVERYONE: {}", foreign(reason)),
        None => "EVERYONE".into(),
    }
}

/// Who a policy lets in.
pub(super) fn who(spec: &PolicySpec, hierarchies: &Hierarchies) -> String {
    let words = Words { hierarchies };
    let asked = match spec.presence() {
        Presence::Public => return everyone(spec.reason()),
        Presence::Optional => "everyone; credentials that are sent must be ",
        Presence::Required => "",
    };
    let common = match spec.requirement() {
        Requirement::Authenticated => None,
        demanded => Some(words.condition(demanded)),
    };
    let sole = spec.schemes().len() == 1;
    let alternatives = spec.schemes().iter().map(|used| {
        let own = used.condition().map(|own| words.part(own));
        let beside = common.clone().filter(|_| sole);
        let demanded: Vec<String> = own.into_iter().chain(beside).collect();
        let noun = noun(used);
        if demanded.is_empty() { noun } else { format!("{noun} with {}", demanded.join(" and ")) }
    });
    let mut who = format!("{asked}{}", alternatives.collect::<Vec<_>>().join("; or "));
    if let Some(common) = common.filter(|_| !sole) {
        who.push_str("; in each case with ");
        who.push_str(&common);
    }
    if let Some(check) = spec.check_after() {
        who.push_str(&format!("; once check {} has agreed, which sees the arguments", foreign(check)));
    }
    if let Some(limit) = spec.limit() {
        who.push_str(&limited(*limit));
    }
    who
}

fn limited(limit: Limit) -> String {
    let requests = if limit.requests() == 1 { "request" } else { "requests" };
    let period = match limit.period().as_secs() {
        1 => "a second",
        60 => "a minute",
        3600 => "an hour",
        _ => "a day",
    };
    let whose = match limit.by() {
        LimitBy::Caller => "each caller",
        LimitBy::Address => "each address",
    };
    format!("; at most {} {requests} {period} from {whose}", limit.requests())
}

/// What a reviewer should know beside it.
pub(super) fn notes(spec: &PolicySpec, plan: Option<&Plan>) -> Vec<&'static str> {
    let said = [
        (plan.is_none(), "this `Auth` cannot enforce it: every request gets 500"),
        (spec.hide() == Hide::Everything, "hidden: refusals look like an unknown route"),
        (
            spec.hide() == Hide::FromAuthenticated,
            "hidden from callers who are known: their refusals look like an unknown route",
        ),
        (spec.check_after().is_some(), "reads the body first"),
        (spec.shared_cache(), "shared caches may store its answers"),
        (spec.without_authorities(), "authorities are not loaded"),
        (plan.is_some_and(Plan::is_open_to_any_token), "authorities are loaded for any token: no scope is asked for"),
    ];
    said.into_iter().filter(|(holds, _)| *holds).map(|(_, note)| note).collect()
}

fn noun(used: &SchemeUse) -> String {
    let keyword = used.keyword();
    let own = || format!("valid credentials of {keyword}");
    named(built_in(keyword).map_or_else(own, |known| known.admits.into()), used.configuration())
}

fn named(noun: String, configuration: Option<&str>) -> String {
    match configuration {
        Some(name) => format!("{noun} of \"{}\"", foreign(name)),
        None => noun,
    }
}

struct Words<'a> {
    hierarchies: &'a Hierarchies,
}

impl Words<'_> {
    /// What is demanded, as a part of a longer sentence.
    fn part(&self, demanded: &Requirement) -> String {
        let is_sentence = match demanded {
            Requirement::All(all) => beyond_authentication(all).len() > 1,
            Requirement::Any(any) => any.len() > 1,
            _ => false,
        };
        if is_sentence { format!("({})", self.condition(demanded)) } else { self.condition(demanded) }
    }

    fn condition(&self, demanded: &Requirement) -> String {
        match demanded {
            Requirement::Authenticated => "valid credentials".into(),
            Requirement::Scope(scope) => held("scope", scope.as_str(), &self.hierarchies.scopes),
            Requirement::Role(role) => held("role", role.as_str(), &self.hierarchies.roles),
            Requirement::Claim(name, value) => {
                let value = match value {
                    ClaimValue::Str(text) => format!("\"{}\"", foreign(text.as_str())),
                    ClaimValue::Int(number) => number.to_string(),
                    ClaimValue::Bool(truth) => truth.to_string(),
                };
                let names: Vec<String> = ClaimPath(name.as_str()).names().map(foreign).collect();
                format!("claim {} = {value}", names.join("."))
            }
            Requirement::Acr(class) => format!("acr {}", foreign(class.as_str())),
            Requirement::MaxAge(age) => format!("an authentication at most {} ago", age.in_words()),
            Requirement::Check(check) => format!("the consent of check {}", foreign(check)),
            Requirement::Not(inner) => format!("no {}", self.part(inner)),
            Requirement::All([]) | Requirement::Any([]) => "what nobody has".into(),
            Requirement::All(all) => match &*beyond_authentication(all) {
                [] => "valid credentials".into(),
                all => self.joined(all, " and "),
            },
            Requirement::Any(any) => self.joined(&any.iter().collect::<Vec<_>>(), " or "),
        }
    }

    fn joined(&self, parts: &[&Requirement], word: &str) -> String {
        parts.iter().map(|part| self.part(part)).collect::<Vec<_>>().join(word)
    }
}

/// What is demanded of a caller who is known: a named policy without conditions, on which another builds, adds nothing.
fn beyond_authentication(all: &[Requirement]) -> Vec<&Requirement> {
    all.iter().filter(|demanded| !matches!(demanded, Requirement::Authenticated)).collect()
}

/// A role or scope, with what else satisfies it.
fn held(kind: &str, name: &str, hierarchy: &Hierarchy) -> String {
    let others: Vec<String> = hierarchy.holders(name).map(foreign).collect();
    let name = foreign(name);
    if others.is_empty() { format!("{kind} {name}") } else { format!("{kind} {name} (or {})", others.join(", ")) }
}
