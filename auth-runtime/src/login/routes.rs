//! Where sign-in begins, and where the provider sends people back.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::{CACHE_CONTROL, HeaderValue, LOCATION, REFERRER_POLICY, SET_COOKIE};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse};
use url::form_urlencoded;

use crate::auth::Auth;
use crate::authorities::Loading;
use crate::extract::signing_in;
use crate::limits::{self, Counted};
use crate::login::fault::LoginFault;
use crate::login::flow::{Flow, Stronger};
use crate::login::id_token::{Authenticated, Demanded};
use crate::login::page::page;
use crate::login::provider::{Paths, Provider};
use crate::policy::MaxAge;
use crate::principal::Principal;
use crate::provider::granted::Granted;
use crate::scheme::SchemeRoute;
use crate::scheme::session::login::Login;
use crate::scheme::session::{
    AtProvider, Beginning, LiveSessions, Record, Shortfall, milliseconds, wanted, wanted_strength,
};
use crate::setting::Setting;
use crate::shares::Claimant;
use crate::telemetry::{foreign, limited};

/// The longest parameter that an answer may have, in bytes.
const PARAMETER_MAX: usize = 4096;
/// For how many codes of one address the provider is asked: a whole office may sit behind it.
const CODES_PER_ADDRESS: Counted = Counted { of: "login::callback", requests: 300, window: Duration::from_secs(60) };

impl Login for Provider {
    fn name(&self) -> Option<&str> {
        self.settings.name.as_deref()
    }

    fn issuer(&self) -> &str {
        &self.settings.issuer
    }

    fn login_path(&self) -> &str {
        &self.paths.login
    }

    fn own_paths(&self) -> [(&'static str, &str); 3] {
        let Paths { login, callback, backchannel_logout, .. } = &self.paths;
        [("GET", login), ("GET", callback), ("POST", backchannel_logout)]
    }

    fn mounts(self: Arc<Self>, sessions: &Arc<LiveSessions>) -> Vec<SchemeRoute> {
        let route = |method: Method, path: &str, reason: &'static str, serve: Serve| {
            let (provider, sessions) = (Arc::clone(&self), Arc::clone(sessions));
            SchemeRoute::new(method, path, reason, move |request, body| {
                let at = AtRequest { provider: Arc::clone(&provider), sessions: Arc::clone(&sessions), request };
                async move {
                    match serve {
                        Serve::Login => at.login().await,
                        Serve::Callback => at.callback().await,
                        Serve::Logout => at.log_out().await,
                        Serve::BackchannelLogout => at.logged_out_there(body).await,
                    }
                }
            })
        };
        let Paths { login, callback, logout, backchannel_logout } = &self.paths;
        vec![
            route(Method::GET, login, "sends people to the provider where they sign in", Serve::Login),
            route(Method::GET, callback, "where the provider sends people back who have signed in", Serve::Callback),
            route(Method::POST, logout, "ends the session whose cookie is sent", Serve::Logout),
            route(
                Method::POST,
                backchannel_logout,
                "where the provider tells who signed out there",
                Serve::BackchannelLogout,
            ),
        ]
    }

    fn reviewed(&self) -> Vec<Setting> {
        let (settings, issuer) = (&self.settings, &*self.settings.issuer);
        let mut reviewed = vec![Setting::allows("login", issuer)];
        reviewed.extend(settings.acr.iter().map(|class| Setting::allows("login_acr", &**class)));
        reviewed.extend(settings.max_age.map(|age| Setting::at_most("login_max_age", age.as_secs(), "s")));
        reviewed.extend(settings.email_domains.iter().map(|domain| Setting::allows("email_authority", &**domain)));
        let untyped = settings.untyped_logout_tokens;
        reviewed.extend(untyped.then(|| Setting::allows("dangerous_untyped_logout_tokens", "of any type")));
        reviewed.extend(settings.transport.reviewed());
        reviewed.iter().map(|setting| setting.of(issuer)).collect()
    }
}

#[derive(Clone, Copy)]
enum Serve {
    Login,
    Callback,
    Logout,
    BackchannelLogout,
}

/// A request to one of the routes.
pub(super) struct AtRequest {
    pub(super) provider: Arc<Provider>,
    pub(super) sessions: Arc<LiveSessions>,
    pub(super) request: HttpRequest,
}

/// What the provider has sent a browser back with (RFC 6749 section 4.1.2).
#[derive(Debug, Default, PartialEq, Eq)]
struct Answer {
    state: String,
    code: Option<String>,
    error: Option<String>,
    issuer: Option<String>,
}

