//! Serving what schemes serve themselves.

use std::cell::Cell;
use std::panic::Location;
use std::sync::Arc;

use actix_web::dev::{AppService, HttpServiceFactory};
use actix_web::{guard, web};

use crate::auth::Auth;
use crate::mount::declarations::Declarations;
use crate::mount::declared::Declared;
use crate::mount::pattern::Pattern;
use crate::mount::shadow::Holder;
use crate::scheme::SchemeRoute;

/// Serves the routes that the schemes of an [`Auth`] bring along. Made by [`Auth::scheme_routes`].
#[must_use]
pub struct SchemeRoutes {
    auth: Auth,
    routes: Vec<SchemeRoute>,
    holder: Holder,
    /// Whether a scope has declared it, and enters it with its own.
    nested: Cell<bool>,
}

impl Auth {
    /// Serves the routes that schemes bring along by [`Scheme::mounts`](crate::Scheme::mounts), such as where people sign in.
    /// Mount it on the `App`, or in a scope below whose path they are to be. Serves nothing where no scheme has any.
    ///
    /// ```
    /// # use actix_web::App;
    /// # let auth = auth_runtime::Auth::builder().dangerous_allow_unconfigured().build()?;
    /// let app = App::new().service(auth.scheme_routes()).service(auth.scope("/api"));
    /// # Ok::<(), auth_runtime::config::ConfigError>(())
    /// ```
    ///
    /// # Security
    /// They are open to everyone, and in the table of [`mounted`](Self::mounted) as public.
    #[track_caller]
    pub fn scheme_routes(&self) -> SchemeRoutes {
        SchemeRoutes {
            auth: self.clone(),
            routes: self.schemes().flat_map(|scheme| scheme.mounts()).collect(),
            holder: Holder::at("", "scheme_routes", Location::caller()),
            nested: Cell::new(false),
        }
    }
}

impl HttpServiceFactory for SchemeRoutes {
    fn register(self, config: &mut AppService) {
        if !self.nested.get() {
            let mut declared = Declarations::default();
            declared.admit(&self.auth, &Pattern::default(), |to| self.declare(to));
            declared.assemble(config);
        }
        for route in self.routes {
            let handler = Arc::clone(route.handler());
            // The method guards the resource: actix then asks the next one of the same path for others.
            web::resource(route.path())
                .guard(guard::Method(route.method().clone()))
                .app_data(self.auth.clone())
                .to(move |request, body| handler(request, body))
                .register(config);
        }
    }
}

#[diagnostic::do_not_recommend]
impl Declared for SchemeRoutes {
    fn declare(&self, to: &mut Declarations) {
        self.nested.set(true);
        for route in &self.routes {
            to.open_route(self.holder.clone(), route.method().as_str(), route.path(), route.reason());
        }
    }
}

impl std::fmt::Debug for SchemeRoutes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("SchemeRoutes").field(&self.routes).finish()
    }
}
