//! The static checks against an independent evaluation.

use proptest::prelude::*;

use super::faults_of;

#[derive(Clone, Debug)]
enum Expression {
    Role(u8),
    Not(Box<Self>),
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
}

impl Expression {
    fn text(&self) -> String {
        match self {
            Self::Role(role) => format!("role(\"r{role}\")"),
            Self::Not(inner) => format!("!({})", inner.text()),
            Self::And(a, b) => format!("({}) && ({})", a.text(), b.text()),
            Self::Or(a, b) => format!("({}) || ({})", a.text(), b.text()),
        }
    }

    fn holds(&self, roles: u32) -> bool {
        match self {
            Self::Role(role) => roles >> role & 1 == 1,
            Self::Not(inner) => !inner.holds(roles),
            Self::And(a, b) => a.holds(roles) && b.holds(roles),
            Self::Or(a, b) => a.holds(roles) || b.holds(roles),
        }
    }
}

fn expression(roles: u8) -> impl Strategy<Value = Expression> {
    (0..roles).prop_map(Expression::Role).prop_recursive(4, 16, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|inner| Expression::Not(Box::new(inner))),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| Expression::And(Box::new(a), Box::new(b))),
            (inner.clone(), inner).prop_map(|(a, b)| Expression::Or(Box::new(a), Box::new(b))),
        ]
    })
}

/// With further predicates, which put the whole past the exact check and say nothing about its truth.
fn padded(condition: &str) -> String {
    let padding: Vec<String> = (0..13).map(|index| format!("scope(\"s{index}\")")).collect();
    format!("bearer, {condition}, {}", padding.join(", "))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_never_or_always_holds_is_refused(expression in expression(4)) {
        let values: Vec<bool> = (0..16).map(|roles| expression.holds(roles)).collect();
        let found = faults_of(&format!("bearer, {}", expression.text()));
        if values.iter().all(|&value| value == values[0]) {
            prop_assert!(!found.is_empty());
        }
    }

    #[test]
    fn what_the_shape_refuses_the_table_refuses(expression in expression(6)) {
        let by_shape = faults_of(&padded(&expression.text()));
        if !by_shape.is_empty() {
            prop_assert!(!faults_of(&format!("bearer, {}", expression.text())).is_empty(), "{by_shape:?}");
        }
    }
}

#[test]
fn different_values_of_a_claim_do_not_contradict() {
    assert_eq!(faults_of(r#"bearer, claim("groups", "a") && claim("groups", "b")"#), [""; 0]);
}

#[test]
fn the_shape_finds_plain_contradictions() {
    for condition in [
        r#"role("a") && !role("a")"#,
        r#"role("a") || !role("a")"#,
        r#"role("a") || role("a") && role("b")"#,
        r#"role("a") && (role("a") || role("b"))"#,
        r#"role("a") || role("a")"#,
        r#"(role("a") || role("b")) && !(role("b") || role("a"))"#,
    ] {
        assert!(!faults_of(&padded(condition)).is_empty(), "{condition}");
    }
}
