//! Limits of requests, counted by several processes' configurations together through a real redis-server.

use std::thread;
use std::time::Duration;

use actix_web::get;
use auth_runtime::limits::Limits;
use auth_runtime::{Auth, Optional, Principal, requires};
use tests::{Server, Token};

use crate::processes::{Disk, ISSUER, Redis};

const KEY: [u8; 32] = [7; 32];
const SECRET: &[u8] = b"a secret of the tests, 32 bytes.";

#[requires(bearer("limited"), limit = "4/h")]
#[get("/limited")]
async fn limited(caller: Principal) -> String {
    caller.subject().to_owned()
}

#[requires(bearer("limited"), limit = "1/s")]
#[get("/one")]
async fn one() -> &'static str {
    "one"
}

#[requires(optional(bearer("limited")), limit("2/min", by = address))]
#[get("/by-address")]
async fn by_address(_caller: Optional<Principal>) -> &'static str {
    "ok"
}

pub(crate) fn machine(limits: Limits) -> Server {
    let jwt = auth_runtime::Jwt::hs256(SECRET).issuer(ISSUER).audience("api");
    let auth = Auth::builder().bearer_named("limited", jwt).limits(limits);
    let auth = auth.trusted_proxies("X-Forwarded-For", ["127.0.0.1"]).dangerous_allow_unconfigured().build().unwrap();
    Server::start(move |config| {
        config.service(auth.scope("").service(limited).service(one).service(by_address));
    })
}

pub(crate) fn ask(server: &Server, subject: &str) -> u16 {
    server.get("/limited").bearer(Token::new(ISSUER, "api", subject, SECRET).sign()).send().status
}

#[test]
fn machines_count_together_and_each_for_itself_while_redis_is_away() {
    let _alone = alone!("limits");
    let mut redis = Redis::start(Disk::Nothing);
    let machines = [(); 2].map(|()| machine(Limits::redis(redis.url(), KEY)));
    let statuses = |subject: &str, times: usize| -> Vec<u16> {
        (0..times).map(|time| ask(&machines[time % 2], subject)).collect()
    };
    assert_eq!(statuses("alice", 6), [200, 200, 200, 200, 429, 429]);
    assert_eq!(statuses("bob", 1), [200], "another's is another");
    let answer = machines[0].get("/limited").bearer(Token::new(ISSUER, "api", "alice", SECRET).sign()).send();
    assert_eq!(answer.only("ratelimit-policy"), Some(r#""caller";q=4;w=3600"#));
    let after: u64 = answer.only("retry-after").unwrap().parse().unwrap();
    assert!((890..=900).contains(&after), "{after}");

    redis.kill();
    assert_eq!(statuses("alice", 10), [200, 200, 200, 200, 200, 200, 200, 200, 429, 429], "four each");
}

#[test]
fn what_is_counted_comes_back_and_redis_forgets_it() {
    let _alone = alone!("limits");
    let redis = Redis::start(Disk::Nothing);
    let machine = machine(Limits::redis(redis.url(), KEY).prefix("orders"));
    let through = |caller: &str| machine.get("/by-address").header("X-Forwarded-For", caller).send().status;
    for host in 0..4 {
        let host = format!("2001:db8:1:{host}::1");
        assert_eq!([through(&host), through(&host)], [200, 200], "{host}");
    }
    assert_eq!(through("2001:db8:1:9::1"), 429, "a /48 has as much as four addresses");
    assert_eq!(through("192.0.2.1"), 200);
    let keys = redis.keys();
    assert!(keys.iter().all(|key| key.starts_with("{orders}:limit:")) && !keys.is_empty(), "{keys:?}");
    assert!(keys.iter().all(|key| !key.contains("192.0.2.1") && !key.contains("2001")), "{keys:?}");
    let once = || machine.get("/one").bearer(Token::new(ISSUER, "api", "alice", SECRET).sign()).send().status;
    assert!((0..100).any(|_| once() == 429));
    thread::sleep(Duration::from_millis(1100));
    assert_eq!(once(), 200);
}
