//! A handler behind its policy as the router of actix calls it: one service, without a `Resource` around it.

use actix_service::{ServiceFactory, fn_service};
use actix_web::dev::{AppService, ResourceDef, ServiceRequest, ServiceResponse};
use actix_web::guard::{Guard, GuardContext, Method};
use actix_web::{Error, Handler, HttpResponse, Resource, Responder};

use crate::extract::authorized::Authorized;
use crate::guard::{Answered, Eventual};
use crate::mount::declarations::refuse;
use crate::policy::{Policy, RouteSpec};

/// A handler with one of the places that its route attributes name.
pub struct Endpoint<H> {
    path: &'static str,
    name: &'static str,
    methods: Methods,
    handler: H,
}

debug_by_name!([H] Endpoint<H> as "Endpoint";);

impl<H> Endpoint<H> {
    /// `function` is the handler's path, whose last part is the place's name where the attribute gives none.
    pub(super) fn new(route: &RouteSpec, function: &'static str, handler: H) -> Self {
        let name = route.name.unwrap_or_else(|| function.rsplit("::").next().unwrap_or(function));
        Self { path: route.path, name, methods: Methods::of(route.methods), handler }
    }

    /// As users give it guards and middleware.
    pub(super) fn into_resource<P, F>(self) -> Resource
    where
        P: Policy,
        H: Handler<(Authorized<P>,), Output = Answered<F>>,
        F: Responder + 'static,
    {
        Resource::new(self.path).name(self.name).guard(self.methods).to(self.handler)
    }

    /// Registers it as it is. A `Resource` with nothing but a handler would be two services more for each request to pass, each
    /// with a future in a box of its own.
    pub(super) fn register<P, F>(self, config: &mut AppService)
    where
        P: Policy,
        H: Handler<(Authorized<P>,), Output = Answered<F>>,
        F: Responder + 'static,
    {
        // As `Resource` reads a path.
        let slash = if self.path.is_empty() || self.path.starts_with('/') { "" } else { "/" };
        let mut pattern = ResourceDef::new(format!("{slash}{}", self.path));
        pattern.set_name(self.name);
        config.register_service(pattern, Some(vec![Box::new(self.methods)]), guarded(self.handler), None);
    }
}

/// Calls the handler for whom its policy admits. As actix calls one, but the decision is looked at where it is made, without a
/// future of its own.
fn guarded<P, H, F>(
    handler: H,
) -> impl ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse, Error = Error, InitError = ()>
where
    P: Policy,
    H: Handler<(Authorized<P>,), Output = Answered<F>>,
    F: Responder + 'static,
{
    fn_service(move |request: ServiceRequest| {
        let handler = handler.clone();
        async move {
            let (request, payload) = request.into_parts();
            let decided = match Authorized::<P>::decide(&request) {
                Eventual::Ready(decided) => decided,
                Eventual::Pending(decision) => decision.await,
            };
            // Not a `match` around the handler's future: that would keep room for all that it matches.
            let answer = match Authorized::of(decided, &request, payload) {
                Ok(authorized) => handler.call((authorized,)),
                Err(refused) => return Ok(ServiceResponse::new(request, HttpResponse::from_error(refused))),
            };
            let response = answer.await.respond_to(&request).map_into_boxed_body();
            Ok(ServiceResponse::new(request, response))
        }
    })
}

/// Lets the methods of a route attribute pass.
struct Methods(Vec<(actix_web::http::Method, Box<dyn Guard>)>);

impl Methods {
    fn of(names: &[&str]) -> Self {
        if names.is_empty() {
            refuse("a route attribute names no method; name one, as in `#[get(…)]`");
        }
        let guards = names.iter().map(|name| match actix_web::http::Method::from_bytes(name.as_bytes()) {
            Ok(method) => (method.clone(), Box::new(Method(method)) as Box<dyn Guard>),
            Err(_) => refuse(&format!("`{name}` is no HTTP method; name one, as in `method = \"GET\"`")),
        });
        Self(guards.collect())
    }
}

impl Guard for Methods {
    fn check(&self, context: &GuardContext<'_>) -> bool {
        let wanted = &context.head().method;
        // actix's own guards also note their method in the request, for the 405 of a resource that may come after this one.
        // They are asked only where that can come: the note is an allocation and two entries in a map.
        self.0.iter().any(|(method, _)| method == wanted)
            || self.0.iter().any(|(_, registering)| registering.check(context))
    }
}

#[cfg(test)]
mod tests {
    use actix_web::dev::HttpServiceFactory;
    use actix_web::test::{TestRequest, call_service, init_service};
    use actix_web::{App, web};

    use super::*;
    use crate::__private::Faulty;
    use crate::denial::{Denial, Reason};

    struct Mounted {
        path: &'static str,
        as_resource: bool,
    }

    impl HttpServiceFactory for Mounted {
        fn register(self, config: &mut AppService) {
            const METHODS: &[&str] = &["GET"];
            let handler =
                |_: Authorized<Faulty>| async { Answered::<&str>::denied(Denial::of(Reason::PolicyUnlinked).into()) };
            let endpoint = Endpoint::new(&RouteSpec::new(METHODS, self.path), "orders::list", handler);
            match self.as_resource {
                true => endpoint.into_resource().register(config),
                false => endpoint.register(config),
            }
        }
    }

    /// Status, name and pattern of what answers at the root of the application and in scopes.
    async fn answers(path: &'static str, as_resource: bool) -> Vec<(u16, Option<String>, Option<String>)> {
        let mounted = || Mounted { path, as_resource };
        let scopes = App::new().service(web::scope("/s").service(mounted())).service(web::scope("").service(mounted()));
        let (root, scopes) = (init_service(App::new().service(mounted())).await, init_service(scopes).await);
        let mut answers = Vec::new();
        for target in ["/", "/orders", "/orders/", "/ordersorders", "/s", "/s/", "/s/orders", "/sorders", "/s/7"] {
            for request in [TestRequest::get, TestRequest::post] {
                for app in [&root, &scopes] {
                    let answer = call_service(app, request().uri(target).to_request()).await;
                    let request = answer.request();
                    let name = request.match_name().map(str::to_owned);
                    answers.push((answer.status().as_u16(), name, request.match_pattern()));
                }
            }
        }
        answers
    }

    #[actix_web::test]
    async fn it_stands_where_a_resource_would() {
        for path in ["/orders", "orders", "", "/", "/{id}", "/orders/{rest}*"] {
            assert_eq!(answers(path, false).await, answers(path, true).await, "{path:?}");
        }
    }
}
