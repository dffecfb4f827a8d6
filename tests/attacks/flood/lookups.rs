//! Invented credentials that functions of the application's own must look up, in a store that is slow.

use std::fmt::Display;
use std::io;
use std::time::Duration;

use actix_web::get;
use auth_runtime::api_key::{Key, KeyDigest, KeyStore};
use auth_runtime::basic::{Passwords, UserPass};
use auth_runtime::opaque::{Holder, Opaque};
use auth_runtime::scheme::ExposedCredential;
use auth_runtime::{ApiKeys, Auth, Principal, requires};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tests::Server;
use tests::load::{Load, having};

use crate::{CONNECTIONS, STRANGERS, WINDOW, alone, asks, few_refused};

#[requires(bearer("pat"))]
#[get("/pat")]
async fn pat(who: Principal) -> String {
    who.subject().to_owned()
}

#[requires(api_key)]
#[get("/key")]
async fn key(who: Principal) -> String {
    who.subject().to_owned()
}

#[requires(basic("directory"))]
#[get("/password")]
async fn directory(who: Principal) -> String {
    who.subject().to_owned()
}

/// How long the store takes: 32 at once are 320 a second.
async fn slowly() {
    tokio::time::sleep(Duration::from_millis(100)).await;
}

async fn find_token(token: ExposedCredential) -> Result<Option<Holder>, io::Error> {
    slowly().await;
    Ok(token.expose().starts_with(b"pat_good").then(|| Holder::new("alice")))
}

async fn find_key(digest: KeyDigest) -> Result<Option<Key>, io::Error> {
    slowly().await;
    let is_good = (0..1000).any(|number| digest == KeyDigest::of(good("", number)));
    Ok(is_good.then(|| Key::new("billing")))
}

async fn verify(sent: UserPass) -> Result<Option<()>, io::Error> {
    slowly().await;
    Ok((sent.expose_password() == "wonderland").then_some(()))
}

/// A token or key that the store has.
fn good(prefix: &str, number: usize) -> String {
    format!("{prefix}good-{number:012}")
}

fn basic(user: impl Display, password: &str) -> String {
    format!("Authorization: Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

/// Each scheme is flooded on connections of its own, from four addresses. Beside each flood a caller from elsewhere that has other
/// credentials each time, so that nothing is known of it, and one from the flood's address who was good before.
#[test]
fn a_flood_of_credentials_to_be_looked_up_refuses_no_good_caller() {
    let _alone = alone();
    let auth = Auth::builder()
        .bearer_named("pat", Opaque::dangerous_lookup_exposed(find_token).prefix("pat_"))
        .api_key(ApiKeys::header("X-API-Key", KeyStore::lookup(find_key)))
        .basic_named("directory", Passwords::verify_with(verify))
        .trusted_proxies("X-Forwarded-For", ["127.0.0.1"])
        .dangerous_allow_unconfigured()
        .build()
        .unwrap();
    let server = Server::start(move |config| {
        config.service(auth.scope("").service(pat).service(key).service(directory));
    });
    type Line = fn(usize) -> String;
    let schemes: [(&'static str, Line, Line); 3] = [
        (
            "/pat",
            |number| format!("Authorization: Bearer {}", good("pat_", number)),
            |number| format!("Authorization: Bearer pat_invented{number}"),
        ),
        ("/key", |number| format!("X-API-Key: {}", good("", number)), |number| format!("X-API-Key: invented-{number}")),
        (
            "/password",
            |number| basic(format_args!("user-{number}"), "wonderland"),
            |number| basic(format_args!("nobody-{number}"), "invented"),
        ),
    ];
    let (now, pause) = (Duration::ZERO, Duration::from_millis(50));
    let floods: Vec<_> = schemes
        .into_iter()
        .map(|(target, good, invented)| {
            assert_eq!(asks(&server, STRANGERS[0], now, |_| (target, good(0)))().1, 200, "known from now on");
            let flood = Load::start((0..CONNECTIONS).map(|connection| {
                let address = STRANGERS[connection % STRANGERS.len()];
                asks(&server, address, now, move |asked| (target, invented(connection * 1_000_000 + asked)))
            }));
            (target, good, flood)
        })
        .collect();
    std::thread::sleep(Duration::from_millis(500));
    let beside: Vec<_> = floods
        .into_iter()
        .map(|(target, good, flood)| {
            let elsewhere = asks(&server, "192.0.2.1", pause, move |asked| (target, good(1 + asked)));
            let known = asks(&server, STRANGERS[0], pause, move |_| (target, good(0)));
            (target, flood, Load::start([elsewhere]), Load::start([known]))
        })
        .collect();
    std::thread::sleep(WINDOW);
    for (target, flood, elsewhere, known) in beside {
        let (elsewhere, known, flood) = (elsewhere.end(), known.end(), flood.end());
        let refused = having(&flood, 401) + having(&flood, 503);
        println!("{target}: a flood of {} requests, {} times 503", flood.len(), having(&flood, 503));
        assert!(flood.len() > 500 && refused == flood.len(), "{target}: a flood, {} requests", flood.len());
        few_refused(&format!("{target}, from elsewhere"), &elsewhere, 8);
        few_refused(&format!("{target}, good before"), &known, 8);
    }
}
