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

mod handlers;
mod paths;
mod wraps;

use std::any::Any;
use std::panic::Location;

use actix_web::body::MessageBody;
use actix_web::dev::{AppService, HttpServiceFactory, ServiceRequest, ServiceResponse, Transform};
use actix_web::guard::Guard;
use actix_web::http::Method;
use actix_web::{Error, FromRequest, Handler, HttpResponse, Responder, web};

use crate::auth::Auth;
use crate::denial::{Denial, Reason};
use crate::grant::Standalone;
use crate::mount::declarations::{Declarations, refuse, refuse_pattern};
use crate::mount::declared::{Declared, DeclaredArgs, DeclaredRoute};
use crate::mount::pattern::Pattern;
use crate::mount::shadow::{Holder, RouteHandler};
use crate::policy::Policy;

pub use handlers::PolicyRoute;
pub use paths::Paths;
use wraps::{RouteService, Wraps};

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
    pub(super) handler: RouteHandler,
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
        Route { route: route.to(handler), methods, guarded, handler: RouteHandler::of(Args::policy()) }
    }

    /// Puts a named policy on the route, in front of a handler without an attribute.
    ///
    /// For a function that is mounted several times behind different policies, or rules that stand beside the paths:
    ///
    /// ```
    /// use actix_web::web;
    /// use auth_runtime::{Auth, Principal, policy, route};
    ///
    /// policy! {
    ///     pub CanQuery: bearer, scope("query");
    ///     pub CanAdminister: bearer, scope("admin");
    /// }
    ///
    /// async fn query(who: Principal, stream: web::Path<String>) -> String {
    ///     format!("{} asks {stream}", who.subject())
    /// }
    ///
    /// # fn main() {
    /// # let jwt = auth_runtime::Jwt::hs256([7; 32]).issuer("https://idp.example").audience("https://api.example");
    /// let auth = Auth::builder().bearer(jwt).build().unwrap();
    /// let scope = auth
    ///     .scope("/api")
    ///     .route("/query/{stream}", route::get().requires::<CanQuery>().to(query))
    ///     .route("/all/{stream}", route::get().requires::<CanAdminister>().to(query));
    /// # let _ = scope;
    /// # }
    /// ```
    pub fn requires<P: Policy<Access: Standalone>>(self) -> PolicyRoute<P> {
        PolicyRoute::new(self)
    }
}

impl Route {
    /// Wraps the route in middleware, as actix does. It runs before the caller is known, and sees the answer to one who is
    /// refused.
    pub fn wrap<M, B>(mut self, middleware: M) -> Self
    where
        M: Transform<RouteService, ServiceRequest, Response = ServiceResponse<B>, Error = Error, InitError = ()>
            + 'static,
        B: MessageBody + 'static,
    {
        self.route = self.route.wrap(middleware);
        self
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

/// Several routes on one pattern, or on several: `resource("/orders")`, `resource(["/orders", "/v1/orders"])`.
///
/// # Panics
/// Without any pattern.
#[track_caller]
pub fn resource(paths: impl Paths) -> Resource {
    let paths = paths.into_paths();
    let Some(first) = paths.first() else { refuse("a resource has no path, and would never answer; give it one") };
    let holder = Holder::at("the resource ", first.clone(), Location::caller());
    let (resource, declarations) = (web::resource(paths.clone()), Declarations::default());
    Resource { resource, paths, holder, guarded: false, declarations, wraps: Wraps::default() }
}

/// Several routes on the same patterns. What matches none of them gets actix's 405.
///
/// ```
/// use actix_web::middleware::DefaultHeaders;
/// use auth_runtime::{public, requires, route};
///
/// #[public(reason = "the list is for everybody")]
/// async fn list() -> &'static str { "orders" }
///
/// #[requires(bearer, scope = "orders:write")]
/// async fn add() -> &'static str { "added" }
///
/// # fn main() {
/// let orders = route::resource(["/orders", "/v1/orders"])
///     .wrap(DefaultHeaders::new().add(("X-Version", "1")))
///     .get(list)
///     .post(add);
/// # let _ = orders;
/// # }
/// ```
#[must_use]
pub struct Resource {
    resource: actix_web::Resource,
    paths: Vec<String>,
    /// The resource itself, for what is said about it.
    holder: Holder,
    /// Whether a guard decides which requests it gets.
    guarded: bool,
    declarations: Declarations,
    wraps: Wraps,
}

macro_rules! routes_of_methods {
    ($($function:ident $method:literal;)+) => {$(
        #[doc = concat!("Adds a handler for `", $method, "` requests, which must carry `#[requires]` or `#[public]`.")]
        pub fn $function<F, Args>(self, handler: F) -> Self
        where
            F: Handler<Args>,
            Args: DeclaredArgs + FromRequest + 'static,
            F::Output: Responder + 'static,
        {
            self.route($function().to(handler))
        }
    )+};
}

impl Resource {
    /// Adds a route.
    pub fn route(mut self, route: impl DeclaredRoute) -> Self {
        let route = route.into_route();
        self.declarations.admit_route(&route.methods, &self.paths, route.guarded, &route.handler);
        self.resource = self.resource.route(route.route);
        self
    }

    routes_of_methods! {
        get "GET";
        post "POST";
        put "PUT";
        patch "PATCH";
        delete "DELETE";
        head "HEAD";
        trace "TRACE";
    }

    /// Adds a handler for requests of any method, which must carry `#[requires]` or `#[public]`.
    pub fn to<F, Args>(self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: DeclaredArgs + FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.route(to(handler))
    }

    /// Wraps all routes in middleware, as actix does: what is added last is asked first. It runs before the caller is
    /// known, and sees the answers to those who are refused.
    pub fn wrap<M, B>(mut self, middleware: M) -> Self
    where
        M: Transform<RouteService, ServiceRequest, Response = ServiceResponse<B>, Error = Error, InitError = ()>
            + 'static,
        B: MessageBody + 'static,
    {
        self.wraps.push(middleware);
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
        let mut resource = self.resource;
        if hide {
            // A 405 would give away that the pattern exists.
            resource = resource.default_service(web::to(unknown));
        }
        if self.wraps.is_empty() {
            resource.register(config);
        } else {
            resource.wrap(self.wraps).register(config);
        }
    }
}

#[diagnostic::do_not_recommend]
impl Declared for Resource {
    fn declare(&self, to: &mut Declarations) {
        to.nest(&Pattern::default(), &self.declarations, self.guarded);
        if !self.guarded {
            for path in &self.paths {
                let pattern = Pattern::exact(path).unwrap_or_else(|fault| refuse_pattern(path, fault, &self.holder));
                to.take_all(pattern, self.holder.clone());
            }
        }
    }
}

/// A hidden denial, which the scope answers as it answers an unknown route.
async fn unknown() -> Result<HttpResponse, Denial> {
    let mut denial = Denial::of(Reason::CredentialsMissing);
    denial.hide();
    Err(denial)
}
