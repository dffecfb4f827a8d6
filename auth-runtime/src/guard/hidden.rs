//! Making a hidden denial the very answer that an unknown route of the same scope gets.

use std::cell::RefCell;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_service::boxed::BoxServiceFactory;
use actix_service::{Service, ServiceFactory as _};
use actix_web::dev::{Path, Payload, Response, ServiceRequest, ServiceResponse, Url};
use actix_web::{Error, HttpMessage as _, HttpRequest};
use futures_core::future::LocalBoxFuture;
use pin_project_lite::pin_project;

use crate::denial::{Denial, Reason};
use crate::guard::Settings;
use crate::guard::observation::observe_unfit_denial;
use crate::telemetry::limited;

/// What answers an unknown route, type-erased as actix keeps it.
pub(crate) type DefaultService = Rc<BoxServiceFactory<(), ServiceRequest, ServiceResponse, Error, ()>>;

/// What a scope knows of unknown routes.
#[derive(Default)]
pub(crate) struct Unknown {
    /// The scope's default service; empty until the scope is registered, because the application's own stands in for it.
    pub(crate) default: RefCell<Option<DefaultService>>,
    /// Those of the scope's `Auth`, for denials of handlers that no policy guards.
    settings: Option<Arc<Settings>>,
}

impl Unknown {
    pub(crate) fn new(settings: &Arc<Settings>) -> Self {
        Self { settings: Some(Arc::clone(settings)), ..Self::default() }
    }

    /// A denial that an open handler or its extractor returned, shaped as every denial.
    fn shape(&self, request: &HttpRequest, said: &Denial) -> Option<Denial> {
        let settings = self.settings.as_ref().filter(|_| !said.is_complete())?;
        let mut denial = match said.reason() {
            // Nobody is asked for credentials, so there is no challenge to send.
            Reason::ApplicationUnauthorized => Denial::of(Reason::DenialUnfit),
            _ => said.copied(),
        };
        observe_unfit_denial(None, denial.reason());
        settings.shape(request, &mut denial);
        Some(denial)
    }
}

/// The body of a request that was denied and is to look as if it had met no route: the default service may read it.
struct Unread(Payload);

/// Keeps the body for the default service.
pub(crate) fn keep_unread(request: &HttpRequest, payload: Payload) {
    request.extensions_mut().insert(Unread(payload));
}

/// Calls the scope's router, and answers a hidden denial by the default service.
pub(crate) fn cover<S>(request: ServiceRequest, router: &S, unknown: &Rc<Unknown>) -> Covered<S::Future>
where
    S: Service<ServiceRequest, Response = ServiceResponse, Error = Error>,
{
    let before = Matched::of(request.match_info());
    Covered::Routing { answer: router.call(request), unknown: Rc::clone(unknown), before }
}

/// How much of a path was matched when the scope got the request: the parameters of a route that is not to show come later.
#[derive(Clone, Copy)]
pub(crate) struct Matched {
    parameters: usize,
    /// Bytes of the path that were not.
    unmatched: usize,
}

impl Matched {
    fn of(path: &Path<Url>) -> Self {
        Self { parameters: path.segment_count(), unmatched: path.unprocessed().len() }
    }

    fn restore(self, path: &mut Path<Url>) {
        let parameters = path.iter().take(self.parameters);
        let parameters: Vec<_> = parameters.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let length = path.as_str().len().saturating_sub(self.unmatched);
        path.reset();
        path.skip(u16::try_from(length).unwrap_or(u16::MAX));
        for (name, value) in parameters {
            path.add_static(name, value);
        }
    }
}

pin_project! {
    /// The router's answer, or what covers it. Written out because every request carries it: an `async` block would keep
    /// room for both, several times over.
    #[project = CoveredProjection]
    pub(crate) enum Covered<F> {
        Routing { #[pin] answer: F, unknown: Rc<Unknown>, before: Matched },
        Hiding { answer: LocalBoxFuture<'static, Result<ServiceResponse, Error>> },
    }
}

impl<F: Future<Output = Result<ServiceResponse, Error>>> Future for Covered<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        // Looked at where it lies: most answers pass as they are, and to move one is to copy it.
        let mut polled = match self.as_mut().project() {
            CoveredProjection::Routing { answer, .. } => answer.poll(context),
            CoveredProjection::Hiding { answer } => answer.as_mut().poll(context),
        };
        if let CoveredProjection::Routing { unknown, before, .. } = self.as_mut().project()
            && is_unfinished(&polled)
        {
            let covered = polled.map(|answered| covered(answered, unknown, *before));
            polled = match covered {
                Poll::Pending => Poll::Pending,
                Poll::Ready(Covering::Answer(answer)) => Poll::Ready(answer),
                Poll::Ready(Covering::Hiding(answer)) => {
                    // Drops the router's future first, which may hold the request.
                    self.set(Self::Hiding { answer });
                    self.poll(context)
                }
            };
        }
        polled
    }
}

