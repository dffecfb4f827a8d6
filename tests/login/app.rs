//! An application whose people sign in at a provider.

use std::convert::Infallible;
use std::time::Duration;

use actix_web::{Responder, get, post, web};
use auth_runtime::clock::{Clock as _, SystemClock};
use auth_runtime::config::AuthBuilder;
use auth_runtime::login::{LoginIdentity, OidcLogin};
use auth_runtime::outgoing::{OutgoingToken, OutgoingTokens};
use auth_runtime::testing::ManualClock;
use auth_runtime::{Auth, Authorities, Denial, Principal, Session, Sessions, SignIn, Tokens, public, requires};
use serde::{Deserialize, Serialize};
use tests::{Answer, Server};

use crate::browser::Browser;
use crate::idp::{CLIENT, Idp, Otherwise, SECRET};

pub(crate) const ORIGIN: &str = "https://shop.example";
pub(crate) const COOKIE: &str = "__Host-session";

#[derive(Serialize, Deserialize)]
struct User {
    name: String,
    email: Option<String>,
}

#[requires(session)]
#[get("/me")]
async fn me(user: Session<User>, who: Principal) -> String {
    let (auth_time, acr) = (who.auth_time(), who.acr().unwrap_or("-"));
    let email = user.email.as_deref().unwrap_or("-");
    format!("{} {} {email} {acr} {auth_time:?} {}", user.name, who.subject(), who.amr().collect::<String>())
}

#[requires(session)]
#[get("/key")]
async fn key(who: Principal) -> String {
    who.key().to_string()
}

#[requires(session, role = "editor")]
#[get("/edit")]
async fn edit() -> &'static str {
    "editing"
}

#[requires(session, acr = "mfa", max_age = "5m")]
#[get("/pay")]
async fn pay() -> &'static str {
    "paid"
}

#[requires(session)]
#[get("/upstream")]
async fn upstream(tokens: Tokens) -> Result<String, Denial> {
    let token = tokens.access().await?;
    assert_eq!(format!("{token:?}"), "AccessToken(…)");
    assert!(token.authorization().is_sensitive());
    assert_eq!(token.authorization().to_str().unwrap(), format!("Bearer {}", token.expose()));
    Ok(token.expose().to_owned())
}

/// A while after the request was let in.
#[requires(session)]
#[get("/upstream/late")]
async fn upstream_late(tokens: Tokens) -> Result<String, Denial> {
    actix_web::rt::time::sleep(Duration::from_millis(1100)).await;
    Ok(tokens.access().await?.expose().to_owned())
}

/// A token for another service, in exchange for that of the session.
#[requires(session)]
#[get("/exchanged")]
async fn exchanged(tokens: OutgoingToken) -> Result<String, Denial> {
    let token = tokens.for_audience("stock", ["stock:read"]).await?;
    Ok(token.expose().to_owned())
}

#[public(reason = "where people sign in here")]
#[post("/form")]
async fn form(sign_in: SignIn<User>) -> Result<impl Responder, Denial> {
    sign_in.without_password().subject("alice").details(User { name: "Here".to_owned(), email: None }).finish().await
}

/// Knows Alice and nobody else, and is away for one.
pub(crate) async fn load_user(who: Principal, known: web::Data<Known>) -> Result<Option<Authorities>, String> {
    assert!(who.issuer().unwrap().starts_with("http://127.0.0.1:"), "{who:?}");
    match (who.subject(), known.0) {
        (_, false) => Err("the database is away".to_owned()),
        ("alice", true) => Ok(Some(Authorities::default().add_roles(["editor"]))),
        _ => Ok(None),
    }
}

/// Whether the database is there.
pub(crate) struct Known(pub(crate) bool);

pub(crate) async fn nobody(_: Principal) -> Result<Option<Authorities>, Infallible> {
    Ok(None)
}

pub(crate) struct App {
    pub(crate) server: Server,
    pub(crate) auth: Auth,
    pub(crate) clock: ManualClock,
}

pub(crate) fn clock() -> ManualClock {
    ManualClock::at(SystemClock.now().unwrap())
}

