//! What an introspection endpoint says, shared by several processes' configurations through a real redis-server that
//! somebody else can write to.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use actix_web::{HttpResponse, get, web};
use auth_runtime::introspection::{Introspection, SharedResults};
use auth_runtime::principal::PrincipalKey;
use auth_runtime::{Auth, Principal, requires};
use serde_json::json;
use tests::Server;

use crate::processes::{Disk, ISSUER, Redis, await_that, now};
use crate::{RECOVERY, tell};

pub(crate) const KEY: [u8; 32] = [7; 32];

#[requires(bearer("shared"))]
#[get("/shared")]
async fn shared(caller: Principal) -> String {
    caller.subject().to_owned()
}

/// An introspection endpoint that counts its calls. The token `NAME` is good and NAME's; what begins with `no` is not active;
/// `NAME-until-TIME` is active until then.
pub(crate) struct Endpoint {
    server: Server,
    calls: Arc<AtomicUsize>,
}

impl Endpoint {
    pub(crate) fn start() -> Self {
        let calls = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&calls);
        let server = Server::start(move |config| {
            let counted = Arc::clone(&counted);
            config.route(
                "/introspect",
                web::post().to(move |form: web::Form<Vec<(String, String)>>| {
                    counted.fetch_add(1, Ordering::SeqCst);
                    let token = form.0.into_iter().find(|(name, _)| name == "token").map(|(_, token)| token).unwrap();
                    let exp = token.split_once("-until-").map_or(now() + 600, |(_, exp)| exp.parse().unwrap());
                    let active = !token.starts_with("no") && now() < exp;
                    let answer = json!({
                        "active": active, "iss": ISSUER, "aud": "api", "sub": token, "exp": exp,
                        "token_type": "Bearer",
                    });
                    async move { HttpResponse::Ok().json(answer) }
                }),
            );
        });
        Self { server, calls }
    }

    /// Calls since this was last asked.
    pub(crate) fn calls(&self) -> usize {
        self.calls.swap(0, Ordering::SeqCst)
    }

    pub(crate) fn introspection(&self, client: &str, results: Option<SharedResults>) -> Server {
        self.remembering(Duration::from_secs(20), client, results)
    }

    fn remembering(&self, max_age: Duration, client: &str, results: Option<SharedResults>) -> Server {
        serve(self.configured(max_age, client, results))
    }

    fn configured(&self, max_age: Duration, client: &str, results: Option<SharedResults>) -> Auth {
        let introspection = Introspection::new(format!("http://{}/introspect", self.server.address()))
            .client_secret_basic(client, "not a secret")
            .issuer(ISSUER)
            .audience("api")
            .max_staleness(max_age);
        let introspection = match results {
            Some(results) => introspection.shared(results),
            None => introspection,
        };
        Auth::builder().bearer_named("shared", introspection).dangerous_allow_unconfigured().build().unwrap()
    }

    /// Waits until what one of two was told the other need not ask: connecting may take longer than a request waits for Redis.
    pub(crate) fn await_sharing(&self, machines: &[Server; 2]) {
        let mut tokens = (0..).map(|number| format!("warm-{number}"));
        await_that("shared", RECOVERY, || {
            let token = tokens.next().expect("a token");
            for machine in machines {
                good(machine, &token);
            }
            self.calls() == 1
        });
    }

    /// A machine that shares, as the others do.
    fn machine(&self, redis: &Redis) -> Server {
        self.introspection("api", Some(SharedResults::redis(redis.url(), KEY)))
    }
}

fn serve(auth: Auth) -> Server {
    Server::start(move |config| {
        config.service(auth.scope("").service(shared));
    })
}

/// Presents a token, which must be good; how long that took.
#[track_caller]
pub(crate) fn good(machine: &Server, token: &str) -> Duration {
    let asked = Instant::now();
    let answer = machine.get("/shared").bearer(token).send();
    assert_eq!((answer.status, answer.text()), (200, token));
    asked.elapsed()
}

