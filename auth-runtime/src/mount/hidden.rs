//! Making a hidden denial the very answer that an unknown route of the same scope gets.

use std::cell::RefCell;
use std::rc::Rc;

use actix_service::boxed::BoxServiceFactory;
use actix_service::{Service, ServiceFactory as _};
use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};

use crate::denial::Denial;

/// What answers an unknown route, type-erased as actix keeps it.
pub(crate) type DefaultService = Rc<BoxServiceFactory<(), ServiceRequest, ServiceResponse, Error, ()>>;

/// The scope's default service; empty until the scope is registered, because the application's own stands in for it.
pub(crate) type DefaultSlot = Rc<RefCell<Option<DefaultService>>>;

/// Calls the scope's router, and answers a hidden denial by the default service.
pub(crate) fn cover<S, B>(
    request: ServiceRequest,
    router: &S,
    default: DefaultSlot,
) -> impl Future<Output = Result<ServiceResponse, Error>> + use<S, B>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody + 'static,
{
    let answer = router.call(request);
    async move {
        let answer = answer.await?;
        let hidden =
            answer.response().error().and_then(|error| error.as_error::<Denial>()).is_some_and(Denial::is_hidden);
        let default = if hidden { default.borrow().clone() } else { None };
        let Some(default) = default else { return Ok(answer.map_into_boxed_body()) };
        let (request, _) = answer.into_parts();
        match default.new_service(()).await {
            Ok(service) => service.call(ServiceRequest::from_request(request)).await,
            Err(()) => Ok(ServiceResponse::new(request, actix_web::HttpResponse::NotFound().finish())),
        }
    }
}
