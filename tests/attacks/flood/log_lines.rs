//! What a flood that is answered 503 leaves in the log: a handful of lines, warnings all, and each answer counted.

use std::time::{Duration, Instant};

use actix_web::get;
use auth_runtime::basic::Passwords;
use auth_runtime::{Auth, Jwt, Principal, requires};
use serde_json::json;
use tests::load::{Load, having};
use tests::observed::{self, Event};
use tests::provider::{AUDIENCE, Provider, ed25519};
use tests::{Server, await_that};

use crate::lookups::basic;
use crate::passwords::cost_of;
use crate::providers::{ISSUER, bearer, invented};
use crate::{CONNECTIONS, STRANGERS, alone, asks};

/// How long each flood lasts.
const FLOOD: Duration = Duration::from_secs(3);

#[requires(basic)]
#[get("/hashed")]
async fn hashed(who: Principal) -> String {
    who.subject().to_owned()
}

#[requires(bearer)]
#[get("/signed")]
async fn signed(who: Principal) -> String {
    who.subject().to_owned()
}

/// A flood from one address: of passwords, more than can be hashed; and of tokens by keys that nobody has.
#[test]
fn a_flood_of_503_is_a_handful_of_warnings_and_all_are_counted() {
    let _alone = alone();
    observed::listen();
    let provider = Provider::start();
    provider.keys(&[ed25519(json!({"kid": "known"}))]);
    let hash = bcrypt::hash("wonderland", cost_of(Duration::from_millis(60))).unwrap();
    let auth = Auth::builder()
        .basic(Passwords::htpasswd(format!("alice:{hash}\n")))
        .bearer(Jwt::jwks_url(provider.url("/keys")).issuer(ISSUER).audience(AUDIENCE))
        .trusted_proxies("X-Forwarded-For", ["127.0.0.1"])
        .limits(tests::uncounted())
        .dangerous_allow_unconfigured()
        .build()
        .unwrap();
    let ready = auth.clone();
    let server = Server::start(move |config| {
        config.service(auth.scope("").service(hashed).service(signed));
    });
    await_that("the keys are there", Duration::from_secs(20), || ready.is_ready());
    flooded(&server, "hashed", "hashing_busy", |number| ("/hashed", basic(format_args!("nobody {number}"), "x")));
    flooded(&server, "signed", "keys_busy", |number| ("/signed", bearer(&invented(ISSUER, &number.to_string()))));
}

fn flooded(server: &Server, handler: &str, reason: &str, line: fn(usize) -> (&'static str, String)) {
    let started = Instant::now();
    let flood = Load::start((0..CONNECTIONS).map(|connection| {
        asks(server, STRANGERS[0], Duration::ZERO, move |asked| line(connection * 1_000_000 + asked))
    }));
    std::thread::sleep(FLOOD);
    let flood = flood.end();
    // The last second is summed up when it is over.
    std::thread::sleep(Duration::from_millis(1300));
    let seconds = usize::try_from(started.elapsed().as_secs()).unwrap() + 1;
    let events = observed::events(&format!("flood::log_lines::{handler}"));
    let busy: Vec<&Event> = events.iter().filter(|event| event.field("reason") == reason).collect();
    let refused = having(&flood, 503);
    println!("{reason}: {refused} times 503, {} lines", busy.len());
    assert!(refused > 1000, "a flood: {refused} of {}", flood.len());
    assert!(busy.len() <= 11 * seconds, "{} lines in {seconds} s", busy.len());
    let left_out = |event: &&Event| event.field("left_out").parse().unwrap_or(0_usize);
    let written = busy.iter().filter(|event| left_out(event) == 0).count();
    assert_eq!(written + busy.iter().map(left_out).sum::<usize>(), refused);
    let loud: Vec<_> = busy.iter().filter(|event| event.level != "WARN").collect();
    assert!(loud.is_empty(), "{loud:?}");
}
