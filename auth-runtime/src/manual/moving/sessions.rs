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
//! The old middleware stays around the login page, until a day of your choice, at most 30 days ahead. Whoever comes there with an old session
//! is signed in without a password, once: [`CarryOver`](crate::extract::CarryOver) takes the user out of it, asks you who that is today, and ends it.
//!
//! ```standalone_crate
//! # use std::convert::Infallible;
//! use actix_identity::{Identity, IdentityMiddleware};
//! use actix_session::SessionMiddleware;
//! use actix_session::storage::CookieSessionStore;
//! use actix_web::cookie::Key;
//! use actix_web::http::header::ContentType;
//! use actix_web::{App, HttpResponse, get, test};
//! use auth_runtime::extract::CarryOver;
//! use auth_runtime::session::OldSessions;
//! use auth_runtime::{Auth, Denial, Principal, Sessions, public, requires};
//!
//! /// Stands for a look at your users: the roles of today, and `None` for whoever was closed out since.
//! async fn roles_of(id: &str) -> Result<Option<Vec<&'static str>>, Infallible> {
//!     Ok((id == "17").then(|| vec!["viewer"]))
//! }
//!
//! #[public(reason = "where people sign in")]
//! #[get("/login")]
//! async fn login(old: Option<Identity>, carry_over: CarryOver) -> Result<HttpResponse, Denial> {
//!     if let Some(old) = old
//!         && let Ok(id) = old.id()
//!         && let Some((start, roles)) = carry_over.once(&*id, || old.logout(), roles_of(&id)).await?
//!     {
//!         return Ok(start.roles(roles).finish().await?.into());
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
//! let old_middleware = SessionMiddleware::builder(CookieSessionStore::default(), key).cookie_secure(false).build();
//! // With `RedisSessionStore`, or another store at the server: `OldSessions::in_store("id")`. On more than this machine: `Sessions::redis(…)`.
//! let old = OldSessions::dangerous_in_cookie("id").until("2026-12-24");
//! let sessions = Sessions::in_memory().login_page("/login").carry_over(old);
//! # let clock = auth_runtime::testing::ManualClock::at(1_796_000_000);
//! let auth = Auth::builder().public_origin("http://127.0.0.1:8080").session(sessions);
//! # let auth = auth.clock(clock.clone());
//! let auth = auth.build().unwrap();
//! let app = App::new().wrap(IdentityMiddleware::default()).wrap(old_middleware);
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
//! // The old one is taken away, and a copy of it is worth nothing.
//! let over = cookies.iter().find(|cookie| cookie.name() == old.name()).unwrap();
//! assert_eq!(over.max_age().unwrap().whole_seconds(), 0);
//! assert_eq!(test::call_service(&app, asks().cookie(old.clone()).to_request()).await.status(), 200, "the form");
//! # }
//! ```
//!
//! An `actix_session::Session` without `actix-identity` is carried over in the same way: read the user out of it, and hand over `|| session.purge()`.
//!
//! # Who is carried over
//!
//! | who comes to the login page | gets |
//! |---|---|
//! | somebody with an old session, for the first time | a session of ours under a new id, without `auth_time`: a route with `max_age` or `acr` asks for the password |
//! | the same cookie again, on whatever machine: its hash is kept in the store of sessions until the day | the form |
//! | a user whom your function does not know any more | the form; the old session ends |
//! | a user who has signed out since, in any browser, or whose sessions were ended by [`end_all`](crate::config::SubjectSessions::end_all) or [`end_others`](crate::config::SubjectSessions::end_others) | the form |
//! | a user who is [revoked](crate::session::Sessions::revocations), for as long as your store of revocations remembers it | the form |
//! | somebody who is in a session of ours already | the form: nobody becomes somebody else |
//! | somebody whom a page of another site has led here, or whose browser does not say (Safari before 16.4) | the form, and the old session stays: a click on a link of yours, or a button that posts, carries over |
//! | anybody, from the beginning of the day on (UTC) | the form |
//! | anybody, while the store or your function cannot tell | a 503, and the old session stays |
//!
//! # What to mind
//!
//! - Only who it is comes over. Look roles up: those in the old session are as old as that.
//! - Hand over what your subjects are called here: what [`Auth::sessions_of`](crate::Auth::sessions_of) is asked for, and `verified.subject(…)` is given.
//! - A cookie of `CookieSessionStore` holds the session itself and cannot be ended at the server. Each counts once; whoever has copied one that
//!   the user's browser had before can still be carried over by it, until the user signs out, or the day. That is why it is called
//!   [dangerous](crate::session::OldSessions::dangerous_in_cookie). If cookies may have been copied, let people sign in anew instead.
//! - What was carried over, and who has signed out since, is noted where sessions are kept. A restart would forget what is in memory, and whoever has
//!   signed out everywhere would be in again by an old cookie on another machine; so `build()` refuses sessions in memory, but on your own
//!   machine, as above. Old sessions that are still there after the restart by which you deploy this are in a store already, or in cookies:
//!   keep the new ones there, by `Sessions::redis` or [`Sessions::store`](crate::session::Sessions::store), of which `examples/services/src/bin/bookmarks` is one on SQLite.
//! - What is kept of nobody, such as a basket before anybody has signed in, stays with `actix-session`: its cookie is called `id` by default,
//!   ours `__Host-session`.
//! - When the day has come, a warning at the start asks you to remove `carry_over`; then remove the old middleware, too.
