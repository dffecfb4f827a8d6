//! Wrong credentials that several processes' configurations count together through a real redis-server.

use std::thread;
use std::time::Duration;

use actix_web::{HttpResponse, get, post, web};
use auth_runtime::api_key::{Key, KeyDigest, KeyStore};
use auth_runtime::basic::Passwords;
use auth_runtime::digest::{DigestUsers, htdigest_line};
use auth_runtime::limits::Limits;
use auth_runtime::{ApiKeys, Auth, Denial, Principal, Sessions, SignIn, public, requires};
use tests::{Answer, Denied, DigestChallenge, Request, Server};

use crate::processes::{Disk, Redis, await_that};

const SECRET: [u8; 32] = [7; 32];
const KEY: &str = "key_0123456789abcdef";
const DETAIL: &str = "too many wrong credentials; wait before the next attempt";

#[requires(basic("guessed"))]
#[get("/basic")]
async fn by_password(who: Principal) -> String {
    who.subject().to_owned()
}

#[requires(digest("guessed"))]
#[get("/digest")]
async fn by_digest(who: Principal) -> String {
    who.subject().to_owned()
}

#[requires(api_key("guessed"))]
#[get("/key")]
async fn by_key(who: Principal) -> String {
    who.subject().to_owned()
}

#[public(reason = "a way in")]
#[post("/login/{password}")]
async fn sign_in(password: web::Path<String>, sign_in: SignIn) -> Result<HttpResponse, Denial> {
    let is_right = async { Ok::<_, String>((*password == "wonderland").then_some(())) };
    match sign_in.verify("alice", is_right).await? {
        Some((verified, ())) => {
            let _ = verified.subject("alice").finish().await?;
            Ok(HttpResponse::Ok().finish())
        }
        None => Ok(HttpResponse::Unauthorized().finish()),
    }
}

/// Three wrong passwords of an account and five of an address in so many seconds.
fn machine(redis: &Redis, seconds: u64) -> Server {
    machine_of(redis, 3, seconds)
}

fn machine_of(redis: &Redis, most: u32, seconds: u64) -> Server {
    let limits = Limits::redis(redis.url(), SECRET).failed_attempts_per_account(most);
    let limits = limits.failed_attempts_per_address(most + 2);
    let limits = limits.failed_attempts_within(Duration::from_secs(seconds));
    let users = Passwords::htpasswd("alice:$2y$04$abcdefghijklmnopqrstuujZkTwHUiJ9XdZPwKfcfDo7dMp5DjlTu");
    let digests = DigestUsers::htdigest(htdigest_line("alice", "guessed", "wonderland").unwrap());
    let keys = ApiKeys::header("X-API-Key", KeyStore::from([(KeyDigest::of(KEY), Key::new("billing"))]));
    let auth = Auth::builder().realm("guessed").public_origin("https://shop.example").limits(limits);
    let auth = auth.basic_named("guessed", users).digest_named("guessed", digests).api_key_named("guessed", keys);
    let auth = auth.session(Sessions::in_memory()).trusted_proxies("X-Forwarded-For", ["127.0.0.1"]);
    let auth = auth.dangerous_allow_unconfigured().build().unwrap();
    Server::start(move |config| {
        let scope = auth.scope("").service(by_password).service(by_digest).service(by_key);
        config.service(scope.service(sign_in));
    })
}

/// Of somebody at 192.0.2.`host`.
fn at(request: Request, host: usize) -> Request {
    request.header("X-Forwarded-For", format!("192.0.2.{host}"))
}

fn basic(server: &Server, user: &str, password: &str, host: usize) -> Answer {
    at(server.get("/basic"), host).basic(user, password).send()
}

fn digest(server: &Server, password: &str, host: usize) -> Answer {
    let answer = at(server.get("/digest"), host).send();
    let challenge = DigestChallenge::read(answer.only("www-authenticate").unwrap());
    let answer = challenge.answer("alice", password, "GET", "/digest", 1);
    at(server.get("/digest"), host).header("Authorization", answer.field()).send()
}

fn login(server: &Server, password: &str, host: usize) -> Answer {
    at(server.post(&format!("/login/{password}")), host).header("Origin", "https://shop.example").send()
}

fn key(server: &Server, key: &str, host: usize) -> Answer {
    at(server.get("/key"), host).header("X-API-Key", key).send()
}

