//! Sessions shared by several processes' configurations through a real redis-server.

use std::time::Duration;

use actix_web::{Responder, get, post};
use auth_runtime::session::{RedisSessions, Sessions};
use auth_runtime::testing::{ManualClock, assert_session_store};
use auth_runtime::{Auth, Denial, Session, SignIn, SignOut, public, requires};
use tests::{Answer, Denied, Late, Server};

use crate::processes::{Disk, Redis, await_that};
use crate::{RECOVERY, tell};

#[public(reason = "where people sign in")]
#[post("/login")]
async fn log_in(sign_in: SignIn) -> Result<impl Responder, Denial> {
    sign_in.configured("shared").without_password().subject("alice").roles(["viewer"]).finish().await
}

#[requires(session("shared"))]
#[get("/session")]
async fn whoami(session: Session) -> String {
    session.principal().subject().to_owned()
}

#[requires(session("shared"))]
#[post("/logout")]
async fn log_out(out: SignOut) -> impl Responder {
    out.here().await
}

#[requires(session("shared"))]
#[post("/logout/everywhere")]
async fn log_out_everywhere(out: SignOut) -> impl Responder {
    out.everywhere().await
}

fn machine(redis: &Redis, key: u8) -> Server {
    let sessions = Sessions::redis(redis.url()).key("1", [key; 32]);
    let auth = Auth::builder().public_origin("https://shop.example").session_named("shared", sessions);
    let auth = auth.dangerous_allow_unconfigured().build().unwrap();
    Server::start(move |config| {
        let scope = auth.scope("").service(log_in).service(whoami).service(log_out).service(log_out_everywhere);
        config.service(scope);
    })
}

fn sign_in(server: &Server) -> String {
    let answer = server.post("/login").send();
    answer.only("set-cookie").unwrap_or_else(|| panic!("{answer:?}")).split(';').next().unwrap().to_owned()
}

fn whoami_at(server: &Server, cookie: &str) -> Answer {
    server.get("/session").header("Cookie", cookie).send()
}

fn post(server: &Server, target: &str, cookie: &str) -> u16 {
    server.post(target).header("Cookie", cookie).send().status
}

#[test]
fn a_store_in_redis_keeps_the_contract() {
    let _turn = beside_others!("the store of sessions in Redis");
    let redis = Redis::start(Disk::Nothing);
    actix_web::rt::System::new().block_on(async {
        assert_session_store(&RedisSessions::new(redis.url(), "shop").unwrap()).await;
    });
    assert!(redis.keys().iter().all(|key| key.starts_with("{shop}:session:")), "{:?}", redis.keys());
    for key in redis.keys() {
        let left: i64 = redis.command(&format!("TTL {key}")).trim().trim_start_matches(':').parse().unwrap();
        assert!((1..=3700).contains(&left), "{key} stays for {left} s");
    }
}

#[test]
fn who_signs_in_at_one_machine_is_known_at_all_and_ended_on_all_at_once() {
    let _turn = beside_others!("shared sessions");
    let redis = Redis::start(Disk::Nothing);
    let [one, two] = [machine(&redis, 7), machine(&redis, 7)];
    let [first, second] = [sign_in(&one), sign_in(&two)];
    for server in [&one, &two] {
        whoami_at(server, &first).expect("alice");
        whoami_at(server, &second).expect("alice");
    }
    assert_eq!(whoami_at(&machine(&redis, 8), &first).status, 401, "of another key");
    assert_eq!(post(&two, "/logout", &first), 303);
    assert_eq!([&one, &two].map(|server| whoami_at(server, &first).status), [401, 401]);
    let third = sign_in(&one);
    assert_eq!(post(&one, "/logout/everywhere", &third), 303);
    for cookie in [&second, &third] {
        assert_eq!([&one, &two].map(|server| whoami_at(server, cookie).status), [401, 401]);
    }
    // One that begins within the same tick of the clock would count as begun before.
    std::thread::sleep(Duration::from_millis(20));
    // Ids and names are not in Redis.
    let id = sign_in(&one).split_once('=').unwrap().1.to_owned();
    for key in redis.keys() {
        assert!(!key.contains(&id) && !key.contains("alice"), "{key}");
    }
}

#[test]
fn of_sessions_that_begin_within_one_second_the_first_ends() {
    let redis = Redis::start(Disk::Nothing);
    let clock = ManualClock::at(1_780_000_000);
    let sessions = Sessions::redis(redis.url()).key("1", [7; 32]).max_per_user(3);
    let auth = Auth::builder().public_origin("https://shop.example").session_named("shared", sessions);
    let auth = auth.clock(clock.clone()).dangerous_allow_unconfigured().build().unwrap();
    let server = Server::start(move |config| {
        config.service(auth.scope("").service(log_in).service(whoami));
    });
    let cookies: Vec<String> = (0..24).map(|_| sign_in(&server)).collect();
    let are_in = || cookies.iter().map(|cookie| whoami_at(&server, cookie).status == 200).collect::<Vec<_>>();
    let last_three: Vec<bool> = (0..24).map(|place| place >= 21).collect();
    assert_eq!(are_in(), last_three);
    // Whoever is seen a minute later stays before one that was not.
    clock.advance(Duration::from_secs(61));
    assert_eq!(whoami_at(&server, &cookies[21]).status, 200);
    // That it was seen is written behind the answer.
    std::thread::sleep(Duration::from_millis(300));
    let one_more = sign_in(&server);
    assert_eq!(are_in(), (0..24).map(|place| place == 21 || place == 23).collect::<Vec<_>>());
    assert_eq!(whoami_at(&server, &one_more).status, 200);
}

