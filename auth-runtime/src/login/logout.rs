//! Signing out, here and at the provider, and being told of it.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use actix_web::{HttpResponse, web};
use serde_json::{Map, Value};
use url::form_urlencoded;

use crate::auth::Auth;
use crate::denial::{Answer, Challenge, Denial, Reason};
use crate::extract::{SignedOut, signing_in};
use crate::limits::{Counted, Whose};
use crate::login::routes::AtRequest;
use crate::scheme::session::Record;
use crate::shares::Claimant;
use crate::telemetry::{foreign, limited};
use crate::time::UnixTime;

/// The largest body that may hold a logout token, in bytes.
const BODY_MAX: usize = 16 * 1024;
/// How many logout tokens an address may send: a provider that ends many sessions at once sends many.
const TOLD_PER_ADDRESS: Counted =
    Counted { of: "login::backchannel_logout", requests: 600, window: Duration::from_secs(60) };
/// How old a logout token may be, in seconds: it is sent when somebody signs out, and perhaps once more.
const AGE_MAX: UnixTime = 300;
/// The entries that say which were told.
const TOLD: &str = "told";
/// How far the clocks may differ, in seconds.
const LEEWAY: UnixTime = 60;
/// The member of `events` that makes it one (OpenID Connect Back-Channel Logout 1.0 section 2.4).
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

impl AtRequest {
    /// Ends the session whose cookie is sent, and sends the browser to where it is ended at the provider.
    pub(super) async fn log_out(self) -> HttpResponse {
        let Ok(auth) = self.auth() else { return HttpResponse::InternalServerError().finish() };
        match self.signed_out(auth).await {
            Ok(signed_out) => signed_out.into(),
            Err(mut denial) => {
                if denial.reason() == Reason::SessionEnded {
                    // This route asks for no credentials, so that nobody else adds it.
                    let challenge = Challenge::new("Cookie").render(auth.realm(), &[]);
                    denial.challenged_as(&Answer::new(denial.problem().clone(), vec![challenge]));
                }
                auth.settings().shape(&self.request, &mut denial);
                HttpResponse::from_error(denial)
            }
        }
    }

    async fn signed_out(&self, auth: &Auth) -> Result<SignedOut, Denial> {
        if !auth.settings().origins.permits_sign_in(&self.request) {
            limited!(info, path = foreign(self.request.path()), "a sign-out that another site has caused is refused");
            return Err(Denial::of(Reason::CrossSite));
        }
        let record = match self.sessions.named_by(self.request.headers()) {
            Some(key) => self.sessions.end_named(key, &*auth.settings().clock).await?,
            None => None,
        };
        let there = match &record {
            Some(record) => self.end_session_url(record).await,
            None => None,
        };
        let here = || HeaderValue::from_str(&self.provider.signed_out_uri).unwrap_or(HeaderValue::from_static("/"));
        Ok(SignedOut::new(self.sessions.deletion(), there.unwrap_or_else(here)))
    }

    /// Where the browser signs out of the provider, if it signed in there (OpenID Connect RP-Initiated Logout 1.0 section 2).
    async fn end_session_url(&self, record: &Record) -> Option<HeaderValue> {
        let provider = super::provider_of(&self.sessions, record)?;
        // Where it cannot be asked, the session here has ended all the same.
        let endpoints = provider.endpoints().await.ok()?;
        let mut url = endpoints.end_session.as_ref()?.url().clone();
        {
            let mut query = url.query_pairs_mut();
            if let Some(hint) = self.sessions.tokens(record).and_then(|tokens| tokens.id) {
                query.append_pair("id_token_hint", &hint);
            }
            query.append_pair("client_id", provider.settings.client.id());
            query.append_pair("post_logout_redirect_uri", &provider.signed_out_uri);
        }
        let mut location = HeaderValue::from_str(url.as_str()).ok()?;
        location.set_sensitive(true);
        Some(location)
    }

    /// Ends the sessions of whoever has signed out at the provider (OpenID Connect Back-Channel Logout 1.0 section 2.5 to 2.8).
    pub(super) async fn logged_out_there(self, body: web::Payload) -> HttpResponse {
        let answer = |status| {
            let mut answer = HttpResponse::build(status);
            answer.insert_header((CACHE_CONTROL, "no-store"));
            answer
        };
        match self.logged_out(body).await {
            Ok(ended) => {
                tracing::info!(provider = foreign(&self.provider.settings.issuer), ended, "signed out at the provider");
                answer(StatusCode::OK).finish()
            }
            Err(LogoutFault::Refused(reason)) => {
                limited!(warn, provider = foreign(&self.provider.settings.issuer), reason, "a logout token is refused");
                answer(StatusCode::BAD_REQUEST).json(serde_json::json!({"error": "invalid_request"}))
            }
            Err(LogoutFault::Unavailable) => {
                answer(StatusCode::SERVICE_UNAVAILABLE).insert_header(("Retry-After", "5")).finish()
            }
        }
    }

