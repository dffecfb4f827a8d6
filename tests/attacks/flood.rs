//! Attacks on the time that hashing passwords takes. A program of its own, since all
//! configurations of one process share the bound on hashing.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use actix_web::get;
use auth_runtime::basic::Passwords;
use auth_runtime::{Auth, Principal, requires};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tests::load::{Load, having, longest};
use tests::{Connection, Denied, Server};

/// One test at a time: each measures.
static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

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
fn cost_of(at_least: Duration) -> u32 {
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

/// Who calls: from where, as whom, and how long it pauses before each request.
type Caller = (&'static str, String, Duration);

/// A caller that asks again and again on one connection.
fn calls(server: &Server, (address, credentials, pause): Caller) -> impl FnMut() -> ((), u16) + Send + 'static {
    let mut connection = Connection::open(server.address());
    let credentials = STANDARD.encode(credentials);
    let request = format!(
        "GET /basic HTTP/1.1\r\nHost: api\r\nX-Forwarded-For: {address}\r\nAuthorization: Basic {credentials}\r\n\r\n"
    );
    move || {
        std::thread::sleep(pause);
        ((), connection.send(&request).answer().status)
    }
}

/// Invented users over 64 connections, and good callers beside them: one from elsewhere of whom nothing is known, and one from
/// the flood's own address who was good before.
#[test]
fn a_flood_of_invented_users_refuses_no_good_caller() {
    const STRANGERS: &str = "192.0.2.66";
    const ELSEWHERE: &str = "192.0.2.1";
    let _alone = alone();
    let cost = cost_of(Duration::from_millis(60));
    let line = |user: &str, password: &str| format!("{user}:{}\n", bcrypt::hash(password, cost).unwrap());
    let file = line("alice", "wonderland") + &line("bob", "builder");
    // A password that is remembered is not hashed, and would prove nothing here.
    let server = start(Passwords::htpasswd(file).remember_for(Duration::ZERO));
    let before = calls(&server, (STRANGERS, "bob:builder".into(), Duration::ZERO))();
    assert_eq!(before.1, 200, "known from now on");

    let flood = (0..64).map(|n| calls(&server, (STRANGERS, format!("nobody {n}:x"), Duration::ZERO)));
    let flood = Load::start(flood);
    std::thread::sleep(Duration::from_millis(500));
    let pause = Duration::from_millis(50);
    let elsewhere = Load::start([calls(&server, (ELSEWHERE, "alice:wonderland".into(), pause))]);
    let known = Load::start([calls(&server, (STRANGERS, "bob:builder".into(), pause))]);
    std::thread::sleep(Duration::from_secs(10));
    let (elsewhere, known, flood) = (elsewhere.end(), known.end(), flood.end());
    assert!(flood.len() > 100 && having(&flood, 503) > having(&flood, 401), "a flood: {} requests", flood.len());
    for (who, told) in [("from elsewhere", elsewhere), ("known", known)] {
        let refused = told.len() - having(&told, 200);
        println!("{who}: {} requests, {refused} refused, slowest {:?}", told.len(), longest(&told));
        assert!(told.len() >= 10 && refused * 100 <= told.len(), "{who}: {refused} of {} refused", told.len());
    }
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
