//! Signing in at a provider: what to register, a whole program, roles, several providers, calls upstream, and what ends a session.
//!
//! People have their accounts at an OpenID provider: Keycloak, Entra ID, Auth0, Google, or one of your own. Your service sends them there, believes what it
//! says of them, and keeps a [session](super::sessions). Pages and their scripts hold no token.
//!
//! # In four steps
//!
//! 1. Register a client of the kind *web application* at the provider, with these addresses:
//!
//!    | at the provider | value |
//!    |---|---|
//!    | redirect URI | `https://shop.example/callback` |
//!    | post-logout redirect URI | `https://shop.example/` |
//!    | back-channel logout URI, if it has one | `https://shop.example/backchannel-logout` |
//!
//! 2. Turn on the feature: `auth-runtime = { version = "0.1", features = ["login"] }`.
//! 3. Say which provider, as below, and mount [`Auth::scheme_routes`](crate::Auth::scheme_routes) on the `App`.
//! 4. Write `#[requires(session)]` on what needs somebody. A browser that nobody has signed in is sent to the provider, and comes back to the page that it
//!    wanted; a script gets the 401.
//!
//! ```standalone_crate
//! use std::convert::Infallible;
//!
//! use actix_web::{App, HttpResponse, get, post, test};
//! use auth_runtime::login::OidcLogin;
//! use auth_runtime::{Auth, Authorities, Denial, Principal, Session, Sessions, Tokens, requires};
//! use serde::{Deserialize, Serialize};
//!
//! /// What a session carries, as JSON.
//! #[derive(Serialize, Deserialize)]
//! struct User { name: String }
//!
//! /// Stands for a look into your database: whom you do not know gets no session.
//! async fn load_user(who: Principal) -> Result<Option<Authorities>, Infallible> {
//!     let key = (who.issuer(), who.subject()); // never the subject alone, never an email address
//!     Ok((key == (Some("https://idp.example"), "248289761001")).then(|| Authorities::default().add_roles(["editor"])))
//! }
//!
//! #[requires(session)]
//! #[get("/me")]
//! async fn me(user: Session<User>) -> String {
//!     format!("hello {}", user.name)
//! }
//!
//! #[requires(session, role = "editor")]
//! #[post("/articles")]
//! async fn publish(who: Principal) -> String {
//!     format!("by {}", who.key())
//! }
//!
//! /// Calls another service in the name of whoever is there.
//! #[requires(session)]
//! #[get("/orders")]
//! async fn orders(tokens: Tokens) -> Result<HttpResponse, Denial> {
//!     let token = tokens.access().await?;
//!     Ok(HttpResponse::Ok().body(call_upstream(token.expose()).await))
//! }
//! # async fn call_upstream(_: &str) -> String { String::new() }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! # let secret = "from the environment";
//! let login = OidcLogin::new("https://idp.example", "shop", secret)
//!     .scopes(["profile", "offline_access"])
//!     .details(|who| User { name: who.text("name").unwrap_or(who.subject()).to_owned() })
//!     .authorities(load_user);
//! let auth = Auth::builder()
//!     .public_origin("https://shop.example")
//!     .session(Sessions::in_memory().login(login))
//!     .build()
//!     .unwrap();
//! let own = auth.scope("").service(me).service(publish).service(orders);
//! let app = test::init_service(App::new().service(auth.scheme_routes()).service(own)).await;
//!
//! let page = test::TestRequest::with_uri("/me").insert_header(("Sec-Fetch-Mode", "navigate")).to_request();
//! let answer = test::call_service(&app, page).await;
//! assert_eq!(answer.headers().get("Location").unwrap(), "https://shop.example/login?to=%2Fme");
//! # }
//! ```
//!
//! A button to sign out is a form: `<form method="post" action="/logout"><button>Sign out</button></form>`. Several processes share
//! their sessions, as [`Sessions::redis`](crate::Sessions) says; whichever of them the browser comes back to finishes the sign-in.
//!
//! # Roles
//!
//! `authorities` is asked twice: while somebody signs in, so that whom you do not know gets a page that says so and no session; and with every request, so that a
//! role that you take away is gone at once. It speaks for all sessions of the configuration;
//! [`AuthBuilder::authorities`](crate::config::AuthBuilder::authorities) does so for the people of one provider, by its issuer, and for their tokens too. Without either, sessions
//! of a provider have the roles alone that `auth.sessions_of(subject).signed_in_at(issuer).set_rights(…)` gives them: those of the provider's
//! tokens are for services that the tokens are meant for.
//!
//! # Several providers
//!
//! ```
//! # use auth_runtime::{Sessions, login::OidcLogin};
//! # let (one, other) = ("", "");
//! let sessions = Sessions::in_memory()
//!     .login_page("/choose") // a page of yours with two links: `/login/work?to=…`, `/login/home?to=…`
//!     .login(OidcLogin::new("https://work.example", "shop", one).named("work"))
//!     .login(OidcLogin::new("https://home.example", "shop", other).named("home"));
//! # let _ = sessions;
//! ```
//!
//! Each has its own paths (`/login/work`, `/callback/work`, `/backchannel-logout/work`). The same subject at two of them is two people, and so is the same
//! email address; signing in at the other ends the session at the first. If they are to be one, [link](#linking-accounts) them.
//!
//! # Linking accounts
//!
//! Somebody has an account of yours, with a password or from another provider, and adds a provider to it: from then on either way in leads to that
//! account. A button is a form, `<form method="post" action="/account/link"><button>Add your company account</button></form>`.
//!
//! ```standalone_crate
//! use std::collections::HashMap;
//! use std::convert::Infallible;
//! use std::sync::{Arc, Mutex};
//!
//! use actix_web::{App, Responder, get, post, test, web};
//! use auth_runtime::login::{Linking, LoginIdentity, OidcLogin};
//! use auth_runtime::principal::PrincipalKey;
//! use auth_runtime::{Auth, Authorities, Denial, Details, Principal, Sessions, requires};
//!
//! /// Stands for a table of who belongs to which account, whose key is issuer and subject.
//! #[derive(Clone, Default)]
//! struct Accounts(Arc<Mutex<HashMap<PrincipalKey, String>>>);
//!
//! impl Accounts {
//!     /// The account of whoever called. Those who sign in here are called by it: `verified.subject(account)`.
//!     fn of(&self, who: &PrincipalKey) -> Option<String> {
//!         if who.issuer() == "local:session" { Some(who.subject().to_owned()) } else { self.0.lock().unwrap().get(who).cloned() }
//!     }
//!
//!     /// `INSERT … ON CONFLICT DO NOTHING`; whether the row is this account's, and not another one's.
//!     async fn link(self, account: PrincipalKey, who: PrincipalKey) -> Result<bool, Infallible> {
//!         let Some(account) = self.of(&account) else { return Ok(false) };
//!         Ok(*self.0.lock().unwrap().entry(who).or_insert_with(|| account.clone()) == account)
//!     }
//! }
//!
//! struct Account(String);
//!
//! /// Asked with every request, and while somebody signs in: both ways lead to the account, and who has none gets no session.
//! async fn load(who: PrincipalKey, accounts: web::Data<Accounts>) -> Result<Option<Authorities<Account>>, Infallible> {
//!     Ok(accounts.of(&who).map(|account| Authorities::new(Account(account))))
//! }
//!
//! #[requires(session, max_age = "5m")]
//! #[post("/account/link")]
//! async fn link_here(linking: Linking) -> Result<impl Responder, Denial> {
//!     linking.to("/account").begin().await
//! }
//!
//! #[requires(session)]
//! #[get("/account")]
//! async fn my_account(account: Details<Account>) -> String {
//!     account.0.clone()
//! }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! # let secret = "from the environment";
//! let accounts = Accounts::default();
//! let noted = accounts.clone();
//! let login = OidcLogin::new("https://idp.example", "shop", secret).link(move |account: Principal, who: LoginIdentity| {
//!     noted.clone().link(account.key(), PrincipalKey::new(who.issuer(), who.subject()))
//! });
//! let sessions = Sessions::in_memory().login_page("/sign-in").login(login).authorities(load);
//! let auth = Auth::builder().public_origin("https://shop.example").session(sessions).build().unwrap();
//! let own = auth.scope("").service(link_here).service(my_account);
//! let app = App::new().app_data(web::Data::new(accounts.clone())).service(auth.scheme_routes()).service(own);
//! let app = test::init_service(app).await;
//!
//! // Without a session nobody begins.
//! let answer = test::call_service(&app, test::TestRequest::post().uri("/account/link").to_request()).await;
//! assert_eq!(answer.status(), 401);
//! // What the provider says belongs to one account.
//! let (alice, bob) = (PrincipalKey::new("local:session", "alice"), PrincipalKey::new("local:session", "bob"));
//! let there = PrincipalKey::new("https://idp.example", "248289761001");
//! assert!(accounts.clone().link(alice, there.clone()).await.unwrap());
//! assert!(!accounts.clone().link(bob, there.clone()).await.unwrap());
//! assert_eq!(accounts.of(&there).as_deref(), Some("alice"));
//! # }
//! ```
//!
//! [`Linking`](crate::login::Linking) keeps what an attacker would try out of it: it begins by a `POST` of your own pages, belongs to the session
//! that asked, whose user must be in it still when the provider's answer comes, and wants an authentication of the last five minutes both times. The session
//! stays as it is, and the provider's tokens are not kept; the audit log has `auth.linked`. Where it does not work, a page says so, and nobody is signed out.
//! The whole way over HTTP, and what is refused, is in `tests/login/linking.rs`, from `login::linking::who_is_signed_in_links_a_provider_and_lands_at_the_account_from_there` on.
//!
//! Yours is to tell people that something was added to their account, and to let them take it away, such as by `DELETE` from that table and
//! `auth.sessions_of(subject).signed_in_at(issuer).end_all()`. Never link by an email address: see [`verified_email`](crate::login::LoginIdentity::verified_email).
//!
//! # The page without tokens
//!
//! A script that holds tokens loses them to whatever else gets into the page. The IETF's *OAuth 2.0 for Browser-Based Applications* therefore puts them on the
//! server: the page calls its own origin in the session, and that server calls others, by [`Tokens`](crate::Tokens), or where that token is not meant for
//! them, by one that it is [exchanged](super::calls_that_go_on) for. The example `backend_for_frontend` of the
//! repository is such a page with its server, in some hundred lines and without a framework.
//!
//! # What ends a session
//!
//! - `POST /logout`: here at once, then at the provider.
//! - The provider tells that somebody has signed out there: on all machines, before the provider gets its answer.
//! - The provider refuses the refresh token: it was revoked, or somebody else has used it.
//! - All that [ends other sessions](super::sessions): their lifetimes, [`sessions_of`](crate::Auth::sessions_of) with
//!   [`signed_in_at`](crate::config::SubjectSessions::signed_in_at), revocation by the provider's issuer and subject.
//!
//! Where a provider has no back-channel logout, a session here goes on after people have signed out there: its own lifetimes end it.
//!
//! # When it does not work
//!
//! Whoever tried sees one sentence, and the log has the event `a sign-in at a provider did not work` with the reason, and where it is the provider's or this
//! service's fault another one that says more.
//!
//! | reason | status | what it means |
//! |---|---|---|
//! | `state_unknown` | 400 | the answer was used before, or belongs to another browser; cookies are off |
//! | `took_too_long` | 400 | more than ten minutes |
//! | `answer_malformed` | 400 | parameters that no provider sends |
//! | `issuer_differs` | 400 | `iss` of the answer names another provider, or is missing although announced: somebody mixes providers up |
//! | `access_denied` | 403 | somebody pressed *Cancel*, or may not use this client |
//! | `provider_refused` | 400 | another error of the provider, which is in the log: often a scope or redirect URI that is not registered |
//! | `provider_away` | 503 | discovery, keys or tokens cannot be had |
//! | `code_refused` | 400 | the provider says `invalid_grant` |
//! | `client_rejected` | 500 | the provider does not accept client id, secret or method |
//! | `identity_refused` | 400 | the ID token is not good, or not for this sign-in; the log has the claim |
//! | `too_weak` | 403 | `acr` or `max_age` ask for more, of the login or of the page that was wanted |
//! | `somebody_else` | 403 | a session was to become stronger, and somebody else has signed in |
//! | `session_over` | 403 | who is linked has signed out, or signed in anew, since that began |
//! | `link_refused` | 403 | your function said no: whoever signed in belongs to another account |
//! | `caller_unknown` | 403 | `authorities` knows nobody like that |
//! | `barred` | 403 | the subject's sessions were ended meanwhile |
//! | `unavailable` | 503 | the store of sessions or a function of yours is away |
//! | `broken` | 500 | a fault of this service, which is in the log |
//!
//! What OWASP's ASVS 5.0 demands of such clients is in the [table](super::sessions#owasp-asvs-50) of sessions.