    async fn logged_out(&self, body: web::Payload) -> Result<usize, LogoutFault> {
        let auth = self.auth().map_err(|_| LogoutFault::Unavailable)?;
        let (provider, clock) = (&self.provider, &auth.settings().clock);
        let address = auth.settings().address_share((&self.request).into());
        let often = auth.settings().limiter.take(TOLD_PER_ADDRESS, Whose::Address(address)).done().await;
        often.map_err(|_| LogoutFault::Unavailable)?;
        let is_form = |kind: &HeaderValue| {
            let kind = kind.as_bytes().split(|byte| *byte == b';').next();
            kind.is_some_and(|kind| kind.trim_ascii().eq_ignore_ascii_case(b"application/x-www-form-urlencoded"))
        };
        if !self.request.headers().get(CONTENT_TYPE).is_some_and(is_form) {
            return Err(LogoutFault::Refused("media_type"));
        }
        // Before it takes a turn, which whoever sends slowly would keep from people who sign in.
        let body = tokio::time::timeout(auth.settings().deadline, body.to_bytes_limited(BODY_MAX)).await;
        let body = body.ok().and_then(Result::ok).and_then(Result::ok).ok_or(LogoutFault::Refused("body"))?;
        let _turn = provider
            .lookups
            .turn(Claimant::anybody_at(address, "logout"))
            .await
            .map_err(|_| LogoutFault::Unavailable)?;
        let mut sent = form_urlencoded::parse(&body).filter(|(name, _)| name == "logout_token");
        let (Some((_, token)), None) = (sent.next(), sent.next()) else {
            return Err(LogoutFault::Refused("parameter"));
        };

        let (principal, header) = provider.verified(&token, &**clock, address).await.map_err(|reason| {
            if reason.status().is_server_error() {
                LogoutFault::Unavailable
            } else {
                LogoutFault::Refused(reason.label())
            }
        })?;
        if !header.is_logout_token() && !provider.settings.untyped_logout_tokens {
            return Err(LogoutFault::Refused("typ"));
        }
        let claims = principal.claims().ok_or(LogoutFault::Refused("claims"))?;
        if provider.is_for_others(claims) {
            return Err(LogoutFault::Refused("aud"));
        }
        let now = clock.now().map_err(|_| LogoutFault::Unavailable)?;
        let told = Told::read(claims, now).map_err(LogoutFault::Refused)?;
        let issuer = &*provider.settings.issuer;
        let unavailable = |_| LogoutFault::Unavailable;
        let repeated = || {
            let who = signing_in(auth, &self.sessions, &self.request);
            self.sessions.tell_repeated(issuer, told.id, told.subject, &who);
            LogoutFault::Refused("repeated")
        };
        if self.sessions.is_done(TOLD, &[issuer, told.id]).await.map_err(unavailable)? {
            return Err(repeated());
        }
        let ended =
            self.sessions.end_at_provider(issuer, told.subject, told.session, &**clock).await.map_err(unavailable)?;
        // Once all have ended: where that fails, the provider tells again.
        // A second longer than it could count.
        let until = now.saturating_add(AGE_MAX + 2 * LEEWAY + 1);
        match self.sessions.do_once(TOLD, &[issuer, told.id], now, until).await.map_err(unavailable)? {
            true => Ok(ended),
            // It was sent twice at once. That the sessions ended twice does not matter.
            false => Err(repeated()),
        }
    }
}

/// Why nobody's session has ended.
enum LogoutFault {
    /// The logout token is bad.
    Refused(&'static str),
    Unavailable,
}

/// What a logout token says, whose signature, issuer, audience and times are good.
#[derive(Debug)]
struct Told<'a> {
    id: &'a str,
    subject: Option<&'a str>,
    session: Option<&'a str>,
}

impl<'a> Told<'a> {
    /// # Errors
    /// The claim by which it is none.
    fn read(claims: &'a Map<String, Value>, now: UnixTime) -> Result<Self, &'static str> {
        let text = |name: &'static str| match claims.get(name) {
            None => Ok(None),
            Some(Value::String(text)) if !text.is_empty() => Ok(Some(&**text)),
            Some(_) => Err(name),
        };
        let is_event = |events: &Value| events.get(EVENT).is_some_and(Value::is_object);
        if !claims.get("events").is_some_and(is_event) {
            return Err("events");
        }
        // So that it is never taken for an ID token, nor one for it.
        if claims.contains_key("nonce") {
            return Err("nonce");
        }
        let issued_at = claims.get("iat").and_then(Value::as_f64).ok_or("iat")?;
        if issued_at < (now.saturating_sub(AGE_MAX + LEEWAY)) as f64 {
            return Err("iat");
        }
        let told = Self { id: text("jti")?.ok_or("jti")?, subject: text("sub")?, session: text("sid")? };
        if told.subject.is_none() && told.session.is_none() { Err("sub") } else { Ok(told) }
    }
}
