//! From `actix-session` and `actix-identity`: whoever is signed in stays signed in.
//!
//! | there | here |
//! |---|---|
//! | `SessionMiddleware::new(store, key)`, `IdentityMiddleware` | `.session(Sessions::…)` on the builder |
//! | `Identity::login(&request.extensions(), id)` | [`SignIn`](crate::SignIn), which also changes the id |
//! | `user: Option<Identity>`, and an `if` | `#[requires(session)]` and [`Session<T>`](crate::Session) |
//! | `session.get::<User>("user")` | the details: [`Session<User>`](crate::Session) |
//! | `identity.logout()`, `session.purge()` | [`SignOut`](crate::SignOut) |
//!
//! # Before
//!
//! ```
//! # #[actix_web::main]
//! # async fn main() {
//! use actix_identity::{Identity, IdentityMiddleware};
//! use actix_session::SessionMiddleware;
//! use actix_session::storage::CookieSessionStore;
//! use actix_web::cookie::Key;
//! use actix_web::{App, HttpMessage as _, HttpRequest, HttpResponse, Responder, get, post, test};
//!
//! #[post("/login")]
//! async fn log_in(request: HttpRequest) -> impl Responder {
//!     // After a look at the password.
//!     Identity::login(&request.extensions(), "17".to_owned()).map(|_| HttpResponse::Ok())
//! }
//!
//! #[get("/me")]
//! async fn me(user: Option<Identity>) -> HttpResponse {
//!     match user.and_then(|user| user.id().ok()) {
//!         Some(id) => HttpResponse::Ok().body(format!("user {id}")),
//!         None => HttpResponse::Unauthorized().finish(),
//!     }
//! }
//!
//! let key = Key::from(&[7; 64]); // of your configuration
//! let session = SessionMiddleware::new(CookieSessionStore::default(), key);
//! let app = test::init_service(App::new().wrap(IdentityMiddleware::default()).wrap(session).service(log_in).service(me)).await;
//! # let answer = test::call_service(&app, test::TestRequest::post().uri("/login").to_request()).await;
//! # let cookie = answer.response().cookies().next().unwrap().into_owned();
//! # let known = test::TestRequest::get().uri("/me").cookie(cookie).to_request();
//! # assert_eq!(test::call_and_read_body(&app, known).await, "user 17");
//! # }
//! ```
//!
//! # After
//!
//! The old middleware stays around the login page alone, for as long as its sessions last. Whoever comes there with an old session is
//! signed in without a password, once: the old session ends with that.
//!
//! ```standalone_crate
//! use actix_identity::{Identity, IdentityMiddleware};
//! use actix_session::SessionMiddleware;
//! use actix_session::storage::CookieSessionStore;
//! use actix_web::cookie::Key;
//! use actix_web::http::header::ContentType;
//! use actix_web::{App, HttpResponse, get, test};
//! use auth_runtime::{Auth, Denial, Principal, Sessions, SignIn, public, requires};
//!
//! /// Stands for a look at your users: whoever was closed out since is not carried over.
//! async fn is_active(id: &str) -> bool {
//!     id == "17"
//! }
//!
//! #[public(reason = "where people sign in")]
//! #[get("/login")]
//! async fn login(old: Option<Identity>, sign_in: Result<SignIn, Denial>) -> Result<HttpResponse, Denial> {
//!     // A page of another site may have led here: then nobody is signed in before a form is sent.
//!     if let (Some(old), Ok(sign_in)) = (old, sign_in)
//!         && let Ok(id) = old.id()
//!     {
//!         // First, so that it counts once. Roles are not carried over: look them up.
//!         old.logout();
//!         if is_active(&id).await {
//!             return Ok(sign_in.without_password().subject(id).finish().await?.into());
//!         }
//!     }
//!     Ok(HttpResponse::Ok().content_type(ContentType::html()).body("<form method=post>…"))
//! }
//!
//! #[requires(session)]
//! #[get("/me")]
//! async fn me(who: Principal) -> String {
//!     format!("user {}", who.subject())
//! }
//!
//! # /// Where somebody has signed in of old.
//! # #[actix_web::post("/old")]
//! # async fn of_old(request: actix_web::HttpRequest) -> HttpResponse {
//! #     use actix_web::HttpMessage as _;
//! #     Identity::login(&request.extensions(), "17".to_owned()).unwrap();
//! #     HttpResponse::Ok().finish()
//! # }
//! # #[actix_web::main]
//! # async fn main() {
//! let key = Key::from(&[7; 64]); // the old one
//! let old_sessions = SessionMiddleware::builder(CookieSessionStore::default(), key).cookie_secure(false).build();
//! let sessions = Sessions::in_memory().login_page("/login");
//! let auth = Auth::builder().public_origin("http://127.0.0.1:8080").session(sessions).build().unwrap();
//! let app = App::new().wrap(IdentityMiddleware::default()).wrap(old_sessions);
//! # let app = app.service(of_old);
//! let app = test::init_service(app.service(auth.scope("").service(login).service(me))).await;
//! # let answer = test::call_service(&app, test::TestRequest::post().uri("/old").to_request()).await;
//! # let old = answer.response().cookies().next().unwrap().into_owned();
//!
//! // `/me` has sent the browser here, with its old cookie. It is sent back, with a new one.
//! let asks = || test::TestRequest::with_uri("/login?to=%2Fme").insert_header(("Sec-Fetch-Site", "same-origin"));
//! let answer = test::call_service(&app, asks().cookie(old.clone()).to_request()).await;
//! assert_eq!((answer.status().as_u16(), answer.headers().get("Location").unwrap().to_str().unwrap()), (303, "http://127.0.0.1:8080/me"));
//! let cookies: Vec<_> = answer.response().cookies().collect();
//! let new = cookies.iter().find(|cookie| cookie.name() == "session").unwrap().clone().into_owned();
//! let known = test::TestRequest::with_uri("/me").cookie(new).to_request();
//! assert_eq!(test::call_and_read_body(&app, known).await, "user 17");
//! // The old one is taken away …
//! let over = cookies.iter().find(|cookie| cookie.name() == old.name()).unwrap();
//! assert_eq!(over.max_age().unwrap().whole_seconds(), 0);
//! // … and another site that leads people here signs nobody in.
//! let led = test::TestRequest::with_uri("/login").insert_header(("Sec-Fetch-Site", "cross-site")).cookie(old);
//! assert_eq!(test::call_service(&app, led.to_request()).await.status(), 200);
//! # }
//! ```
//!
//! # What to mind
//!
//! - An `actix_session::Session` without `actix-identity` is carried over in the same way: take it in place of the `Identity`, read the user
//!   out of it, and `purge()` it.
//! - A cookie of `CookieSessionStore` holds the session itself and cannot be ended at the server: whoever has kept a copy can be carried over
//!   again until the old middleware is gone. Keep it for as long as old sessions last, and no longer.
//! - What is kept of nobody, such as a basket before anybody has signed in, stays with `actix-session`: its cookie is called `id` by default,
//!   ours `__Host-session`.
