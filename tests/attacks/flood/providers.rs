//! Tokens with keys that do not exist, and of tenants that do not: what providers and directories are asked for strangers' sake.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::get;
use auth_runtime::jwt::{Issuer, Key};
use auth_runtime::{Auth, Jwt, Principal, requires};
use serde_json::json;
use tests::load::{Load, having};
use tests::provider::{AUDIENCE, Provider, ed25519, issuer};
use tests::{Server, await_that, base64url};

use crate::{CONNECTIONS, STRANGERS, WINDOW, alone, asks, few_refused};

pub(crate) const ISSUER: &str = "https://idp.example";
/// When the provider has a new key, and good callers tokens by it.
const ROTATED: Duration = Duration::from_secs(4);

#[requires(bearer)]
#[get("/keys")]
async fn keys(who: Principal) -> String {
    who.subject().to_owned()
}

#[requires(bearer("tenants"))]
#[get("/tenants")]
async fn tenants(who: Principal) -> String {
    who.subject().to_owned()
}

/// A token that looks right, by a key of this id that nobody has.
pub(crate) fn invented(issuer: &str, key: &str) -> String {
    let header = json!({"alg": "EdDSA", "kid": key}).to_string();
    let claims = json!({"iss": issuer, "aud": AUDIENCE, "sub": key, "exp": 4_000_000_000_u32}).to_string();
    format!("{}.{}.{}", base64url(header), base64url(claims), base64url([7; 64]))
}

pub(crate) fn bearer(token: &str) -> String {
    format!("Authorization: Bearer {token}")
}

/// From four addresses. Good callers: one of a known address and one of the flood's own, both good before, with a token by a key
/// that is new in the middle of it; and one from elsewhere with a token of another tenant each second, none of them known.
#[test]
fn a_flood_of_unknown_keys_and_unknown_tenants_refuses_no_good_caller() {
    let _alone = alone();
    let provider = Provider::start();
    provider.keys(&[ed25519(json!({"kid": "old"}))]);
    let of_tenants = provider.url("/keys");
    let find = move |name: String| {
        let of_tenants = of_tenants.clone();
        async move {
            tokio::time::sleep(Duration::from_millis(50)).await;
            let is_tenant = name.starts_with("https://tenant-");
            Ok::<_, std::io::Error>(is_tenant.then(|| Issuer::new(name, Key::jwks_url(of_tenants))))
        }
    };
    let auth = Auth::builder()
        .bearer(Jwt::jwks_url(provider.url("/keys")).issuer(ISSUER).audience(AUDIENCE))
        .bearer_named("tenants", Jwt::tenants(find).audience(AUDIENCE))
        .trusted_proxies("X-Forwarded-For", ["127.0.0.1"])
        .dangerous_allow_unconfigured()
        .build()
        .unwrap();
    let ready = auth.clone();
    let server = Server::start(move |config| {
        config.service(auth.scope("").service(keys).service(tenants));
    });
    await_that("the keys are there", Duration::from_secs(20), || ready.is_ready());
    let token = |issuer_name: &str, key: &str, subject: &str| {
        bearer(&issuer(issuer_name).key_id(key).token().subject(subject).sign())
    };
    let (now, pause) = (Duration::ZERO, Duration::from_millis(50));
    let rotated = Arc::new(AtomicBool::new(false));
    let good = |address, subject: &'static str| {
        let (old, new) = (token(ISSUER, "old", subject), token(ISSUER, "new", subject));
        assert_eq!(asks(&server, address, now, |_| ("/keys", old.clone()))().1, 200, "known from now on");
        let rotated = Arc::clone(&rotated);
        asks(&server, address, pause, move |_| {
            ("/keys", if rotated.load(Ordering::SeqCst) { &new } else { &old }.clone())
        })
    };
    let (alice, bob) = (good("192.0.2.1", "alice"), good(STRANGERS[0], "bob"));
    let known = token("https://tenant-known.example", "old", "carol");
    assert_eq!(asks(&server, STRANGERS[0], now, |_| ("/tenants", known.clone()))().1, 200);
    let carol = asks(&server, STRANGERS[0], pause, move |_| ("/tenants", known.clone()));
    let new: Vec<_> = (0..20).map(|n| token(&format!("https://tenant-{n}.example"), "old", "dave")).collect();
    let dave = asks(&server, "192.0.2.2", Duration::from_secs(1), move |asked| ("/tenants", new[asked].clone()));

    let number = Arc::new(AtomicUsize::new(0));
    let flood = Load::start((0..CONNECTIONS).map(|connection| {
        let number = Arc::clone(&number);
        asks(&server, STRANGERS[connection % STRANGERS.len()], Duration::ZERO, move |asked| {
            let n = number.fetch_add(1, Ordering::Relaxed);
            match asked % 2 {
                0 => ("/keys", bearer(&invented(ISSUER, &format!("{n}")))),
                _ => ("/tenants", bearer(&invented(&format!("https://{n}.example"), "old"))),
            }
        })
    }));
    let (alice, bob) = (Load::start([alice]), Load::start([bob]));
    let (carol, dave) = (Load::start([carol]), Load::start([dave]));
    std::thread::sleep(ROTATED);
    provider.keys(&[ed25519(json!({"kid": "old"})), ed25519(json!({"kid": "new"}))]);
    rotated.store(true, Ordering::SeqCst);
    std::thread::sleep(WINDOW - ROTATED);
    let (alice, bob, carol, dave, flood) = (alice.end(), bob.end(), carol.end(), dave.end(), flood.end());
    println!(
        "the flood: {} requests, {} times 401, {} times 503",
        flood.len(),
        having(&flood, 401),
        having(&flood, 503)
    );
    assert!(having(&flood, 503) > 1000 && having(&flood, 200) == 0, "a flood: {} requests", flood.len());
    few_refused("unknown keys: good before, from elsewhere, with a new key", &alice, 50);
    few_refused("unknown keys: good before, from the flood's address, with a new key", &bob, 50);
    few_refused("unknown tenants: of a known tenant, from the flood's address", &carol, 50);
    few_refused("unknown tenants: of a new tenant each second, from elsewhere", &dave, 5);
    let fetches = provider.asked("/keys");
    // At the start, for the flood and for a good caller; and for each tenant.
    assert!(fetches <= 3 + 1 + dave.len(), "{fetches} fetches");
}