pub(crate) fn details(who: &LoginIdentity) -> impl Serialize + use<> {
    assert_eq!((who.text("email"), who.claim("email_verified")), (None, None), "by `verified_email` alone");
    User { name: who.text("name").unwrap_or("?").to_owned(), email: who.verified_email().map(str::to_owned) }
}

pub(crate) fn login(idp: &Idp) -> OidcLogin {
    OidcLogin::new(idp.url(), CLIENT, SECRET).scopes(["profile", "email"]).details(details)
}

impl App {
    /// A provider, and an application where people sign in there.
    pub(crate) fn started() -> (Idp, Self) {
        let clock = clock();
        let idp = Idp::start(&clock);
        let app = Self::new(&idp, &clock);
        (idp, app)
    }

    pub(crate) fn new(idp: &Idp, clock: &ManualClock) -> Self {
        Self::with(clock, Sessions::in_memory().login(login(idp)))
    }

    pub(crate) fn with(clock: &ManualClock, sessions: Sessions) -> Self {
        Self::knowing(clock, sessions, true)
    }

    pub(crate) fn knowing(clock: &ManualClock, sessions: Sessions, is_there: bool) -> Self {
        Self::built(Self::builder(clock).session(sessions), clock, is_there)
    }

    pub(crate) fn builder(clock: &ManualClock) -> AuthBuilder {
        let outgoing = OutgoingTokens::at("https://idp.example").client_secret_basic(CLIENT, SECRET).build().unwrap();
        Auth::builder().realm("shop").public_origin(ORIGIN).clock(clock.clone()).outgoing(outgoing)
    }

    pub(crate) fn built(builder: AuthBuilder, clock: &ManualClock, is_there: bool) -> Self {
        let auth = builder.build().unwrap();
        let served = auth.clone();
        let server = Server::start(move |app| {
            app.app_data(web::Data::new(Known(is_there))).service(served.scheme_routes()).service(
                served
                    .scope("")
                    .service(me)
                    .service(key)
                    .service(edit)
                    .service(pay)
                    .service(upstream)
                    .service(upstream_late)
                    .service(form)
                    .service(exchanged),
            );
        });
        Self { server, auth, clock: clock.clone() }
    }

    pub(crate) fn browser(&self) -> Browser<'_> {
        Browser::new(&self.server)
    }

    /// Begins at `/login`, and gives where the browser is sent.
    #[track_caller]
    pub(crate) fn begin(&self, browser: &Browser<'_>) -> String {
        let answer = browser.open("/login");
        assert_eq!(answer.status, 303, "{answer:#?}");
        answer.only("location").unwrap().to_owned()
    }

    /// The whole way.
    pub(crate) fn sign_in(&self, idp: &Idp, browser: &Browser<'_>) -> Answer {
        browser.open(&idp.consent(&self.begin(browser)))
    }
}

/// A provider and an application, and the answer to a sign-in at a provider that does something otherwise.
pub(crate) fn sign_in_where(otherwise: Otherwise) -> (Answer, bool) {
    let (idp, app) = App::started();
    idp.does(otherwise);
    let browser = app.browser();
    let answer = app.sign_in(&idp, &browser);
    (answer, browser.is_signed_in())
}

/// A page for people that says this, and gives no session.
#[track_caller]
pub(crate) fn assert_page(answer: &Answer, status: u16, sentence: &str) {
    assert_eq!(answer.status, status, "{answer:#?}");
    let text = answer.text();
    assert!(text.contains(sentence) && text.contains("<h1>Not signed in</h1>"), "{text}");
    assert!(text.contains("<a href=\"/login"), "{text}");
    assert_eq!(answer.only("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!((answer.only("cache-control"), answer.only("referrer-policy")), (Some("no-store"), Some("no-referrer")));
    assert!(answer.only("content-security-policy").unwrap().starts_with("default-src 'none'; style-src 'sha256-"));
    assert_eq!(answer.only("retry-after").is_some(), status == 503);
    assert!(!answer.all("set-cookie").iter().any(|line| line.starts_with(COOKIE)), "{answer:#?}");
    assert!(!text.contains("code-") && !text.contains("script"), "nothing of the answer: {text}");
}
