//! The one argument of every function that carries a policy.

use std::any::TypeId;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::dev::Payload;
use actix_web::{Error, FromRequest, Handler, HttpRequest};

use crate::auth::Auth;
use crate::denial::{Denial, Reason};
use crate::fault::polled_after_completion;
use crate::grant::{Extract, Grant, GrantedRequest};
use crate::guard::decision::{Decision, decide};
use crate::guard::hidden::keep_unread;
use crate::guard::{Admission, Admitted, Answered, Eventual, Terms};
use crate::policy::Policy;
use crate::policy::check::{AfterCheck, CheckContext};

/// A request that policy `P` admitted.
///
/// Being the function's only argument, it owns the body until the decision is made: nothing can read it before.
pub struct Authorized<P> {
    source: GrantedRequest<P>,
    admission: Option<Admission>,
}

debug_by_name!([P] Authorized<P> as "Authorized";);

/// Calls the function, and adds what is owed to its answer. No function of its own: a future has room for each move into one.
macro_rules! answer {
    ($authorized:ident, $arguments:expr, $function:ident) => {{
        let terms = Terms::new($authorized.source.grant.into_caller(), $authorized.admission);
        let answer = match $arguments {
            Ok(arguments) => Ok($function.call(arguments).await),
            Err(error) => Err(error),
        };
        let owed = match terms.owed(&$authorized.source.request) {
            Eventual::Ready(owed) => owed,
            Eventual::Pending(owed) => owed.await,
        };
        terms.answer(answer, owed)
    }};
}

impl<P> Authorized<P> {
    /// Extracts the arguments of the user's function and calls it.
    // Everything stays in `self` until the function is called: a future has room for each move.
    #[allow(clippy::manual_async_fn, reason = "the future of an `async fn` has room for its arguments twice")]
    pub(crate) fn run<T, Via, F>(mut self, function: F) -> impl Future<Output = Answered<F::Output>>
    where
        T: Extract<P, Via>,
        F: Handler<T>,
    {
        async move {
            let arguments = match (T::identities(&self.source), &self.admission) {
                (Err(error), Some(admission)) => {
                    let caller = self.source.grant.caller();
                    let denial = match admission.refuse(&self.source.request, caller, &error) {
                        Eventual::Ready(denial) => denial,
                        Eventual::Pending(denial) => denial.await,
                    };
                    return Answered::denied(refused(denial, &self.source.request, self.source.payload));
                }
                (Err(error), None) => Err(error.into()),
                (Ok(identities), admission) => {
                    if let Some(admission) = admission {
                        admission.allowed(&self.source.request, self.source.grant.caller());
                    }
                    T::extract(identities, &mut self.source).await
                }
            };
            answer!(self, arguments, function)
        }
    }

    /// The same, where a check sees the arguments before the function does.
    pub(crate) async fn run_after<T, Via, F>(mut self, function: F, check: AfterCheck<T>) -> Answered<F::Output>
    where
        P: Policy,
        T: Extract<P, Via>,
        F: Handler<T>,
    {
        let (Self { source, admission: Some(admission) }, Some(named)) = (&mut self, const { P::SPEC.check_after() })
        else {
            return Answered::denied(Denial::of(Reason::PolicyUnlinked).into());
        };
        let denied = match T::identities(source) {
            Err(error) => admission.refuse(&source.request, source.grant.caller(), &error),
            Ok(identities) => match T::extract(identities, source).await {
                Err(error) => {
                    admission.not_run(&source.request, source.grant.caller());
                    return answer!(self, Err(error), function);
                }
                Ok(arguments) => {
                    let (request, caller) = (&source.request, source.grant.caller());
                    let context = CheckContext::new(caller.clone(), request.clone());
                    // Started inside the guarded future: a check may panic before its first await.
                    let verdict = async |arguments| check(arguments, context).await;
                    match admission.check_after(request, caller, named, verdict(&arguments)).await {
                        Ok(()) => {
                            admission.allowed(request, caller);
                            return answer!(self, Ok(arguments), function);
                        }
                        Err(denied) => denied,
                    }
                }
            },
        };
        let denial = denied.get().await;
        Answered::denied(refused(denial, &self.source.request, self.source.payload))
    }
}

/// A denial as the error that actix answers.
fn refused(denial: Denial, request: &HttpRequest, payload: Payload) -> Error {
    if denial.is_hidden() {
        keep_unread(request, payload);
    }
    denial.into()
}

impl<P: Policy> Authorized<P> {
    /// Decides whether the request may reach the handler.
    pub(crate) fn decide(request: &HttpRequest) -> Decision {
        decide(Auth::plans_for(request), TypeId::of::<P>(), const { &P::SPEC }, request)
    }
}

impl<P> Authorized<P> {
    /// What follows from the decision.
    pub(crate) fn of(
        decided: Result<Admitted, Denial>,
        request: &HttpRequest,
        payload: Payload,
    ) -> Result<Self, Error> {
        match decided {
            Ok(Admitted { caller, admission }) => {
                let source = GrantedRequest { grant: Grant::new(caller), request: request.clone(), payload };
                Ok(Self { source, admission })
            }
            Err(denial) => Err(refused(denial, request, payload)),
        }
    }
}

impl<P: Policy> FromRequest for Authorized<P> {
    type Error = Error;
    type Future = Authorizing<P>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let payload = payload.take();
        Authorizing { undecided: Some((Self::decide(request), request.clone(), payload)), policy: PhantomData }
    }
}

/// The decision.
pub struct Authorizing<P> {
    undecided: Option<(Decision, HttpRequest, Payload)>,
    policy: PhantomData<fn() -> P>,
}

debug_by_name!([P] Authorizing<P> as "Authorizing";);

impl<P> Future for Authorizing<P> {
    type Output = Result<Authorized<P>, Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let Some((decision, request, payload)) = this.undecided.take() else { polled_after_completion() };
        let decided = match decision {
            Decision::Ready(decided) => decided,
            Decision::Pending(mut decision) => match decision.as_mut().poll(context) {
                Poll::Ready(decided) => decided,
                Poll::Pending => {
                    this.undecided = Some((Decision::Pending(decision), request, payload));
                    return Poll::Pending;
                }
            },
        };
        Poll::Ready(Authorized::of(decided, &request, payload))
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use futures_util::FutureExt as _;

    use super::*;
    use crate::__private::Faulty;

    #[test]
    #[should_panic(expected = "polled after completion")]
    fn a_future_that_is_polled_after_its_end_panics_instead_of_waiting_for_ever() {
        let request = TestRequest::default().to_http_request();
        let mut future = Authorized::<Faulty>::from_request(&request, &mut Payload::None);
        assert!((&mut future).now_or_never().is_some_and(|result| result.is_err()), "no `Auth` is there");
        let _ = (&mut future).now_or_never();
    }
}
