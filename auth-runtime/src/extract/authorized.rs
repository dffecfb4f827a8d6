//! The one argument of every handler that carries a policy, and the wrapper of its answer.

use std::any::TypeId;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_web::dev::Payload;
use actix_web::{Error, FromRequest, HttpRequest, HttpResponse, Responder};
use futures_core::future::LocalBoxFuture;
use pin_project_lite::pin_project;

use crate::auth::Auth;
use crate::denial::Denial;
use crate::grant::{Caller, Extract, Grant, Source};
use crate::guard::decision::{Decision, decide};
use crate::guard::hidden::{keep_unread, owe};
use crate::http::cache_control;
use crate::policy::{Policy, Presence};

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
            Decision::Ready(Ok(caller)) => Authorizing::extracting(caller, request.clone(), payload),
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
            decision: LocalBoxFuture<'static, Result<Caller, Denial>>,
            rest: Option<(HttpRequest, Payload)>,
        },
        Extracting {
            #[pin]
            arguments: T::Slots,
            source: Option<Source<P>>,
        },
        Denied { denial: Option<Denial> },
    }
}

impl<P, T: Extract<P>> Authorizing<P, T> {
    fn extracting(caller: Caller, request: HttpRequest, payload: Payload) -> Self {
        let source = Some(Source { grant: Grant::new(caller), request, payload });
        Self::Extracting { arguments: T::Slots::default(), source }
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
                    let Some((request, payload)) = rest.take() else { return Poll::Pending };
                    let next = match decision {
                        Ok(caller) => Self::extracting(caller, request, payload),
                        Err(denial) => Self::denied(denial, &request, payload),
                    };
                    self.set(next);
                }
                AuthorizingProjection::Extracting { arguments, source } => {
                    let Some(from) = source.as_mut() else { return Poll::Pending };
                    let arguments = ready!(T::poll_extract(arguments, from, context));
                    let Some(Source { grant, request, .. }) = source.take() else { return Poll::Pending };
                    let terms = Terms::new(grant.into_caller());
                    return Poll::Ready(match arguments {
                        Ok(arguments) => Ok(Authorized { arguments, terms, policy: PhantomData }),
                        Err(error) => {
                            // A denial among the arguments has what it is owed.
                            if error.as_error::<Denial>().is_none() {
                                owe(&request, terms);
                            }
                            Err(error)
                        }
                    });
                }
                AuthorizingProjection::Denied { denial } => match denial.take() {
                    Some(denial) => return Poll::Ready(Err(denial.into())),
                    None => return Poll::Pending,
                },
            }
        }
    }
}

/// What policy and scheme owe the answer of a handler that ran.
pub struct Terms(Caller);

impl Terms {
    pub(crate) fn new(caller: Caller) -> Self {
        Self(caller)
    }

    /// Wraps the handler's return value.
    pub fn answer<R>(self, answer: R) -> Answered<R> {
        Answered { answer, terms: self }
    }

    /// Adds what is owed to the answer's headers.
    pub(crate) fn settle<B>(&self, request: &HttpRequest, response: &mut HttpResponse<B>) {
        let Some(plan) = self.0.plan() else { return };
        if plan.spec.presence != Presence::Public && !plan.spec.shared_cache {
            cache_control::keep_private(response.headers_mut());
        }
        if let Some(alternative) = self.0.alternative().and_then(|place| plan.alternative(place)) {
            alternative.settle(request, self.0.principal(), response.headers_mut());
        }
    }
}

/// A handler's return value on its way out.
pub struct Answered<R> {
    answer: R,
    terms: Terms,
}

impl<R: Responder> Responder for Answered<R> {
    type Body = R::Body;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse<Self::Body> {
        let mut response = self.answer.respond_to(request);
        self.terms.settle(request, &mut response);
        response
    }
}
