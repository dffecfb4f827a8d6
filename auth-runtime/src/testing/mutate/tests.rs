//! Weaker policies against decisions.

use proptest::prelude::*;

use super::weaker::weaker;
use crate::policy::meaning::Meaning;
use crate::policy::meaning::tests::{anybody, policy};
use crate::policy::oracle::hierarchies;
use crate::policy::{Check, ClaimValue, PolicySpec, Presence, Requirement, Rule, SchemeUse};
use crate::scheme::{ApiKeyScheme, BearerScheme};

/// What an attribute would say in their places.
fn rules(spec: PolicySpec) -> Vec<String> {
    weaker(Box::leak(Box::new(spec))).iter().map(|weaker| Rule::from(weaker).to_string()).collect()
}

const BEARER: PolicySpec =
    PolicySpec::new("handler", "file.rs", 1).accepting(Presence::Required, &[SchemeUse::new::<BearerScheme>("bearer")]);

#[test]
fn each_condition_is_dropped_and_each_and_is_an_or_once() {
    const OWNS: Check = Check::new("owns", "", || "owns".to_owned(), |_| Box::pin(std::future::pending()));
    const ANY: Requirement = Requirement::Any(&[
        Requirement::role("ops"),
        Requirement::All(&[
            Requirement::Check(OWNS),
            Requirement::Not(&Requirement::claim("beta", ClaimValue::Bool(true))),
        ]),
    ]);
    const ALL: Requirement = Requirement::All(&[Requirement::scope("read"), ANY]);
    assert_eq!(
        rules(BEARER.demanding(ALL)),
        [
            r#"bearer, role("ops") || (check(owns) && !claim("beta", true))"#,
            r#"bearer, scope("read")"#,
            r#"bearer, scope("read") && (role("ops") || !claim("beta", true))"#,
            r#"bearer, scope("read") && (role("ops") || check(owns))"#,
            r#"bearer, scope("read") && (role("ops") || (check(owns) || !claim("beta", true)))"#,
            r#"bearer, scope("read") || (role("ops") || (check(owns) && !claim("beta", true)))"#,
            "optional(bearer)",
        ]
    );
}

#[test]
fn so_is_what_one_alternative_demands() {
    const USES: &[SchemeUse] = &[
        SchemeUse::new::<BearerScheme>("bearer").on_condition(Requirement::scope("read")),
        SchemeUse::new::<ApiKeyScheme>("api_key"),
    ];
    let spec = PolicySpec::new("handler", "file.rs", 1).accepting(Presence::Required, USES);
    assert_eq!(
        rules(spec.demanding(Requirement::role("ops"))),
        [
            r#"any(bearer, api_key), role("ops")"#,
            r#"any(bearer && (scope("read") || role("ops")), api_key && role("ops"))"#,
            r#"any(bearer && scope("read"), api_key)"#,
            "optional(any(bearer, api_key))",
        ]
    );
}

#[test]
fn what_is_open_cannot_be_weaker() {
    assert!(rules(PolicySpec::new("handler", "file.rs", 1).open()).is_empty());
    assert!(rules(PolicySpec { presence: Presence::Optional, ..BEARER }).is_empty());
    assert_eq!(rules(BEARER.demanding(Requirement::Authenticated)), ["optional(bearer)"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// By decisions, and by the engine, which also says by whom.
    #[test]
    fn whoever_passes_a_policy_passes_what_is_weaker(
        spec in policy(),
        people in proptest::collection::vec(anybody(), 16),
    ) {
        let hierarchies = hierarchies();
        let meaning = |spec: &PolicySpec| Meaning::new(spec, &hierarchies, |_| false);
        for weaker in weaker(spec) {
            let weaker: &'static PolicySpec = Box::leak(Box::new(weaker));
            prop_assert!(meaning(spec).implies(&meaning(weaker)).is_ok(), "{}", Rule::from(weaker));
            for person in &people {
                for place in 0..spec.schemes.len() {
                    let passes = |spec| person.passes_under(spec, place, &hierarchies);
                    prop_assert!(!passes(spec) || passes(weaker), "{person:?} {}", Rule::from(weaker));
                }
            }
        }
    }
}
