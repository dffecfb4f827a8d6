//! Collecting what a scope mounts, in one function or in several.

use std::any::{Any, type_name};
use std::panic::Location;

use actix_web::dev::HttpServiceFactory;
use actix_web::web;

use crate::auth::Auth;
use crate::grant::Standalone;
use crate::mount::configure::Configure;
use crate::mount::declarations::{Declarations, refuse_other, refuse_pattern};
use crate::mount::declared::{Declaration, Declared, DeclaredRoute};
use crate::mount::enforce::Enforce;
use crate::mount::pattern::Pattern;
use crate::mount::route::Route;
use crate::mount::shadow::Holder;
use crate::policy::Policy;
use crate::telemetry::foreign;

/// Collects services for a [`Scope`](super::Scope), in a function of its own: see [`Scope::configure`](super::Scope::configure).
///
/// Takes declared services only, like the scope itself, and has the scope's methods of the same names. What it adds stands
/// in the scope's own order, and is [checked](crate::manual::mounting) in it.
pub struct ServiceConfig {
    pub(super) auth: Auth,
    pub(super) prefix: Pattern,
    /// The scope itself, for what is said about it.
    pub(super) holder: Holder,
    /// Whether a guard decides which requests the scope gets.
    pub(super) guarded: bool,
    pub(super) declarations: Declarations,
    pub(super) default: Option<Route>,
    parts: Vec<Part>,
}

debug_by_name!([] ServiceConfig as "ServiceConfig";);

/// A registration put off until actix's own configuration is at hand.
type Part = Box<dyn FnOnce(&mut web::ServiceConfig)>;

impl ServiceConfig {
    #[track_caller]
    pub(super) fn new(auth: Auth, path: &str) -> Self {
        let holder = Holder::at("the scope ", path.to_owned(), Location::caller());
        let prefix = Pattern::prefix(path).unwrap_or_else(|fault| refuse_pattern(path, fault, &holder));
        let (declarations, parts) = (Declarations::default(), Vec::new());
        Self { auth, prefix, holder, guarded: false, declarations, default: None, parts }
    }

    /// Adds a service that says who may call it.
    pub fn service(&mut self, service: impl Declared + 'static) -> &mut Self {
        self.declarations.admit(&self.auth, &self.prefix, |to| service.declare(to));
        self.later(|config| {
            config.service(service);
        })
    }

    /// Adds a route.
    pub fn route(&mut self, path: &str, route: impl DeclaredRoute) -> &mut Self {
        let route = route.into_route();
        let Route { methods, guarded, handler, .. } = &route;
        self.declarations.admit(&self.auth, &self.prefix, |to| to.route(methods, path, *guarded, handler));
        let path = path.to_owned();
        self.later(move |config| {
            config.route(&path, route.route);
        })
    }

    /// Adds, below `path`, a service that is not a handler, behind the named policy `P`.
    #[track_caller]
    pub fn service_as<P: Policy<Access: Standalone>>(
        &mut self,
        path: &str,
        service: impl HttpServiceFactory + 'static,
    ) -> &mut Self {
        let declaration = Declaration::of::<P>();
        let holder = Holder::at("", declaration.spec.handler, Location::caller());
        self.declarations.admit(&self.auth, &self.prefix, |to| to.service(holder, path, Ok(declaration)));
        let service = web::scope(path).wrap(Enforce::<P>::new(self.auth.clone())).service(service);
        self.later(|config| {
            config.service(service);
        })
    }

    /// Adds, below `path`, a service that is not a handler, open to everyone, and says why.
    ///
    /// # Security
    /// Nothing in front of it asks for credentials.
    #[track_caller]
    pub fn service_public<S: HttpServiceFactory + 'static>(
        &mut self,
        reason: &'static str,
        path: &str,
        service: S,
    ) -> &mut Self {
        // Services are types with many parameters, which tell reviewers nothing.
        let service_type = type_name::<S>().split('<').next().unwrap_or_default();
        let holder = Holder::at("", service_type, Location::caller());
        let (scope, at) = (foreign(&self.prefix), foreign(path));
        tracing::debug!(scope, path = at, reason, "a service is mounted without a policy");
        self.declarations.admit(&self.auth, &self.prefix, |to| to.service(holder, path, Err(reason)));
        let service = web::scope(path).service(service);
        self.later(|config| {
            config.service(service);
        })
    }

    /// What answers where no service matches.
    pub fn default_service(&mut self, route: Route) -> &mut Self {
        self.declarations.admit_default(&self.auth, &self.prefix, &route.methods, &route.handler);
        self.default = Some(route);
        self
    }

    /// Adds data for the handlers.
    ///
    /// # Panics
    /// When the data is another [`Auth`]: the one that the scope was made from decides in it.
    #[track_caller]
    pub fn app_data<U: 'static>(&mut self, data: U) -> &mut Self {
        if let Some(other) = (&data as &dyn Any).downcast_ref::<Auth>() {
            refuse_other(&self.auth, &self.prefix, other, Location::caller());
        }
        self.later(|config| {
            config.app_data(data);
        })
    }

    /// Runs another such function.
    pub fn configure<By>(&mut self, configure: impl Configure<By>) -> &mut Self {
        configure(self);
        self
    }

    /// The `Auth` of the scope.
    pub fn auth(&self) -> &Auth {
        &self.auth
    }

    /// Says what the scope mounts.
    pub(super) fn declare(&self, to: &mut Declarations) {
        to.scope(&self.prefix, &self.declarations, self.guarded, &self.holder);
    }

    /// Makes all registrations, in the order in which they were asked for.
    pub(super) fn make(self, config: &mut web::ServiceConfig) {
        self.parts.into_iter().for_each(|part| part(config));
    }

    fn later(&mut self, part: impl FnOnce(&mut web::ServiceConfig) + 'static) -> &mut Self {
        self.parts.push(Box::new(part));
        self
    }
}
