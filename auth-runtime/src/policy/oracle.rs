//! The evaluation against an independent one: Kleene's three-valued truth tables over the policy as a person wrote it,
//! with every check run, no order and no short cut.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime};

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::denial::Reason;
use crate::policy::Hierarchies;
use crate::policy::*;
use crate::principal::Principal;
use crate::time::{Clock, UnixTime};

const NAMES: [&str; 4] = ["a", "b", "c", "d"];
/// The time of every decision.
pub(crate) const NOW: UnixTime = 1_767_225_600;
const ISSUER: &str = "https://idp.example";

/// A clock that stands.
#[derive(Debug)]
pub(crate) struct At(pub(crate) UnixTime);

impl Clock for At {
    fn read(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(self.0.unsigned_abs())
    }
}

const CHECKS: [&str; 3] = ["x", "y", "z"];

/// A policy as written.
#[derive(Clone, Debug)]
pub(super) enum Written {
    Scope(&'static str),
    Role(&'static str),
    Claim(&'static str, ClaimValue),
    Acr(&'static str),
    MaxAge(u32),
    Check(&'static str),
    Not(Box<Written>),
    And(Vec<Written>),
    Or(Vec<Written>),
}

/// A caller as a person would describe one.
#[derive(Clone, Debug)]
struct Person {
    scopes: Option<BTreeSet<&'static str>>,
    roles: Option<BTreeSet<&'static str>>,
    claims: BTreeMap<&'static str, Value>,
    /// As the token says it, if at all.
    acr: Option<Value>,
    /// How many seconds ago, if anything is said.
    authenticated_ago: Option<i64>,
    checks: BTreeMap<&'static str, bool>,
}

/// True, false or unknown, ordered so that `and` is the least and `or` the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Truth {
    False,
    Unknown,
    True,
}

impl From<Option<bool>> for Truth {
    fn from(known: Option<bool>) -> Self {
        match known {
            Some(true) => Self::True,
            Some(false) => Self::False,
            None => Self::Unknown,
        }
    }
}

/// What follows from holding a name, written out: `a` includes `b`, which includes `c`.
fn including(name: &str) -> &'static [&'static str] {
    match name {
        "b" => &["a", "b"],
        "c" => &["a", "b", "c"],
        "a" => &["a"],
        _ => &["d"],
    }
}

pub(crate) fn hierarchies() -> Hierarchies {
    let mut hierarchies = Hierarchies::default();
    for hierarchy in [&mut hierarchies.roles, &mut hierarchies.scopes] {
        hierarchy.imply("b", "c").unwrap();
        hierarchy.imply("a", "b").unwrap();
    }
    hierarchies.acr.add(ISSUER, ["a", "b", "c"].map(Box::from).to_vec());
    hierarchies
}

fn truth(written: &Written, person: &Person) -> Truth {
    let holds = |held: &Option<BTreeSet<&str>>, name: &str| {
        held.as_ref().map(|held| including(name).iter().any(|name| held.contains(name))).into()
    };
    match written {
        Written::Scope(scope) => holds(&person.scopes, scope),
        Written::Role(role) => holds(&person.roles, role),
        Written::Claim(name, value) => {
            let wanted = match value {
                ClaimValue::Str(value) => json!(value.as_str()),
                ClaimValue::Int(value) => json!(value),
                ClaimValue::Bool(value) => json!(value),
            };
            let same_type = |claim: &Value| {
                matches!(
                    (claim, &wanted),
                    (Value::String(_), Value::String(_))
                        | (Value::Number(_), Value::Number(_))
                        | (Value::Bool(_), Value::Bool(_))
                )
            };
            // As JSON has it, 1.0 and 1 are one number.
            let claim = match person.claims.get(name) {
                Some(Value::Number(number)) if number.as_f64() == Some(1.0) => Some(json!(1)),
                other => other.cloned(),
            };
            match &claim {
                None => Truth::Unknown,
                Some(Value::Array(all)) if all.contains(&wanted) => Truth::True,
                Some(Value::Array(all)) if all.iter().all(same_type) => Truth::False,
                Some(claim) if same_type(claim) => Some(*claim == wanted).into(),
                Some(_) => Truth::Unknown,
            }
        }
        // `c` is the strongest of its issuer, and `d` is outside its order.
        Written::Acr(wanted) => match (person.acr.as_ref().and_then(Value::as_str), *wanted) {
            (None, _) => Truth::Unknown,
            (Some(held @ ("a" | "b" | "c")), "a" | "b" | "c") => Some(held >= *wanted).into(),
            _ => Truth::False,
        },
        Written::MaxAge(seconds) => match person.authenticated_ago {
            None | Some(..-60) => Truth::Unknown,
            Some(ago) => Some(ago <= i64::from(*seconds)).into(),
        },
        Written::Check(check) => Some(person.checks[check]).into(),
        Written::Not(inner) => match truth(inner, person) {
            Truth::True => Truth::False,
            Truth::False => Truth::True,
            Truth::Unknown => Truth::Unknown,
        },
        Written::And(all) => all.iter().map(|each| truth(each, person)).min().unwrap_or(Truth::False),
        Written::Or(any) => any.iter().map(|each| truth(each, person)).max().unwrap_or(Truth::False),
    }
}

/// The written policy as the value that the macro would make.
pub(super) fn value(written: &Written) -> Requirement {
    fn leaked(parts: &[Written]) -> &'static [Requirement] {
        Vec::leak(parts.iter().map(value).collect())
    }
    match written {
        Written::Scope(scope) => Requirement::scope(scope),
        Written::Role(role) => Requirement::role(role),
        Written::Claim(name, value) => Requirement::claim(name, *value),
        Written::Acr(class) => Requirement::acr(class),
        Written::MaxAge(seconds) => Requirement::max_age(*seconds),
        Written::Check(name) => {
            let of: fn() -> String = match *name {
                "x" => || "x".into(),
                "y" => || "y".into(),
                _ => || "z".into(),
            };
            Requirement::Check(Check::new(name, name, of, |_| Box::pin(async { unreachable!() })))
        }
        Written::Not(inner) => Requirement::Not(Box::leak(Box::new(value(inner)))),
        Written::And(all) => Requirement::All(leaked(all)),
        Written::Or(any) => Requirement::Any(leaked(any)),
    }
}

/// What an alternative demands beside the policy's own condition.
fn demand(own: Option<&Written>, common: &Written) -> Demand {
    let leaked = |written: &Written| -> &'static Requirement { Box::leak(Box::new(value(written))) };
    Demand::of(own.map(leaked), leaked(common))
}

/// The text of a policy in which only the first branch of every `||` is left.
fn leftmost(written: &Written) -> String {
    match written {
        Written::Scope(scope) => format!("<{scope}>"),
        Written::Or(any) => leftmost(&any[0]),
        Written::And(all) => all.iter().map(leftmost).collect(),
        Written::Not(_)
        | Written::Role(_)
        | Written::Claim(..)
        | Written::Acr(_)
        | Written::MaxAge(_)
        | Written::Check(_) => String::new(),
    }
}

/// What a challenge asks of the next authentication: the leaves of the same policy.
fn asked(written: &Written) -> Vec<&Written> {
    match written {
        Written::Acr(_) | Written::MaxAge(_) => vec![written],
        Written::Or(any) => asked(&any[0]),
        Written::And(all) => all.iter().flat_map(asked).collect(),
        _ => Vec::new(),
    }
}

fn person() -> impl Strategy<Value = Person> {
    let names = || proptest::option::of(proptest::sample::subsequence(NAMES.to_vec(), 0..=4));
    let claim = prop_oneof![
        Just(json!("p")),
        Just(json!("q")),
        Just(json!(1)),
        Just(json!(2.5)),
        Just(json!(1.0)),
        Just(json!(true)),
        Just(json!(["p", "q"])),
        Just(json!([])),
        Just(json!([1, "q"])),
        Just(json!([["p"]])),
        Just(json!(null)),
        Just(json!({"p": "p"})),
    ];
    (
        names(),
        names(),
        proptest::collection::btree_map(proptest::sample::select(&NAMES[..]), claim, 0..4),
        proptest::option::of(proptest::sample::select(vec![
            json!("a"),
            json!("b"),
            json!("c"),
            json!("d"),
            json!("e"),
            json!(1),
        ])),
        proptest::option::of(proptest::sample::select(&[-61, -60, 0, 30, 60, 61, 300, 301][..])),
        any::<[bool; 3]>(),
    )
        .prop_map(|(scopes, roles, claims, acr, authenticated_ago, checks)| Person {
            scopes: scopes.map(BTreeSet::from_iter),
            roles: roles.map(BTreeSet::from_iter),
            claims,
            acr,
            authenticated_ago,
            checks: CHECKS.into_iter().zip(checks).collect(),
        })
}

/// Conditions that an engine can compare without the orders of issuers, in which one class includes others.
pub(super) fn written() -> impl Strategy<Value = Written> {
    of_classes(&["b"])
}

fn of_classes(classes: &'static [&'static str]) -> impl Strategy<Value = Written> {
    let name = || proptest::sample::select(&NAMES[..]);
    let claim = prop_oneof![Just(ClaimValue::text("p")), Just(ClaimValue::Int(1)), Just(ClaimValue::Bool(true))];
    let known = prop_oneof![
        name().prop_map(Written::Scope),
        name().prop_map(Written::Role),
        (name(), claim).prop_map(|(name, value)| Written::Claim(name, value)),
    ];
    let leaf = prop_oneof![
        3 => known.clone(),
        1 => proptest::sample::select(&CHECKS[..]).prop_map(Written::Check),
        1 => proptest::sample::select(classes).prop_map(Written::Acr),
        1 => proptest::sample::select(&[60, 300, 900][..]).prop_map(Written::MaxAge),
        1 => known.prop_map(|leaf| Written::Not(Box::new(leaf))),
    ];
    joined(leaf)
}

/// Conditions of such parts.
pub(super) fn joined(leaf: impl Strategy<Value = Written> + 'static) -> impl Strategy<Value = Written> {
    leaf.prop_recursive(4, 24, 4, |inner| {
        let parts = proptest::collection::vec(inner, 1..4);
        prop_oneof![parts.clone().prop_map(Written::And), parts.prop_map(Written::Or)]
    })
}

fn principal(person: &Person) -> Principal {
    let said = [("acr", person.acr.clone()), ("auth_time", person.authenticated_ago.map(|ago| json!(NOW - ago)))];
    let said = said.into_iter().filter_map(|(name, value)| Some((name, value?)));
    let claims = person.claims.iter().map(|(&name, value)| (name, value.clone())).chain(said);
    let mut principal = Principal::builder("bearer", "someone")
        .issuer(ISSUER)
        .claims(claims.map(|(name, value)| (name.to_owned(), value)).collect());
    if let Some(scopes) = &person.scopes {
        principal = principal.scopes(scopes.iter().copied());
    }
    if let Some(roles) = &person.roles {
        principal = principal.roles(roles.iter().copied());
    }
    principal.build()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn the_decision_is_that_of_the_truth_table(
        own in proptest::option::of(of_classes(&NAMES)),
        common in of_classes(&NAMES),
        person in person(),
    ) {
        let demand = demand(own.as_ref(), &common);
        let written = Written::And(own.into_iter().chain([common]).collect());
        let (principal, hierarchies) = (principal(&person), hierarchies());
        let mut checks = CheckResults::new();
        let admitted = loop {
            match demand.evaluate(&principal, Standard::new(&hierarchies, &At(NOW)), &checks) {
                Step::Holds => break true,
                Step::Fails => break false,
                Step::Needs(check) => checks.record(check, person.checks[check.written]),
            }
        };
        prop_assert_eq!(admitted, truth(&written, &person) == Truth::True);

        if !admitted {
            let canonical = demand.canonical_scopes();
            let reason = demand.first_failure(&canonical, &principal, Standard::new(&hierarchies, &At(NOW)), &checks);
            let lacks = canonical.iter().any(|scope| truth(&Written::Scope(scope), &person) != Truth::True);
            let is_of_scope = matches!(reason, Reason::ScopeMissing | Reason::AuthenticationAndScopeTooWeak);
            prop_assert_eq!(is_of_scope, lacks);
            if matches!(reason, Reason::AuthenticationTooWeak | Reason::AuthenticationAndScopeTooWeak) {
                let strong = Person { acr: Some(json!("c")), authenticated_ago: Some(0), ..person.clone() };
                let is_helped = |at: &Written| truth(at, &person) != Truth::True && truth(at, &strong) == Truth::True;
                prop_assert!(asked(&written).into_iter().any(|leaf| is_helped(leaf) || matches!(leaf, Written::Acr("d"))));
            }
        }
    }

    #[test]
    fn a_challenge_names_the_scopes_of_the_leftmost_branches(
        own in proptest::option::of(written()),
        common in written(),
    ) {
        let demand = demand(own.as_ref(), &common);
        let written = Written::And(own.into_iter().chain([common]).collect());
        let mut expected = Vec::new();
        for scope in leftmost(&written).split(['<', '>']).filter(|scope| !scope.is_empty()) {
            if !expected.contains(&scope.to_owned()) {
                expected.push(scope.to_owned());
            }
        }
        prop_assert_eq!(demand.canonical_scopes(), expected);
    }
}

#[test]
fn an_empty_conjunction_denies() {
    let checks = CheckResults::new();
    let principal = Principal::builder("bearer", "someone").build();
    for nobody in [&Requirement::All(&[]), &Requirement::Any(&[])] {
        let demand = Demand::of(None, nobody);
        assert!(matches!(
            demand.evaluate(&principal, Standard::new(&Hierarchies::default(), &At(NOW)), &checks),
            Step::Fails
        ));
    }
}
