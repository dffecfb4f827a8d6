//! Running every guard of the program.

use actix_web::ResponseError as _;
use actix_web::test::TestRequest;

use crate::auth::Auth;
use crate::guard::decision::{Decision, decide};
use crate::policy::Presence;
use crate::policy::registry::POLICIES;

/// What [`assert_every_policy_denies`] found, by handler.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct GuardReport {
    /// Policies that denied a request without credentials.
    pub denied: Vec<&'static str>,
    /// `optional(…)` policies, which let it through.
    pub optional: Vec<&'static str>,
    /// `#[public]` policies, which let it through.
    pub public: Vec<&'static str>,
}

/// Runs the guard of every policy linked into the program on a request without credentials, and demands that all deny
/// but those that are public or optional.
///
/// Compare the lists of the report with what you expect, so that a route cannot become public unnoticed.
///
/// # Panics
/// When a guard admits the request, when one fails for want of configuration, and when there are no policies at all,
/// which means that the linker has dropped them.
pub async fn assert_every_policy_denies(auth: &Auth) -> GuardReport {
    assert!(
        !POLICIES.is_empty(),
        "no policy is linked into this program; is a handler of the application used at all?"
    );
    let mut report = GuardReport::default();
    let mut faults = Vec::new();
    for linked in POLICIES.iter() {
        let spec = linked.spec();
        let request = TestRequest::default().app_data(auth.clone()).to_http_request();
        let decided = match decide(Some(auth.plans()), linked.kind(), spec, &request) {
            Decision::Ready(decided) => decided,
            Decision::Pending(decision) => decision.await,
        };
        let at = || format!("`{}` at {}:{}", spec.handler, spec.file, spec.line);
        match (spec.presence, decided) {
            (Presence::Public, Ok(_)) => report.public.push(spec.handler),
            (Presence::Optional, Ok(_)) => report.optional.push(spec.handler),
            (Presence::Required, Ok(_)) => faults.push(format!("{} admitted a request without credentials", at())),
            (Presence::Required, Err(denial)) if denial.status_code().is_client_error() => {
                report.denied.push(spec.handler);
            }
            (_, Err(denial)) => faults.push(format!("{} could not decide: {denial}", at())),
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    [&mut report.denied, &mut report.optional, &mut report.public].into_iter().for_each(|list| list.sort_unstable());
    report
}
