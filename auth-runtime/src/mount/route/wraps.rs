//! Middleware around the routes of one resource.

use std::rc::Rc;

use actix_service::boxed::{self, BoxService};
use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::middleware::Compat;
use futures_util::future::LocalBoxFuture;

/// What middleware is put around.
pub(super) type RouteService = BoxService<ServiceRequest, ServiceResponse, Error>;

type Wrap = Rc<dyn Fn(RouteService) -> LocalBoxFuture<'static, Result<RouteService, ()>>>;

/// Middleware in the order in which it was added: the last is asked first. Boxed, so that a resource keeps its type.
#[derive(Clone, Default)]
pub(super) struct Wraps(Vec<Wrap>);

impl Wraps {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn push<M, B>(&mut self, middleware: M)
    where
        M: Transform<RouteService, ServiceRequest, Response = ServiceResponse<B>, Error = Error, InitError = ()>
            + 'static,
        B: MessageBody + 'static,
    {
        let middleware = Compat::new(middleware);
        self.0.push(Rc::new(move |inner| {
            let wrapped = middleware.new_transform(inner);
            Box::pin(async move { Ok(boxed::service(wrapped.await?)) })
        }));
    }
}

impl<S> Transform<S, ServiceRequest> for Wraps
where
    S: Service<ServiceRequest, Response = ServiceResponse, Error = Error> + 'static,
    S::Future: 'static,
{
    type Response = ServiceResponse;
    type Error = Error;
    type Transform = RouteService;
    type InitError = ();
    type Future = LocalBoxFuture<'static, Result<RouteService, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        let Self(wraps) = self.clone();
        Box::pin(async move {
            let mut service = boxed::service(service);
            for wrap in wraps {
                service = wrap(service).await?;
            }
            Ok(service)
        })
    }
}
