//! Digest nonces and their counts, shared by several processes' configurations through a real redis-server.

use std::thread;
use std::time::{Duration, Instant, SystemTime};

use actix_web::get;
use auth_runtime::clock::{Clock, SystemClock};
use auth_runtime::digest::{DigestUsers, SharedNonces, htdigest_line};
use auth_runtime::testing::ManualClock;
use auth_runtime::{Auth, Digest, requires};
use tests::{Answer, Denied, DigestAnswer, DigestChallenge, Server};

use crate::processes::{Disk, Redis};
use crate::tell;

const KEY: [u8; 32] = [7; 32];

#[requires(digest("shared"))]
#[get("/digest")]
async fn digest(caller: Digest) -> String {
    caller.name().to_owned()
}

pub(crate) fn machine(nonces: SharedNonces) -> Server {
    machine_at(nonces, SystemClock)
}

fn machine_at(nonces: SharedNonces, clock: impl Clock) -> Server {
    let lines = ["alice", "bob"].map(|user| htdigest_line(user, "shared", "wonderland").unwrap());
    let users = DigestUsers::htdigest(lines.join("\n")).shared(nonces);
    let auth =
        Auth::builder().realm("shared").digest_named("shared", users).clock(clock).dangerous_allow_unconfigured();
    let auth = auth.build().unwrap();
    Server::start(move |config| {
        config.service(auth.scope("").service(digest));
    })
}

fn of(redis: &Redis) -> Server {
    machine(SharedNonces::redis(redis.url(), KEY))
}

pub(crate) fn asked(server: &Server, user: &str) -> DigestAnswer {
    let answer = server.get("/digest").send();
    let challenge = DigestChallenge::read(answer.only("www-authenticate").unwrap());
    challenge.answer(user, "wonderland", "GET", "/digest", 1)
}

pub(crate) fn send(server: &Server, answer: &DigestAnswer) -> Answer {
    server.get("/digest").header("Authorization", answer.field()).send()
}

pub(crate) fn counted(answer: &DigestAnswer, nc: u32) -> DigestAnswer {
    DigestAnswer { nc: format!("{nc:08x}"), ..answer.clone() }
}

pub(crate) fn is_stale(answer: &Answer) -> bool {
    answer.status == 401 && answer.only("www-authenticate").unwrap().ends_with(", stale=true")
}

/// Waits until Redis is found; nonces from before it was first asked do not count, since it might have been another one.
pub(crate) fn found(server: &Server) -> DigestAnswer {
    let began = Instant::now();
    loop {
        let answer = asked(server, "alice");
        if send(server, &answer).status == 200 {
            return answer;
        }
        assert!(began.elapsed() < Duration::from_secs(10), "Redis is not found");
        thread::sleep(Duration::from_millis(20));
    }
}

#[track_caller]
pub(crate) fn replayed(answer: &Answer) {
    assert!(answer.status == 401 && !is_stale(answer), "{answer:?}");
}

#[test]
fn a_nonce_of_one_machine_is_good_at_all_and_each_count_at_one() {
    let _alone = alone!("shared nonces");
    let redis = Redis::start(Disk::Nothing);
    let machines = [of(&redis), of(&redis), of(&redis)];
    found(&machines[0]);
    let answer = asked(&machines[0], "alice");
    for (nc, machine) in (1..).zip(&machines) {
        send(machine, &counted(&answer, nc)).expect("alice");
    }
    for nc in 1..=3 {
        for machine in &machines {
            replayed(&send(machine, &counted(&answer, nc)));
        }
    }
    // Gaps, what was left out, and what is too far back.
    for nc in [9, 7, 300, 299, 173] {
        send(&machines[1], &counted(&answer, nc)).expect("alice");
        replayed(&send(&machines[2], &counted(&answer, nc)));
    }
    assert!(is_stale(&send(&machines[0], &counted(&answer, 172))));
    assert!(is_stale(&send(&machines[0], &counted(&answer, 4))));
    send(&machines[0], &counted(&answer, u32::MAX)).expect("alice");
    assert!(is_stale(&send(&machines[0], &counted(&answer, 301))));
    // Another user's counts are its own, and so are those of another key, prefix or process alone.
    let bob = DigestAnswer { user: "bob".to_owned(), ..counted(&answer, 1) };
    send(&machines[1], &bob).expect("bob");
    replayed(&send(&machines[2], &bob));
    assert!(is_stale(&send(&machine(SharedNonces::redis(redis.url(), [8; 32])), &counted(&answer, 5))));
}

