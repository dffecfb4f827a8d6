//! Tokens of the provider that are bound to a key, with proofs by libraries of other makers.

use std::net::TcpListener;
use std::process::Command;

use actix_web::{App, get};
use auth_runtime::dpop::DpopTokens;
use auth_runtime::introspection::Introspection;
use auth_runtime::{Auth, Dpop, Jwt, requires};
use serde_json::{Value, json};
use tests::Server;

use crate::app::API;
use crate::process::{FOLDER, Provider};
use crate::{SOON, await_that, tell};

/// Whose tokens are opaque.
const OPAQUE: &str = "https://api.example/opaque";

#[derive(serde::Deserialize)]
struct Claims {
    client_id: String,
}

#[requires(dpop, scope = "read")]
#[get("/dpop")]
async fn dpop(caller: Dpop<Claims>) -> String {
    caller.client_id.clone()
}

#[requires(dpop("nonce"), scope = "read")]
#[get("/dpop/nonce")]
async fn nonce(caller: Dpop<Claims>) -> String {
    caller.client_id.clone()
}

#[requires(dpop("opaque"), scope = "read")]
#[get("/dpop/opaque")]
async fn opaque(caller: Dpop<Claims>) -> String {
    caller.client_id.clone()
}

#[test]
fn bound_tokens_with_proofs_of_other_libraries_are_let_in() {
    let _alone = alone!("DPoP with oauth4webapi and dpop");
    let provider = Provider::start();
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let jwt = || Jwt::oidc(&*provider.issuer).audience(API).access_token_profile();
    let asked = Introspection::new(provider.url("/token/introspection"))
        .issuer(&*provider.issuer)
        .audience(OPAQUE)
        .subject_claim("client_id")
        .client_secret_basic("basic", &*provider.secret);
    let auth = Auth::builder()
        .realm("orders")
        .public_origin(&*origin)
        .dpop(jwt())
        .dpop_named("nonce", DpopTokens::of(jwt()).require_nonce())
        .dpop_named("opaque", asked)
        .dangerous_allow_unconfigured()
        .build()
        .unwrap();
    let served = auth.clone();
    let _server =
        Server::on(listener, move || App::new().service(served.scope("").service(dpop).service(nonce).service(opaque)));
    await_that("the application is ready", SOON, || auth.is_ready());
    let run = Command::new("node")
        .arg(format!("{FOLDER}/dpop.mjs"))
        .env("ORIGIN", &origin)
        .env("ISSUER", &provider.issuer)
        .env("RESOURCE", API)
        .env("OPAQUE", OPAQUE)
        .env("CLIENT_ID", "caller")
        .env("CLIENT_SECRET", &provider.caller_secret)
        .output()
        .expect("node starts");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let found: Value = serde_json::from_slice(&run.stdout).expect("what it found");
    let answered = |asked: u32| json!({ "status": 200, "body": "caller", "asked": asked });
    // The first request for a nonce is asked twice, and the second has it.
    let each = json!([answered(1), answered(2), answered(1)]);
    assert_eq!(
        found,
        json!({
            "byOauth4webapi": { "ES256": each, "ES384": each, "Ed25519": each, "PS256": each, "RS256": each },
            "opaque": answered(1),
            "byDpop": {
                "good": "200",
                "capitals": "200",
                "first": "200",
                "again": "401 invalid_dpop_proof",
                "method": "401 invalid_dpop_proof",
                "url": "401 invalid_dpop_proof",
                "token": "401 invalid_dpop_proof",
                "key": "401 invalid_dpop_proof",
                // Another scheme than the route offers.
                "bearer": "401",
                "wanted": "401 use_dpop_nonce",
                "nonce": "200",
            },
        })
    );
    tell("oauth4webapi and dpop: bound tokens of oidc-provider by five algorithms, with nonces, opaque ones too");
}
