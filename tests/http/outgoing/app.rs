//! An application whose handlers call others in their callers' names.

use std::time::Duration;

use actix_web::{get, post, web};
use auth_runtime::clock::{Clock as _, SystemClock};
use auth_runtime::config::AuthBuilder;
use auth_runtime::outgoing::{AccessToken, OutgoingError, OutgoingToken, OutgoingTokens, OutgoingTokensBuilder};
use auth_runtime::testing::{ManualClock, TestIssuer};
use auth_runtime::{Auth, Denial, ServiceConfig, requires};
use serde::Deserialize;
use tests::{Answer, Server};

use super::endpoint::{CLIENT, Provider, SECRET};

/// What a request has its handler ask for.
#[derive(Deserialize)]
pub(crate) struct Ask {
    audience: Option<String>,
    resource: Option<String>,
    #[serde(default)]
    scope: String,
    /// How long the handler is at something else before, in milliseconds.
    #[serde(default)]
    after: u64,
}

impl Ask {
    async fn of(&self, upstream: &OutgoingToken) -> Result<AccessToken, OutgoingError> {
        tokio::time::sleep(Duration::from_millis(self.after)).await;
        let scopes = self.scope.split(' ').filter(|scope| !scope.is_empty());
        match (&self.audience, &self.resource) {
            (Some(audience), None) => upstream.for_audience(audience, scopes).await,
            (None, Some(resource)) => upstream.for_resource(resource, scopes).await,
            _ => panic!("a test asks for one of the two"),
        }
    }
}

#[requires(bearer)]
#[get("/upstream")]
pub(crate) async fn orders(upstream: OutgoingToken, ask: web::Query<Ask>) -> Result<String, Denial> {
    let token = ask.of(&upstream).await?;
    assert_eq!(format!("{token:?} {upstream:?}"), "AccessToken(…) OutgoingToken { .. }");
    assert!(token.authorization().is_sensitive());
    assert_eq!(token.authorization().to_str().unwrap(), format!("Bearer {}", token.expose()));
    Ok(token.expose().to_owned())
}

/// After a body, for which the caller takes its time.
#[requires(bearer)]
#[post("/orders")]
pub(crate) async fn order(what: String, upstream: OutgoingToken) -> Result<String, Denial> {
    let token = upstream.for_audience(&what, ["stock:read"]).await?;
    Ok(token.expose().to_owned())
}

/// Without a conversion of its own.
#[requires(bearer)]
#[get("/error")]
async fn error(upstream: OutgoingToken, ask: web::Query<Ask>) -> Result<String, OutgoingError> {
    Ok(ask.of(&upstream).await?.expose().to_owned())
}

#[requires(any(dpop, bearer), allow_downgrade)]
#[get("/either")]
pub(crate) async fn either(upstream: OutgoingToken, ask: web::Query<Ask>) -> Result<String, Denial> {
    Ok(ask.of(&upstream).await?.expose().to_owned())
}

#[requires(bearer("cookie"))]
#[get("/cookie")]
pub(crate) async fn cookie(upstream: OutgoingToken, ask: web::Query<Ask>) -> Result<String, Denial> {
    Ok(ask.of(&upstream).await?.expose().to_owned())
}

async fn goes_on(upstream: OutgoingToken) -> bool {
    upstream.for_audience("https://rules.example", ["rules:read"]).await.is_ok()
}

/// A check may ask somebody else, too.
#[requires(bearer, check = goes_on)]
#[get("/checked")]
async fn checked() -> &'static str {
    "checked"
}

pub(crate) struct App {
    pub(crate) provider: Provider,
    pub(crate) issuer: TestIssuer,
    pub(crate) auth: Auth,
    pub(crate) clock: ManualClock,
    pub(crate) server: Server,
}

pub(crate) fn outgoing(provider: &Provider) -> OutgoingTokensBuilder {
    OutgoingTokens::at(provider.url()).client_secret_basic(CLIENT, SECRET)
}

impl App {
    pub(crate) fn start() -> Self {
        Self::of(|builder| builder)
    }

    /// With what else is said of the provider.
    pub(crate) fn of(tokens: impl FnOnce(OutgoingTokensBuilder) -> OutgoingTokensBuilder) -> Self {
        let mount = |services: &mut ServiceConfig| {
            services.service(orders).service(error).service(checked);
        };
        Self::with(tokens, |builder, issuer, _| builder.bearer(issuer.jwt()), mount)
    }

    pub(crate) fn with(
        tokens: impl FnOnce(OutgoingTokensBuilder) -> OutgoingTokensBuilder,
        configure: impl FnOnce(AuthBuilder, &TestIssuer, &str) -> AuthBuilder,
        mount: fn(&mut ServiceConfig),
    ) -> Self {
        let provider = Provider::start();
        let clock = ManualClock::at(SystemClock.now().unwrap());
        let issuer = TestIssuer::new().named(provider.url()).clock(clock.clone());
        let tokens = tokens(outgoing(&provider)).build().unwrap();
        let builder = Auth::builder().public_origin("https://api.test").clock(clock.clone()).outgoing(tokens);
        let auth = configure(builder, &issuer, &provider.url()).dangerous_allow_unconfigured().build().unwrap();
        let served = auth.clone();
        let server = Server::start(move |services| {
            services.service(served.scope("").configure(mount));
        });
        Self { provider, issuer, auth, clock, server }
    }

    pub(crate) fn token(&self, subject: &str) -> String {
        self.issuer.token().subject(subject).expires_in(3600).sign()
    }

    pub(crate) fn get(&self, token: &str, query: &str) -> Answer {
        self.server.get(&format!("/upstream?{query}")).bearer(token).send()
    }

    #[track_caller]
    pub(crate) fn given(&self, token: &str, query: &str) -> String {
        let answer = self.get(token, query);
        assert_eq!(answer.status, 200, "{answer:#?}");
        answer.text().to_owned()
    }
}
