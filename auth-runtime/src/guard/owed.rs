//! What a scheme adds to the answer of a request that it judged: at once, or later.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use actix_web::HttpRequest;
use futures_core::future::LocalBoxFuture;
use futures_util::FutureExt as _;

use crate::denial::{Denial, Reason, Unavailable};
use crate::guard::plan::Alternative;
use crate::guard::{Attempted, Plan};
use crate::principal::Principal;
use crate::scheme::{Additions, PendingAdditions, Reauthentication, Response};
use crate::telemetry::{foreign, limited};

/// What is there at once where nothing has to be waited for.
pub(crate) enum Eventual<T> {
    Ready(T),
    Pending(LocalBoxFuture<'static, T>),
}

impl<T> Eventual<T> {
    pub(crate) async fn get(self) -> T {
        match self {
            Self::Ready(value) => value,
            Self::Pending(value) => value.await,
        }
    }
}

impl<T: 'static> Eventual<T> {
    pub(crate) fn map<U>(self, map: impl FnOnce(T) -> U + 'static) -> Eventual<U> {
        match self {
            Self::Ready(value) => Eventual::Ready(map(value)),
            Self::Pending(value) => Eventual::Pending(Box::pin(async move { map(value.await) })),
        }
    }
}

/// What is added, or why the answer must not go out as it is.
pub(crate) type Owed = Result<Additions, Reason>;

impl Plan {
    /// Asks the scheme whose credentials were looked at, or where there were none the one that receives such callers; `principal`
    /// is there where they were good and the handler has acted.
    ///
    /// A scheme is foreign code. One that panics at once leaves the answer as it is. A future is another matter: it was to do
    /// something before the answer goes out, so that where it fails the caller must not be told that all went well.
    #[inline]
    pub(crate) fn owed(
        self: &Arc<Self>,
        request: &HttpRequest,
        attempted: Attempted,
        principal: Option<&Principal>,
    ) -> Eventual<Owed> {
        self.owed_of(request, attempted, principal, None)
    }

    /// The same of a denial, for which the caller may be asked to authenticate again.
    #[inline]
    pub(super) fn owed_of(
        self: &Arc<Self>,
        request: &HttpRequest,
        attempted: Attempted,
        principal: Option<&Principal>,
        asked: Option<Reauthentication<'_>>,
    ) -> Eventual<Owed> {
        let alternative = if attempted.place.is_none() { self.receiving() } else { attempted.owing(self) };
        match alternative {
            Some(alternative) => self.owed_by(alternative, request, principal, asked),
            None => Eventual::Ready(Ok(Additions::new())),
        }
    }

    fn owed_by(
        self: &Arc<Self>,
        alternative: &Alternative,
        request: &HttpRequest,
        principal: Option<&Principal>,
        asked: Option<Reauthentication<'_>>,
    ) -> Eventual<Owed> {
        let nothing = Eventual::Ready(Ok(Additions::new()));
        let (context, scheme) = (self.context(request).with_reauthentication(asked), &alternative.scheme);
        match std::panic::catch_unwind(AssertUnwindSafe(|| scheme.respond(&context, principal))) {
            Ok(Response::Nothing) => nothing,
            Ok(Response::Ready(additions)) => Eventual::Ready(Ok(additions)),
            Ok(Response::Pending(additions)) => {
                let (plan, scheme) = (Arc::clone(self), scheme.name());
                Eventual::Pending(Box::pin(async move { plan.wait_for(additions, scheme).await }))
            }
            Err(_) => {
                limited!(error, scheme = scheme.name(), "a scheme panicked; the answer lacks what the scheme owes it");
                nothing
            }
        }
    }

    async fn wait_for(&self, additions: PendingAdditions, scheme: &'static str) -> Owed {
        let additions = AssertUnwindSafe(additions).catch_unwind();
        let failed = match tokio::time::timeout(self.settings.deadline, additions).await {
            Ok(Ok(Ok(additions))) => return Ok(additions),
            Ok(Ok(Err(unavailable))) => unavailable,
            Ok(Err(_)) => Unavailable::of(Reason::Panicked),
            Err(_) => Unavailable::of(Reason::DeadlinePassed),
        };
        let Unavailable { reason, cause } = failed;
        limited!(
            error,
            policy = self.spec.handler,
            scheme,
            reason = reason.label(),
            cause = cause.as_deref().map(foreign),
            remedy = reason.remedy(),
            "a scheme could not complete an answer; it is replaced"
        );
        Err(reason)
    }

    /// The answer in place of one that the scheme could not complete.
    pub(crate) fn incomplete(&self, request: &HttpRequest, reason: Reason) -> Denial {
        let mut denial = Denial::of(reason);
        self.settings.shape(request, &mut denial);
        denial
    }
}
