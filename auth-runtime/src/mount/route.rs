//! Routes mounted by hand: `route(path, route::get().to(handler))`.
//!
//! ```
//! use actix_web::{App, test};
//! use auth_runtime::{Auth, public, requires, route};
//!
//! #[public(reason = "the list is for everybody")]
//! async fn list() -> &'static str { "orders" }
//!
//! #[requires(bearer, scope = "orders:write")]
//! async fn add() -> &'static str { "added" }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! # let jwt = auth_runtime::Jwt::hs256([7; 32]).issuer("https://idp.example").audience("https://api.example");
//! let auth = Auth::builder().bearer(jwt).build().unwrap();
//! let orders = route::resource("/orders").route(route::get().to(list)).route(route::post().to(add));
//! let app = test::init_service(App::new().service(auth.scope("/api").service(orders))).await;
//!
//! let answer = test::call_service(&app, test::TestRequest::get().uri("/api/orders").to_request()).await;
//! assert_eq!(answer.status(), 200);
//! let answer = test::call_service(&app, test::TestRequest::post().uri("/api/orders").to_request()).await;
//! assert_eq!(answer.status(), 401);
//! # }
//! ```

use std::any::Any;
use std::panic::Location;

use actix_web::dev::{AppService, HttpServiceFactory};
use actix_web::guard::Guard;
use actix_web::http::Method;
use actix_web::{FromRequest, Handler, HttpResponse, Responder, web};

use crate::auth::Auth;
use crate::denial::{Denial, Reason};
use crate::mount::declarations::{Declarations, refuse_pattern};
use crate::mount::declared::{Declaration, Declared, DeclaredArgs};
use crate::mount::pattern::Pattern;
use crate::mount::shadow::Holder;

/// A method and guards that still need a handler.
#[must_use]
pub struct RouteBuilder {
    route: actix_web::Route,
    methods: Vec<String>,
    guarded: bool,
}

/// A handler that says who may call it, with its method and guards.
#[must_use]
pub struct Route {
    pub(super) route: actix_web::Route,
    pub(super) methods: Vec<String>,
    /// Whether a guard decides too.
    pub(super) guarded: bool,
    pub(super) declaration: Declaration,
}

debug_by_name! {
    [] RouteBuilder as "RouteBuilder";
    [] Route as "Route";
    [] Resource as "Resource";
}

impl RouteBuilder {
    fn new(method: Option<Method>) -> Self {
        match method {
            None => Self { route: web::route(), methods: Vec::new(), guarded: false },
            Some(method) => Self { methods: vec![method.to_string()], route: web::method(method), guarded: false },
        }
    }

    /// Adds a guard of actix's.
    pub fn guard(mut self, guard: impl Guard + 'static) -> Self {
        self.route = self.route.guard(guard);
        self.guarded = true;
        self
    }

    /// Sets the handler, which must carry `#[requires]` or `#[public]`.
    pub fn to<F, Args>(self, handler: F) -> Route
    where
        F: Handler<Args>,
        Args: DeclaredArgs + FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let Self { route, methods, guarded } = self;
        Route { route: route.to(handler), methods, guarded, declaration: Args::policy() }
    }
}

macro_rules! methods {
    ($($function:ident $method:ident;)+) => {$(
        #[doc = concat!("A route for `", stringify!($method), "` requests.")]
        pub fn $function() -> RouteBuilder {
            RouteBuilder::new(Some(Method::$method))
        }
    )+};
}

methods! {
    get GET;
    post POST;
    put PUT;
    patch PATCH;
    delete DELETE;
    head HEAD;
    options OPTIONS;
    trace TRACE;
    connect CONNECT;
}

/// A route for requests of this method.
pub fn method(method: Method) -> RouteBuilder {
    RouteBuilder::new(Some(method))
}

/// A route for requests of any method.
pub fn any() -> RouteBuilder {
    RouteBuilder::new(None)
}

/// A handler for requests of any method; the same as `any().to(handler)`.
pub fn to<F, Args>(handler: F) -> Route
where
    F: Handler<Args>,
    Args: DeclaredArgs + FromRequest + 'static,
    F::Output: Responder + 'static,
{
    any().to(handler)
}

/// Several routes on one pattern.
#[track_caller]
pub fn resource(path: &str) -> Resource {
    let (resource, declarations) = (web::resource(path), Declarations::default());
    let holder = Holder::at("the resource ", path.to_owned(), Location::caller());
    Resource { resource, path: path.to_owned(), holder, guarded: false, declarations }
}

/// Several routes on one pattern. What matches none of them gets actix's 405.
#[must_use]
pub struct Resource {
    resource: actix_web::Resource,
    path: String,
    /// The resource itself, for what is said about it.
    holder: Holder,
    /// Whether a guard decides which requests it gets.
    guarded: bool,
    declarations: Declarations,
}

impl Resource {
    /// Adds a route.
    pub fn route(mut self, route: Route) -> Self {
        self.declarations.admit_route(&route.methods, &self.path, route.guarded, route.declaration);
        self.resource = self.resource.route(route.route);
        self
    }

    /// Adds a guard of actix's, for all routes.
    pub fn guard(mut self, guard: impl Guard + 'static) -> Self {
        self.resource = self.resource.guard(guard);
        self.guarded = true;
        self
    }

    /// Names the resource, for `HttpRequest::url_for`.
    pub fn name(mut self, name: &str) -> Self {
        self.resource = self.resource.name(name);
        self
    }

    /// Adds data for its handlers.
    ///
    /// When the data is an [`Auth`] other than the scope's, the scope refuses the resource: the `Auth` that it was made
    /// from decides in it.
    #[track_caller]
    pub fn app_data<U: 'static>(mut self, data: U) -> Self {
        if let Some(auth) = (&data as &dyn Any).downcast_ref::<Auth>() {
            self.declarations.brings(auth, Location::caller());
        }
        self.resource = self.resource.app_data(data);
        self
    }
}

impl HttpServiceFactory for Resource {
    fn register(self, config: &mut AppService) {
        let hide = self.declarations.hide();
        let resource = self.resource;
        if hide {
            // A 405 would give away that the pattern exists.
            resource.default_service(web::to(unknown)).register(config);
        } else {
            resource.register(config);
        }
    }
}

#[diagnostic::do_not_recommend]
impl Declared for Resource {
    fn declare(&self, to: &mut Declarations) {
        to.nest(&Pattern::default(), &self.declarations, self.guarded);
        if !self.guarded {
            let path = &self.path;
            let pattern = Pattern::exact(path).unwrap_or_else(|fault| refuse_pattern(path, fault, &self.holder));
            to.take_all(pattern, self.holder.clone());
        }
    }
}

/// A hidden denial, which the scope answers as it answers an unknown route.
async fn unknown() -> Result<HttpResponse, Denial> {
    let mut denial = Denial::new(Reason::CredentialsMissing);
    denial.hide();
    Err(denial)
}
