//! The engine against every caller there can be, and against the decision itself.

use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;
use crate::logic::Value;
use crate::policy::oracle::{At, NOW, Written, hierarchies, joined, value, written};
use crate::policy::proof::{Message, disprove};
use crate::policy::rule::Literal;
use crate::policy::{CheckResults, ClaimValue, Demand, Requirement, SchemeUse, Standard, Step};
use crate::principal::Principal;
use crate::scheme::{ApiKeyScheme, BearerScheme, DigestScheme};

/// Somebody, as a decision sees them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Person {
    /// Granted and disputed; `None` where nothing is known.
    scopes: Option<[Vec<String>; 2]>,
    roles: Option<[Vec<String>; 2]>,
    claims: serde_json::Map<String, Json>,
    passes: Vec<String>,
    /// Made when a decision first asks: everybody is asked about every policy.
    principal: OnceLock<Principal>,
}

impl Person {
    fn principal(&self) -> &Principal {
        self.principal.get_or_init(|| self.make_principal())
    }

    fn make_principal(&self) -> Principal {
        let names = |names: &Option<[Vec<String>; 2]>| {
            names.clone().map(|[granted, disputed]| [granted, disputed].map(|names| names.join(" ")))
        };
        let (scopes, roles) = (names(&self.scopes), names(&self.roles));
        let split = |names: &Option<[String; 2]>| {
            names.as_ref().map(|lists| {
                lists.each_ref().map(|list| list.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
            })
        };
        let (scopes, roles) = (split(&scopes), split(&roles));
        fn borrowed(names: &Option<[Vec<String>; 2]>) -> Option<[Vec<&str>; 2]> {
            names.as_ref().map(|lists| lists.each_ref().map(|list| list.iter().map(String::as_str).collect()))
        }
        let claims = self.claims.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        Principal::builder("bearer", "someone").claims(claims).claimed(borrowed(&scopes), borrowed(&roles)).build()
    }

    /// The decision of the runtime.
    fn passes(&self, spec: &'static PolicySpec, place: usize) -> bool {
        self.passes_under(spec, place, &hierarchies())
    }

    pub(crate) fn passes_under(&self, spec: &'static PolicySpec, place: usize, hierarchies: &Hierarchies) -> bool {
        let (principal, mut checks) = (self.principal(), CheckResults::new());
        let demand = Demand::new(spec, &spec.schemes[place]);
        loop {
            match demand.evaluate(principal, Standard::new(hierarchies, &At(NOW)), &checks) {
                Step::Holds => return true,
                Step::Fails => return false,
                Step::Needs(check) => checks.record(check, self.passes.contains(&check.name())),
            }
        }
    }

    /// What can be said of them.
    fn says(&self, statement: &Statement) -> Value {
        let names = |names: &Option<[Vec<String>; 2]>, name: &String| match names {
            None => Value::Unknown,
            Some([granted, _]) if granted.contains(name) => Value::Held,
            Some([_, disputed]) if disputed.contains(name) => Value::Unknown,
            Some(_) => Value::Absent,
        };
        match statement {
            Statement::Scope(name) => names(&self.scopes, name),
            Statement::Role(name) => names(&self.roles, name),
            Statement::Check(name) if self.passes.contains(name) => Value::Held,
            Statement::Check(_) | Statement::Known => Value::Absent,
            Statement::Claim(_, literal) => claim_says(self.claims.get("a"), literal),
            Statement::Acr(class) => told(self.claims.get("acr"), |acr| acr == class),
            Statement::MaxAge(age) => {
                told(self.claims.get("auth_time"), |at| NOW - at.as_i64().unwrap() <= i64::from(age.as_secs()))
            }
        }
    }

    /// A check of this name lets them in.
    #[cfg(feature = "testing")]
    pub(crate) fn agree(&mut self, check: &str) {
        self.passes.push(check.to_owned());
    }

    /// Somebody of whom exactly this can be said.
    fn of(caller: &Caller) -> Self {
        let nothing = || Some(Default::default());
        let mut person = Self { scopes: nothing(), roles: nothing(), claims: caller.claims(), ..Self::default() };
        let auth_time = caller.authenticated_ago().map(|ago| json!(NOW - i64::from(ago)));
        person.claims.extend(auth_time.map(|at| ("auth_time".to_owned(), at)));
        let place = |value: Value| match value {
            Value::Held => Some(0),
            Value::Unknown => Some(1),
            Value::Absent => None,
        };
        for (atom, value) in &caller.said {
            match &atom.statement {
                Statement::Scope(name) | Statement::Role(name) => {
                    let is_scope = matches!(atom.statement, Statement::Scope(_));
                    let names = if is_scope { &mut person.scopes } else { &mut person.roles };
                    if let Some(place) = place(*value) {
                        names.as_mut().unwrap()[place].push(name.clone());
                    }
                }
                Statement::Check(name) if *value == Value::Held => person.passes.push(name.clone()),
                _ => {}
            }
        }
        person
    }
}

/// A policy of bearer tokens, with conditions of the alternative's own beside the common one.
fn spec(requirement: &Written) -> &'static PolicySpec {
    const USES: &[SchemeUse] = &[SchemeUse::new::<BearerScheme>("bearer")];
    let spec = PolicySpec::new("handler", "file.rs", 1).accepting(Presence::Required, USES);
    Box::leak(Box::new(spec.demanding(value(requirement))))
}