/// What goes out in place of what the router has answered.
enum Covering {
    Answer(Result<ServiceResponse, Error>),
    Hiding(LocalBoxFuture<'static, Result<ServiceResponse, Error>>),
}

/// Whether the router has answered a denial that does not go out as it is.
fn is_unfinished(polled: &Poll<Result<ServiceResponse, Error>>) -> bool {
    let Poll::Ready(Ok(answer)) = polled else { return false };
    let denial = answer.response().error().and_then(Error::as_error::<Denial>);
    denial.is_some_and(|denial| denial.is_hidden() || !denial.is_complete() || answer.status().is_redirection())
}

#[cold]
fn covered(answered: Result<ServiceResponse, Error>, unknown: &Unknown, before: Matched) -> Covering {
    let denied = answered.as_ref().ok().and_then(|answer| Some((answer, answer.response().error()?.as_error()?)));
    let Some((answer, denial)) = denied else { return Covering::Answer(answered) };
    let (is_hidden, shaped) = (Denial::is_hidden(denial), unknown.shape(answer.request(), denial));
    if !is_hidden && shaped.is_none() {
        return Covering::Answer(match answer.status().is_redirection() {
            true => answered.map(led_on),
            false => answered,
        });
    }
    let answer = match (answered, shaped) {
        (Ok(answer), Some(denial)) => ServiceResponse::from_err(denial, answer.into_parts().0),
        (Ok(answer), None) => answer,
        error => return Covering::Answer(error.0),
    };
    let default = if is_hidden { unknown.default.borrow().clone() } else { None };
    match default {
        Some(default) => Covering::Hiding(Box::pin(hide(answer, default, before))),
        None => Covering::Answer(Ok(answer)),
    }
}

/// Whoever is led to the login page has met no error, which others around the application would log as one of ours.
fn led_on(answer: ServiceResponse) -> ServiceResponse {
    let (request, response) = answer.into_parts();
    ServiceResponse::new(request, Response::from(response).into())
}

/// The answer that an unknown route of the scope gets.
async fn hide(answer: ServiceResponse, default: DefaultService, before: Matched) -> Result<ServiceResponse, Error> {
    let (request, denied) = answer.into_parts();
    // The denial's body may hold the request, which must be held by nobody else to be routed again.
    drop(denied);
    let payload = request.extensions_mut().remove::<Unread>().map_or(Payload::None, |Unread(payload)| payload);
    let mut request = ServiceRequest::from_parts(request, payload);
    // actix panics where somebody else holds the request, such as a task that a check has left behind. The route's own
    // parameters then stay, which is better than no answer.
    if std::panic::catch_unwind(AssertUnwindSafe(|| before.restore(request.match_info_mut()))).is_err() {
        limited!(warn, "a check keeps the request it was given; its parameters cannot be hidden");
    }
    match default.new_service(()).await {
        Ok(service) => service.call(request).await,
        Err(()) => Ok(request.into_response(actix_web::HttpResponse::NotFound().finish())),
    }
}

#[cfg(test)]
mod tests {
    use std::future::ready;

    use actix_web::HttpResponse;
    use actix_web::test::TestRequest;
    use futures_util::FutureExt as _;

    use super::*;

    fn poll_twice(answer: HttpResponse) {
        let answer = TestRequest::default().to_srv_request().into_response(answer);
        let unknown = Rc::new(Unknown { default: RefCell::new(Some(not_found())), settings: None });
        let before = Matched { parameters: 0, unmatched: 1 };
        let mut covered = Box::pin(Covered::Routing { answer: ready(Ok(answer)), unknown, before });
        assert!(covered.as_mut().now_or_never().is_some_and(|answer| answer.is_ok()));
        let _ = covered.as_mut().now_or_never();
    }

    fn not_found() -> DefaultService {
        let service = async |request: ServiceRequest| Ok(request.into_response(HttpResponse::NotFound().finish()));
        Rc::new(actix_service::boxed::factory(actix_service::fn_service(service)))
    }

    #[test]
    #[should_panic(expected = "after completion")]
    fn an_answer_that_passes_as_it_is_is_given_once() {
        poll_twice(HttpResponse::Ok().finish());
    }

    #[test]
    #[should_panic(expected = "after completion")]
    fn an_answer_that_is_covered_is_given_once() {
        let mut denial = Denial::of(Reason::CredentialsMissing);
        denial.hide();
        poll_twice(HttpResponse::from_error(denial));
    }
}