impl Answer {
    /// Each parameter once at most.
    fn read(query: &str) -> Option<Self> {
        let (mut answer, mut state) = (Self::default(), None);
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let place = match &*name {
                "state" => &mut state,
                "code" => &mut answer.code,
                "error" => &mut answer.error,
                "iss" => &mut answer.issuer,
                _ => continue,
            };
            if value.len() > PARAMETER_MAX || place.replace(value.into_owned()).is_some() {
                return None;
            }
        }
        answer.state = state?;
        (answer.code.is_some() != answer.error.is_some()).then_some(answer)
    }
}

impl AtRequest {
    /// Sends whoever comes to the provider.
    async fn login(self) -> HttpResponse {
        match self.wanted_login().await {
            Ok(answer) => answer,
            Err(fault) => self.failed(fault, Vec::new(), false),
        }
    }

    async fn wanted_login(&self) -> Result<HttpResponse, LoginFault> {
        let stronger = self.stronger(self.auth()?).await?;
        self.to_provider(wanted(self.request.query_string()), stronger, None).await
    }

    /// Sends the browser to the provider and, once somebody has signed in there, to a page of this service; `link` names the session that is to
    /// be linked with them.
    pub(super) async fn to_provider(
        &self,
        to: Option<String>,
        stronger: Option<Stronger>,
        link: Option<Box<str>>,
    ) -> Result<HttpResponse, LoginFault> {
        let now = milliseconds(&*self.auth()?.settings().clock);
        let to = to.filter(|to| self.sessions.landing().is_ours(to));
        let endpoints = self.provider.endpoints().await?;
        let flow = Flow::begin(to, stronger, now).map_err(|_| LoginFault::Unavailable)?;
        let flow = Flow { link, ..flow };
        let challenge = flow.challenge();
        let url = self.provider.authorization_url(
            &endpoints,
            &[
                ("state", &flow.state),
                ("nonce", &flow.nonce),
                ("code_challenge", &challenge),
                ("code_challenge_method", "S256"),
            ],
            flow.stronger.as_ref(),
        );
        let cookies = self.provider.cookies(self.sessions.configuration());
        let cookies =
            cookies.give(&flow, &self.sessions, self.request.headers()).map_err(|_| LoginFault::Unavailable)?;
        let location = HeaderValue::from_str(url.as_str()).map_err(|_| LoginFault::Broken)?;
        Ok(elsewhere(location, cookies))
    }

    /// How strongly somebody is to sign in, and whose session that is for, where the request says so.
    async fn stronger(&self, auth: &Auth) -> Result<Option<Stronger>, LoginFault> {
        let asked = wanted_strength(self.request.query_string());
        if asked.is_empty() {
            return Ok(None);
        }
        let now = auth.settings().clock.now().map_err(|_| LoginFault::Unavailable)?;
        let current = self.sessions.current(self.sessions.named_by(self.request.headers()), now).await;
        let current = current.map_err(|denial| LoginFault::of_denial(&denial))?;
        let of = current.as_ref().map(Record::whose);
        let of = of.map(|whose| (whose.issuer.map(Box::from), whose.subject.into()));
        Ok(Some(Stronger { acr: asked.acr, max_age: asked.max_age.map(MaxAge::as_secs), of }))
    }

    /// Whether a session that was to become stronger did, and is theirs, like the one that the browser has by now, who have signed in.
    async fn check_stronger(
        &self,
        auth: &Auth,
        stronger: &Stronger,
        who: (&str, &str),
        beginning: &Beginning,
    ) -> Result<(), LoginFault> {
        let is_who =
            |(issuer, subject): &(Option<Box<str>>, Box<str>)| issuer.as_deref() == Some(who.0) && **subject == *who.1;
        if !stronger.of.as_ref().is_none_or(is_who) {
            return Err(LoginFault::SomebodyElse);
        }
        let settings = auth.settings();
        let (asked, had_one, orders) = (stronger.asked(), stronger.of.is_some(), &settings.hierarchies.acr);
        let shortfall = self.sessions.shortfall(beginning, &asked, had_one, orders, &*settings.clock).await;
        match shortfall.map_err(|denial| LoginFault::of_denial(&denial))? {
            None => Ok(()),
            Some(Shortfall::SomebodyElse) => Err(LoginFault::SomebodyElse),
            Some(Shortfall::TooWeak) => Err(LoginFault::TooWeak),
        }
    }