#[test]
fn machines_count_the_guesses_at_an_account_together() {
    let _alone = alone!("wrong credentials");
    let redis = Redis::start(Disk::Nothing);
    let machines = [(); 2].map(|()| machine(&redis, 300));
    type Try = fn(&Server, &str, usize) -> Answer;
    let ways: [(&str, Try); 3] = [
        ("basic", |server, password, host| basic(server, "alice", password, host)),
        ("digest", digest),
        ("sign-in", login),
    ];
    for (way, attempt) in ways {
        let from = way.len() * 10;
        let statuses: Vec<_> =
            (0..5).map(|time| attempt(&machines[time % 2], &format!("wrong{time}"), from + time).status).collect();
        assert_eq!(statuses, [401, 401, 401, 429, 429], "{way}");
        for machine in &machines {
            let answer = attempt(machine, "wonderland", from + 9);
            Denied::too_many(DETAIL).check(&answer);
            assert_eq!(answer.only("ratelimit-policy"), Some(r#""account";q=3;w=300"#), "{way}");
            let after: u64 = answer.only("retry-after").unwrap().parse().unwrap();
            assert!((90..=100).contains(&after), "{way}: {after}");
        }
    }
    let keys = redis.keys();
    assert!(keys.iter().all(|key| key.starts_with("{auth}:limit:")) && !keys.is_empty(), "{keys:?}");
    assert!(keys.iter().all(|key| !key.contains("192.0.2") && !key.contains("alice")), "{keys:?}");
}

#[test]
fn machines_count_the_guesses_of_an_address_together() {
    let _alone = alone!("wrong credentials");
    let redis = Redis::start(Disk::Nothing);
    let machines = [(); 2].map(|()| machine(&redis, 300));
    let wrong = |time: usize, host: usize| key(&machines[time % 2], &format!("wrong{time}"), host).status;
    assert_eq!((0..7).map(|time| wrong(time, 1)).collect::<Vec<_>>(), [401, 401, 401, 401, 401, 429, 429]);
    for machine in &machines {
        Denied::too_many(DETAIL).check(&key(machine, KEY, 1));
        assert_eq!(key(machine, KEY, 2).status, 200);
        assert_eq!(basic(machine, "bob", "wrong", 1).status, 429, "whatever is guessed");
        assert_eq!(basic(machine, "alice", "wonderland", 1).status, 429);
    }
}

#[test]
fn who_was_good_at_an_address_is_known_there_to_all_machines() {
    let _alone = alone!("wrong credentials");
    let redis = Redis::start(Disk::Nothing);
    let machines = [(); 2].map(|()| machine(&redis, 300));
    for (way, attempt) in [
        ("basic", (|server, password, host| basic(server, "alice", password, host)) as fn(&_, &_, _) -> Answer),
        ("sign-in", login),
    ] {
        assert_eq!(attempt(&machines[0], "wonderland", 1).status, 200, "{way}");
        (2..9).for_each(|host| _ = attempt(&machines[host % 2], &format!("wrong{host}"), host));
        // Said to Redis without anybody waiting for it.
        await_that("known everywhere", Duration::from_secs(5), || attempt(&machines[1], "wonderland", 1).status == 200);
        assert_eq!(attempt(&machines[1], "wonderland", 9).status, 429, "{way}: not from elsewhere");
        // What is remembered on the first machine does not count from elsewhere either.
        assert_eq!(attempt(&machines[0], "wonderland", 9).status, 429, "{way}");
        // It has a counter of its own, on all machines together.
        let own: Vec<_> = (0..4).map(|time| attempt(&machines[time % 2], &format!("other{time}"), 1).status).collect();
        assert_eq!(own, [401, 401, 401, 429], "{way}");
    }
}

#[test]
fn good_credentials_do_not_count_and_many_at_once_are_one() {
    let _alone = alone!("wrong credentials");
    let redis = Redis::start(Disk::Nothing);
    let machines = [(); 2].map(|()| machine_of(&redis, 6, 300));
    for time in 0..10 {
        assert_eq!(basic(&machines[time % 2], "alice", "wonderland", time).status, 200, "{time}");
        assert_eq!(login(&machines[time % 2], "wonderland", time).status, 200, "{time}");
        assert_eq!(digest(&machines[time % 2], "wonderland", time).status, 200, "{time}");
    }
    thread::scope(|threads| {
        let ask = |_| threads.spawn(|| basic(&machines[0], "alice", "wonderland", 99).status);
        // Fewer than may wait for a hash.
        let all: Vec<_> = (0..12).map(ask).collect();
        let statuses: Vec<_> = all.into_iter().map(|one| one.join().unwrap()).collect();
        assert_eq!(statuses, [200; 12]);
    });
    await_that("nothing is counted", Duration::from_secs(5), || {
        assert_eq!(basic(&machines[1], "alice", "wonderland", 50).status, 200);
        redis.keys().iter().all(|key| redis.command(&format!("TYPE {key}")).contains("string"))
    });
}

#[test]
fn delays_end_and_without_redis_each_machine_counts_for_itself() {
    let _alone = alone!("wrong credentials");
    let mut redis = Redis::start(Disk::Nothing);
    let machines = [(); 2].map(|()| machine(&redis, 5));
    let guess = |time: usize| basic(&machines[time % 2], "alice", &format!("wrong{time}"), time).status;
    assert_eq!((0..4).map(guess).collect::<Vec<_>>(), [401, 401, 401, 429]);
    await_that("the next is looked at", Duration::from_secs(5), || basic(&machines[0], "alice", "x", 40).status == 401);
    assert_eq!(basic(&machines[1], "alice", "y", 41).status, 429, "for twice as long");
    // Two seconds nearly, four, and then a quiet window.
    await_that("all is as before", Duration::from_secs(20), || {
        thread::sleep(Duration::from_secs(9));
        (50..53).all(|host| basic(&machines[host % 2], "alice", &format!("late{host}"), host).status == 401)
    });

    redis.kill();
    let statuses: Vec<_> = (60..68).map(guess).collect();
    assert_eq!(statuses, [401, 401, 401, 401, 401, 401, 429, 429], "three each");
    assert_eq!(basic(&machines[0], "bob", "wrong", 70).status, 401, "and nobody else is kept out");
}
