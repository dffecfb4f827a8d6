//! What policies become where the matrix asks: checks that say what they are to say, and nobody beyond the decision.

use std::collections::BTreeSet;
use std::future::ready;

use actix_web::{HttpMessage as _, HttpRequest};
use futures_core::future::LocalBoxFuture;

use crate::guard::was_hidden;
use crate::policy::check::{CheckContext, Verdict};
use crate::policy::{Check, PolicySpec, Requirement};

/// Left in a request that its policy lets in.
struct LetIn;

/// Whether the policy let the request in.
pub(super) fn is_let_in(request: &HttpRequest) -> bool {
    request.extensions().get::<LetIn>().is_some()
}

/// Stands behind all that a policy demands: it is asked where everything else holds. Then it notes so, and lets nobody in. Whoever
/// stands in for a hidden route is not the one that was asked for.
const GATE: Check = Check::new(
    "gate",
    "auth_runtime::testing::matrix",
    || "auth_runtime::testing::matrix".to_owned(),
    |context| {
        if let Some((_, request)) = context.0.filter(|(_, request)| !was_hidden(request)) {
            request.extensions_mut().insert(LetIn);
        }
        Box::pin(ready(Verdict::Refused))
    },
);

fn agrees(_: CheckContext) -> LocalBoxFuture<'static, Verdict> {
    Box::pin(ready(Verdict::Allowed))
}

fn refuses(_: CheckContext) -> LocalBoxFuture<'static, Verdict> {
    Box::pin(ready(Verdict::Refused))
}

/// The policy with checks of which these agree and no others, and with the gate behind it.
pub(super) fn stubbed(spec: &PolicySpec, agreeing: &BTreeSet<String>) -> PolicySpec {
    let stub = |check: &Check| check.stubbed(if agreeing.contains(&check.name()) { agrees } else { refuses });
    let schemes = spec.schemes.iter().map(|used| match used.condition() {
        Some(own) => used.on_condition(with_checks(own, &stub)),
        None => *used,
    });
    let after = spec.check_after.map(|check| Requirement::Check(stub(check)));
    let common: Vec<Requirement> =
        [with_checks(&spec.requirement, &stub)].into_iter().chain(after).chain([Requirement::Check(GATE)]).collect();
    PolicySpec { schemes: Vec::leak(schemes.collect()), requirement: Requirement::All(Vec::leak(common)), ..*spec }
}

/// The condition with other checks in their places.
fn with_checks(requirement: &Requirement, stub: &impl Fn(&Check) -> Check) -> Requirement {
    let parts = |parts: &[Requirement]| -> &'static [Requirement] {
        Vec::leak(parts.iter().map(|part| with_checks(part, stub)).collect())
    };
    match requirement {
        Requirement::Check(check) => Requirement::Check(stub(check)),
        Requirement::All(all) => Requirement::All(parts(all)),
        Requirement::Any(any) => Requirement::Any(parts(any)),
        // Of a check nothing is negated.
        other => *other,
    }
}