    /// Signs in whoever the provider sends back.
    async fn callback(self) -> HttpResponse {
        let auth = match self.auth() {
            Ok(auth) => auth,
            Err(fault) => return self.failed(fault, Vec::new(), false),
        };
        let Some(answer) = Answer::read(self.request.query_string()) else {
            return self.failed(LoginFault::AnswerMalformed, Vec::new(), false);
        };
        let cookies = self.provider.cookies(self.sessions.configuration());
        let now = milliseconds(&*auth.settings().clock);
        let (deletion, flow) = cookies.take(&answer.state, &self.sessions, self.request.headers(), now);
        let is_link = flow.as_ref().is_ok_and(|flow| flow.link.is_some());
        let signed_in = match flow {
            Ok(flow) => self.sign_in(auth, answer, flow).await,
            Err(fault) => Err(fault),
        };
        match signed_in {
            Ok((location, session)) => elsewhere(location, deletion.into_iter().chain(session)),
            Err(fault) => self.failed(fault, deletion.into_iter().collect(), is_link),
        }
    }

    /// Where the browser goes, and the cookie of the session that begins, if one does.
    async fn sign_in(
        &self,
        auth: &Auth,
        answer: Answer,
        flow: Flow,
    ) -> Result<(HeaderValue, Option<HeaderValue>), LoginFault> {
        let provider = &self.provider;
        // Before anything else of it counts: an error may be another provider's too.
        let endpoints = provider.endpoints().await?;
        match answer.issuer {
            Some(issuer) if *issuer != *provider.settings.issuer => return Err(LoginFault::IssuerDiffers),
            None if endpoints.says_issuer => return Err(LoginFault::IssuerDiffers),
            _ => {}
        }
        let code = match (answer.code, answer.error.as_deref()) {
            (Some(code), None) => code,
            (_, Some("access_denied")) => return Err(LoginFault::AccessDenied),
            (_, Some("temporarily_unavailable" | "server_error")) => return Err(LoginFault::ProviderAway),
            (_, error) => {
                let (provider, error) = (foreign(&provider.settings.issuer), error.map(foreign));
                limited!(warn, provider, error, "a provider has answered a sign-in with an error");
                return Err(LoginFault::ProviderRefused);
            }
        };
        let clock = &auth.settings().clock;
        let address = auth.settings().address_share((&self.request).into());
        let often = auth.settings().limiter.take(CODES_PER_ADDRESS, limits::Whose::Address(address)).done().await;
        often.map_err(|_| LoginFault::Unavailable)?;
        // Whoever sent people to the provider is a stranger still.
        let turn = provider
            .lookups
            .turn(Claimant::anybody_at(address, &flow.state))
            .await
            .map_err(|_| LoginFault::Unavailable)?;
        let grant = [
            ("grant_type", "authorization_code"),
            ("code", &*code),
            ("redirect_uri", &*provider.redirect_uri),
            ("code_verifier", &*flow.verifier),
        ];
        let now = clock.now().map_err(|_| LoginFault::Unavailable)?;
        let granted = provider.exchange(&grant, now).await?;
        let Some(id_token) = &granted.id_token else {
            limited!(
                error,
                provider = foreign(&provider.settings.issuer),
                "a provider has given no ID token; it may not speak OpenID Connect"
            );
            return Err(LoginFault::IdentityRefused);
        };
        let demanded = Demanded { nonce: &flow.nonce, access_token: &granted.access_token };
        let authenticated = provider.authenticated(id_token, demanded, &**clock, address).await?;
        drop(turn);
        let cookie = match &flow.link {
            Some(session) => self.link(auth, authenticated, session, flow.began_at).await.map(|()| None)?,
            None => Some(self.begin(auth, authenticated, &granted, &flow).await?),
        };
        Ok((self.sessions.landing().location(flow.to.as_deref()), cookie))
    }

