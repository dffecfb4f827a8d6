//! From one to a hundred keys in a set, the token signed with the last.

use auth_benches::measured::Point;
use auth_benches::ours::{self, Memory};
use auth_benches::tokens::{AUDIENCE, ISSUER, with_bearer};
use auth_runtime::Jwt;
use auth_runtime::testing::TestIssuer;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::interleaved;

fn secret(n: usize) -> [u8; 32] {
    Sha256::digest(n.to_be_bytes()).into()
}

pub(crate) async fn measure() -> Vec<Point> {
    let mut subjects = Vec::new();
    for count in [1, 10, 100] {
        let keys: Vec<_> = (1..=count)
            .map(|n| json!({ "kty": "oct", "alg": "HS256", "kid": format!("k{n}"), "k": URL_SAFE_NO_PAD.encode(secret(n)) }))
            .collect();
        let set = json!({ "keys": keys }).to_string();
        let issuer = TestIssuer::with_secret(secret(count)).named(ISSUER).for_audience(AUDIENCE);
        let token = issuer.key_id(format!("k{count}")).token().scope("admin").expires_in(86_400).sign();
        for (what, memory) in [("ours, first sight", Memory::Off), ("ours, repeated", Memory::On)] {
            let jwt = Jwt::jwk_set(&set).issuer(ISSUER).audience(AUDIENCE);
            subjects.push((what, count, ours::of(jwt, memory, with_bearer(token.clone())).await));
        }
    }
    interleaved(subjects).await
}