fn meaning(spec: &PolicySpec) -> Meaning {
    Meaning::new(spec, &hierarchies(), |_| false)
}

/// Every name granted, disputed or not there, and nothing known at all.
fn name_sets(names: &[&str]) -> Vec<Option<[Vec<String>; 2]>> {
    let mut sets = vec![[Vec::new(), Vec::new()]];
    for name in names {
        sets = sets
            .into_iter()
            .flat_map(|set| {
                let with = |place: usize| {
                    let mut set = set.clone();
                    set[place].push((*name).to_owned());
                    set
                };
                [set.clone(), with(0), with(1)]
            })
            .collect();
    }
    sets.into_iter().map(Some).chain([None]).collect()
}

/// Everybody of whom the conditions of [`few`] tell apart.
static EVERYBODY: LazyLock<Vec<Person>> = LazyLock::new(everybody);

fn everybody() -> Vec<Person> {
    let claims = [
        None,
        Some(json!("p")),
        Some(json!("q")),
        Some(json!("else")),
        Some(json!(1)),
        Some(json!(2)),
        Some(json!(true)),
        Some(json!(false)),
        Some(json!(null)),
        Some(json!([])),
        Some(json!(["p"])),
        Some(json!(["p", "q"])),
        Some(json!(["p", 1])),
        Some(json!(["p", "q", 1])),
        Some(json!([1, null])),
        Some(json!(["p", null])),
        Some(json!(["p", "q", null])),
        Some(json!(["q", 2])),
        Some(json!([true, false])),
        Some(json!([true, "p"])),
        Some(json!([true, null])),
        Some(json!([true, false, null])),
        Some(json!([true, false, 1, "p", "q"])),
        Some(json!([true, "p", "q"])),
        Some(json!([true, 1])),
        Some(json!([true, 1, "p"])),
        Some(json!([true, 1, "q"])),
        Some(json!([true, "q"])),
        Some(json!([1, "q"])),
        Some(json!([true, 1, "p", "q"])),
        Some(json!(["q", null])),
        Some(json!([false, null])),
    ];
    // Each class that is and is not asked for, with each age that fits both, one and none.
    let authentications: [(Option<&str>, Option<i64>); 6] = [
        (None, None),
        (None, Some(60)),
        (Some("e"), Some(300)),
        (Some("b"), Some(60)),
        (Some("b"), Some(300)),
        (Some("b"), Some(901)),
    ];
    let mut everybody = Vec::new();
    for scopes in name_sets(&["c"]) {
        for roles in name_sets(&["a", "b"]) {
            for claim in &claims {
                for (passes, (acr, ago)) in [vec![], vec!["x".to_owned()]]
                    .into_iter()
                    .flat_map(|passes| authentications.map(move |authentication| (passes.clone(), authentication)))
                {
                    let said = [
                        ("a", claim.clone()),
                        ("acr", acr.map(|acr| json!(acr))),
                        ("auth_time", ago.map(|ago| json!(NOW - ago))),
                    ];
                    let claims = said.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
                    everybody.push(Person {
                        scopes: scopes.clone(),
                        roles: roles.clone(),
                        claims,
                        passes,
                        ..Person::default()
                    });
                }
            }
        }
    }
    everybody
}