/// A request that has read a session notes it as seen after a sign-in has put another one in its place.
#[test]
fn a_session_that_was_replaced_is_not_brought_back() {
    let _turn = beside_others!("a session that is replaced while it is used");
    let redis = Redis::start(Disk::Nothing);
    let clock = ManualClock::at(1_780_000_000);
    let store = Late::of(RedisSessions::new(redis.url(), "shop").unwrap());
    let sessions = Sessions::store(store.clone()).key("1", [7; 32]);
    let auth = Auth::builder().public_origin("https://shop.example").session_named("shared", sessions);
    let auth = auth.clock(clock.clone()).dangerous_allow_unconfigured().build().unwrap();
    let served = auth.clone();
    let server = Server::start(move |config| {
        config.service(served.scope("").service(log_in).service(whoami));
    });
    let old = sign_in(&server);
    clock.advance(Duration::from_secs(61));
    store.hold_back(|| {
        whoami_at(&server, &old).expect("alice");
        assert_eq!(post(&server, "/login", &old), 303);
    });
    assert_eq!(whoami_at(&server, &old).status, 401);
    let ended = actix_web::rt::System::new().block_on(auth.sessions_of_named("shared", "alice").end_all());
    assert_eq!(ended.unwrap(), 1);
    assert_eq!(whoami_at(&server, &old).status, 401);
}

#[test]
fn a_redis_that_takes_no_writes_lets_in_whoever_is_known() {
    let _turn = beside_others!("sessions in a Redis that takes no writes");
    let redis = Redis::start(Disk::Nothing);
    let server = machine(&redis, 7);
    let cookie = sign_in(&server);
    redis.command("CONFIG SET min-replicas-to-write 1");
    for _ in 0..5 {
        Denied::unavailable().check(&server.post("/login").send());
        assert_eq!(whoami_at(&server, &cookie).status, 200, "whoever cannot sign in keeps nobody out");
    }
    redis.command("CONFIG SET min-replicas-to-write 0");
    whoami_at(&server, &sign_in(&server)).expect("alice");
}

#[test]
fn what_others_have_written_is_no_session_and_keeps_nobody_else_out() {
    let _turn = beside_others!("sessions that others have written");
    let redis = Redis::start(Disk::Nothing);
    let server = machine(&redis, 7);
    let good = sign_in(&server);
    let session_of = |before: &[String]| {
        let is_new = |key: &String| key.contains(":session:s:") && !before.contains(key);
        redis.keys().into_iter().find(is_new).expect("a session")
    };
    let changes = [
        "HSET {} version abc",
        "HSET {} version -1",
        "HSET {} seen 1e9",
        "HSET {} subject x",
        "HDEL {} seen",
        "HSET {} content x",
        "SET {} x",
    ];
    for change in changes {
        let before = redis.keys();
        let bad = sign_in(&server);
        let key = session_of(&before);
        redis.command(&change.replace("{}", &key));
        assert_eq!(whoami_at(&server, &bad).status, 401, "{change}");
        assert_eq!(whoami_at(&server, &good).status, 200, "{change}");
    }
    assert_eq!(post(&server, "/logout/everywhere", &good), 303);
    assert_eq!(whoami_at(&server, &good).status, 401);
}

#[test]
fn a_redis_that_dies_lets_nobody_in_and_one_that_comes_back_has_lost_nobody() {
    let _alone = alone!("sessions through an outage of Redis");
    let mut redis = Redis::start(Disk::Everything);
    let server = machine(&redis, 7);
    let cookie = sign_in(&server);
    redis.kill();
    for _ in 0..3 {
        let answer = whoami_at(&server, &cookie);
        Denied::unavailable().check(&answer);
        assert_eq!(answer.only("set-cookie"), None);
    }
    assert_eq!((server.post("/login").send().status, post(&server, "/logout", &cookie)), (503, 503));
    redis.restart();
    let took = await_that("the session is known again", RECOVERY, || whoami_at(&server, &cookie).status == 200);
    tell(&format!("sessions: known again {took:?} after Redis came back"));
    redis.pause();
    let began = std::time::Instant::now();
    assert_eq!(whoami_at(&server, &cookie).status, 503);
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    redis.resume();
    await_that("the session is known again", RECOVERY, || whoami_at(&server, &cookie).status == 200);
}
