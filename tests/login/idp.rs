//! An OpenID provider that keeps to the standard, but where a test tells it otherwise.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

use actix_web::http::header::AUTHORIZATION;
use actix_web::{HttpRequest, HttpResponse, web};
use auth_runtime::testing::{ManualClock, TestIssuer, TestToken};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tests::{Server, base64url, provider};
use url::Url;

pub(crate) const CLIENT: &str = "shop";
pub(crate) const SECRET: &str = "a secret of more than 32 bytes: %&+ä";

pub(crate) type Form = HashMap<String, String>;

pub(crate) struct Idp {
    server: Server,
    state: Arc<State>,
}

/// What it does otherwise than a good provider.
#[derive(Default)]
pub(crate) struct Otherwise {
    /// Says in its metadata that it names itself in answers.
    pub(crate) announces_issuer: bool,
    /// What it says in them.
    pub(crate) issuer: Option<String>,
    pub(crate) names_no_issuer: bool,
    /// Changes the ID token before it is signed.
    pub(crate) id_token: Option<Box<dyn Fn(TestToken) -> TestToken + Send>>,
    /// Gives such an ID token for a refresh token, too.
    pub(crate) refreshed_id_token: Option<fn(TestToken) -> TestToken>,
    /// Changes the answer of the token endpoint.
    pub(crate) tokens: Option<fn(&mut Value)>,
    /// Of the token endpoint.
    pub(crate) status: Option<u16>,
    /// Of everything else.
    pub(crate) metadata: Option<Value>,
    pub(crate) subject: Option<String>,
    /// The session there.
    pub(crate) sid: Option<String>,
    pub(crate) gives_no_refresh_token: bool,
    /// How long it takes to give tokens for a refresh token, in milliseconds.
    pub(crate) refreshes_in: u64,
}

struct State {
    url: OnceLock<String>,
    clock: ManualClock,
    codes: Mutex<HashMap<String, Form>>,
    otherwise: Mutex<Otherwise>,
    /// The refresh token that is good, by subject, and how many there were.
    refresh: Mutex<(Option<String>, usize)>,
    /// Requests of tokens: `Authorization`, and the form.
    asked: Mutex<Vec<(Option<String>, Form)>>,
}

impl Idp {
    pub(crate) fn start(clock: &ManualClock) -> Self {
        let state = Arc::new(State {
            url: OnceLock::new(),
            clock: clock.clone(),
            codes: Mutex::default(),
            otherwise: Mutex::default(),
            refresh: Mutex::default(),
            asked: Mutex::default(),
        });
        let shared = Arc::clone(&state);
        let server = Server::start(move |services| {
            let state = Arc::clone(&shared);
            services.default_service(web::to(move |request: HttpRequest, body: String| {
                let state = Arc::clone(&state);
                async move { state.answer(&request, &body) }
            }));
        });
        state.url.set(format!("http://{}", server.address())).unwrap();
        Self { server, state }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// From now on.
    pub(crate) fn does(&self, otherwise: Otherwise) {
        *self.state.otherwise.lock().unwrap() = otherwise;
    }

    /// Whoever sits there signs in: where the browser is sent back to, of what it came with.
    pub(crate) fn consent(&self, came_with: &str) -> String {
        let (url, asked) = self.asked(came_with);
        let code = format!("code-{}", self.state.codes.lock().unwrap().len());
        self.state.codes.lock().unwrap().insert(code.clone(), asked.clone());
        self.back(&asked, &[("code", &code)], &url)
    }

    /// It says no.
    pub(crate) fn refuse(&self, came_with: &str, error: &str) -> String {
        let (url, asked) = self.asked(came_with);
        self.back(&asked, &[("error", error), ("error_description", "<script>alert(1)</script>")], &url)
    }

    pub(crate) fn asked(&self, came_with: &str) -> (Url, Form) {
        let url = Url::parse(came_with).unwrap();
        assert_eq!((url.origin().ascii_serialization(), url.path()), (self.url(), "/authorize"));
        let asked = url.query_pairs().into_owned().collect();
        (url, asked)
    }

    fn back(&self, asked: &Form, answer: &[(&str, &str)], _: &Url) -> String {
        let mut back = Url::parse(&asked["redirect_uri"]).unwrap();
        let otherwise = self.state.otherwise.lock().unwrap();
        let issuer = otherwise.issuer.clone().unwrap_or_else(|| self.url());
        back.query_pairs_mut().extend_pairs(answer).append_pair("state", &asked["state"]);
        if !otherwise.names_no_issuer {
            back.query_pairs_mut().append_pair("iss", &issuer);
        }
        back.to_string()
    }

    /// Tells that somebody has signed out, as this changes the token.
    pub(crate) fn logout_token(&self, change: impl FnOnce(TestToken) -> TestToken) -> String {
        let token = self.state.issuer().token().without("sub").without("scope").header("typ", "logout+jwt");
        let events = json!({"http://schemas.openid.net/event/backchannel-logout": {}});
        let id = format!("logout-{}", self.state.refresh.lock().unwrap().1);
        self.state.refresh.lock().unwrap().1 += 1;
        change(token.claim("events", events).claim("jti", id)).sign()
    }

    /// Nobody has the refresh token that is good any more.
    pub(crate) fn revokes_refresh_tokens(&self) {
        self.state.refresh.lock().unwrap().0 = None;
    }

    /// The last request for tokens.
    pub(crate) fn last(&self) -> (Option<String>, Form) {
        self.state.asked.lock().unwrap().last().cloned().expect("somebody asked for tokens")
    }

    pub(crate) fn count(&self) -> usize {
        self.state.asked.lock().unwrap().len()
    }
}

impl State {
    fn issuer(&self) -> TestIssuer {
        provider::issuer(self.url.get().unwrap()).for_audience(CLIENT).key_id("1").clock(self.clock.clone())
    }

