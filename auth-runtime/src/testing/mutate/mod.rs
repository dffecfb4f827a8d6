//! Policies that are weaker by one edit, against the tests of an application.

#[cfg(test)]
mod tests;
mod weaker;

use std::any::TypeId;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;

use crate::auth::{Auth, MountedRoute};
use crate::policy::{PolicySpec, Presence, Rule};
use crate::review::route;

/// Runs `tests` again and again, each time with one policy of theirs weaker by one edit, and tells which edits no test noticed.
///
/// A condition is dropped, an `&&` becomes an `||`, or the route is open to everyone. The tests are told by a panic, as by `assert!`,
/// that something is wrong; they build their applications with the `Auth` that they are given. Edits that let in nobody new are left
/// out.
///
/// ```standalone_crate
/// use actix_web::{App, get, test};
/// use auth_runtime::testing::{TestIssuer, TestRequestExt as _, mutate};
/// use auth_runtime::{Auth, requires};
///
/// #[requires(bearer, scope("orders:read") && role("clerk"))]
/// #[get("/orders")]
/// async fn list_orders() -> &'static str { "" }
///
/// # #[actix_web::main]
/// # async fn main() {
/// let issuer = TestIssuer::new();
/// let auth = Auth::builder().bearer(issuer.jwt()).build().unwrap();
///
/// let mutants = mutate(&auth, async |auth| {
///     let app = test::init_service(App::new().service(auth.scope("").service(list_orders))).await;
///     let status = async |token: String| {
///         let request = test::TestRequest::get().uri("/orders").bearer(token).to_request();
///         test::call_service(&app, request).await.status()
///     };
///     assert_eq!(status(issuer.token().scope("orders:read").role("clerk").sign()).await, 200);
///     assert_eq!(status(issuer.token().scope("orders:read").sign()).await, 403);
/// })
/// .await;
///
/// // They send no token without the scope.
/// let told: Vec<String> = mutants.unnoticed().iter().map(|mutant| mutant.newcomer().to_owned()).collect();
/// assert_eq!(told, ["a bearer token with role clerk and no scope"]);
/// # }
/// ```
///
/// With [`assert_all_noticed`](Mutants::assert_all_noticed) it is a test of five lines.
///
/// Not weakened are policies that the tests mount nowhere, conditions by `check_after`, which only its handler can make, and `hide`.
/// A [`matrix`](fn@super::matrix) among the tests would notice everything, for it reads the program's policies: give tests that know by
/// themselves who may pass.
///
/// # Panics
/// When the tests fail with the policies as they are, or mount nothing with the `Auth` that they are given; and without
/// `debug_assertions`.
pub async fn mutate(auth: &Auth, tests: impl AsyncFn(Auth)) -> Mutants {
    let as_it_is = auth.rewritten(|_, _| None);
    tests(as_it_is.clone()).await;
    let mounted = as_it_is.mounted();
    assert!(
        mounted.iter().any(|route| route.policy_type.is_some()),
        "the tests mount no route with the `Auth` that they are given; build their applications with that one"
    );
    let mut mutants = Mutants { tried: 0, unnoticed: Vec::new(), unmounted: unmounted(auth, &mounted) };
    for (policy, routes) in by_policy(&mounted) {
        let Some(spec) = auth.plan(policy).map(|plan| plan.spec) else { continue };
        let (meaning, mut known) = (auth.meaning_of(spec), BTreeSet::new());
        for weaker in weaker::weaker(spec) {
            let rule = Rule::from(&weaker).to_string();
            let Err(newcomer) = auth.meaning_of(&weaker).implies(&meaning) else { continue };
            if !known.insert(rule.clone()) {
                continue;
            }
            mutants.tried += 1;
            let mutated = auth.rewritten(|other, _| (other == policy).then_some(weaker));
            let run = AssertUnwindSafe(async { tests(mutated).await }).catch_unwind();
            if run.await.is_ok() {
                let (routes, is) = (routes.clone(), Rule::from(spec).to_string());
                mutants.unnoticed.push(Mutant { routes, spec, is, rule, newcomer: newcomer.to_string() });
            }
        }
    }
    mutants
}

/// The routes of each policy, in the order of the table.
fn by_policy(mounted: &[MountedRoute]) -> Vec<(TypeId, Vec<String>)> {
    let mut policies: Vec<(TypeId, Vec<String>)> = Vec::new();
    for one in mounted {
        let Some(policy) = one.policy_type else { continue };
        let place = route(one.method(), one.path(), one.is_whole_path(), one.matches());
        match policies.iter_mut().find(|(known, _)| *known == policy) {
            Some((_, routes)) => routes.push(place),
            None => policies.push((policy, vec![place])),
        }
    }
    policies
}

/// Handlers with routes of their own that nothing mounts.
fn unmounted(auth: &Auth, mounted: &[MountedRoute]) -> Vec<&'static PolicySpec> {
    let linked =
        Auth::unmounted(mounted).filter(|linked| auth.plan(linked.kind()).is_some()).map(|linked| linked.spec());
    let guarded = linked.filter(|spec| spec.presence != Presence::Public && !spec.routes.is_empty());
    guarded.map(|spec| (spec.handler, spec)).collect::<BTreeMap<_, _>>().into_values().collect()
}

/// What [`mutate`] found. It displays as a report.
#[derive(Clone, Debug)]
#[must_use = "call `assert_all_noticed`, or read what no test noticed"]
pub struct Mutants {
    tried: usize,
    unnoticed: Vec<Mutant>,
    unmounted: Vec<&'static PolicySpec>,
}

/// A policy that is weaker by one edit. It displays with the route, and with whom it would let in.
#[derive(Clone, Debug)]
pub struct Mutant {
    routes: Vec<String>,
    spec: &'static PolicySpec,
    is: String,
    rule: String,
    newcomer: String,
}

impl Mutants {
    /// How many edits were tried.
    pub fn tried(&self) -> usize {
        self.tried
    }

    /// Those that no test noticed.
    pub fn unnoticed(&self) -> &[Mutant] {
        &self.unnoticed
    }

    /// # Panics
    /// When some edits were not noticed, with the report.
    #[track_caller]
    pub fn assert_all_noticed(&self) {
        assert!(self.unnoticed.is_empty(), "{self}");
    }
}

impl Mutant {
    /// The policy as it is: where it stands, and what it says.
    pub fn policy(&self) -> &'static PolicySpec {
        self.spec
    }

    /// What it would say, as an attribute would.
    pub fn rule(&self) -> &str {
        &self.rule
    }

    /// The simplest caller whom it would let in.
    pub fn newcomer(&self) -> &str {
        &self.newcomer
    }
}

impl fmt::Display for Mutant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { routes, spec, is, rule, newcomer } = self;
        writeln!(f, "{}  {} ({}:{})", routes.join(", "), spec.handler, spec.file, spec.line)?;
        write!(f, "  now   {is}\n  then  {rule}\n  =>    would let in {newcomer}")
    }
}

impl fmt::Display for Mutants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tried, unnoticed, unmounted } = self;
        writeln!(f, "no test notices {} of {tried} ways to weaken a policy by one edit", unnoticed.len())?;
        unnoticed.iter().try_for_each(|mutant| write!(f, "\n{mutant}\n"))?;
        if !unmounted.is_empty() {
            f.write_str("\nnot tried, for these tests do not mount them:\n")?;
        }
        unmounted.iter().try_for_each(|spec| writeln!(f, "  {} ({}:{})", spec.handler, spec.file, spec.line))
    }
}
