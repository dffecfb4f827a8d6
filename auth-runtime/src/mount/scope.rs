//! The deny-by-default scope.

use std::cell::Cell;
use std::rc::Rc;

use actix_service::{boxed, fn_factory, fn_service};
use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{
    AppService, HttpServiceFactory, Service as _, ServiceFactory, ServiceRequest, ServiceResponse, Transform,
};
use actix_web::guard::Guard;
use actix_web::web;

use crate::auth::Auth;
use crate::grant::Standalone;
use crate::guard::hidden::{DefaultService, Unknown, cover};
use crate::mount::configure::Configure;
use crate::mount::declarations::Declarations;
use crate::mount::declared::{Declared, DeclaredRoute};
use crate::mount::route::Route;
use crate::mount::service_config::ServiceConfig;
use crate::policy::Policy;

/// A scope in which every service says who may call it: nothing is open unless it says `#[public]`.
///
/// Made by [`Auth::scope`]. Works as actix's own `Scope`, but takes declared services only:
///
/// ```compile_fail
/// # fn f(auth: auth_runtime::Auth) {
/// #[actix_web::get("/forgotten")]
/// async fn forgotten() -> &'static str { "open?" }
///
/// auth.scope("/api").service(forgotten); // `forgotten` does not say who may call it
/// # }
/// ```
///
/// What could never answer where it is mounted, because something before it takes its paths, stops the assembly; the
/// [manual](crate::manual::mounting) says what is checked and what cannot be. [`Auth::mounted`] lists what is mounted.
#[must_use]
pub struct Scope<T> {
    scope: actix_web::Scope<T>,
    config: ServiceConfig,
    unknown: Rc<Unknown>,
    /// Whether another scope of ours has declared it, and enters it with its own.
    nested: Cell<bool>,
}

debug_by_name!([T] Scope<T> as "Scope";);

impl Auth {
    /// A scope below `path` whose services are guarded by this `Auth`.
    ///
    /// # Panics
    /// The scope's methods panic while the application is assembled, with handler, file and line, on a policy that this
    /// `Auth` cannot enforce, and on what could never answer beside what was mounted before it; see
    /// [`manual::mounting`](crate::manual::mounting). So does actix-web's assembly of the `App`, where one scope takes what
    /// another one mounts. A path that actix-web matches otherwise than it reads is refused at once.
    #[track_caller]
    pub fn scope(
        &self,
        path: &str,
    ) -> Scope<
        impl ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse, Error = Error, InitError = ()> + use<>,
    > {
        let unknown = Rc::new(Unknown::new(self.settings()));
        let covered = Rc::clone(&unknown);
        let scope = web::scope(path)
            .app_data(self.clone())
            // Innermost, so that all middleware sees a hidden denial as the unknown route that it looks like.
            .wrap_fn(move |request, router| cover(request, router, &covered));
        Scope { scope, config: ServiceConfig::new(self.clone(), path), unknown, nested: Cell::new(false) }
    }
}

#[cfg(feature = "openapi")]
impl<T> Scope<T> {
    /// The pattern that stands before those of its services.
    pub(crate) fn prefix(&self) -> String {
        self.config.prefix.to_string()
    }
}