    fn answer(&self, request: &HttpRequest, body: &str) -> HttpResponse {
        let url = self.url.get().unwrap();
        match request.path() {
            "/.well-known/openid-configuration" => {
                let otherwise = self.otherwise.lock().unwrap();
                let metadata = otherwise.metadata.clone().unwrap_or_else(|| {
                    json!({
                        "issuer": url, "jwks_uri": format!("{url}/keys"),
                        "authorization_endpoint": format!("{url}/authorize?tenant=1"),
                        "token_endpoint": format!("{url}/token"),
                        "end_session_endpoint": format!("{url}/end?of=1"),
                        "authorization_response_iss_parameter_supported": otherwise.announces_issuer,
                    })
                });
                HttpResponse::Ok().json(metadata)
            }
            "/keys" => HttpResponse::Ok().json(json!({"keys": [provider::ed25519(json!({"kid": "1"}))]})),
            "/token" => self.tokens(request, body),
            _ => HttpResponse::NotFound().finish(),
        }
    }

    fn tokens(&self, request: &HttpRequest, body: &str) -> HttpResponse {
        let form: Form = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
        let authorization = request.headers().get(AUTHORIZATION).map(|value| value.to_str().unwrap().to_owned());
        self.asked.lock().unwrap().push((authorization, form.clone()));
        let otherwise = self.otherwise.lock().unwrap();
        if let Some(status) = otherwise.status {
            return HttpResponse::build(status.try_into().unwrap()).json(json!({"error": "whatever"}));
        }
        let invalid = || HttpResponse::BadRequest().json(json!({"error": "invalid_grant"}));
        if form["grant_type"] == "refresh_token" {
            std::thread::sleep(std::time::Duration::from_millis(otherwise.refreshes_in));
            let mut refresh = self.refresh.lock().unwrap();
            if refresh.0.as_deref() != Some(&*form["refresh_token"]) {
                return invalid();
            }
            refresh.1 += 1;
            let (access, next) = (format!("access-{}", refresh.1), format!("refresh-{}", refresh.1));
            refresh.0 = Some(next.clone());
            let mut answer = json!({
                "access_token": access, "token_type": "bearer", "expires_in": 300, "refresh_token": next,
            });
            if let Some(change) = &otherwise.refreshed_id_token {
                let token = self.issuer().token().subject("alice").header("typ", "JWT");
                answer["id_token"] = json!(change(token).sign());
            }
            return HttpResponse::Ok().json(answer);
        }
        if form["grant_type"] == "urn:ietf:params:oauth:grant-type:token-exchange" {
            let (subject, audience) = (&form["subject_token"], &form["audience"]);
            return HttpResponse::Ok().json(json!({
                "access_token": format!("{audience} for {subject}"), "token_type": "Bearer", "expires_in": 3600,
                "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
            }));
        }
        assert_eq!(form["grant_type"], "authorization_code");
        let Some(asked) = self.codes.lock().unwrap().remove(&form["code"]) else { return invalid() };
        if form["redirect_uri"] != asked["redirect_uri"]
            || base64url(Sha256::digest(&form["code_verifier"])) != asked["code_challenge"]
        {
            return invalid();
        }
        let access_token = "an-access-token";
        let issuer = self.issuer();
        let token = issuer
            .token()
            .subject(otherwise.subject.as_deref().unwrap_or("alice"))
            .claim("nonce", asked["nonce"].as_str());
        let token = token.claim("name", "Alice").claim("email", "alice@shop.example").claim("email_verified", true);
        let token = token
            .claim("sid", otherwise.sid.as_deref().unwrap_or("session-there"))
            .claim("at_hash", at_hash(access_token))
            .header("typ", "JWT");
        let token = match &otherwise.id_token {
            Some(change) => change(token),
            None => token,
        };
        let mut answer = json!({
            "access_token": access_token, "token_type": "Bearer", "expires_in": 300, "id_token": token.sign(),
        });
        if !otherwise.gives_no_refresh_token {
            answer["refresh_token"] = json!("refresh-0");
            self.refresh.lock().unwrap().0 = Some("refresh-0".to_owned());
        }
        if let Some(change) = otherwise.tokens {
            change(&mut answer);
        }
        HttpResponse::Ok().insert_header(("Cache-Control", "no-store")).json(answer)
    }
}

/// Of tokens that EdDSA signs.
pub(crate) fn at_hash(access_token: &str) -> String {
    base64url(&sha2::Sha512::digest(access_token)[..32])
}