#[test]
fn what_one_machine_was_told_the_others_need_not_ask() {
    let _turn = beside_others!("shared results of introspection");
    let (redis, endpoint) = (Redis::start(Disk::Nothing), Endpoint::start());
    let machines = [endpoint.machine(&redis), endpoint.machine(&redis), endpoint.machine(&redis)];
    for machine in &machines {
        good(machine, "alice");
        good(machine, "alice");
    }
    assert_eq!(endpoint.calls(), 1, "three machines, two requests each");
    // What lets nobody in is not shared: strangers must not fill Redis.
    for machine in &machines {
        assert_eq!(machine.get("/shared").bearer("nobody").send().status, 401);
    }
    assert_eq!((endpoint.calls(), &*redis.command("DBSIZE")), (3, ":1"));
    // Without sharing, and with the credentials of another client.
    good(&endpoint.introspection("api", None), "alice");
    good(&endpoint.introspection("other", Some(SharedResults::redis(redis.url(), KEY))), "alice");
    good(&endpoint.introspection("api", Some(SharedResults::redis(redis.url(), [8; 32]))), "alice");
    assert_eq!(endpoint.calls(), 3);
    // An application with a prefix of its own.
    good(&endpoint.introspection("api", Some(SharedResults::redis(redis.url(), KEY).prefix("other"))), "alice");
    assert_eq!(endpoint.calls(), 1);
    assert!(!redis.keys().concat().contains("alice"), "no token is in Redis");
}

#[test]
fn what_was_said_of_whoever_is_forgotten_is_not_taken_from_redis() {
    let _turn = beside_others!("shared results of introspection");
    let (redis, endpoint) = (Redis::start(Disk::Nothing), Endpoint::start());
    let share = || Some(SharedResults::redis(redis.url(), KEY));
    let auth = endpoint.configured(Duration::from_secs(20), "api", share());
    let machines = [serve(auth.clone()), endpoint.machine(&redis)];
    endpoint.await_sharing(&machines);
    for token in ["alice", "bob"] {
        good(&machines[1], token);
        good(&machines[0], token);
    }
    assert_eq!(endpoint.calls(), 2);
    thread::sleep(Duration::from_secs(1)); // Ages are whole seconds, on the high side.
    auth.forget(PrincipalKey::new(ISSUER, "alice"));
    for token in ["alice", "bob", "alice", "bob"] {
        good(&machines[0], token);
    }
    assert_eq!(endpoint.calls(), 1, "about alice, once");
    // What was said since is shared as before.
    let third = endpoint.machine(&redis);
    await_that("shared", RECOVERY, || {
        good(&third, "alice");
        endpoint.calls() == 0
    });
}

#[test]
fn whoever_writes_to_redis_lets_nobody_in() {
    let _turn = beside_others!("forged results of introspection");
    let (redis, endpoint) = (Redis::start(Disk::Nothing), Endpoint::start());
    let first = endpoint.machine(&redis);
    good(&first, "mallory");
    let mallory = redis.keys().remove(0);
    assert_eq!(endpoint.calls(), 1);

    // Changed: a bit of the answer, of the time, of the seal; cut, emptied, made long.
    for (number, change) in [
        "SETRANGE {key} 60 X",
        "SETRANGE {key} 36 X",
        "SETRANGE {key} 0 XX",
        "APPEND {key} X",
        "SET {key} X",
        "SETRANGE {key} 3000000 X",
    ]
    .into_iter()
    .enumerate()
    {
        redis.command(&change.replace("{key}", &mallory));
        good(&endpoint.machine(&redis), "mallory");
        assert_eq!(endpoint.calls(), 1, "the endpoint was asked after change {number}");
        good(&endpoint.machine(&redis), "mallory");
        assert_eq!(endpoint.calls(), 0, "and its answer is shared again");
    }

    // Moved: the good answer about mallory in the place of the one about a token that is not active.
    good(&first, "alice");
    let alice = redis.keys().into_iter().find(|key| *key != mallory).unwrap();
    redis.command(&format!("COPY {mallory} {alice} REPLACE"));
    endpoint.calls();
    good(&endpoint.machine(&redis), "alice");
    assert_eq!(endpoint.calls(), 1);

    // Not a string at all.
    redis.command(&format!("DEL {alice}"));
    redis.command(&format!("LPUSH {alice} X"));
    good(&endpoint.machine(&redis), "alice");
    assert_eq!(endpoint.calls(), 1);
}

