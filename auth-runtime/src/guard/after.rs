//! `check_after`: the last word, when the handler's arguments are there.

use std::panic::AssertUnwindSafe;

use actix_web::HttpRequest;
use futures_util::FutureExt as _;

use crate::denial::{Denial, Reason};
use crate::grant::Caller;
use crate::guard::refuse::Grounds;
use crate::guard::{Admission, Eventual};
use crate::policy::Check;
use crate::policy::check::Verdict;

impl Admission {
    /// Waits for what the check says, within the deadline of a decision. `Err` is the denial that the request becomes.
    pub(crate) async fn check_after(
        &self,
        request: &HttpRequest,
        caller: &Caller,
        check: &'static Check,
        verdict: impl Future<Output = Verdict>,
    ) -> Result<(), Eventual<Denial>> {
        let (plan, case) = (self.plan(), self.case(request, caller));
        // A check is foreign code: its panic must not reach the worker, and must not let anyone in.
        let verdict = AssertUnwindSafe(verdict).catch_unwind();
        let mut grounds = match tokio::time::timeout(plan.settings.deadline, verdict).await {
            Ok(Ok(Verdict::Allowed | Verdict::Loaded(_))) => return Ok(()),
            Ok(Ok(Verdict::Denied(said) | Verdict::Unextracted(said))) => {
                return Err(plan.pass_on(case, said, Some(check)));
            }
            Ok(Ok(Verdict::Refused)) => Grounds::from(Reason::CheckFailed),
            Ok(Ok(Verdict::Unidentified(error))) => Grounds::from(&error),
            Ok(Ok(Verdict::Erred(cause))) => Grounds::from(Reason::CheckErred).because(&cause),
            Ok(Ok(Verdict::Unavailable(cause))) => Grounds::from(Reason::CheckUnavailable).because(&cause),
            Ok(Ok(Verdict::ReadBody)) => Grounds::from(Reason::CheckReadBody),
            Ok(Err(_)) => Grounds::from(Reason::Panicked),
            Err(_) => Grounds::from(Reason::DeadlinePassed),
        };
        grounds.details.check = Some(check);
        Err(plan.deny(case, grounds))
    }
}