/// Conditions over few things.
fn few() -> impl Strategy<Value = Written> {
    let claims = [ClaimValue::text("p"), ClaimValue::text("q"), ClaimValue::Int(1), ClaimValue::Bool(true)];
    let known = prop_oneof![
        2 => Just(Written::Scope("c")),
        3 => prop_oneof![Just("a"), Just("b")].prop_map(Written::Role),
        3 => proptest::sample::select(claims.to_vec()).prop_map(|value| Written::Claim("a", value)),
    ];
    joined(prop_oneof![
        6 => known.clone(),
        2 => Just(Written::Check("x")),
        1 => Just(Written::Acr("b")),
        2 => proptest::sample::select(vec![60, 300]).prop_map(Written::MaxAge),
        4 => known.prop_map(|leaf| Written::Not(Box::new(leaf))),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn implication_is_what_everybody_says(one in few(), other in few()) {
        let (one, other) = (spec(&one), spec(&other));
        let differs = EVERYBODY.iter().any(|person| person.passes(one, 0) && !person.passes(other, 0));
        let implied = meaning(one).implies(&meaning(other));
        prop_assert_eq!(implied.is_err(), differs, "{:?}", implied);
        let equal = EVERYBODY.iter().all(|person| person.passes(one, 0) == person.passes(other, 0));
        prop_assert_eq!(meaning(one).equivalent(&meaning(other)).is_ok(), equal);
    }

    #[test]
    fn minimal_callers_are_all_ways_in_and_nothing_more(written in few()) {
        let spec = spec(&written);
        let meaning = meaning(spec);
        let minimal: Vec<Caller> = meaning.minimal_callers().unwrap().collect();
        for caller in &minimal {
            prop_assert!(Person::of(caller).passes(spec, 0), "{caller}");
            let less = |other: &&Caller| other.said.iter().all(|one| caller.said.contains(one));
            prop_assert_eq!(minimal.iter().filter(less).count(), 1, "{} needs less", caller);
        }
        let sizes: Vec<usize> = minimal.iter().map(|caller| caller.said.len()).collect();
        prop_assert!(sizes.is_sorted());
        // Whoever passes has all that one of them has.
        let mut atoms: Vec<&Atom> = Vec::new();
        let mut place = |atom| atoms.iter().position(|known| *known == atom).unwrap_or_else(|| {
            atoms.push(atom);
            atoms.len() - 1
        });
        let needed: Vec<Vec<(usize, Value)>> =
            minimal.iter().map(|caller| caller.said.iter().map(|(atom, value)| (place(atom), *value)).collect()).collect();
        let said: Vec<Vec<Value>> = atoms.iter().map(|atom| everybody_says(&atom.statement)).collect();
        for (at, person) in EVERYBODY.iter().enumerate() {
            let is_covered = needed.iter().any(|needed| needed.iter().all(|(place, value)| said[*place][at] == *value));
            prop_assert_eq!(is_covered, person.passes(spec, 0), "{:?}", person);
        }
    }

    #[test]
    fn minimal_failures_fail(written in few()) {
        let spec = spec(&written);
        for caller in meaning(spec).minimal_failures().unwrap().filter(Caller::is_authenticated) {
            prop_assert!(!Person::of(&caller).passes(spec, 0), "{caller}");
        }
    }
}

/// What can be said of each of [`EVERYBODY`]. A claim has few values, and what it says is a decision of its own.
fn everybody_says(statement: &Statement) -> Vec<Value> {
    let mut by_claim = HashMap::new();
    let says = |person: &'static Person| match statement {
        Statement::Claim(..) => *by_claim.entry(person.claims.get("a")).or_insert_with(|| person.says(statement)),
        _ => person.says(statement),
    };
    EVERYBODY.iter().map(says).collect()
}

/// What a claim says of one value, by a requirement of nothing else.
fn claim_says(claim: Option<&Json>, literal: &Literal) -> Value {
    let wanted = match literal {
        Literal::Text(text) => ClaimValue::text(Box::leak(text.clone().into_boxed_str())),
        Literal::Integer(integer) => ClaimValue::Int(*integer),
        Literal::Boolean(boolean) => ClaimValue::Bool(*boolean),
    };
    let claims = claim.into_iter().map(|claim| ("a".to_owned(), claim.clone())).collect();
    let person = Person { claims, ..Person::default() };
    let held = Written::Claim("a", wanted);
    if person.passes(spec(&held), 0) {
        Value::Held
    } else if person.passes(spec(&Written::Not(Box::new(held))), 0) {
        Value::Absent
    } else {
        Value::Unknown
    }
}

fn told(said: Option<&Json>, holds: impl Fn(&Json) -> bool) -> Value {
    match said.map(holds) {
        Some(true) => Value::Held,
        Some(false) => Value::Absent,
        None => Value::Unknown,
    }
}

/// Somebody at random, of larger conditions.
pub(crate) fn anybody() -> impl Strategy<Value = Person> {
    let names = || {
        let set = proptest::sample::subsequence(vec!["a", "b", "c", "d"], 0..=4)
            .prop_map(|names| names.into_iter().map(str::to_owned).collect::<Vec<_>>());
        proptest::option::weighted(0.9, [set.clone(), set])
    };
    let claim = proptest::sample::select(vec![
        json!("p"),
        json!("q"),
        json!(1),
        json!(2),
        json!(true),
        json!(false),
        json!(["p", 1]),
        json!([]),
        json!(["q", null]),
    ]);
    let claims = proptest::collection::btree_map(proptest::sample::select(vec!["a", "b", "c", "d"]), claim, 0..4);
    let passes = proptest::sample::subsequence(vec!["x", "y", "z"], 0..=3);
    let acr = proptest::option::of(proptest::sample::select(vec!["b", "e"]).prop_map(|acr| json!(acr)));
    let ago = proptest::option::of(proptest::sample::select(vec![0, 60, 61, 300, 301, 900, 901]));
    (names(), names(), claims, passes, acr, ago).prop_map(|(scopes, roles, claims, passes, acr, ago)| Person {
        scopes,
        roles,
        claims: claims
            .into_iter()
            .map(|(name, value)| (name, Some(value)))
            .chain([("acr", acr), ("auth_time", ago.map(|ago| json!(NOW - ago)))])
            .filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect(),
        passes: passes.into_iter().map(str::to_owned).collect(),
        principal: OnceLock::new(),
    })
}

/// A policy of one to three alternatives, each perhaps with a condition of its own.
pub(crate) fn policy() -> impl Strategy<Value = &'static PolicySpec> {
    let own = || proptest::option::weighted(0.6, proptest::option::of(written()));
    ([own(), own(), own()], written()).prop_filter_map("nobody", |(alternatives, common)| {
        let schemes = [
            SchemeUse::new::<BearerScheme>("bearer"),
            SchemeUse::new::<BearerScheme>("bearer").configured("partner"),
            SchemeUse::new::<ApiKeyScheme>("my::Own"),
        ];
        let uses: Vec<SchemeUse> = schemes
            .into_iter()
            .zip(&alternatives)
            .filter_map(|(used, own)| {
                let own = own.as_ref()?;
                Some(own.as_ref().map_or(used, |own| used.on_condition(value(own))))
            })
            .collect();
        let spec = PolicySpec::new("handler", "file.rs", 1).accepting(Presence::Required, Vec::leak(uses));
        let spec = spec.demanding(value(&common));
        (!spec.schemes.is_empty()).then(|| &*Box::leak(Box::new(spec)))
    })
}