#[test]
fn an_answer_kept_for_longer_is_too_old() {
    let _turn = beside_others!("prolonged results of introspection");
    let (redis, endpoint) = (Redis::start(Disk::Nothing), Endpoint::start());
    good(&endpoint.machine(&redis), "alice");
    redis.command(&format!("PERSIST {}", redis.keys().remove(0)));
    good(&endpoint.machine(&redis), "alice");
    assert_eq!(endpoint.calls(), 1);
    // The 20 seconds of `max_age`.
    thread::sleep(Duration::from_secs(21));
    good(&endpoint.machine(&redis), "alice");
    assert_eq!(endpoint.calls(), 1, "the endpoint was asked again");
}

#[test]
fn an_answer_ends_with_its_token_on_every_machine() {
    let _turn = beside_others!("shared results of introspection past `exp`");
    let (redis, endpoint) = (Redis::start(Disk::Nothing), Endpoint::start());
    let token = format!("alice-until-{}", now() + 3);
    good(&endpoint.machine(&redis), &token);
    assert_eq!(endpoint.calls(), 1);
    // Far within the leeway, which is for the clock of an issuer that was asked.
    thread::sleep(Duration::from_secs(4));
    assert_eq!(endpoint.machine(&redis).get("/shared").bearer(&token).send().status, 401);
    assert_eq!(endpoint.calls(), 1, "the endpoint was asked");
}

#[test]
fn where_nothing_is_remembered_nothing_is_shared() {
    let _turn = beside_others!("shared results of introspection that are not to be remembered");
    let (redis, endpoint) = (Redis::start(Disk::Nothing), Endpoint::start());
    let faults =
        || redis.command(r#"EVAL "return tonumber(redis.call('INFO','stats'):match('total_error_replies:(%d+)'))" 0"#);
    assert_eq!(faults(), ":0");
    for max_age in [Duration::ZERO, Duration::from_millis(1), Duration::from_millis(1_999)] {
        let results = SharedResults::redis(redis.url(), KEY);
        let machine = endpoint.remembering(max_age, "api", Some(results));
        good(&machine, "alice");
        thread::sleep(max_age);
        good(&machine, "alice");
        assert_eq!(endpoint.calls(), 2, "{max_age:?}");
        assert_eq!((&*redis.command("DBSIZE"), &*faults()), (":0", ":0"), "{max_age:?}");
    }
}

#[test]
fn without_redis_the_endpoint_is_asked() {
    let _turn = beside_others!("results of introspection without Redis");
    let (mut redis, endpoint) = (Redis::start(Disk::Nothing), Endpoint::start());
    let machine = endpoint.machine(&redis);
    good(&machine, "before");
    redis.pause();
    let paused: Vec<_> = (0..20).map(|number| good(&machine, &format!("paused-{number}"))).collect();
    redis.resume();
    redis.kill();
    let killed: Vec<_> = (0..20).map(|number| good(&machine, &format!("killed-{number}"))).collect();
    assert_eq!(endpoint.calls(), 41);
    redis.restart();
    // The pause after a failure.
    thread::sleep(Duration::from_millis(1_200));
    good(&machine, "after");
    good(&endpoint.machine(&redis), "after");
    assert_eq!(endpoint.calls(), 1, "shared again");
    let slowest = |times: Vec<Duration>| times.into_iter().max().unwrap_or_default();
    let (paused, killed) = (slowest(paused), slowest(killed));
    tell(&format!("shared results: slowest request with Redis paused {paused:?}, killed {killed:?}"));
    assert!(paused < Duration::from_secs(2) && killed < Duration::from_secs(2), "{paused:?}, {killed:?}");
}
