//! Attacks on the time that hashing passwords takes.

use std::time::{Duration, Instant};

use actix_web::get;
use auth_runtime::basic::Passwords;
use auth_runtime::{Auth, Principal, requires};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tests::load::{Load, having};
use tests::{Denied, Server};

use crate::{CONNECTIONS, STRANGERS, WINDOW, alone, asks, few_refused};

#[requires(basic)]
#[get("/basic")]
async fn basic(who: Principal) -> String {
    who.subject().to_owned()
}

#[requires(basic)]
#[get("/light")]
async fn light(who: Principal) -> String {
    who.subject().to_owned()
}

/// `alice:wonderland` and `bob:builder`, at this bcrypt cost.
fn serve(cost: u32) -> Server {
    let line = |user: &str, password: &str| format!("{user}:{}\n", bcrypt::hash(password, cost).unwrap());
    let file = line("alice", "wonderland") + &line("bob", "builder");
    start(Passwords::htpasswd(file))
}

fn start(passwords: Passwords) -> Server {
    let auth = Auth::builder()
        .realm("flood")
        .basic(passwords)
        // So that the callers of a test have addresses of their own.
        .trusted_proxies("X-Forwarded-For", ["127.0.0.1"])
        // What is looked at is the load, beyond what a flood may guess.
        .limits(tests::uncounted())
        .dangerous_allow_unconfigured()
        .build()
        .unwrap();
    Server::start(move |config| {
        config.service(auth.scope("").service(basic).service(light));
    })
}

/// Time of one hash of this cost on this machine as it is now.
fn time_of_hash(cost: u32) -> Duration {
    let started = Instant::now();
    bcrypt::hash("x", cost).unwrap();
    started.elapsed()
}

/// The least cost whose hash takes so long.
pub(crate) fn cost_of(at_least: Duration) -> u32 {
    (4..=14).find(|&cost| time_of_hash(cost) >= at_least).unwrap_or(14)
}

/// Callers that connect, ask and hang up must not leave jobs behind: whoever comes after them is served soon.
#[test]
fn dropped_connections_leave_no_jobs_behind() {
    let _alone = alone();
    let cost = cost_of(Duration::from_millis(100));
    let server = serve(cost);
    const FLOOD: u32 = 300;
    for n in 0..FLOOD {
        let connection = server.get("/basic").basic("alice", &format!("wrong {n}")).open();
        drop(connection);
    }
    let all_of_them = time_of_hash(cost) * FLOOD; // thirty seconds and more
    let started = Instant::now();
    // While the queue is full the answer is 503; it empties as those in it give up or are dropped.
    let served = loop {
        let answer = server.get("/basic").basic("alice", "wonderland").send();
        if answer.status == 200 {
            break started.elapsed();
        }
        Denied::unavailable().check(&answer);
        assert!(started.elapsed() < all_of_them, "not served while all jobs of the flood could have run");
        std::thread::sleep(Duration::from_millis(100));
    };
    assert!(served < all_of_them / 3, "served after {served:?}; all of the flood would take {all_of_them:?}");
}

/// More than can be hashed at once: some are served, the rest is told to come again, and nobody waits long.
#[test]
fn a_full_queue_is_503_within_the_wait() {
    let _alone = alone();
    let cost = cost_of(Duration::from_millis(250));
    let server = serve(cost);
    let started = Instant::now();
    let mut open: Vec<_> = (0..80).map(|n| server.get("/basic").basic("bob", &format!("wrong {n}")).open()).collect();
    let answers: Vec<_> = open.iter_mut().map(|connection| connection.answer()).collect();
    let took = started.elapsed();
    let busy = answers.iter().filter(|answer| answer.status == 503).count();
    let wrong = answers.iter().filter(|answer| answer.status == 401).count();
    assert_eq!(busy + wrong, answers.len());
    assert!(wrong >= 1 && busy >= 1, "{wrong} judged, {busy} told to come again");
    for answer in answers.iter().filter(|answer| answer.status == 503) {
        Denied::unavailable().check(answer);
    }
    assert!(took < Duration::from_secs(15), "{took:?}");
}