    /// Begins the session of whoever has signed in, if the application knows them.
    async fn begin(
        &self,
        auth: &Auth,
        authenticated: Authenticated,
        granted: &Granted,
        flow: &Flow,
    ) -> Result<HeaderValue, LoginFault> {
        let Authenticated { identity, sid, acr, amr, auth_time } = authenticated;
        let details = self.provider.settings.details.as_ref().map(|write| write(&identity)).transpose();
        let details = details.map_err(|error| {
            limited!(error, cause = foreign(error), "the details of a session cannot be written as JSON");
            LoginFault::Broken
        })?;
        let now = auth.settings().clock.now().map_err(|_| LoginFault::Unavailable)?;
        let tokens = granted.held(None, now).write().map_err(|_| LoginFault::Broken)?;
        let mut who = signing_in(auth, &self.sessions, &self.request);
        who.login = Some(AtProvider {
            provider: identity.provider.clone(),
            issuer: identity.issuer.clone(),
            sid,
            tokens: tokens.as_str().into(),
            refreshing_until: 0,
        });
        (who.subject, who.details) = (identity.subject.clone(), details.map(Into::into));
        (who.acr, who.amr, who.auth_time, who.began_at) = (acr, amr, auth_time, flow.began_at);
        let of_denial = |denial| LoginFault::of_denial(&denial);
        let beginning = self.sessions.prepare(who, &*auth.settings().clock).map_err(of_denial)?;
        if let Some(stronger) = &flow.stronger {
            self.check_stronger(auth, stronger, (&identity.issuer, &identity.subject), &beginning).await?;
        }
        self.admit(auth, beginning.principal()).await?;
        // The provider may have been slow, and stores do not remember for ever whose sessions were ended.
        flow.check_age(milliseconds(&*auth.settings().clock))?;
        self.sessions.keep_from_provider(beginning).await.map_err(of_denial)
    }

    /// Asks the application whether it knows this caller.
    pub(super) async fn admit(&self, auth: &Auth, who: &Principal) -> Result<(), LoginFault> {
        let Some(gate) = who.issuer().and_then(|issuer| self.sessions.gate(issuer)) else { return Ok(()) };
        let settings = auth.settings();
        let address = || settings.address_share((&self.request).into());
        let known = match gate.load(who, &self.request, address, settings.deadline) {
            Loading::Known(known) => known,
            Loading::Asked(asked) => asked.await,
        };
        known.map(drop).map_err(|failure| {
            limited!(
                warn,
                reason = failure.reason.label(),
                cause = failure.cause.as_deref().map(foreign),
                "whoever has signed in at a provider gets no session"
            );
            LoginFault::of_authorities(failure.reason)
        })
    }

    pub(super) fn auth(&self) -> Result<&Auth, LoginFault> {
        self.request.app_data::<Auth>().ok_or(LoginFault::Broken)
    }

    /// Whoever is linked is signed in as before.
    fn failed(&self, fault: LoginFault, cookies: Vec<HeaderValue>, is_link: bool) -> HttpResponse {
        let (provider, reason) = (foreign(&self.provider.settings.issuer), fault.label());
        // What a stranger can cause is no error of ours, and those that are have their own event.
        limited!(info, provider, reason, "a sign-in at a provider did not work");
        if let Ok(auth) = self.auth() {
            let who = signing_in(auth, &self.sessions, &self.request);
            self.sessions.tell_refused(&who, Some(&self.provider.settings.issuer), reason);
        }
        match is_link {
            true => page(fault, "Not linked", ("/", "Back"), cookies),
            false => page(fault, "Not signed in", (&self.provider.paths.login, "Sign in"), cookies),
        }
    }
}

/// Sends a browser on, with these cookies.
fn elsewhere(location: HeaderValue, cookies: impl IntoIterator<Item = HeaderValue>) -> HttpResponse {
    let mut answer = HttpResponse::build(StatusCode::SEE_OTHER);
    answer.insert_header((LOCATION, location)).insert_header((CACHE_CONTROL, "no-store"));
    // The URL holds a code.
    answer.insert_header((REFERRER_POLICY, "no-referrer"));
    for cookie in cookies {
        answer.append_header((SET_COOKIE, cookie));
    }
    answer.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_says_each_thing_once_and_either_a_code_or_an_error() {
        let good = Answer::read("code=c%2F&state=s&iss=https%3A%2F%2Fidp.example&session_state=x").unwrap();
        assert_eq!((good.code.as_deref(), &*good.state), (Some("c/"), "s"));
        assert_eq!(good.issuer.as_deref(), Some("https://idp.example"));
        assert_eq!(Answer::read("error=access_denied&state=s").unwrap().error.as_deref(), Some("access_denied"));
        let long = format!("code={}&state=s", "c".repeat(PARAMETER_MAX + 1));
        for bad in [
            "",
            "code=c",
            "state=s",
            "code=c&state=s&state=s",
            "code=c&code=d&state=s",
            "code=c&error=e&state=s",
            "code=c&state=s&iss=a&iss=b",
            &long,
        ] {
            assert_eq!(Answer::read(bad), None, "{bad}");
        }
    }
}
