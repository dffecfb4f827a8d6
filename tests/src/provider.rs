//! An identity provider that says what it is told to, and what it signs.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use actix_web::{HttpRequest, HttpResponse, web};
use auth_runtime::Algorithm;
use auth_runtime::testing::TestIssuer;
use base64::Engine as _;
use serde_json::{Value, json};

use crate::{Server, base64url};

/// Whom tokens are for.
pub const AUDIENCE: &str = "https://api.example";
const ED_PRIVATE: &[u8] = include_bytes!("../../auth-runtime/tests/keys/ed25519.private.pem");
const ED_PUBLIC: &str = include_str!("../../auth-runtime/tests/keys/ed25519.public.pem");

/// A provider that answers what it was told, and counts.
pub struct Provider {
    server: Server,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    replies: Mutex<HashMap<String, (String, String)>>,
    asked: Mutex<Vec<String>>,
}

impl Provider {
    /// Knows nothing yet.
    pub fn start() -> Self {
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        let server = Server::start(move |services| {
            let state = Arc::clone(&shared);
            services.default_service(web::to(move |request: HttpRequest| {
                let state = Arc::clone(&state);
                async move { state.answer(request.path()) }
            }));
        });
        Self { server, state }
    }

    /// Where this path is.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.address())
    }

    /// What it answers from now on.
    pub fn set(&self, path: &str, content_type: &str, body: impl ToString) {
        self.state.replies.lock().unwrap().insert(path.into(), (content_type.into(), body.to_string()));
    }

    /// The keys at `/keys` from now on.
    pub fn keys(&self, keys: &[Value]) {
        self.set("/keys", "application/json", json!({ "keys": keys }));
    }

    /// How often it was asked for this path.
    pub fn asked(&self, path: &str) -> usize {
        self.state.asked.lock().unwrap().iter().filter(|asked| *asked == path).count()
    }
}

impl State {
    fn answer(&self, path: &str) -> HttpResponse {
        self.asked.lock().unwrap().push(path.into());
        match self.replies.lock().unwrap().get(path) {
            Some((content_type, body)) => HttpResponse::Ok().content_type(content_type.as_str()).body(body.clone()),
            None => HttpResponse::NotFound().finish(),
        }
    }
}

/// The public half of the test key, with these members.
pub fn ed25519(more: Value) -> Value {
    let text: String = ED_PUBLIC.lines().filter(|line| !line.starts_with('-')).collect();
    let der = base64::engine::general_purpose::STANDARD.decode(text).unwrap();
    let mut key = json!({"kty": "OKP", "crv": "Ed25519", "x": base64url(&der[der.len() - 32..])});
    key.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    key
}

/// Signs with the test key.
pub fn issuer(name: &str) -> TestIssuer {
    TestIssuer::with_pem(Algorithm::EdDSA, ED_PRIVATE, ED_PUBLIC).named(name).for_audience(AUDIENCE)
}