/// A caller that presents these credentials again and again.
fn calls(
    server: &Server,
    address: &'static str,
    credentials: &str,
    pause: Duration,
) -> impl FnMut() -> ((), u16) + use<> {
    let line = format!("Authorization: Basic {}", STANDARD.encode(credentials));
    asks(server, address, pause, move |_| ("/basic", line.clone()))
}

/// Invented users, and good callers beside them: one from elsewhere of whom nothing is known, and one from the flood's own
/// address who was good before.
#[test]
fn a_flood_of_invented_users_refuses_no_good_caller() {
    let _alone = alone();
    let cost = cost_of(Duration::from_millis(60));
    let line = |user: &str, password: &str| format!("{user}:{}\n", bcrypt::hash(password, cost).unwrap());
    let file = line("alice", "wonderland") + &line("bob", "builder");
    // A password that is remembered is not hashed, and would prove nothing here.
    let server = start(Passwords::htpasswd(file).remember_for(Duration::ZERO));
    let before = calls(&server, STRANGERS[0], "bob:builder", Duration::ZERO)();
    assert_eq!(before.1, 200, "known from now on");

    let invented = |n| calls(&server, STRANGERS[0], &format!("nobody {n}:x"), Duration::ZERO);
    let flood = Load::start((0..CONNECTIONS).map(invented));
    std::thread::sleep(Duration::from_millis(500));
    let pause = Duration::from_millis(50);
    let elsewhere = Load::start([calls(&server, "192.0.2.1", "alice:wonderland", pause)]);
    let known = Load::start([calls(&server, STRANGERS[0], "bob:builder", pause)]);
    std::thread::sleep(WINDOW);
    let (elsewhere, known, flood) = (elsewhere.end(), known.end(), flood.end());
    assert!(flood.len() > 100 && having(&flood, 503) > having(&flood, 401), "a flood: {} requests", flood.len());
    few_refused("passwords, from elsewhere", &elsewhere, 10);
    few_refused("passwords, good before", &known, 10);
}

/// The event loop is free while passwords are hashed, and who was verified before does not queue.
#[test]
fn remembered_passwords_and_other_requests_bypass_the_queue() {
    let _alone = alone();
    let cost = cost_of(Duration::from_millis(250));
    let server = serve(cost);
    server.get("/basic").basic("alice", "wonderland").send().expect("alice");
    let mut open: Vec<_> = (0..12).map(|n| server.get("/basic").basic("bob", &format!("wrong {n}")).open()).collect();
    std::thread::sleep(Duration::from_millis(50));
    let started = Instant::now();
    for _ in 0..20 {
        server.get("/light").basic("alice", "wonderland").send().expect("alice");
        assert_eq!(server.get("/light").send().status, 401);
    }
    let took = started.elapsed();
    assert!(took < time_of_hash(cost) * 6, "forty answers took {took:?} behind twelve hashes");
    open.iter_mut().for_each(|connection| assert!([401, 503].contains(&connection.answer().status)));
}

/// Unknown users, overlong passwords and misses pay the same hash.
#[test]
fn an_unknown_user_takes_as_long_as_a_wrong_password() {
    let _alone = alone();
    let server = serve(cost_of(Duration::from_millis(15)));
    let median = |user: &str, password: &str| {
        let mut times: Vec<_> = (0..15)
            .map(|n| {
                let started = Instant::now();
                let answer = server.get("/basic").basic(user, &format!("{password}{n}")).send();
                assert_eq!(answer.status, 401);
                started.elapsed()
            })
            .collect();
        times.sort();
        times[times.len() / 2].as_secs_f64()
    };
    let long = "x".repeat(2000);
    let known = median("alice", "wrong");
    for (user, password) in [("nobody", "wrong"), ("", "wrong"), ("alice", long.as_str()), ("nobody", long.as_str())] {
        let ratio = median(user, password) / known;
        assert!((0.4..2.5).contains(&ratio), "{user}: {ratio}");
    }
}
