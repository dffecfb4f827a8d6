//! `check_after`: the last word, when the handler's arguments are there.

use std::panic::AssertUnwindSafe;

use actix_web::HttpRequest;
use futures_util::FutureExt as _;

use crate::denial::{Denial, Reason};
use crate::grant::Caller;
use crate::guard::heard::{Heard, Said};
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
        let heard = match tokio::time::timeout(plan.settings.deadline, verdict).await {
            Ok(verdict) => Heard::of(verdict),
            Err(_) => Heard::Fails(Reason::DeadlinePassed.into()),
        };
        let said = match heard {
            Heard::Holds(_) => return Ok(()),
            Heard::Refuses(said) => said.unwrap_or_else(|| Said::Grounds(Reason::CheckFailed.into())),
            Heard::Fails(grounds) => Said::Grounds(grounds),
        };
        Err(plan.refuse(case, said, Some(check)))
    }
}