fn place_of(sent: &Sent, spec: &'static PolicySpec) -> Option<usize> {
    let Sent::Valid(name) = sent else { return None };
    spec.schemes.iter().position(|used| SchemeName::from(used) == *name)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn implication_is_what_decisions_say(
        one in policy(),
        other in policy(),
        people in proptest::collection::vec(anybody(), 16),
    ) {
        let (of_one, of_other) = (meaning(one), meaning(other));
        match of_one.implies(&of_other) {
            Err(counterexample) => {
                let caller = counterexample.caller().unwrap();
                let person = Person::of(caller);
                let place = place_of(&caller.sent, one).unwrap();
                prop_assert!(person.passes(one, place), "{caller} {person:?}");
                let passes = place_of(&caller.sent, other).is_some_and(|place| person.passes(other, place));
                prop_assert!(!passes, "{caller} {person:?}");
            }
            Ok(()) => {
                for sent in of_one.sendings() {
                    let (Some(place), other_place) = (place_of(&sent, one), place_of(&sent, other)) else { continue };
                    for person in people.iter().filter(|person| person.passes(one, place)) {
                        prop_assert!(other_place.is_some_and(|place| person.passes(other, place)), "{person:?}");
                    }
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn the_compiler_proves_the_same_without_hierarchies(one in policy(), other in policy()) {
        let flat = |spec| Meaning::new(spec, &Hierarchies::default(), |_| true);
        let disproved = disprove(one, other, &mut Message::new());
        prop_assert_eq!(disproved, flat(one).implies(&flat(other)).is_err());
        prop_assert!(!disprove(one, one, &mut Message::new()));
    }
}

fn scopes(count: usize) -> Vec<Written> {
    (0..count).map(|number| Written::Scope(Box::leak(format!("s{number}").into_boxed_str()))).collect()
}

/// Pairs of equal policies of 64 atoms that are written differently, and the first with one branch more.
fn large() -> Vec<(&'static str, Written, Written, Written)> {
    let atoms = scopes(64);
    let pairs = |order: &dyn Fn(usize) -> usize| -> Vec<Written> {
        (0..32).map(order).map(|at| Written::Or(vec![atoms[at].clone(), atoms[at + 32].clone()])).collect()
    };
    let cube = || Written::And(atoms[..8].to_vec());
    let nested = |start: Written| {
        atoms.iter().enumerate().skip(1).fold(start, |inner, (place, atom)| match place % 2 {
            0 => Written::And(vec![atom.clone(), inner]),
            _ => Written::Or(vec![inner, atom.clone()]),
        })
    };
    // All in one order first, so that the pairs are far apart.
    let far = |rest: Vec<Written>| Written::And(vec![Written::Or(atoms.clone()), Written::And(rest)]);
    vec![
        (
            "pairs",
            Written::And(pairs(&|at| at)),
            Written::And(pairs(&|at| 31 - at)),
            Written::Or(vec![Written::And(pairs(&|at| at)), cube()]),
        ),
        ("far", far(pairs(&|at| at)), far(pairs(&|at| 31 - at)), Written::Or(vec![far(pairs(&|at| at)), cube()])),
        (
            "nested",
            nested(atoms[0].clone()),
            nested(atoms[0].clone()),
            Written::Or(vec![
                nested(atoms[0].clone()),
                Written::And(vec![atoms[1].clone(), atoms[2].clone(), Written::Role("d")]),
            ]),
        ),
    ]
}

#[test]
fn sixty_four_conditions_take_milliseconds() {
    for (name, one, same, wider) in large() {
        let [one, same, wider] = [one, same, wider].map(|written| meaning(spec(&written)));
        let started = Instant::now();
        assert_eq!(one.equivalent(&same), Ok(()), "{name}");
        assert_eq!(one.implies(&wider), Ok(()), "{name}");
        assert!(wider.implies(&one).is_err(), "{name}");
        let took = started.elapsed();
        assert!(took < Duration::from_secs(2), "{name} took {took:?}");
        let started = Instant::now();
        assert!(one.minimal_callers().unwrap().take(100).count() > 30, "{name}");
        assert!(started.elapsed() < Duration::from_secs(2), "{name} took {:?}", started.elapsed());
    }
}

fn declared(presence: Presence, schemes: &'static [SchemeUse], requirement: Requirement) -> Meaning {
    meaning(Box::leak(Box::new(PolicySpec::new("h", "f.rs", 1).accepting(presence, schemes).demanding(requirement))))
}

const BEARER: SchemeUse = SchemeUse::new::<BearerScheme>("bearer");
const PARTNER: SchemeUse = BEARER.configured("partner");
const API_KEY: SchemeUse = SchemeUse::new::<ApiKeyScheme>("api_key");
const DIGEST: SchemeUse = SchemeUse::new::<DigestScheme>("digest");
const VIEWER: Requirement = Requirement::role("viewer");

fn all_callers(of: &Meaning) -> Vec<String> {
    of.minimal_callers().unwrap().map(|caller| caller.to_string()).collect()
}

fn all_failures(of: &Meaning) -> Vec<String> {
    of.minimal_failures().unwrap().map(|caller| caller.to_string()).collect()
}

#[test]
fn the_deciding_credential_is_told_apart() {
    let of = |schemes| declared(Presence::Required, schemes, Requirement::Authenticated);
    let (both, bearer, partner) = (of(&[BEARER, API_KEY]), of(&[BEARER]), of(&[PARTNER]));
    assert_eq!(bearer.implies(&both), Ok(()));
    assert_eq!(both.implies(&bearer).unwrap_err().to_string(), "an API key");
    assert_eq!(partner.implies(&bearer).unwrap_err().to_string(), "a bearer token (partner)");

    let open = meaning(&const { PolicySpec::new("h", "f.rs", 1).open() });
    let optional = declared(Presence::Optional, &[BEARER], Requirement::Authenticated);
    assert_eq!(bearer.implies(&optional), Ok(()));
    assert_eq!(optional.implies(&open), Ok(()));
    assert_eq!(optional.implies(&bearer).unwrap_err().to_string(), "a caller without credentials");
    assert_eq!(open.implies(&optional).unwrap_err().to_string(), "a bearer token that is refused");
    // Nobody looks at a key there.
    assert_eq!(both.implies(&optional), Ok(()));
    assert_eq!(all_callers(&open), ["a caller without credentials"]);
    assert!(all_failures(&open).is_empty());
    assert_eq!(all_callers(&optional), ["a bearer token", "a caller without credentials"]);
    assert_eq!(all_failures(&optional), ["a bearer token that is refused"]);
}

#[test]
fn callers_are_told_in_words() {
    let of = |requirement| declared(Presence::Required, &[BEARER, API_KEY, DIGEST], requirement);
    const READS: Requirement = Requirement::scope("orders:read");
    const TENANT: Requirement = Requirement::claim("tenant", ClaimValue::text("acme"));
    const OPS: Requirement = Requirement::All(&[READS, Requirement::role("ops")]);
    let (ops, either) = (of(OPS), of(Requirement::Any(&[OPS, VIEWER])));
    let newcomer = either.implies(&ops).unwrap_err();
    assert_eq!(newcomer.to_string(), "a bearer token with role viewer and no scope");
    let caller = newcomer.caller().unwrap();
    assert_eq!((caller.scheme(), caller.configuration(), caller.is_authenticated()), (Some("bearer"), None, true));
    assert_eq!((caller.roles().collect::<Vec<_>>(), caller.scopes().count()), (vec!["viewer"], 0));

    // Digest tells no scopes, and of claims only bearer tokens do.
    assert_eq!(
        all_callers(&of(Requirement::All(&[READS, Requirement::Any(&[TENANT, VIEWER])]))),
        [
            "a bearer token with scope orders:read, claim tenant = \"acme\" and no role",
            "a bearer token with scope orders:read and role viewer",
            "an API key with scope orders:read and role viewer",
        ]
    );
    const NO_GUEST: Requirement = Requirement::Not(&Requirement::role("guest"));
    const VIEWERS: Requirement = Requirement::All(&[READS, VIEWER, NO_GUEST]);
    let failures = all_failures(&declared(Presence::Required, &[BEARER], VIEWERS));
    assert_eq!(
        failures,
        [
            "a caller without credentials",
            "a bearer token that is refused",
            "a bearer token with role viewer and no scope, without role guest",
            "a bearer token with scope orders:read and no role",
            "a bearer token with scope orders:read and roles viewer and guest",
        ]
    );
}

#[test]
fn how_and_when_callers_were_authenticated_is_told_in_words() {
    const MFA: Requirement = Requirement::acr("mfa");
    const RECENT: Requirement = Requirement::max_age(300);
    const HOUR: Requirement = Requirement::max_age(3600);
    let of = |requirement| declared(Presence::Required, &[BEARER], requirement);
    let (strict, wide, strong) = (of(RECENT), of(HOUR), of(const { Requirement::All(&[MFA, RECENT]) }));
    assert_eq!(strict.implies(&wide), Ok(()));
    assert_eq!(strong.implies(&wide), Ok(()));
    let newcomer = wide.implies(&strict).unwrap_err();
    assert_eq!(newcomer.to_string(), "a bearer token, authenticated more than 5 min and at most 1 h ago");
    assert_eq!(newcomer.caller().unwrap().authenticated_ago(), Some(301));
    assert_eq!(all_callers(&strong), ["a bearer token with acr mfa, authenticated at most 5 min ago"]);
    assert_eq!(
        all_failures(&strong)[2..],
        [
            "a bearer token, without acr mfa, authenticated at most 5 min ago",
            "a bearer token with acr mfa, authenticated more than 5 min ago",
        ]
    );
    // An order of classes is an issuer's, and may change: another class is not a weaker one.
    let phr = of(const { Requirement::acr("phr") });
    assert_eq!(phr.implies(&of(MFA)).unwrap_err().to_string(), "a bearer token with acr phr");
    assert_eq!(of(const { Requirement::All(&[MFA, Requirement::acr("phr")]) }).minimal_callers().unwrap().count(), 1);
    // No key tells when anybody was authenticated.
    assert!(all_callers(&declared(Presence::Required, &[API_KEY], RECENT)).is_empty());
}

#[test]
fn claims_inside_objects_are_named_by_their_path() {
    const TYPE: Requirement = Requirement::claim("details\u{1f}type", ClaimValue::text("pay"));
    const LEVEL: Requirement = Requirement::claim("details\u{1f}level", ClaimValue::Int(3));
    let both = declared(Presence::Required, &[BEARER], const { Requirement::All(&[TYPE, LEVEL]) });
    assert_eq!(both.implies(&declared(Presence::Required, &[BEARER], TYPE)), Ok(()));
    let caller = both.minimal_callers().unwrap().next().unwrap();
    assert_eq!(caller.to_string(), "a bearer token with claim details.type = \"pay\" and claim details.level = 3");
    assert_eq!(Json::Object(caller.claims()), json!({ "details": { "type": "pay", "level": 3 } }));
}
