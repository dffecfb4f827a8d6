//! A scope that collects the operations of what it mounts, for applications of `utoipa_actix_web`.

use std::cell::RefCell;

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{AppService, HttpServiceFactory, ServiceFactory, ServiceRequest, ServiceResponse};
use utoipa::openapi::path::{Paths, PathsMap};
use utoipa::openapi::{RefOr, Schema};
use utoipa_actix_web::OpenApiFactory;

use crate::mount::{self, Declarations, Declared};
use crate::openapi::matching::template;

/// Collects the operations of what is mounted in a scope.
///
/// The result stands where the scope itself would, and in `utoipa_actix_web`'s `UtoipaApp`, scopes and `ServiceConfig`.
///
/// ```
/// use actix_web::{App, get};
/// use auth_runtime::{Auth, openapi, requires};
/// use utoipa_actix_web::AppExt as _;
///
/// #[utoipa::path(responses((status = 200, description = "the order")))]
/// #[requires(bearer, scope = "orders:read")]
/// #[get("/orders/{id}")]
/// async fn show_order() -> &'static str { "an order" }
///
/// # fn main() {
/// # let jwt = auth_runtime::Jwt::hs256([7; 32]).issuer("https://idp.example").audience("https://api.example");
/// let auth = Auth::builder().bearer(jwt).build().unwrap();
/// let scope = openapi::scope(auth.scope("/api")).service(show_order);
/// let (app, document) = App::new().into_utoipa_app().service(scope).split_for_parts();
/// assert!(document.paths.paths.contains_key("/api/orders/{id}"));
/// # drop(app);
/// # }
/// ```
pub fn scope<T>(scope: mount::Scope<T>) -> Scope<T> {
    Scope { scope, collected: Collected::default() }
}

/// A scope and the operations of what it mounts: see [`scope`](scope()).
#[must_use]
pub struct Scope<T> {
    scope: mount::Scope<T>,
    collected: Collected,
}

/// Collects services for such a scope, in a function of its own: see [`Scope::configure`].
pub struct ServiceConfig<'a> {
    config: &'a mut mount::ServiceConfig,
    collected: &'a mut Collected,
}

debug_by_name! {
    [T] Scope<T> as "Scope";
    [] ServiceConfig<'_> as "ServiceConfig";
}

/// What services say of themselves. utoipa asks for it by reference and takes it away.
#[derive(Default)]
struct Collected {
    paths: RefCell<Paths>,
    schemas: RefCell<Schemas>,
}

type Schemas = Vec<(String, RefOr<Schema>)>;

impl Collected {
    fn add(&mut self, service: &impl OpenApiFactory) {
        self.paths.get_mut().merge(service.paths());
        service.schemas(self.schemas.get_mut());
    }
}

impl<T> Scope<T>
where
    T: ServiceFactory<ServiceRequest, Config = (), Error = Error, InitError = ()>,
{
    /// Adds a service that says who may call it and what it does.
    pub fn service(mut self, service: impl Declared + OpenApiFactory + 'static) -> Self {
        self.collected.add(&service);
        self.scope = self.scope.service(service);
        self
    }

    /// Lets a function add services, so that the assembly can be split over modules.
    pub fn configure(mut self, configure: impl FnOnce(&mut ServiceConfig<'_>)) -> Self {
        let collected = &mut self.collected;
        self.scope = self.scope.configure(|config| configure(&mut ServiceConfig { config, collected }));
        self
    }

    /// Does with the scope what else a scope can do: data, guards, middleware, routes mounted by hand.
    pub fn map<U>(self, change: impl FnOnce(mount::Scope<T>) -> mount::Scope<U>) -> Scope<U> {
        Scope { scope: change(self.scope), collected: self.collected }
    }
}

impl ServiceConfig<'_> {
    /// Adds a service that says who may call it and what it does.
    pub fn service(&mut self, service: impl Declared + OpenApiFactory + 'static) -> &mut Self {
        self.collected.add(&service);
        self.config.service(service);
        self
    }

    /// Does what else can be done in a scope.
    pub fn map(&mut self, change: impl FnOnce(&mut mount::ServiceConfig)) -> &mut Self {
        change(self.config);
        self
    }
}

impl<T> OpenApiFactory for Scope<T> {
    fn paths(&self) -> Paths {
        let (mut paths, prefix) = (self.collected.paths.take(), template(&self.scope.prefix()));
        let below: PathsMap<_, _> = std::mem::take(&mut paths.paths)
            .into_iter()
            .map(|(path, item)| (format!("{prefix}{path}"), item))
            .collect();
        paths.paths = below;
        paths
    }

    fn schemas(&self, schemas: &mut Schemas) {
        schemas.append(&mut self.collected.schemas.borrow_mut());
    }
}

impl<T, B> HttpServiceFactory for Scope<T>
where
    T: ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse<B>, Error = Error, InitError = ()>
        + 'static,
    B: MessageBody + 'static,
{
    fn register(self, config: &mut AppService) {
        self.scope.register(config);
    }
}

#[diagnostic::do_not_recommend]
impl<T, B> Declared for Scope<T>
where
    T: ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse<B>, Error = Error, InitError = ()>
        + 'static,
    B: MessageBody + 'static,
{
    fn declare(&self, to: &mut Declarations) {
        self.scope.declare(to);
    }
}
