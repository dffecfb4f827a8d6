//! People who sign in: from nothing to a login page in ten minutes, what ends a session, where sessions are kept, and the requirements of OWASP's ASVS.
//!
//! A session here can be ended by the server at any time, on all machines; its id changes with each sign-in; forms of other sites are refused; a wrong
//! password is counted before it is looked at; and a route says in one line that it wants one. A cookie that carries its own contents can do none of that.
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
//! async fn user_of(claimed: &Login) -> Result<Option<(String, User)>, std::io::Error> {
//!     let is_right = (&*claimed.name, &*claimed.password) == ("alice", "wonderland");
//!     Ok(is_right.then(|| ("17".to_owned(), User { name: "Alice".to_owned() })))
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
//!     // Answers 429 where too many passwords were wrong, without asking.
//!     match sign_in.verify(&claimed.name, user_of(&claimed)).await? {
//!         Some((verified, (id, user))) => Ok(verified.subject(id).roles(["viewer"]).details(user).finish().await?.into()),
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
//! In your `main`, the `Auth` is built once, before the server, and every worker makes its scope from it:
//!
//! ```no_run,standalone_crate
//! use actix_web::{App, HttpServer, get};
//! use auth_runtime::{Auth, Sessions, requires};
//!
//! #[requires(session)]
//! #[get("/me")]
//! async fn me() -> &'static str { "…" }
//!
//! #[actix_web::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let sessions = Sessions::in_memory().login_page("/login");
//!     let auth = Auth::builder().public_origin("http://127.0.0.1:8080").session(sessions).build()?;
//!     HttpServer::new(move || App::new().service(auth.scope("").service(me)))
//!         .bind(("127.0.0.1", 8080))?
//!         .run()
//!         .await?;
//!     Ok(())
//! }
//! ```
//!
//! Handlers of before move into that scope too: those with a `#[public(reason = "…")]` stay open. Functions for `configure` take `&mut auth_runtime::ServiceConfig`. Under
//! `optional(session)` a session that has ended counts as wrong credentials: its browser is sent to the login page, once. `#[utoipa::path(…)]` stands above both attributes, and
//! middleware such as `TracingLogger` around the `App`, as ever.
//!
//! On your own machine, say `.public_origin("http://127.0.0.1:8080")` and open the pages under exactly that address: the cookie is then `session`, without
//! `Secure`, and a warning in the log says so. Whoever signs in under `localhost` is led to `127.0.0.1`, where the cookie is not sent. Plain http for any other host is refused by `build()`.
//!
//! # Who gets what
//!
//! | who asks | without a session |
//! |---|---|
//! | a browser for a page: `Sec-Fetch-Mode: navigate`, or where that is not sent an `Accept` that prefers HTML | 303 to the [login page](crate::session::Sessions::login_page), with `?to=` for a `GET` |
//! | a script, a program | 401 with `WWW-Authenticate: Cookie realm="…"` |
//! | a browser whose form is refused, such as after too many wrong passwords | 429 or 403 with the problem document, as every refusal; a page, where its handler [makes one](#a-form-that-is-refused), or [`denial_body`](super::how_to::refusals#a-body-of-your-own) for all |
//! | htmx for a part of a page: `HX-Request` | that 401 with `HX-Redirect` to the login page, which htmx follows by itself; it leads back to the page around the part |
//!
//! A cookie that is worth nothing any more is deleted with that answer. Where only a role is missing, the answer is a 403, and nobody is sent to
//! sign in.
//!
//! `?to=` is the only thing that leads back, and it is a path of your own origin or it is `/`: [`SignIn`](crate::SignIn) judges it as browsers
//! read it.
//!
//! # A form that is refused
//!
//! A person sees the problem document as it is. The handler shows the form again, with a sentence, if it keeps the denial for itself:
//!
//! ```standalone_crate
//! use actix_web::http::header::{ContentType, RETRY_AFTER, TryIntoHeaderValue as _, CONTENT_TYPE};
//! use actix_web::{App, HttpResponse, ResponseError as _, post, test, web};
//! use auth_runtime::{Auth, Denial, Sessions, SignIn, public};
//!
//! #[derive(serde::Deserialize)]
//! struct Login { name: String, password: String }
//!
//! # async fn id_of(_: &Login) -> Result<Option<String>, std::io::Error> { Ok(None) }
//! async fn begin(claimed: &Login, sign_in: Result<SignIn, Denial>) -> Result<HttpResponse, Denial> {
//!     match sign_in?.verify(&claimed.name, id_of(claimed)).await? {
//!         Some((verified, id)) => Ok(verified.subject(id).finish().await?.into()),
//!         None => Err(Denial::forbidden("wrong name or password")),
//!     }
//! }
//!
//! /// The same answer, `Retry-After` and all, with a page as its body.
//! fn page_of(denial: &Denial) -> HttpResponse {
//!     let (mut head, _) = denial.error_response().into_parts();
//!     let said = match head.headers().get(RETRY_AFTER).and_then(|seconds| seconds.to_str().ok()) {
//!         Some(seconds) => format!("Please try again in {seconds} seconds."),
//!         // What was said above, or another reason: the form may have come from another site. Escape it if it says what somebody typed.
//!         None => denial.problem().detail.to_string(),
//!     };
//!     head.headers_mut().insert(CONTENT_TYPE, ContentType::html().try_into_value().unwrap());
//!     head.set_body(format!("<p role=alert>{said}</p><form method=post>…")).map_into_boxed_body()
//! }
//!
//! #[public(reason = "where people sign in")]
//! #[post("/login")]
//! async fn log_in(claimed: web::Form<Login>, sign_in: Result<SignIn, Denial>) -> HttpResponse {
//!     begin(&claimed, sign_in).await.unwrap_or_else(|denial| page_of(&denial))
//! }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! # let auth = Auth::builder().public_origin("https://shop.example").session(Sessions::in_memory()).build().unwrap();
//! # let app = test::init_service(App::new().service(auth.scope("").service(log_in))).await;
//! let guess = || test::TestRequest::post().uri("/login").set_form([("name", "alice"), ("password", "?")]).to_request();
//! for _ in 0..30 {
//!     let answer = test::call_service(&app, guess()).await;
//!     assert_eq!(answer.status(), 403);
//!     assert_eq!(test::read_body(answer).await, "<p role=alert>wrong name or password</p><form method=post>…");
//! }
//! let answer = test::call_service(&app, guess()).await;
//! assert_eq!(answer.status(), 429);
//! assert_eq!(test::read_body(answer).await, "<p role=alert>Please try again in 10 seconds.</p><form method=post>…");
//! # }
//! ```
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
//! | signing in again in the same browser | the old session is over, whoever's it was |
//! | other roles | [`Auth::set_rights`](crate::Auth::set_rights), or [`set_rights_named`](crate::Auth::set_rights_named) for `session("name")`: the session goes on, under another id from its next answer on |
//!
//! What goes on after a request, a stream or a WebSocket, ends with the session by [`UntilEnded`](crate::extract::UntilEnded).
//! While it runs it does not keep the session alive: only requests do.
//!
//! Where roles are in your database anyway, load them with each request by [`Sessions::authorities`](crate::session::Sessions::authorities), or for
//! several schemes at once by [`AuthBuilder::authorities`](crate::config::AuthBuilder::authorities)`(["local:session"], load)`, and keep none in the session.
//!
//! # Where sessions are kept
//!
//! | | for |
//! |---|---|
//! | [`Sessions::in_memory`](crate::session::Sessions::in_memory) | one process; sessions end with it |
//! | `Sessions::redis("redis://10.0.0.5").key("2026-11", secret)` (feature `redis`) | many processes. Redis away: 503, nobody in, nobody lost |
//! | [`Sessions::store`](crate::session::Sessions::store)`(yours).key("2026-11", secret)` | your own database, by [`SessionStore`](crate::session::SessionStore). `testing::assert_session_store` asks yours for all that it must do; `examples/services/src/bin/bookmarks` has one on SQLite |
//!
//! What a session costs, on two cores with 16 connections (`cargo run --release -p auth-benches --bin sessions --features report`): a bare handler answers 88,000
//! requests in a second, with a session in memory as many, with one in a Redis on the same machine 42,000. 100,000 sessions in memory take 76 MB.
//!
//! A store outside of the process holds hashes of ids and subjects (SHA-256), and records with a MAC under a key that it does not have: who reads it gets nobody's
//! id, who writes to it makes nobody up; but can end sessions, and put back one that has ended, until it expires. To change the key, first put the new one behind
//! the old one on all machines, then in front, and take the old one away when the last session that it sealed has ended: a machine that lacks
//! a key signs out whoever it meets under it.
//!
//! Moving from `actix-session` and `actix-identity`, without that anybody has to sign in again, is a [page](super::moving::sessions) of its own.
//!
//! # OWASP ASVS 5.0
//!
//! Each requirement of its sections 3.3, 6.3, 7.1 to 7.6, 10.2 and 10.5, in our words: what meets it, and the test of this repository that
//! shows it. *Yours* is what a library cannot do for you. The chapter `signing_in` says what a client of a provider does.
//!
//! | requirement | met by | test |
//! |---|---|---|
//! | 3.3.1 cookies are `Secure`, and named so | the cookie is `__Host-session`; plain http is this machine only | `session::signing_in::whoever_signs_in_gets_a_cookie_and_the_page_that_was_wanted`, `session::failing::sessions_that_protect_nobody_are_refused` |
//! | 3.3.2 `SameSite` | `Lax`, and the [cross-site rule](super::threats) beside it | `session::cross_site::another_site_cannot_act_in_a_session` |
//! | 3.3.3 `__Host-` | as 3.3.1 | `session::signing_in::the_cookie_is_compared_byte_for_byte_and_may_stand_among_others` |
//! | 3.3.4 not readable by scripts | `HttpOnly`; the id is in no other place | `session::signing_in::whoever_signs_in_gets_a_cookie_and_the_page_that_was_wanted` |
//! | 3.3.5 not longer than 4096 bytes | some 60 bytes and its attributes | `session::signing_in::whoever_signs_in_gets_a_cookie_and_the_page_that_was_wanted` |
//! | 6.3.1 guessing of passwords is hindered | wrong ones are counted by account and by address, before anything is hashed; see [limits](super::limits#of-wrong-credentials) | `http::attempts::an_account_is_guessed_at_a_few_times_whether_it_exists_or_not`, `http::attempts::an_address_guesses_a_few_times_at_all_accounts_together` |
//! | 6.3.2 no accounts that come with it | there are none | |
//! | 6.3.3 more than one factor | yours; say what was used by [`amr`](crate::extract::SessionStart::amr) and [`acr`](crate::extract::SessionStart::acr), and demand it by `acr = "mfa"` | |
//! | 6.3.4 all ways in are known and equally strong | the [policy table](super::review) lists each route with the schemes that it takes | `http::policy_table::what_the_table_promises_is_what_callers_get` |
//! | 6.3.5, 6.3.7 people are told of suspicious sign-ins and of changes | yours, from the handlers that know the account: the [audit log](super::watching#the-audit-log) has sign-ins that succeeded, sessions that ended and other rights, and does not say at which account a wrong password was tried | `session::audit_log::signing_in_and_out_and_other_rights_are_logged_without_the_id_of_the_session` |
//! | 6.3.6 email is not a factor | yours: nothing here sends mail | |
//! | 6.3.8 nobody learns who has an account | Basic and Digest: same answer, like time. In a handler that signs people in: yours, compute the hash for unknown names too | `attacks::passwords::an_unknown_user_a_wrong_and_an_overlong_password_get_the_same_bytes`, `attacks::flood::passwords::an_unknown_user_takes_as_long_as_a_wrong_password` |
//! | 7.1.1 lifetimes are documented, and why | yours to write; [the defaults](super::defaults#sessions) are a start | `docs::every_default_is_what_the_code_has` |
//! | 7.1.2 how many sessions at once is documented | the same: 50 of one subject, `max_per_user` | `session::ending::one_session_too_many_ends_the_one_that_was_not_used_for_longest` |
//! | 7.1.3 sessions at other systems are documented | yours to write, where people sign in at a provider | |
//! | 7.2.1 verified by the backend | with each request, in one read of the store | `session::failing::a_request_reads_once_and_one_that_asks_for_no_session_not_at_all` |
//! | 7.2.2 nothing static | references to what the store holds | `session::signing_in::a_cookie_that_is_not_of_a_session_is_refused_and_deleted` |
//! | 7.2.3 unguessable | 256 bits of the system's random numbers | `session::signing_in::whoever_signs_in_gets_a_cookie_and_the_page_that_was_wanted` |
//! | 7.2.4 a new id on authentication, and the old one ends | [`SignIn`](crate::SignIn) always; [`Auth::set_rights`](crate::Auth::set_rights) too | `session::signing_in::signing_in_again_ends_the_session_before`, `session::rights::other_rights_count_at_once_and_give_another_id` |
//! | 7.3.1 ends when it is not used | `idle`, counted on the server | `session::ending::a_session_that_is_not_used_ends` |
//! | 7.3.2 ends however it is used | `absolute`, counted on the server | `session::ending::a_session_ends_however_it_is_used` |
//! | 7.4.1 ended is ended | removed from the store before the answer; streams end by [`UntilEnded`](crate::extract::UntilEnded) | `session::ending::signing_out_ends_the_session_and_clears_the_browser`, `session::until_ended::a_stream_ends_when_its_user_signs_out_and_nobody_elses_does` |
//! | 7.4.2 closed accounts | `end_all`, or a revocation: yours to call; [authorities](crate::authorities) that know the caller no more refuse at once | `session::ending::a_revoked_subject_or_session_is_out` |
//! | 7.4.3 other sessions after another password | `end_others`: yours to call | `session::ending::the_application_lists_and_ends_sessions` |
//! | 7.4.4 a visible way to sign out | yours to show | |
//! | 7.4.5 administrators end sessions | `auth.sessions_of(id)`: yours to show. All of everybody: put another key in place of the old one | `session::ending::the_application_lists_and_ends_sessions` |
//! | 7.5.1, 7.5.3 authentication again before what matters | `max_age = "5m"` on the route sends to the login page again, see [step-up](crate::manual::step_up) | `session::step_up::a_session_comes_back_stronger_by_the_form_with_its_id_renewed` |
//! | 7.5.2 people see and end their sessions, having proved again who they are | `list` and `end` of `auth.sessions_of(id)`: yours to show; `max_age` on the route that ends them | `session::ending::the_application_lists_and_ends_sessions` |
//! | 7.6.1 sessions here and at the provider end together | the absolute lifetime here; `/logout` of the provider's sign-in ends both, and the provider's back-channel logout ends ours (feature `login`) | `login::logout::the_session_ends_and_the_browser_goes_to_the_provider`, `login::backchannel::sessions_end_by_what_the_provider_calls_them_or_their_subject` |
//! | 7.6.2 a session begins because somebody wanted it | by a form, another site's request signs nobody in. At a provider, a page that needs a session sends people there, and whoever is known there is signed in, without more; `.parameter("prompt", "login")` asks each time | `session::cross_site::another_site_can_sign_nobody_in` |
//! | 10.2.1 nobody else's code is redeemed | PKCE with S256, and `state` bound to the browser (feature `login`) | `login::refused::a_state_counts_once_in_its_own_browser` |
//! | 10.2.2 providers are not mixed up | a callback for each, and `iss` of the answer (RFC 9207) | `login::several::the_answer_of_one_provider_is_nothing_at_the_path_of_another`, `login::refused::the_answer_must_be_this_provider_s` |
//! | 10.2.3 no more scopes than needed | `openid`, and those that you name | `login::signing_in::the_whole_way_there_and_back` |
//! | 10.5.1 an ID token counts once | `nonce`, bound to the browser | `login::refused::an_id_token_must_be_good_and_for_this_sign_in` |
//! | 10.5.2 people are known by what is not given to others | provider, `iss` and `sub` | `login::several::the_same_subject_of_two_providers_is_two_people` |
//! | 10.5.3 metadata of another issuer is refused | `issuer` must be what was configured | `jwt::tests::providers::metadata_of_another_issuer_or_with_an_unsafe_address_are_not_believed` |
//! | 10.5.4 the ID token is for this client | `aud`, and `azp` where there is more than one | `login::refused::an_id_token_must_be_good_and_for_this_sign_in` |
//! | 10.5.5 logout tokens are what they say | of type `logout+jwt`, with the event, without `nonce`, five minutes old at most, once | `login::backchannel::a_token_must_be_good_and_a_logout_token`, `login::backchannel::a_logout_token_is_no_id_token_and_counts_once` |
