//! People who sign in: from nothing to a login page in ten minutes, what ends a session, where sessions are kept, and the requirements of OWASP's ASVS.
//!
//! # In five steps
//!
//! 1. Turn on the feature: `auth-runtime = { version = "0.1", features = ["session"] }`.
//! 2. Say under which address browsers reach your service, and where sessions are kept:
//!    `.public_origin("https://shop.example").session(Sessions::in_memory().login_page("/login"))`.
//! 3. Serve the login page. A form without `action` posts to the address under which it is shown, and with it the page that was wanted:
//!    `<form method="post">`.
//! 4. Take [`SignIn`](crate::SignIn) in the handler that knows who somebody is, such as by a password.
//! 5. Write `#[requires(session)]` on what needs one.
//!
//! ```standalone_crate
//! use actix_web::http::header::ContentType;
//! use actix_web::{App, HttpResponse, Responder, get, post, test, web};
//! use auth_runtime::{Auth, Denial, Session, Sessions, SignIn, SignOut, public, requires};
//! use serde::{Deserialize, Serialize};
//!
//! /// What a session carries, as JSON.
//! #[derive(Serialize, Deserialize)]
//! struct User { name: String }
//!
//! #[derive(Deserialize)]
//! struct Login { name: String, password: String }
//!
//! /// Stands for your users: a look into the database, and a slow hash that is computed for unknown names, too.
//! async fn verify(claimed: &Login) -> Option<(String, User)> {
//!     let is_right = (&*claimed.name, &*claimed.password) == ("alice", "wonderland");
//!     is_right.then(|| ("17".to_owned(), User { name: "Alice".to_owned() }))
//! }
//!
//! fn form(said: &str) -> String {
//!     format!("<p>{said}</p><form method=post><input name=name><input name=password type=password><button>Sign in</button></form>")
//! }
//!
//! #[public(reason = "where people sign in")]
//! #[get("/login")]
//! async fn login() -> impl Responder {
//!     HttpResponse::Ok().content_type(ContentType::html()).body(form(""))
//! }
//!
//! #[public(reason = "where people sign in")]
//! #[post("/login")]
//! async fn log_in(claimed: web::Form<Login>, sign_in: SignIn<User>) -> Result<HttpResponse, Denial> {
//!     match verify(&claimed).await {
//!         Some((id, user)) => Ok(sign_in.subject(id).roles(["viewer"]).details(user).finish().await?.into()),
//!         None => Ok(HttpResponse::Forbidden().content_type(ContentType::html()).body(form("Wrong name or password."))),
//!     }
//! }
//!
//! #[requires(session)]
//! #[get("/me")]
//! async fn me(session: Session<User>) -> String {
//!     format!("hello {}", session.name)
//! }
//!
//! #[requires(session)]
//! #[post("/logout")]
//! async fn log_out(out: SignOut) -> impl Responder {
//!     out.to("/login").here().await // or `everywhere()`
//! }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! let sessions = Sessions::in_memory().login_page("/login");
//! let auth = Auth::builder().public_origin("https://shop.example").session(sessions).build().unwrap();
//! let scope = auth.scope("").service(login).service(log_in).service(me).service(log_out);
//! let app = test::init_service(App::new().service(scope)).await;
//!
//! // A browser that wants a page is sent to sign in …
//! let wants = test::TestRequest::with_uri("/me").insert_header(("Sec-Fetch-Mode", "navigate")).to_request();
//! let answer = test::call_service(&app, wants).await;
//! assert_eq!(answer.headers().get("Location").unwrap(), "https://shop.example/login?to=%2Fme");
//! // … and comes back.
//! let form = [("name", "alice"), ("password", "wonderland")];
//! let answer = test::call_service(&app, test::TestRequest::post().uri("/login?to=%2Fme").set_form(form).to_request()).await;
//! assert_eq!((answer.status().as_u16(), answer.headers().get("Location").unwrap().to_str().unwrap()), (303, "https://shop.example/me"));
//! # }
//! ```
//!
//! On your own machine, say `.public_origin("http://127.0.0.1:8080")` and open the pages under exactly that address: the cookie is then `session`, without
//! `Secure`, and a warning in the log says so. Plain http for any other host is refused by `build()`.
//!
//! # Who gets what
//!
//! | who asks | without a session |
//! |---|---|
//! | a browser for a page: `Sec-Fetch-Mode: navigate`, or where that is not sent an `Accept` that prefers HTML | 303 to the [login page](crate::session::Sessions::login_page), with `?to=` for a `GET` |
//! | a script, a program | 401 with `WWW-Authenticate: Cookie realm="…"` |
//! | htmx for a part of a page: `HX-Request` | that 401. Let htmx open the login page: `document.body.addEventListener("htmx:responseError", e => { if (e.detail.xhr.status === 401) location = "/login?to=" + encodeURIComponent(location.pathname) })` |
//!
//! A cookie that is worth nothing any more is deleted with that answer. Where only a role is missing, the answer is a 403, and nobody is sent to
//! sign in.
//!
//! `?to=` is the only thing that leads back, and it is a path of your own origin or it is `/`: [`SignIn`](crate::SignIn) judges it as browsers
//! read it.
//!
//! # Forms of other sites
//!
//! Another site can make a browser post a form to yours, with the cookie. The [cross-site rule](super::threats) refuses it by what browsers
//! say of each request, `Sec-Fetch-Site` or `Origin`: all that were released since 2020 do, and there is nothing to do. For older ones put a
//! [`CsrfToken`](crate::extract::CsrfToken) into the page and a [`CsrfField`](crate::extract::CsrfField) into the form.
//!
//! # What ends a session
//!
//! | what | how |
//! |---|---|
//! | signing out | [`SignOut`](crate::SignOut): here, or everywhere |
//! | not used for 30 minutes, or 12 hours old | [`Sessions::idle`](crate::session::Sessions::idle), [`Sessions::absolute`](crate::session::Sessions::absolute) |
//! | another password, an account that is closed | call [`Auth::sessions_of`](crate::Auth::sessions_of)`(id).end_all()`, or `end_others(&who)` for all but the one that changed it, after the change is committed. A sign-in that began before begins no session |
//! | subject or session revoked | [`Sessions::revocations`](crate::session::Sessions::revocations): issuer `local:session` |
//! | too many of one subject | [`Sessions::max_per_user`](crate::session::Sessions::max_per_user) |
//! | signing in again in the same browser | the old session is over, under whatever name it was |
//! | other roles | [`Auth::set_rights`](crate::Auth::set_rights): the session goes on, under another id from its next answer on |
//!
//! What goes on after a request, a stream or a WebSocket, ends with the session by [`UntilEnded`](crate::extract::UntilEnded); it is no use of the session.
//!
//! Where roles are in your database anyway, load them with each request by [`Sessions::authorities`](crate::session::Sessions::authorities), and keep
//! none in the session.
//!
//! # Where sessions are kept
//!
//! | | for |
//! |---|---|
//! | [`Sessions::in_memory`](crate::session::Sessions::in_memory) | one process; sessions end with it |
//! | `Sessions::redis("redis://10.0.0.5").key("2026-11", secret)` (feature `redis`) | many processes. Redis away: 503, nobody in, nobody lost |
//! | [`Sessions::store`](crate::session::Sessions::store)`(yours).key("2026-11", secret)` | your own database, by [`SessionStore`](crate::session::SessionStore). `testing::assert_session_store` asks yours for all that it must do; `examples/services/src/bin/bookmarks` has one on SQLite |
//!
//! A store outside of the process holds the SHA-256 of ids, hashes of subjects, and records with a MAC under a key that it does not have: who reads it gets nobody's
//! id, who writes to it makes nobody up. A new key goes in front of the old one, which stays for as long as its sessions last.
//!
//! # Moving from `actix-session` and `actix-identity`
//!
//! | there | here |
//! |---|---|
//! | `SessionMiddleware::new(store, key)`, `IdentityMiddleware` | `.session(Sessions::…)` on the builder |
//! | `Identity::login(&request.extensions(), id)` | [`SignIn`](crate::SignIn), which also changes the id |
//! | `user: Option<Identity>`, and an `if` | `#[requires(session)]` and [`Session<T>`](crate::Session) |
//! | `session.get::<User>("user")` | the details: [`Session<User>`](crate::Session) |
//! | `identity.logout()`, `session.purge()` | [`SignOut`](crate::SignOut) |
//!
//! What is kept of nobody, such as a basket before anybody has signed in, stays with `actix-session`: give its cookie another name.
//!
//! # OWASP ASVS 5.0
//!
//! | requirement | met by |
//! |---|---|
//! | 3.3.1, 3.3.3 `Secure`, `__Host-` | the cookie is `__Host-session`; plain http is this machine only |
//! | 3.3.2 `SameSite` | `Lax`, and the [cross-site rule](super::threats) beside it |
//! | 3.3.4 not readable by scripts | `HttpOnly` |
//! | 3.3.5 not longer than 4096 bytes | some 60 bytes and its attributes |
//! | 7.1.1, 7.1.2, 7.1.3 documented lifetimes, numbers of sessions, federation | yours to write; [the defaults](super::defaults#sessions) are a start |
//! | 7.2.1 verified by the backend | with each request, in one read of the store |
//! | 7.2.2 dynamic tokens | references to what the store holds; nothing static |
//! | 7.2.3 unguessable | 256 bits of the system's random numbers |
//! | 7.2.4 a new token on authentication, the old one ends | [`SignIn`](crate::SignIn) always; [`Auth::set_rights`](crate::Auth::set_rights) too |
//! | 7.3.1 ends when it is not used | `idle`, counted on the server |
//! | 7.3.2 ends however it is used | `absolute`, counted on the server |
//! | 7.4.1 ended is ended | removed from the store, before the answer |
//! | 7.4.2 closed accounts | `end_all`, or a revocation: yours to call; [authorities](crate::authorities) that know the caller no more refuse at once |
//! | 7.4.3 other sessions after another password | `end_others`: yours to call |
//! | 7.4.4 a visible way to sign out | yours to show |
//! | 7.4.5 administrators end sessions | `auth.sessions_of(id)`: yours to show. All of everybody: put another key in place of the old one |
//! | 7.5.1, 7.5.3 authentication again before what matters | yours: ask for the password again, and compare [`Principal::auth_time`](crate::Principal::auth_time) in a check |
//! | 7.5.2 people see and end their sessions | `list` and `end` of `auth.sessions_of(id)`: yours to show |
//! | 7.6.1, 7.6.2 sessions at an identity provider, and 10 | the chapter `signing_in` |
