//! Nanoseconds of a request by DPoP, beside one by Bearer with the same token, beside the handler alone, and beside the check of the
//! proof's signature alone. Interleaved rounds, medians. Prints JSON.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, clippy::print_stdout)]

use std::hint::black_box;
use std::time::Instant;

use actix_web::test::TestRequest;
use actix_web::{App, get};
use auth_benches::bare;
use auth_benches::measured::median;
use auth_benches::subject::{Subject, block_on};
use auth_runtime::testing::{TestDpopKey, TestIssuer, TestRequestExt as _};
use auth_runtime::{Algorithm, Auth, Bearer, Dpop, requires};
use jsonwebtoken::{DecodingKey, crypto};
use serde_json::json;

const ORIGIN: &str = "https://api.example";
/// Signatures of a round of the check alone.
const CHECKS: usize = 20;

#[derive(serde::Deserialize)]
struct Claims {
    sub: String,
}

#[requires(dpop, scope = "admin")]
#[get("/dpop")]
async fn by_dpop(caller: Dpop<Claims>) -> &'static str {
    black_box(&caller.sub);
    "orders"
}

#[requires(bearer, scope = "admin")]
#[get("/bearer")]
async fn by_bearer(caller: Bearer<Claims>) -> &'static str {
    black_box(&caller.sub);
    "orders"
}

fn main() {
    let rounds = std::env::args().nth(1).and_then(|rounds| rounds.parse().ok()).unwrap_or(101);
    let es256 = include_str!("../../../../examples/keys/dev-es256.private.pem");
    let rs256 = include_str!("../../../../examples/keys/dev-rs256.private.pem");
    let keys = [
        (Algorithm::EdDSA, TestDpopKey::new()),
        (Algorithm::ES256, TestDpopKey::with_pem(Algorithm::ES256, es256)),
        (Algorithm::PS256, TestDpopKey::with_pem(Algorithm::PS256, rs256)),
    ];
    let measured: Vec<_> = keys.into_iter().map(|(algorithm, key)| block_on(measure(algorithm, key, rounds))).collect();
    println!("{}", serde_json::to_string_pretty(&measured).unwrap());
}

async fn measure(algorithm: Algorithm, key: TestDpopKey, rounds: usize) -> serde_json::Value {
    let issuer = TestIssuer::new();
    let app = || {
        let auth = Auth::builder().public_origin(ORIGIN).bearer(issuer.jwt()).dpop(issuer.jwt());
        let auth = auth.dangerous_allow_unconfigured().build().unwrap();
        App::new().service(auth.scope("").service(by_dpop).service(by_bearer))
    };
    let token = issuer.token().scope("admin").expires_in(86_400);
    let (bound, free) = (token.clone().bound_to(&key).sign(), token.sign());
    let check = check_of(algorithm, &key, &bound);
    let proofs = {
        let (key, bound) = (key.clone(), bound.clone());
        move || {
            let proof = key.proof("GET", format!("{ORIGIN}/dpop")).token(&bound).sign();
            TestRequest::with_uri("/dpop").dpop(&bound, proof)
        }
    };
    let dpop = Subject::new(app(), proofs).await;
    let bearer = Subject::new(app(), move || TestRequest::with_uri("/bearer").bearer(&free)).await;
    let alone = bare::subject(|| TestRequest::with_uri("/api/orders")).await;
    for subject in [&dpop, &bearer, &alone] {
        assert!(subject.status().await.is_success());
        subject.warm_up().await;
    }
    let mut times: [Vec<f64>; 4] = Default::default();
    for _ in 0..rounds {
        for (subject, times) in [&dpop, &bearer, &alone].into_iter().zip(&mut times) {
            times.push(subject.round(20).await);
        }
        let start = Instant::now();
        (0..CHECKS).for_each(|_| assert!(black_box(check())));
        times[3].push(start.elapsed().as_nanos() as f64 / CHECKS as f64);
    }
    let [dpop, bearer, alone, signature] = times.map(median);
    json!({
        "algorithm": algorithm.name(),
        "dpop": dpop,
        "bearer": bearer,
        "handler_alone": alone,
        "signature_alone": signature,
        "dpop_less_bearer_and_signature": dpop - bearer - signature,
    })
}

/// The check of one proof's signature, by the library that also serves us.
fn check_of(algorithm: Algorithm, key: &TestDpopKey, token: &str) -> impl Fn() -> bool {
    let proof = key.proof("GET", format!("{ORIGIN}/dpop")).token(token).sign();
    let (message, signature) =
        proof.rsplit_once('.').map(|(message, signature)| (message.to_owned(), signature.to_owned())).unwrap();
    let jwk = serde_json::from_value(key.public_jwk()).unwrap();
    let key = DecodingKey::from_jwk(&jwk).unwrap();
    let algorithm = match algorithm {
        Algorithm::EdDSA => jsonwebtoken::Algorithm::EdDSA,
        Algorithm::ES256 => jsonwebtoken::Algorithm::ES256,
        _ => jsonwebtoken::Algorithm::PS256,
    };
    move || crypto::verify(&signature, message.as_bytes(), &key, algorithm).unwrap()
}
