//! What a scheme serves itself.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};

/// A route that a scheme serves itself, such as where people sign in and where a provider sends them back.
///
/// Mounted by [`Auth::scheme_routes`](crate::Auth::scheme_routes), open to everyone, and listed as such in
/// [`Auth::mounted`](crate::Auth::mounted).
///
/// # Security
/// Nothing in front of it asks for credentials: the function decides what it does for whom.
///
/// ```
/// use actix_web::HttpResponse;
/// use actix_web::http::Method;
/// use auth_runtime::scheme::SchemeRoute;
///
/// let route = SchemeRoute::new(Method::GET, "/login", "where people sign in", |_request, _body| async {
///     HttpResponse::Ok().body("a form")
/// });
/// assert_eq!(route.path(), "/login");
/// ```
#[derive(Clone)]
#[must_use]
pub struct SchemeRoute {
    method: Method,
    path: Box<str>,
    reason: &'static str,
    handler: Arc<Handler>,
}

pub(crate) type Handler =
    dyn Fn(HttpRequest, web::Payload) -> Pin<Box<dyn Future<Output = HttpResponse>>> + Send + Sync;

impl SchemeRoute {
    /// A route for requests of this method to this path below where the routes are mounted; `reason` says why it is open.
    pub fn new<F, Answer>(method: Method, path: &str, reason: &'static str, handler: F) -> Self
    where
        F: Fn(HttpRequest, web::Payload) -> Answer + Send + Sync + 'static,
        Answer: Future<Output = HttpResponse> + 'static,
    {
        let handler = Arc::new(move |request, body| -> Pin<Box<dyn Future<Output = HttpResponse>>> {
            Box::pin(handler(request, body))
        });
        Self { method, path: path.into(), reason, handler }
    }

    /// The method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The path, as a pattern of actix-web's.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Why it is open to everyone.
    pub fn reason(&self) -> &'static str {
        self.reason
    }

    pub(crate) fn handler(&self) -> &Arc<Handler> {
        &self.handler
    }
}

impl fmt::Debug for SchemeRoute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SchemeRoute").field("method", &self.method).field("path", &self.path).finish_non_exhaustive()
    }
}
