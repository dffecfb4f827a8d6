//! A provider that gives tokens as a test tells it to, and keeps what it was asked for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::http::header::AUTHORIZATION;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};
use tests::Server;

pub(crate) const CLIENT: &str = "orders";
pub(crate) const SECRET: &str = "a secret of more than 32 bytes: %&+ä";

pub(crate) type Form = HashMap<String, String>;

pub(crate) struct Provider {
    server: Server,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    asked: Mutex<Vec<Asked>>,
    /// At this moment, and at most.
    at_once: Mutex<(usize, usize)>,
    otherwise: Mutex<Otherwise>,
}

/// A request for a token.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) authorization: Option<String>,
    pub(crate) form: Form,
}

/// What it does otherwise than a good provider.
#[derive(Clone, Default)]
pub(crate) struct Otherwise {
    pub(crate) takes: Duration,
    /// Status and `error`.
    pub(crate) refuses: Option<(u16, &'static str)>,
    /// Changes a good answer.
    pub(crate) answers: Option<fn(&mut Value)>,
}

impl Provider {
    pub(crate) fn start() -> Self {
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        let server = Server::start(move |services| {
            let state = Arc::clone(&shared);
            services.default_service(web::to(move |request: HttpRequest, body: String| {
                let state = Arc::clone(&state);
                async move { state.answer(&request, &body).await }
            }));
        });
        Self { server, state }
    }

    /// Its issuer identifier.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// From now on.
    pub(crate) fn does(&self, otherwise: Otherwise) {
        *self.state.otherwise.lock().unwrap() = otherwise;
    }

    pub(crate) fn refuses(&self, status: u16, error: &'static str) {
        self.does(Otherwise { refuses: Some((status, error)), ..Otherwise::default() });
    }

    pub(crate) fn answers(&self, change: fn(&mut Value)) {
        self.does(Otherwise { answers: Some(change), ..Otherwise::default() });
    }

    /// How often it was asked for a token.
    pub(crate) fn count(&self) -> usize {
        self.state.asked.lock().unwrap().len()
    }

    /// How many it was asked for at once, at most.
    pub(crate) fn most_at_once(&self) -> usize {
        self.state.at_once.lock().unwrap().1
    }

    pub(crate) fn last(&self) -> Asked {
        self.state.asked.lock().unwrap().last().cloned().expect("it was asked for a token")
    }

    /// For what it was asked, in turn.
    pub(crate) fn audiences(&self) -> Vec<String> {
        self.state.asked.lock().unwrap().iter().map(|asked| asked.form["audience"].clone()).collect()
    }
}

impl State {
    async fn answer(&self, request: &HttpRequest, body: &str) -> HttpResponse {
        let url = format!("http://{}", request.app_config().local_addr());
        match request.path() {
            "/.well-known/openid-configuration" => {
                HttpResponse::Ok().json(json!({"issuer": url, "token_endpoint": format!("{url}/token")}))
            }
            "/token" => {
                {
                    let mut at_once = self.at_once.lock().unwrap();
                    at_once.0 += 1;
                    at_once.1 = at_once.1.max(at_once.0);
                }
                let takes = self.otherwise.lock().unwrap().takes;
                tokio::time::sleep(takes).await;
                self.at_once.lock().unwrap().0 -= 1;
                self.token(request, body)
            }
            "/introspect" => HttpResponse::Ok().json(json!({
                "active": true, "iss": url, "aud": "https://api.test", "sub": "alice", "token_type": "Bearer",
                "exp": 4_000_000_000_i64, "scope": "read",
            })),
            _ => HttpResponse::NotFound().finish(),
        }
    }

    fn token(&self, request: &HttpRequest, body: &str) -> HttpResponse {
        let form: Form = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
        let authorization = request.headers().get(AUTHORIZATION).map(|value| value.to_str().unwrap().to_owned());
        let number = {
            let mut asked = self.asked.lock().unwrap();
            asked.push(Asked { authorization, form: form.clone() });
            asked.len()
        };
        let otherwise = self.otherwise.lock().unwrap().clone();
        if let Some((status, error)) = otherwise.refuses {
            let body = json!({"error": error, "error_description": "a secret of the provider"});
            return HttpResponse::build(status.try_into().unwrap()).json(body);
        }
        let mut answer = json!({
            "access_token": format!("token-{number}"), "token_type": "Bearer", "expires_in": 300,
            "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
        });
        if let Some(change) = otherwise.answers {
            change(&mut answer);
        }
        HttpResponse::Ok().insert_header(("Cache-Control", "no-store")).json(answer)
    }
}
