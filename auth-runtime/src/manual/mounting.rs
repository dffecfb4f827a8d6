//! Mounting: what is checked while an application is assembled, what is not, and the table of what is mounted.
//!
//! actix-web asks registrations in the order in which they were made, and the first one that matches answers. So a public route
//! that stands before a protected one, and matches the same paths, opens it: nothing fails, and no test that calls the handler
//! notices. In an [`Auth::scope`](crate::Auth::scope) that stops the assembly, with a message that names both places:
//!
//! ```
//! # use actix_web::get;
//! # use auth_runtime::{Auth, public, requires};
//! # let jwt = auth_runtime::Jwt::hs256([7; 32]).issuer("https://idp.example").audience("https://api.example");
//! # let auth = Auth::builder().bearer(jwt).build().unwrap();
//! #[public]
//! #[get("/users/{name}")]
//! async fn profile() -> &'static str { "a page for everybody" }
//!
//! #[requires(bearer)]
//! #[get("/users/me")]
//! async fn me() -> &'static str { "private" }
//!
//! // In this order `/users/me` would be `profile`'s.
//! # let own = auth.clone();
//! # let auth = own.clone();
//! let assembled = std::thread::spawn(move || drop(auth.scope("").service(profile).service(me))).join();
//! # let auth = own;
//! let message = *assembled.unwrap_err().downcast::<String>().unwrap();
//! assert!(message.contains("::me` at ") && message.contains("never answers"));
//!
//! // The more special one first: both answer.
//! let scope = auth.scope("").service(me).service(profile);
//! # drop(scope);
//! ```
//!
//! # What is refused
//!
//! - **A route that can never answer**, because earlier ones match all of its paths for its method: the same path under another
//!   spelling (`/users/{name}` and `/users/{id}`, `things` and `/things`), a more general one (`/{any}`, `/{tail}*`,
//!   `/{a}-{b}` before `/{a}-x-{b}`), or several that together leave nothing. It does not matter whether both have the same
//!   policy: a handler that never runs is a mistake. Only the same handler may be mounted in one place twice.
//! - **What a prefix takes.** A scope, `service_as` and `service_public` answer everything below their path, if only with 404: what
//!   is mounted there later is refused. The same holds for a [`route::Resource`](crate::route::resource), which answers 405 to
//!   methods that it has no route for.
//! - **Two scopes of one application**, the second of the same or a longer path: `auth.scope("")` belongs last.
//! - **A route for any method** after one for some methods on the same path, which would get only what is left. Within a
//!   `route::Resource` that is accepted, since both stand side by side.
//! - **Paths that mean something else than they say**: a `*` without a name (actix-web drops it), a tail in a scope's path, and
//!   percent-encoded characters: actix-web decodes a request's path before it compares, so `/caf%C3%A9` matches nothing, and a
//!   later `/{any}` answers instead. Write `/café`.
//! - **A policy that the scope's `Auth` cannot enforce**; **another `Auth` in `.app_data(…)`**; **a second default service**.
//!
//! Regular expressions (`/{id:\d+}`) are looked into, too. Assertions (`\b`), flags and Unicode properties (`\pL`) are not; and
//! whether `\d`, `\s` and `\w` match beyond ASCII depends on a feature of actix-web's. Where the answer hangs on that, the route is
//! accepted with a warning: "may be taken by". Treat it as a question to answer.
//!
//! # What is not
//!
//! - **Guards.** Whether a guard lets a request through is known to the guard alone. So a scope, resource or route with one hides
//!   nothing, and is itself refused only behind something without.
//! - **What is not mounted through `auth.scope`.** actix-web does not show the paths of its own scopes and resources. One
//!   that stands on the `App` before a scope of yours can hide it, and so can a handler with an attribute that is mounted on the
//!   `App` itself.
//! - **Scopes within `web::scope` of actix-web's own.** Each is checked in itself, but not beside others: they do not know where
//!   they are. Their paths in the table begin there, see [`is_whole_path`](crate::mount::MountedRoute::is_whole_path).
//! - **Inside a service** given to `service_as` or `service_public`. It may bring an `Auth` of its own for handlers in it; the
//!   policy of `service_as` is decided by the scope's.
//! - **Middleware that brings an `Auth`.** The scope's own is found by `HttpRequest::app_data`, as actix-web finds all data: what
//!   was added last hides what was before. A middleware that calls `ServiceRequest::add_data_container` with a container that holds
//!   another `Auth` therefore puts that one in charge. No crate does this by accident; look for it where you write middleware.
//! - **Middleware that changes paths** before actix-web routes them: with `NormalizePath::trim()` a route with a slash at its
//!   end answers nothing, and a more general one may. Digest refuses a request whose path was changed: its client digested
//!   another one.
//!
//! # When
//!
//! `.service(…)`, `.route(…)` and the others check at once; scopes are compared with each other when the `App` is built, in
//! every worker. Both panic, because actix-web's registration has no other way out, and before anything is served:
//! `HttpServer::run` ends with an error. A test that calls `test::init_service` with your application finds it first.
//!
//! # The table
//!
//! [`Auth::mounted`](crate::Auth::mounted) lists what was assembled: method, whole path, handler, file, line, policy. Compare it
//! with a snapshot, and no route becomes public unnoticed:
//!
//! ```
//! # use actix_web::{App, get, test};
//! # use auth_runtime::{Auth, public, requires};
//! # #[public(reason = "liveness probe")]
//! # #[get("/health")]
//! # async fn health() -> &'static str { "ok" }
//! # #[requires(bearer)]
//! # #[get("/me")]
//! # async fn me() -> &'static str { "private" }
//! # #[actix_web::main]
//! # async fn main() {
//! # let jwt = auth_runtime::Jwt::hs256([7; 32]).issuer("https://idp.example").audience("https://api.example");
//! # let auth = Auth::builder().bearer(jwt).build().unwrap();
//! let app = test::init_service(App::new().service(auth.scope("/api").service(me).service(health))).await;
//! # drop(app);
//! let routes = auth.mounted();
//! let public: Vec<&str> = routes.iter().filter(|route| route.is_public()).map(|route| route.path()).collect();
//! assert_eq!(public, ["/api/health"]);
//! # }
//! ```