impl<T> Scope<T>
where
    T: ServiceFactory<ServiceRequest, Config = (), Error = Error, InitError = ()>,
{
    /// Adds a service that says who may call it.
    pub fn service(mut self, service: impl Declared + 'static) -> Self {
        self.config.service(service);
        self
    }

    /// Adds a route: `.route("/users", route::get().to(list_users))`.
    pub fn route(mut self, path: &str, route: impl DeclaredRoute) -> Self {
        self.config.route(path, route);
        self
    }

    /// Lets a function add services, so that the assembly can be split over modules.
    ///
    /// ```
    /// use auth_runtime::{Auth, ServiceConfig, public, route};
    ///
    /// #[public(reason = "liveness probe")]
    /// async fn health() -> &'static str { "ok" }
    ///
    /// fn probes(config: &mut ServiceConfig) {
    ///     config.route("/health", route::get().to(health));
    /// }
    ///
    /// # fn main() -> Result<(), auth_runtime::config::ConfigError> {
    /// let auth = Auth::builder().dangerous_allow_unconfigured().build()?;
    /// let scope = auth.scope("/internal").configure(probes);
    /// # let _ = scope; Ok(()) }
    /// ```
    pub fn configure<By>(mut self, configure: impl Configure<By>) -> Self {
        self.config.configure(configure);
        self
    }

    /// Adds, below `path`, a service that is not a handler (`actix-files`, a UI), behind the named policy `P`.
    ///
    /// Everything below `path` is behind `P`, also what the service does not know.
    ///
    /// Where a check of `P` keeps its `HttpRequest` past the decision, in a task that it spawned, actix-web cannot route
    /// that one on. The service then gets a copy with the same head, body, parameters and extensions, but without the data
    /// of `App` and scopes, and a warning is logged: let checks take what they need out of the request instead.
    #[track_caller]
    pub fn service_as<P: Policy<Access: Standalone>>(
        mut self,
        path: &str,
        service: impl HttpServiceFactory + 'static,
    ) -> Self {
        self.config.service_as::<P>(path, service);
        self
    }

    /// Adds, below `path`, a service that is not a handler, open to everyone, and says why.
    ///
    /// ```
    /// # use actix_web::{HttpResponse, web};
    /// # let auth = auth_runtime::Auth::builder().dangerous_allow_unconfigured().build().unwrap();
    /// // `web::resource` stands for `actix_files::Files::new("/", "./pages")`.
    /// let pages = web::resource("/index.html").to(|| async { HttpResponse::Ok() });
    /// let scope = auth.scope("").service_public("pages without data", "/pages", pages);
    /// # let _ = scope;
    /// ```
    ///
    /// # Security
    /// Nothing in front of it asks for credentials.
    #[track_caller]
    pub fn service_public<S: HttpServiceFactory + 'static>(
        mut self,
        reason: &'static str,
        path: &str,
        service: S,
    ) -> Self {
        self.config.service_public(reason, path, service);
        self
    }

    /// What answers where no service matches. Hidden denials are answered by it too.
    ///
    /// Its method and guards count: what they turn away gets the answer that it would get without a default service.
    pub fn default_service(mut self, route: Route) -> Self {
        self.config.default_service(route);
        self
    }

    /// Adds a guard of actix's, for the whole scope. What it turns away is left to what is mounted after the scope.
    pub fn guard(mut self, guard: impl Guard + 'static) -> Self {
        self.scope = self.scope.guard(guard);
        self.config.guarded = true;
        self
    }

    /// Adds data for the handlers.
    ///
    /// # Panics
    /// When the data is another [`Auth`]: the one that the scope was made from decides in it. To let another one decide,
    /// nest a scope of it: `.service(other.scope(…))`.
    #[track_caller]
    pub fn app_data<U: 'static>(mut self, data: U) -> Self {
        self.config.app_data(data);
        self
    }

    /// Wraps the scope in middleware, as actix does.
    pub fn wrap<M, B>(
        self,
        middleware: M,
    ) -> Scope<
        impl ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse<B>, Error = Error, InitError = ()>
        + use<T, M, B>,
    >
    where
        M: Transform<T::Service, ServiceRequest, Response = ServiceResponse<B>, Error = Error, InitError = ()>
            + 'static,
        B: MessageBody,
    {
        let Self { scope, config, unknown, nested } = self;
        Scope { scope: scope.wrap(middleware), config, unknown, nested }
    }

    /// Wraps the scope in a middleware function, as actix does.
    pub fn wrap_fn<F, R, B>(
        self,
        middleware: F,
    ) -> Scope<
        impl ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse<B>, Error = Error, InitError = ()>
        + use<T, F, R, B>,
    >
    where
        F: Fn(ServiceRequest, &T::Service) -> R + Clone + 'static,
        R: Future<Output = Result<ServiceResponse<B>, Error>>,
        B: MessageBody,
    {
        let Self { scope, config, unknown, nested } = self;
        Scope { scope: scope.wrap_fn(middleware), config, unknown, nested }
    }
}

impl<T, B> HttpServiceFactory for Scope<T>
where
    T: ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse<B>, Error = Error, InitError = ()>
        + 'static,
    B: MessageBody + 'static,
{
    fn register(self, config: &mut AppService) {
        let Self { mut scope, config: mut own, unknown, nested } = self;
        if !nested.get() {
            let mut declared = Declarations::default();
            own.declare(&mut declared);
            declared.assemble(config);
        }
        let mut default = config.default_service();
        if let Some(route) = own.default.take() {
            default = first_of(route, default);
            let answering = Rc::clone(&default);
            scope = scope.default_service(fn_factory(move || answering.new_service(())));
        }
        unknown.default.replace(Some(default));
        scope.configure(|inner| own.make(inner)).register(config);
    }
}

/// The route where its guards let it, else what answers without it.
fn first_of(route: Route, otherwise: DefaultService) -> DefaultService {
    let route = route.route;
    Rc::new(boxed::factory(fn_factory(move || {
        let (route, otherwise) = (route.new_service(()), otherwise.new_service(()));
        async move {
            let services = Rc::new((route.await?, otherwise.await?));
            Ok(fn_service(move |mut request: ServiceRequest| {
                let (route, otherwise) = &*services;
                if route.check(&mut request) { route.call(request) } else { otherwise.call(request) }
            }))
        }
    })))
}

#[diagnostic::do_not_recommend]
impl<T, B> Declared for Scope<T>
where
    T: ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse<B>, Error = Error, InitError = ()>
        + 'static,
    B: MessageBody + 'static,
{
    fn declare(&self, to: &mut Declarations) {
        self.nested.set(true);
        self.config.declare(to);
    }
}
