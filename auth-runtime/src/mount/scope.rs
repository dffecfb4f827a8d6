//! The deny-by-default scope.

use std::rc::Rc;

use actix_service::{ServiceFactory, ServiceFactoryExt as _, Transform, boxed, fn_factory};
use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{AppService, HttpServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::guard::Guard;
use actix_web::web;

use crate::auth::Auth;
use crate::guard::hidden::{DefaultService, Unknown, cover};
use crate::mount::declared::{Declaration, Declarations, Declared};
use crate::mount::enforce::Enforce;
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
#[must_use]
pub struct Scope<T> {
    scope: actix_web::Scope<T>,
    auth: Auth,
    path: String,
    declarations: Declarations,
    unknown: Rc<Unknown>,
}

impl Auth {
    /// A scope below `path` whose services are guarded by this `Auth`.
    ///
    /// # Panics
    /// The scope's methods panic while the application is assembled, with handler, file and line, on a policy that this
    /// `Auth` cannot enforce, and on a method and pattern that is mounted twice under different policies.
    pub fn scope(
        &self,
        path: &str,
    ) -> Scope<
        impl ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse, Error = Error, InitError = ()> + use<>,
    > {
        let unknown = Rc::<Unknown>::default();
        let covered = Rc::clone(&unknown);
        let scope = web::scope(path)
            .app_data(self.clone())
            // Innermost, so that all middleware sees a hidden denial as the unknown route that it looks like.
            .wrap_fn(move |request, router| cover(request, router, &covered));
        Scope { scope, auth: self.clone(), path: path.to_owned(), declarations: Declarations::default(), unknown }
    }
}

impl<T> Scope<T>
where
    T: ServiceFactory<ServiceRequest, Config = (), Error = Error, InitError = ()>,
{
    /// Adds a service that says who may call it.
    pub fn service(mut self, service: impl Declared + 'static) -> Self {
        self.declarations.admit(&self.auth, &self.path, |to| service.declare(to));
        self.scope = self.scope.service(service);
        self
    }

    /// Adds a route: `.route("/users", route::get().to(list_users))`.
    pub fn route(mut self, path: &str, route: Route) -> Self {
        let methods = route.methods.iter().map(String::as_str);
        self.declarations.admit(&self.auth, &self.path, |to| to.add(methods, path, route.declaration));
        self.scope = self.scope.route(path, route.route);
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
    pub fn configure(mut self, configure: impl FnOnce(&mut ServiceConfig)) -> Self {
        let mut config = ServiceConfig {
            auth: self.auth.clone(),
            scope: self.path.clone(),
            declarations: std::mem::take(&mut self.declarations),
            parts: Vec::new(),
        };
        configure(&mut config);
        self.declarations = config.declarations;
        self.scope = self.scope.configure(|inner| config.parts.into_iter().for_each(|part| part(inner)));
        self
    }

    /// Adds, below `path`, a service that is no handler (`actix-files`, a UI), behind the named policy `P`.
    ///
    /// Everything below `path` is behind `P`, also what the service does not know.
    pub fn service_as<P: Policy>(mut self, path: &str, service: impl HttpServiceFactory + 'static) -> Self {
        let declaration = Declaration::of::<P>();
        self.declarations.admit(&self.auth, &self.path, |to| to.add([].into_iter(), path, declaration));
        self.scope = self.scope.service(web::scope(path).wrap(Enforce::<P>::new()).service(service));
        self
    }

    /// Adds a service that is no handler, open to everyone, and says why.
    ///
    /// # Security
    /// Nothing in front of it asks for credentials.
    pub fn service_public(mut self, reason: &'static str, service: impl HttpServiceFactory + 'static) -> Self {
        tracing::debug!(scope = %self.path, reason, "a service is mounted without a policy");
        self.scope = self.scope.service(service);
        self
    }

    /// What answers where no service matches. Hidden denials are answered by it too.
    pub fn default_service(mut self, route: Route) -> Self {
        let declaration = route.declaration;
        self.declarations.admit(&self.auth, &self.path, |to| to.add([].into_iter(), "/{unknown}*", declaration));
        let factory = route.route.map_init_err(|()| ());
        let default: DefaultService = Rc::new(boxed::factory(factory));
        self.unknown.default.replace(Some(Rc::clone(&default)));
        self.scope = self.scope.default_service(fn_factory(move || default.new_service(())));
        self
    }

    /// Adds a guard of actix's, for the whole scope.
    pub fn guard(mut self, guard: impl Guard + 'static) -> Self {
        self.scope = self.scope.guard(guard);
        self
    }

    /// Adds data for the handlers.
    pub fn app_data<U: 'static>(mut self, data: U) -> Self {
        self.scope = self.scope.app_data(data);
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
        let Self { scope, auth, path, declarations, unknown } = self;
        Scope { scope: scope.wrap(middleware), auth, path, declarations, unknown }
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
        let Self { scope, auth, path, declarations, unknown } = self;
        Scope { scope: scope.wrap_fn(middleware), auth, path, declarations, unknown }
    }
}

impl<T, B> HttpServiceFactory for Scope<T>
where
    T: ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse<B>, Error = Error, InitError = ()>
        + 'static,
    B: MessageBody + 'static,
{
    fn register(self, config: &mut AppService) {
        self.unknown.default.borrow_mut().get_or_insert_with(|| config.default_service());
        self.unknown.hides.set(self.declarations.hide());
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
        to.nest(&self.path, &self.declarations);
    }
}
