//! A policy in front of a service that is no handler.

use std::any::TypeId;
use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::rc::Rc;

use actix_service::{Service, Transform, forward_ready};
use actix_web::Error;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use futures_core::future::LocalBoxFuture;

use crate::auth::Auth;
use crate::extract::authorized::Terms;
use crate::guard::decision::{Decision, decide};
use crate::guard::hidden::keep_unread;
use crate::policy::Policy;

/// Middleware that lets a request through only if policy `P` admits it.
pub(crate) struct Enforce<P>(PhantomData<fn() -> P>);

impl<P> Enforce<P> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<P, S, B> Transform<S, ServiceRequest> for Enforce<P>
where
    P: Policy,
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Transform = Enforced<P, S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(Enforced { service: Rc::new(service), policy: PhantomData }))
    }
}

pub(crate) struct Enforced<P, S> {
    service: Rc<S>,
    policy: PhantomData<fn() -> P>,
}

impl<P, S, B> Service<ServiceRequest> for Enforced<P, S>
where
    P: Policy,
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self::Response, Error>>;

    forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let plans = Auth::plans_for(request.request());
        let decision = decide(plans, TypeId::of::<P>(), const { &P::SPEC }, request.request());
        let service = Rc::clone(&self.service);
        Box::pin(async move {
            let decided = match decision {
                Decision::Ready(decided) => decided,
                Decision::Pending(decision) => decision.await,
            };
            let caller = match decided {
                Ok(caller) => caller,
                // An answer, not an error: that would pass by the middleware around the scope, and by its default service.
                Err(denial) => {
                    let (request, payload) = request.into_parts();
                    if denial.is_hidden() {
                        keep_unread(&request, payload);
                    }
                    return Ok(ServiceResponse::from_err(denial, request).map_into_right_body());
                }
            };
            let terms = Terms::new(caller);
            let mut response = service.call(request).await?;
            let request = response.request().clone();
            terms.settle(&request, response.response_mut());
            Ok(response.map_into_left_body())
        })
    }
}
