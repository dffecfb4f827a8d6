//! Counting a request that a policy lets in against its limit.

use actix_web::HttpRequest;

use crate::denial::{Reason, Rejection};
use crate::guard::refuse::Grounds;
use crate::guard::{Plan, nested};
use crate::http::parts::RequestView;
use crate::limits::{Counted, Spent, Taken, Whose};
use crate::policy::LimitBy;
use crate::principal::Principal;

impl From<Spent> for Grounds {
    fn from(spent: Spent) -> Self {
        Rejection::too_often(Reason::LimitReached, spent.headers()).into()
    }
}

impl Plan {
    /// Counts a request of this caller; `None` where nothing limits it, or a guard around has counted it.
    pub(super) fn count(&self, request: &HttpRequest, caller: Option<&Principal>) -> Option<Taken> {
        self.spec.limit?;
        if nested::is_counted(request, self.spec.limit_of) { None } else { self.count_parts(request, caller) }
    }

    /// The same of what is not a request of actix-web's.
    pub(super) fn count_parts<'a>(
        &self,
        request: impl Into<RequestView<'a>>,
        caller: Option<&Principal>,
    ) -> Option<Taken> {
        let limit = self.spec.limit?;
        let address = |request| Whose::Address(self.settings.address_share(request));
        let whose = match (limit.by(), caller) {
            (LimitBy::Caller, Some(caller)) => Whose::Caller(caller.key()),
            (LimitBy::Caller | LimitBy::Address, _) => address(request.into()),
        };
        let counted = Counted { of: self.spec.limit_of, requests: limit.requests(), window: limit.period() };
        Some(self.settings.limiter.take(counted, whose))
    }
}
