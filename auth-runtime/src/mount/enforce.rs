//! A policy in front of a service that is not a handler.

use std::any::TypeId;
use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;

use actix_service::{Service, Transform, forward_ready};
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Extensions, ServiceRequest, ServiceResponse};
use actix_web::test::TestRequest;
use actix_web::{Error, HttpMessage as _, HttpRequest};
use futures_core::future::LocalBoxFuture;

use crate::auth::Auth;
use crate::guard::decision::{Decision, decide};
use crate::guard::hidden::keep_unread;
use crate::guard::{Admitted, Terms};
use crate::policy::Policy;
use crate::telemetry::limited;

/// Middleware that lets a request through only if policy `P` admits it.
pub(crate) struct Enforce<P> {
    auth: Auth,
    policy: PhantomData<fn() -> P>,
}

impl<P> Enforce<P> {
    pub(crate) fn new(auth: Auth) -> Self {
        Self { auth, policy: PhantomData }
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
        ready(Ok(Enforced { service: Rc::new(service), auth: self.auth.clone(), policy: PhantomData }))
    }
}

pub(crate) struct Enforced<P, S> {
    service: Rc<S>,
    auth: Auth,
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
        let decision = decide(Some(self.auth.plans()), TypeId::of::<P>(), const { &P::SPEC }, request.request());
        let (service, auth) = (Rc::clone(&self.service), self.auth.clone());
        Box::pin(async move {
            let decided = match decision {
                Decision::Ready(decided) => decided,
                Decision::Pending(decision) => decision.await,
            };
            let Admitted { caller, admission } = match decided {
                Ok(admitted) => admitted,
                // An answer, not an error: that would pass by the middleware around the scope, and by its default service.
                Err(denial) => {
                    let (request, payload) = request.into_parts();
                    if denial.is_hidden() {
                        keep_unread(&request, payload);
                    }
                    return Ok(ServiceResponse::from_err(denial, request).map_into_right_body());
                }
            };
            let terms = Terms::new(caller, admission);
            // Held until the service has answered: guards inside may decide otherwise.
            let surrounding = terms.surround(request.request());
            let response = match alone(request) {
                Ok(request) => service.call(request).await?,
                Err(shared) => {
                    limited!(
                        warn,
                        policy = P::SPEC.handler,
                        "a check keeps the request it was given; the service gets a copy, without the data of the `App`"
                    );
                    let (request, payload) = shared.into_parts();
                    let mut copy = copy(&request, &auth);
                    copy.set_payload(payload);
                    let answered = service.call(copy).await?;
                    swap_extensions(answered.request(), &request);
                    ServiceResponse::new(request, answered.into_parts().1)
                }
            };
            drop(surrounding);
            let (request, response) = response.into_parts();
            let owed = terms.owed(&request).get().await;
            let response = terms.settle(&request, response, owed);
            Ok(ServiceResponse::new(request, response))
        })
    }
}

/// The request if nobody else holds it: only then can actix route it on.
fn alone(mut request: ServiceRequest) -> Result<ServiceRequest, ServiceRequest> {
    // actix panics where somebody else does, such as a task that a check has left behind, and shows it in no other way.
    let held = std::panic::catch_unwind(AssertUnwindSafe(|| _ = request.match_info_mut())).is_err();
    if held { Err(request) } else { Ok(request) }
}

/// A request that says what `request` says. actix lets nobody copy the application's data.
fn copy(request: &HttpRequest, auth: &Auth) -> ServiceRequest {
    let mut copy = TestRequest::default().to_srv_request();
    copy.head_mut().clone_from(request.head());
    copy.match_info_mut().clone_from(request.match_info());
    let mut data = Extensions::new();
    data.insert(auth.clone());
    copy.add_data_container(Rc::new(data));
    swap_extensions(copy.request(), request);
    copy
}

fn swap_extensions(one: &HttpRequest, other: &HttpRequest) {
    std::mem::swap(&mut *one.extensions_mut(), &mut *other.extensions_mut());
}
