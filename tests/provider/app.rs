//! The application whose route the provider's tokens open.

use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use actix_web::get;
use auth_runtime::jwt::{Audiences, ReadyJwt, Said};
use auth_runtime::{Auth, Jwt, Principal, requires};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tests::{Answer, Denied, Server, base64url};

use crate::process::Provider;
use crate::{SECOND, SOON, await_that};

/// The application's name at the provider; what follows says how tokens for it are.
pub(crate) const API: &str = "https://api.example/ES256";

/// Wants more than any token of a client has.
#[requires(bearer, acr = "mfa", max_age = "5m")]
#[get("/orders/strong")]
pub(crate) async fn strong() -> &'static str {
    "strong"
}

#[requires(bearer, scope = "read")]
#[get("/orders")]
pub(crate) async fn orders(caller: Principal) -> String {
    caller.subject().to_owned()
}

/// The application, running.
pub(crate) struct App {
    pub(crate) auth: Auth,
    pub(crate) server: Server,
}

impl App {
    pub(crate) fn start(jwt: impl ReadyJwt) -> Self {
        let auth = Auth::builder().realm("orders").bearer(jwt).dangerous_allow_unconfigured().build().unwrap();
        let served = auth.clone();
        let server = Server::start(move |config| {
            config.service(served.scope("").service(orders));
        });
        Self { auth, server }
    }

    /// One that has the keys it needs.
    pub(crate) fn ready(jwt: impl ReadyJwt) -> Self {
        let app = Self::start(jwt);
        await_that("the application is ready", SOON, || app.auth.is_ready());
        app
    }

    pub(crate) fn get(&self, token: &str) -> Answer {
        self.server.get("/orders").bearer(token).send()
    }

    pub(crate) fn status(&self, token: &str) -> u16 {
        self.get(token).status
    }

    /// What it answers, and after how long.
    pub(crate) fn timed(&self, token: &str) -> (u16, Duration) {
        let asked = Instant::now();
        (self.status(token), asked.elapsed())
    }
}

/// Tokens of this provider for [`API`], its keys fetched every second.
pub(crate) fn watchful(provider: &Provider) -> Jwt<Said, Audiences> {
    Jwt::oidc(&*provider.issuer).audience(API).jwks_refresh(SECOND..=SECOND).provider_timeout(SECOND / 2)
}

/// 401 with a challenge that says this of the token.
pub(crate) fn refused(description: &str) -> Denied {
    Denied::unauthorized(description).challenge(&format!(
        r#"Bearer realm="orders", error="invalid_token", error_description="{description}", scope="read""#
    ))
}

/// 403 for want of the scope.
pub(crate) fn unscoped() -> Denied {
    Denied::forbidden("the credentials lack a required scope")
        .challenge(r#"Bearer realm="orders", error="insufficient_scope", scope="read""#)
}

/// The same token with another header.
pub(crate) fn with_header(token: &str, change: impl FnOnce(&mut Value)) -> String {
    let (header, rest) = token.split_once('.').expect("a JWT");
    let mut header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    change(&mut header);
    format!("{}.{rest}", base64url(header.to_string()))
}

/// The same token, said to be signed with a key that does not exist.
pub(crate) fn with_key_id(token: &str, id: &str) -> String {
    with_header(token, |header| header["kid"] = json!(id))
}

pub(crate) fn claims(token: &str) -> Value {
    let claims = token.split('.').nth(1).expect("a JWT");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
}

/// How far the clock that tokens are judged by may be behind: the kernel moves it with its timer, which ticks a hundred times
/// a second at least.
const TICK: Duration = Duration::from_millis(10);

/// Presents a token until after its end; how often it was good, and how often refused like this. What is on its way at that
/// moment may be either.
pub(crate) fn outlive(app: &App, token: &str, end: Duration, then: &Denied) -> (usize, usize) {
    let (mut good, mut expired) = (0, 0);
    while now() < end + SECOND / 4 {
        let asked = now();
        let answer = app.get(token);
        if now() < end {
            answer.expect("caller");
            good += 1;
        } else if asked >= end + TICK {
            then.check(&answer);
            expired += 1;
        }
        thread::sleep(Duration::from_millis(20));
    }
    (good, expired)
}

/// Since 1970.
pub(crate) fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap()
}
