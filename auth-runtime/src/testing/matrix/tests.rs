//! Rules that stubbed checks and the gate keep.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::stubs::stubbed;
use crate::policy::meaning::tests::{anybody, policy};
use crate::policy::oracle::hierarchies;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// The gate is the last that is asked, and only where the policy lets the caller in.
    #[test]
    fn the_gate_is_asked_where_the_policy_lets_the_caller_in(spec in policy(), person in anybody()) {
        let gated = Box::leak(Box::new(stubbed(spec, &BTreeSet::new())));
        for place in 0..spec.schemes.len() {
            let passes = person.passes_under(spec, place, &hierarchies());
            let mut at_the_gate = person.clone();
            prop_assert!(!at_the_gate.passes_under(gated, place, &hierarchies()), "the gate lets nobody in");
            at_the_gate.agree("auth_runtime::testing::matrix");
            prop_assert_eq!(at_the_gate.passes_under(gated, place, &hierarchies()), passes);
        }
    }
}