#[test]
fn a_nonce_from_a_clock_that_is_ahead_counts_within_the_leeway() {
    let _alone = alone!("shared nonces from ahead");
    let redis = Redis::start(Disk::Nothing);
    found(&of(&redis));
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    for (ahead, counts) in [(30, true), (120, false), (86_400, false)] {
        let clock = ManualClock::at((now + ahead).try_into().unwrap());
        let wrong = machine_at(SharedNonces::redis(redis.url(), KEY), clock);
        let answer = asked(&wrong, "alice");
        // By the clock of the one that issued it, which Redis does not believe, and by that of another one.
        let answers = [send(&wrong, &answer), send(&of(&redis), &counted(&answer, 2))];
        let expected = if counts { |answer: &Answer| answer.status == 200 } else { is_stale };
        assert!(answers.iter().all(expected), "{ahead}: {answers:?}");
    }
}

#[test]
fn of_requests_side_by_side_one_passes() {
    let _alone = alone!("shared nonces side by side");
    let redis = Redis::start(Disk::Nothing);
    let machines = [of(&redis), of(&redis)];
    found(&machines[0]);
    let answer = asked(&machines[0], "alice");
    let passed = |nc: u32| {
        let field = &counted(&answer, nc);
        let statuses: Vec<u16> = thread::scope(|threads| {
            let running: Vec<_> = (0..8)
                .map(|n| (n, &machines))
                .map(|(n, of)| threads.spawn(move || send(&of[n % 2], field).status))
                .collect();
            running.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        statuses.iter().filter(|status| **status == 200).count()
    };
    for nc in [1, 2, 50, 49] {
        assert_eq!(passed(nc), 1, "{nc}");
    }
}

#[test]
fn without_redis_nobody_is_let_in_and_after_its_restart_nothing_old_counts() {
    let _alone = alone!("shared nonces without Redis");
    let mut redis = Redis::start(Disk::Nothing);
    let machines = [of(&redis), of(&redis)];
    let answer = found(&machines[0]);
    redis.kill();
    for machine in &machines {
        Denied::unavailable().check(&send(machine, &counted(&answer, 2)));
        // Whoever does not know the password learns nothing of it, and costs Redis nothing.
        assert_eq!(send(machine, &DigestAnswer { password: "x".to_owned(), ..answer.clone() }).status, 401);
    }
    redis.restart();
    let began = Instant::now();
    let fresh = found(&machines[0]);
    // The restarted Redis knows of no count, so no nonce from before passes: neither at the machine that has found it, nor at
    // one that has yet to.
    for machine in &machines {
        let again = loop {
            let again = send(machine, &answer);
            if again.status != 503 {
                break again;
            }
            assert!(began.elapsed() < Duration::from_secs(10), "Redis is not found again");
        };
        assert!(is_stale(&again), "{again:?}");
    }
    replayed(&send(&machines[1], &fresh));
    // Emptied without a restart.
    redis.command("FLUSHALL");
    assert!(is_stale(&send(&machines[1], &fresh)));
    assert!(is_stale(&send(&machines[0], &counted(&fresh, 2))));
    let fresh = found(&machines[0]);
    // Another server behind the same connection.
    redis.command("HSET {auth}:digest run another");
    assert!(is_stale(&send(&machines[0], &counted(&fresh, 2))));
    found(&machines[0]);
    redis.pause();
    let asked_at = Instant::now();
    Denied::unavailable().check(&send(&machines[0], &asked(&machines[1], "alice")));
    assert!(asked_at.elapsed() < Duration::from_secs(3), "{:?}", asked_at.elapsed());
    redis.resume();
}

#[test]
fn what_redis_holds_of_a_user_is_bounded() {
    let _alone = alone!("a flood of shared nonces");
    let redis = Redis::start(Disk::Nothing);
    let server = of(&redis);
    let first = found(&server);
    let begun = Instant::now();
    for _ in 0..300 {
        send(&server, &asked(&server, "alice")).expect("alice");
    }
    tell(&format!("300 nonces through Redis, each for one request: {:?}", begun.elapsed()));
    // The state, and two of the user: windows and ages.
    assert_eq!(redis.command("DBSIZE"), ":3");
    assert!(is_stale(&send(&server, &first)), "it was forgotten, and does not count anew");
    send(&server, &asked(&server, "bob")).expect("bob");
}
