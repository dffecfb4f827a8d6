//! One process of an application that shares its revocations through Redis, for the tests to start several times.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

use std::env;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{App, HttpResponse, HttpServer, get, post, web};
use auth_runtime::revocation::{RedisRevocations, WithdrawError};
use auth_runtime::{Auth, Jwt, public, requires};
use serde::Deserialize;

const SECRET: [u8; 32] = [7; 32];
const ISSUER: &str = "https://idp.example";

#[requires(bearer)]
#[get("/")]
async fn protected() -> &'static str {
    "passed"
}

/// What to revoke, and until when in seconds since 1970.
#[derive(Deserialize)]
struct Revocation {
    jti: Option<String>,
    subject: Option<String>,
    session: Option<String>,
    until: i64,
}

#[public(reason = "for the tests")]
#[post("/revoke")]
async fn revoke(what: web::Json<Revocation>, revocations: web::Data<RedisRevocations>) -> HttpResponse {
    let what = what.into_inner();
    let stored = match (what.jti, what.subject, what.session) {
        (Some(jti), None, None) => revocations.revoke_token(ISSUER, &jti, what.until),
        (None, Some(subject), None) => revocations.revoke_subject(ISSUER, &subject, what.until),
        (None, None, Some(session)) => revocations.revoke_session(ISSUER, &session, what.until),
        _ => return HttpResponse::BadRequest().finish(),
    };
    match stored.await {
        Ok(()) => HttpResponse::NoContent().finish(),
        Err(error) => HttpResponse::build(StatusCode::BAD_GATEWAY).body(format!("{error:?}")),
    }
}

/// What is revoked no more: a kind and a name.
#[public(reason = "for the tests")]
#[post("/withdraw")]
async fn withdraw(what: web::Json<(String, String)>, revocations: web::Data<RedisRevocations>) -> HttpResponse {
    let (kind, id) = what.into_inner();
    let withdrawn = match &*kind {
        "jti" => revocations.withdraw_token(ISSUER, &id).await,
        "subject" => revocations.withdraw_subject(ISSUER, &id).await,
        _ => revocations.withdraw_session(ISSUER, &id).await,
    };
    match withdrawn {
        Ok(()) => HttpResponse::NoContent().finish(),
        Err(WithdrawError::SecretMissing) => HttpResponse::NotImplemented().finish(),
        Err(error) => HttpResponse::build(StatusCode::BAD_GATEWAY).body(format!("{error:?}")),
    }
}

#[public(reason = "for the tests")]
#[get("/state")]
async fn state(revocations: web::Data<RedisRevocations>) -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "current": revocations.is_current(), "held": revocations.len() }))
}

fn milliseconds(name: &str) -> Option<Duration> {
    env::var(name).ok().map(|value| Duration::from_millis(value.parse().expect("milliseconds")))
}

fn main() -> std::io::Result<()> {
    let mut revocations = RedisRevocations::builder(tests::redis_at(&env::var("REDIS").expect("REDIS")));
    if let Some(bound) = milliseconds("BOUND_MS") {
        revocations = revocations.max_staleness(bound);
    }
    if let Some(grace) = milliseconds("GRACE_MS") {
        revocations = revocations.grace(grace);
    }
    if env::var_os("STAY_OPEN").is_some() {
        revocations = revocations.dangerous_stay_open_when_stale();
    }
    if let Ok(secret) = env::var("WITHDRAWALS") {
        revocations = revocations.withdrawals(secret);
    }
    // Outside of any runtime: as an application may.
    let revocations = revocations.start().expect("revocations");
    let jwt = Jwt::hs256(SECRET).issuer(ISSUER).audience("api").revocations(revocations.clone());
    let auth = Auth::builder().realm("node").bearer(jwt).build().expect("the configuration");
    actix_web::rt::System::new().block_on(async move {
        let server = HttpServer::new(move || {
            let scope = auth.scope("").service(protected).service(revoke).service(withdraw).service(state);
            App::new().app_data(web::Data::new(revocations.clone())).service(scope)
        });
        let server = server.workers(1).shutdown_timeout(0).bind(("127.0.0.1", 0))?;
        for address in server.addrs() {
            println!("{address}");
        }
        server.run().await
    })
}
