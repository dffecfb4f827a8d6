//! Keys from an identity provider, over HTTP on both sides.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::http::header::{AUTHORIZATION, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{App, HttpResponse, HttpServer, Responder, get, test, web};
use auth_runtime::testing::TestIssuer;
use auth_runtime::{Algorithm, Auth, Bearer, Jwt, public, requires};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

#[derive(serde::Deserialize)]
struct Claims {
    sub: String,
}

#[requires(bearer, scope = "read")]
#[get("/me")]
async fn me(caller: Bearer<Claims>) -> impl Responder {
    caller.sub.clone()
}

#[public(reason = "readiness probe")]
#[get("/ready")]
async fn ready(auth: web::Data<Auth>) -> impl Responder {
    if auth.is_ready() { HttpResponse::Ok() } else { HttpResponse::ServiceUnavailable() }
}

const PUBLIC: &str = include_str!("keys/ed25519.public.pem");
const PRIVATE: &str = include_str!("keys/ed25519.private.pem");

fn key_set(id: &str) -> Value {
    let base64: String = PUBLIC.lines().filter(|line| !line.starts_with('-')).collect();
    let der = STANDARD.decode(base64).unwrap();
    json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": id, "x": URL_SAFE_NO_PAD.encode(&der[der.len() - 32..])}]})
}

/// Serves metadata and keys from when `up` is set; counts requests for keys.
#[derive(Clone, Default)]
struct Provider {
    up: Arc<AtomicUsize>,
    asked: Arc<AtomicUsize>,
}

impl Provider {
    fn start(&self) -> String {
        let state = self.clone();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let said = issuer.clone();
        let server = HttpServer::new(move || {
            let (metadata, keys, said) = (state.clone(), state.clone(), said.clone());
            App::new()
                .route(
                    "/.well-known/openid-configuration",
                    web::get().to(move || {
                        let up = metadata.up.load(Ordering::SeqCst) > 0;
                        let body = json!({"issuer": said, "jwks_uri": format!("{said}/jwks")});
                        async move { if up { HttpResponse::Ok().json(body) } else { HttpResponse::BadGateway().finish() } }
                    }),
                )
                .route(
                    "/jwks",
                    web::get().to(move || {
                        keys.asked.fetch_add(1, Ordering::SeqCst);
                        async { HttpResponse::Ok().json(key_set("k1")) }
                    }),
                )
        });
        actix_web::rt::spawn(server.workers(1).disable_signals().listen(listener).unwrap().run());
        issuer
    }
}

#[actix_web::test]
async fn routes_answer_503_until_the_provider_is_there_and_then_as_always() {
    let provider = Provider::default();
    let issuer = provider.start();
    let auth = Auth::builder()
        .bearer(Jwt::oidc(issuer.clone()).audience("https://api.test"))
        .build()
        .expect("the provider is down, the server starts all the same");
    let app = App::new().app_data(web::Data::new(auth.clone())).service(auth.scope("").service(me).service(ready));
    let app = test::init_service(app).await;
    let tokens = TestIssuer::with_pem(Algorithm::EdDSA, PRIVATE, PUBLIC).named(issuer);
    let call = async |path: &str, token: Option<String>| {
        let request = test::TestRequest::get().uri(path);
        let request = match token {
            Some(token) => request.insert_header((AUTHORIZATION, format!("Bearer {token}"))),
            None => request,
        };
        let answer = test::call_service(&app, request.to_request()).await;
        let header = |name| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        (answer.status().as_u16(), header(WWW_AUTHENTICATE), header(RETRY_AFTER))
    };
    let token = |id: &str| tokens.clone().key_id(id).token().scope("read").sign();

    assert_eq!(call("/me", Some(token("k1"))).await, (503, None, Some("5".into())));
    assert_eq!(call("/me", None).await.0, 401, "who sends nothing is told what to send");
    assert_eq!(call("/ready", None).await.0, 503);
    assert_eq!(auth.not_ready().collect::<Vec<_>>(), ["bearer"]);

    provider.up.store(1, Ordering::SeqCst);
    for _ in 0..400 {
        if auth.is_ready() {
            break;
        }
        actix_web::rt::time::sleep(Duration::from_millis(25)).await;
    }
    assert_eq!(call("/ready", None).await.0, 200);
    assert_eq!(auth.not_ready().count(), 0);
    assert_eq!(call("/me", Some(token("k1"))).await, (200, None, None));
    let invalid = |challenge: Option<String>| challenge.is_some_and(|text| text.contains(r#"error="invalid_token""#));

    // Unknown keys: asked for, then 401; 503 once one caller has its share of the two fetches, and known ones pass all the time.
    let before = provider.asked.load(Ordering::SeqCst);
    let (status, challenge, retry) = call("/me", Some(token("x1"))).await;
    assert!(status == 401 && invalid(challenge) && retry.is_none());
    assert_eq!(call("/me", Some(token("x2"))).await, (503, None, Some("5".into())));
    assert_eq!(provider.asked.load(Ordering::SeqCst), before + 1);
    assert_eq!(call("/me", Some(token("k1"))).await.0, 200);
    let forged = tokens.clone().key_id("k1").token().scope("read").wrong_key().sign();
    assert_eq!(call("/me", Some(forged)).await.0, 401);
}
