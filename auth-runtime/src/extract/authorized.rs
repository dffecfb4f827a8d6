//! The one argument of every handler that carries a policy, and the wrapper of its answer.

use std::any::TypeId;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_web::dev::Payload;
use actix_web::{Error, FromRequest, HttpRequest};
use futures_core::future::LocalBoxFuture;
use pin_project_lite::pin_project;

use crate::auth::Auth;
use crate::denial::Denial;
use crate::fault::polled_after_completion;
use crate::grant::{Extract, Grant, IdentityError, Source};
use crate::guard::decision::{Decision, decide};
use crate::guard::hidden::{keep_unread, owe};
use crate::guard::{Admission, Admitted, Terms};
use crate::policy::Policy;

/// Arguments `T` of a handler that policy `P` admitted the request to.
///
/// Being the handler's only argument, it owns the body until the decision is made: nothing can read it before.
pub struct Authorized<P, T> {
    arguments: T,
    terms: Terms,
    policy: PhantomData<fn() -> P>,
}

impl<P, T> Authorized<P, T> {
    /// The arguments, and what is owed to the answer.
    pub fn into_parts(self) -> (T, Terms) {
        (self.arguments, self.terms)
    }
}

impl<P: Policy, T: Extract<P>> FromRequest for Authorized<P, T> {
    type Error = Error;
    type Future = Authorizing<P, T>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let payload = payload.take();
        match decide(Auth::plans_for(request), TypeId::of::<P>(), const { &P::SPEC }, request) {
            Decision::Ready(Ok(admitted)) => Authorizing::extracting(admitted, request.clone(), payload),
            Decision::Ready(Err(denial)) => Authorizing::denied(denial, request, payload),
            Decision::Pending(decision) => Authorizing::Deciding { decision, rest: Some((request.clone(), payload)) },
        }
    }
}

pin_project! {
    /// The decision, then the arguments.
    #[project = AuthorizingProjection]
    pub enum Authorizing<P, T>
    where
        T: Extract<P>,
    {
        Deciding {
            decision: LocalBoxFuture<'static, Result<Admitted, Denial>>,
            rest: Option<(HttpRequest, Payload)>,
        },
        Extracting {
            #[pin]
            arguments: T::Slots,
            source: Option<Source<P>>,
            admission: Option<Admission>,
            // Whether the identities are taken and the decision is counted.
            identified: bool,
        },
        Denied { denial: Option<Denial> },
    }
}

impl<P, T: Extract<P>> Authorizing<P, T> {
    fn extracting(admitted: Admitted, request: HttpRequest, payload: Payload) -> Self {
        let Admitted { caller, admission } = admitted;
        let source = Some(Source { grant: Grant::new(caller), request, payload });
        Self::Extracting { arguments: T::Slots::default(), source, admission, identified: false }
    }

    fn denied(denial: Denial, request: &HttpRequest, payload: Payload) -> Self {
        if denial.is_hidden() {
            keep_unread(request, payload);
        }
        Self::Denied { denial: Some(denial) }
    }
}

impl<P, T: Extract<P>> Future for Authorizing<P, T> {
    type Output = Result<Authorized<P, T>, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            match self.as_mut().project() {
                AuthorizingProjection::Deciding { decision, rest } => {
                    let decision = ready!(decision.as_mut().poll(context));
                    let Some((request, payload)) = rest.take() else { polled_after_completion() };
                    let next = match decision {
                        Ok(admitted) => Self::extracting(admitted, request, payload),
                        Err(denial) => Self::denied(denial, &request, payload),
                    };
                    self.set(next);
                }
                AuthorizingProjection::Extracting { mut arguments, source, admission, identified } => {
                    let Some(from) = source.as_mut() else { polled_after_completion() };
                    let mut taken = Ok(());
                    if !*identified {
                        taken = ready!(T::poll_identities(arguments.as_mut(), from, context));
                        *identified = true;
                        if let Some(admission) = &*admission {
                            match taken.as_ref().err().and_then(Error::as_error::<IdentityError>) {
                                None => admission.allowed(),
                                Some(error) => {
                                    let denial = admission.refuse(&from.request, error);
                                    let Some(Source { request, payload, .. }) = source.take() else { continue };
                                    self.set(Self::denied(denial, &request, payload));
                                    continue;
                                }
                            }
                        }
                    }
                    let arguments = match taken {
                        Ok(()) => ready!(T::poll_extract(arguments, from, context)),
                        Err(error) => Err(error),
                    };
                    let Some(Source { grant, request, .. }) = source.take() else { polled_after_completion() };
                    let terms = Terms::new(grant.into_caller(), admission.take());
                    return Poll::Ready(match arguments {
                        Ok(arguments) => Ok(Authorized { arguments, terms, policy: PhantomData }),
                        Err(error) => {
                            let shaped = terms.shape(&request, Some(&error));
                            owe(&request, terms);
                            Err(shaped.map_or(error, Error::from))
                        }
                    });
                }
                AuthorizingProjection::Denied { denial } => match denial.take() {
                    Some(denial) => return Poll::Ready(Err(denial.into())),
                    None => polled_after_completion(),
                },
            }
        }
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
        let mut future = Authorized::<Faulty, ()>::from_request(&request, &mut Payload::None);
        assert!((&mut future).now_or_never().is_some_and(|result| result.is_err()), "no `Auth` is there");
        let _ = (&mut future).now_or_never();
    }
}
