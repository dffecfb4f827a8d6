//! Splitting the assembly of a scope over several functions.

use actix_web::web;

use crate::auth::Auth;
use crate::mount::declared::{Declarations, Declared};
use crate::mount::route::Route;

/// Collects services for a [`Scope`](super::Scope), in a function of its own.
///
/// Takes declared services only, like the scope itself.
pub struct ServiceConfig {
    pub(super) auth: Auth,
    pub(super) scope: String,
    pub(super) declarations: Declarations,
    pub(super) parts: Vec<Part>,
}

/// A registration put off until actix's own configuration is at hand.
pub(super) type Part = Box<dyn FnOnce(&mut web::ServiceConfig)>;

impl ServiceConfig {
    /// Adds a service that says who may call it.
    pub fn service(&mut self, service: impl Declared + 'static) -> &mut Self {
        self.declarations.admit(&self.auth, &self.scope, |to| service.declare(to));
        self.parts.push(Box::new(|config| {
            config.service(service);
        }));
        self
    }

    /// Adds a route.
    pub fn route(&mut self, path: &str, route: Route) -> &mut Self {
        let methods = route.methods.iter().map(String::as_str);
        self.declarations.admit(&self.auth, &self.scope, |to| to.add(methods, path, route.declaration));
        let path = path.to_owned();
        self.parts.push(Box::new(move |config| {
            config.route(&path, route.route);
        }));
        self
    }

    /// Adds data for the handlers.
    pub fn app_data<U: 'static>(&mut self, data: U) -> &mut Self {
        self.parts.push(Box::new(|config| {
            config.app_data(data);
        }));
        self
    }

    /// Runs another such function.
    pub fn configure(&mut self, configure: impl FnOnce(&mut Self)) -> &mut Self {
        configure(self);
        self
    }

    /// The `Auth` of the scope.
    pub fn auth(&self) -> &Auth {
        &self.auth
    }
}
