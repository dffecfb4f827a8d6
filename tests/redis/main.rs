//! Revocation in several processes that share a real redis-server, through its outages.
//!
//! Every test starts its own redis-server and its own processes, and ends those. Those that measure run alone, so that what
//! is measured is not the other tests; those that mostly wait run beside each other.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

/// The turn of a test that measures. Returns from a test that cannot run.
macro_rules! alone {
    ($test:literal) => {
        if crate::can_run($test) { crate::alone() } else { return }
    };
}

/// The turn of a test that others may run beside. Returns from a test that cannot run.
macro_rules! beside_others {
    ($test:literal) => {
        if crate::can_run($test) { crate::beside_others() } else { return }
    };
}

mod attempts;
mod cluster;
mod digest;
mod dpop;
mod failover;
mod forget;
mod limits;
mod load;
mod processes;
mod sentinel;
mod sessions;
mod shared;
mod tls;
mod withdraw;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::thread;
use std::time::{Duration, Instant};

use auth_runtime::limits::Limits;
use auth_runtime::revocation::{InMemoryRevocations, RedisRevocations, RevokeError};
use auth_runtime::session::RedisSessions;
use auth_runtime::testing::assert_session_store;
use metrics_util::debugging::DebuggingRecorder;
use tests::Denied;
use tests::load::longest;

use crate::load::Told;
use crate::processes::{Disk, ISSUER, Node, Redis, await_that, now, token};

const SECOND: Duration = Duration::from_secs(1);
/// The bound of a node that was told nothing else.
const BOUND: Duration = SECOND;
/// The deadline of a decision.
const DEADLINE: Duration = Duration::from_secs(5);
/// Within which all processes have found a restarted Redis and sent what it lacks: a retry, the time for settling, the bound,
/// and something for a busy machine.
const RECOVERY: Duration = Duration::from_secs(6);

static TURNS: RwLock<()> = RwLock::new(());

fn alone() -> RwLockWriteGuard<'static, ()> {
    TURNS.write().unwrap_or_else(PoisonError::into_inner)
}

fn beside_others() -> RwLockReadGuard<'static, ()> {
    TURNS.read().unwrap_or_else(PoisonError::into_inner)
}

/// Whether there is a redis-server. Where there is none there need be none, unless all was installed.
fn can_run(test: &str) -> bool {
    let version = Command::new("redis-server").arg("--version").stdout(Stdio::null()).status();
    if version.is_ok_and(|status| status.success()) {
        return true;
    }
    assert!(std::env::var_os("FULL_TESTS").is_none(), "there is no redis-server, which the full tests need");
    tell(&format!("NOT TESTED: {test}: there is no redis-server here; `bash tests/full` installs it"));
    false
}

/// Shown also when the test passes.
fn tell(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

fn later() -> i64 {
    now() + 600
}

#[test]
fn what_one_process_revokes_two_others_refuse_within_the_bound() {
    let _alone = alone!("the delay of a revocation");
    let redis = Redis::start(Disk::Nothing);
    let nodes = Node::three(&redis, &[]);
    let mut delays = Vec::new();
    for round in 0..20 {
        for kind in ["jti", "subject", "session"] {
            let id = format!("{kind}-{round}");
            let until = if kind == "subject" { now() - 10 } else { later() };
            let text = token(&id, &id, &id);
            for node in &nodes {
                assert_eq!((node.status(&text), node.status(&text)), (200, 200), "seen, and remembered");
            }
            let asked = Instant::now();
            thread::scope(|threads| {
                let others: Vec<_> = nodes[1..]
                    .iter()
                    .map(|node| {
                        let text = &text;
                        threads.spawn(move || {
                            let mut caller = node.connect();
                            while caller.get(text).status != 401 {
                                assert!(asked.elapsed() < 10 * BOUND, "never refused");
                            }
                            asked.elapsed()
                        })
                    })
                    .collect();
                assert_eq!(nodes[0].revoke(kind, &id, until), 204);
                assert_eq!(nodes[0].status(&text), 401, "at once where it was revoked");
                delays.extend(others.into_iter().map(|other| other.join().unwrap()));
            });
        }
    }
    delays.sort();
    let (median, worst) = (delays[delays.len() / 2], delays[delays.len() - 1]);
    tell(&format!(
        "revocation delay, from the request to revoke until two other processes refuse: median {median:?}, 95 % \
         {:?}, worst {worst:?} of {}",
        delays[delays.len() * 95 / 100],
        delays.len()
    ));
    assert!(worst < BOUND, "{worst:?}");
    Denied::unauthorized("the token is not valid")
        .challenge(r#"Bearer realm="node", error="invalid_token", error_description="the token is not valid""#)
        .check(&nodes[2].get(&token("jti-0", "jti-0", "jti-0")));
}

#[test]
fn killed_and_restarted_empty_under_load_redis_is_told_all_again() {
    let _alone = alone!("a Redis that is killed and loses its data");
    let mut redis = Redis::start(Disk::Nothing);
    // On a busy machine it may take a while to start.
    let nodes = Node::three(&redis, &[("GRACE_MS", "20000")]);
    let good = token("good", "good", "good");
    let (before, during) = (token("before", "b", "b"), token("during", "d", "d"));
    assert_eq!(nodes[0].revoke("jti", "before", later()), 204);
    for node in &nodes {
        await_that("refused everywhere", BOUND, || node.status(&before) == 401);
    }
    let load = load::start(&nodes, &[&good, &before, &during]);
    thread::sleep(SECOND);

    redis.kill();
    thread::sleep(SECOND);
    let asked = Instant::now();
    assert_eq!(nodes[1].revoke("jti", "during", later()), 502, "not stored, and it says so");
    let told = asked.elapsed();
    assert!(told < DEADLINE, "{told:?}");
    let revoked = Instant::now();
    thread::sleep(SECOND / 2);
    redis.restart();
    let restarted = Instant::now();
    let resent = await_that("all refuse what was revoked meanwhile", RECOVERY, || {
        nodes.iter().all(|node| node.status(&during) == 401)
    });
    assert_eq!(redis.command("HLEN {auth}:revocations"), ":2", "nothing is lost");
    // A process that never knew.
    let newcomer = Node::start(&redis, &[]);
    let mut seen = BTreeSet::new();
    let ready = await_that("the newcomer is ready", RECOVERY, || {
        seen.extend([newcomer.status(&before), newcomer.status(&during)]);
        newcomer.status(&good) == 200
    });
    assert!(!seen.contains(&200), "{seen:?}");
    assert_eq!([&before, &during].map(|token| newcomer.status(token)), [401, 401]);
    nodes.iter().for_each(Node::await_current);
    let told_all = load.end();

    let slowest = longest(&told_all);
    let good: BTreeSet<u16> = told_all.iter().filter(|told| told.what.token == 0).map(|told| told.status).collect();
    tell(&format!(
        "Redis killed for 1.5 s, restarted empty: {} requests, good tokens {good:?}, slowest {slowest:?}; a revocation asked \
         for meanwhile failed after {told:?}, and was in force in all processes {resent:?} after the restart; a new process \
         was ready after {ready:?}",
        told_all.len()
    ));
    assert!(told_all.iter().all(|told| told.what.token != 1 || told.status == 401), "a revoked token was accepted");
    assert!(good.is_subset(&BTreeSet::from([200])), "within bound and grace nobody is turned away: {good:?}");
    let here = |told: &&Told| told.what.token == 2 && told.what.node == 1 && told.asked > revoked;
    assert!(told_all.iter().filter(here).all(|told| told.status == 401), "at once where it was revoked");
    let late = |told: &&Told| told.what.token == 2 && told.asked > restarted + RECOVERY;
    assert!(told_all.iter().filter(late).all(|told| told.status == 401));
    assert!(slowest < DEADLINE, "{slowest:?}");
}

#[test]
fn paused_under_load_redis_delays_no_request_and_closes_the_policy_after_bound_and_grace() {
    let _alone = alone!("a Redis that is paused");
    let redis = Redis::start(Disk::Nothing);
    let nodes = Node::three(&redis, &[("GRACE_MS", "1000")]);
    let (good, revoked) = (token("good", "g", "g"), token("revoked", "r", "r"));
    let meanwhile = token("meanwhile", "m", "m");
    assert_eq!(nodes[0].revoke("jti", "revoked", later()), 204);
    for node in &nodes {
        await_that("refused everywhere", BOUND, || node.status(&revoked) == 401);
    }
    let load = load::start(&nodes, &[&good, &revoked]);
    thread::sleep(SECOND);

    redis.pause();
    let paused = Instant::now();
    let asked = Instant::now();
    assert_eq!(nodes[2].revoke("jti", "meanwhile", later()), 502);
    let told = asked.elapsed();
    assert!(told < DEADLINE, "{told:?}");
    assert_eq!(nodes[2].status(&meanwhile), 401, "in force where it was asked for, closed or not");
    thread::sleep((4 * SECOND).saturating_sub(paused.elapsed()));
    Denied::unavailable().check(&nodes[0].get(&good));
    redis.resume();
    let resumed = Instant::now();
    nodes.iter().for_each(Node::await_current);
    let current = resumed.elapsed();
    let resent = await_that("all refuse what was revoked meanwhile", RECOVERY, || {
        nodes.iter().all(|node| node.status(&meanwhile) == 401)
    });
    assert!(nodes.iter().all(|node| node.status(&good) == 200));
    let told_all = load.end();

    let slowest = longest(&told_all);
    let closed: Vec<_> = told_all.iter().filter(|told| told.what.token == 0 && told.status == 503).collect();
    let first = closed.iter().map(|told| told.asked.duration_since(paused)).min().expect("it closed");
    tell(&format!(
        "Redis paused for 4 s, bound 1 s, grace 1 s: {} requests, slowest {slowest:?}; 503 began {first:?} after the pause; \
         a revocation asked for meanwhile failed after {told:?}; current {current:?} after the end of the pause, and what \
         was revoked meanwhile in force everywhere {resent:?} later",
        told_all.len()
    ));
    assert!(told_all.iter().all(|told| told.what.token != 1 || told.status == 401), "a revoked token was accepted");
    let open = |told: &&Told| told.what.token == 0 && told.asked < paused + SECOND;
    assert!(told_all.iter().filter(open).all(|told| told.status == 200));
    assert!(first > SECOND && first < 3 * SECOND, "{first:?}");
    for node in 0..nodes.len() {
        let shut = told_all
            .iter()
            .filter(|told| told.what.node == node && told.what.token == 0)
            .filter(|told| told.asked > paused + 5 * SECOND / 2 && told.asked < resumed);
        assert!(shut.clone().count() > 0 && shut.clone().all(|told| told.status == 503), "closed, and it stays so");
    }
    assert!(slowest < DEADLINE, "{slowest:?}");
}

#[test]
fn without_redis_nobody_passes_unless_that_was_asked_for() {
    let _alone = alone!("a Redis that stays away");
    let mut redis = Redis::start(Disk::Nothing);
    let settings = [("BOUND_MS", "500"), ("GRACE_MS", "500")];
    let closing = Node::start(&redis, &settings);
    let open = Node::start(&redis, &[&settings[..], &[("STAY_OPEN", "1")]].concat());
    closing.await_current();
    open.await_current();
    let (good, revoked) = (token("good", "g", "g"), token("revoked", "r", "r"));
    assert_eq!(open.revoke("jti", "revoked", later()), 204);
    await_that("refused by both", BOUND, || closing.status(&revoked) == 401);
    redis.kill();
    let killed = Instant::now();
    await_that("closed", 5 * SECOND, || closing.status(&good) == 503);
    let after = killed.elapsed();
    tell(&format!("Redis killed, bound 0.5 s, grace 0.5 s: 503 after {after:?}"));
    assert!(after > SECOND / 2 && after < 2 * SECOND, "{after:?}");
    Denied::unavailable().check(&closing.get(&good));
    assert_eq!(closing.status(&revoked), 401, "what is known to be revoked stays so");
    assert_eq!((open.status(&good), open.status(&revoked)), (200, 401));
    // One that never reached Redis.
    let late = Node::start(&redis, &settings);
    Denied::unavailable().check(&late.get(&good));
    redis.restart();
    let back = await_that("open again", RECOVERY, || closing.status(&good) == 200 && late.status(&good) == 200);
    tell(&format!("Redis back: open again after {back:?}"));
    await_that("told again", RECOVERY, || late.status(&revoked) == 401);
}

#[test]
fn what_redis_kept_on_disk_outlives_all_processes() {
    let _turn = beside_others!("a Redis that keeps its data");
    let mut redis = Redis::start(Disk::Everything);
    let revoked = token("revoked", "r", "r");
    {
        let node = Node::start(&redis, &[]);
        node.await_current();
        assert_eq!(node.revoke("session", "r", later()), 204);
    }
    redis.kill();
    redis.restart();
    let node = Node::start(&redis, &[]);
    let mut seen = BTreeSet::new();
    await_that("refused", RECOVERY, || {
        seen.insert(node.status(&revoked));
        seen.contains(&401)
    });
    assert!(!seen.contains(&200), "{seen:?}");
}

#[test]
fn after_a_loss_of_data_nobody_counts_as_current_before_the_others_could_send_theirs() {
    let _turn = beside_others!("a revocation that only one process knows when Redis loses it");
    let mut redis = Redis::start(Disk::Nothing);
    let [first, second, _] = Node::three(&redis, &[]);
    let revoked = token("revoked", "r", "r");
    second.pause();
    assert_eq!(first.revoke("jti", "revoked", later()), 204, "stored, and acknowledged");
    redis.kill();
    second.resume();
    await_that("nobody is current", RECOVERY, || !first.is_current() && !second.is_current());
    // The one that knows is late.
    first.pause();
    redis.restart();
    thread::sleep(SECOND / 2);
    assert!(!second.is_current(), "it has read all there is, and that is not all");
    first.resume();
    second.await_current();
    assert_eq!(second.status(&revoked), 401);
}

#[test]
fn data_deleted_under_way_are_sent_again() {
    let _turn = beside_others!("a Redis whose data are deleted");
    let redis = Redis::start(Disk::Nothing);
    let nodes = Node::three(&redis, &[]);
    for (number, node) in nodes.iter().enumerate() {
        assert_eq!(node.revoke("jti", &number.to_string(), later()), 204);
    }
    assert_eq!(redis.command("FLUSHALL"), "+OK");
    let again = await_that("sent again", RECOVERY, || redis.command("HLEN {auth}:revocations") == ":3");
    tell(&format!("Redis emptied: all sent again after {again:?}"));
    // The stream goes on.
    assert_eq!(nodes[0].revoke("jti", "later", later()), 204);
    await_that("refused", BOUND, || nodes[1..].iter().all(|node| node.status(&token("later", "l", "l")) == 401));
    assert!(nodes.iter().all(|node| node.status(&token("good", "g", "g")) == 200));
}

#[test]
fn a_long_bound_does_not_let_newcomers_count_before_the_others_sent_again() {
    let _turn = beside_others!("a newcomer to a Redis that lost its data, under a bound of a minute");
    let redis = Redis::start(Disk::Nothing);
    let settings = [("BOUND_MS", "60000")];
    let knowing = Node::start(&redis, &settings);
    knowing.await_current();
    assert_eq!(knowing.revoke("jti", "revoked", later()), 204);
    assert_eq!(redis.command("FLUSHALL"), "+OK");
    let newcomer = Node::start(&redis, &settings);
    newcomer.await_current();
    assert_eq!(newcomer.status(&token("revoked", "r", "r")), 401);
}

/// A stream that lost its changes to somebody else, who counted them: nobody may count as current without them.
#[test]
fn changes_that_are_counted_and_gone_are_read_again() {
    let _turn = beside_others!("a stream that is emptied");
    let redis = Redis::start(Disk::Nothing);
    let node = Node::start(&redis, &[]);
    node.await_current();
    assert_eq!(node.revoke("jti", "first", later()), 204);
    // As a revocation is stored, and the stream emptied before anybody reads it.
    let script = "local seq = redis.call('HINCRBY', KEYS[2], 'seq', 1) redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) \
                  redis.call('XADD', KEYS[3], seq .. '-0', 'member', ARGV[1], 'value', ARGV[2]) \
                  redis.call('XTRIM', KEYS[3], 'MAXLEN', 0) return seq";
    let keys = "{auth}:revocations {auth}:revocations:state {auth}:revocations:log";
    let member = format!(r#"[\"token\",\"{ISSUER}\",\"second\"]"#);
    let stored = redis.command(&format!(r#"EVAL "{script}" 3 {keys} "{member}" "{} 0""#, later()));
    assert!(stored.starts_with(':'), "{stored}");
    await_that("refused", BOUND, || node.status(&token("second", "s", "s")) == 401);
}

/// As after a failover that the connection to a cluster has followed by itself.
#[test]
fn another_server_behind_the_same_connection_begins_a_new_epoch() {
    let _turn = beside_others!("a server that has taken over");
    let redis = Redis::start(Disk::Nothing);
    let node = Node::start(&redis, &[]);
    node.await_current();
    assert_eq!(node.revoke("jti", "first", later()), 204);
    let epoch = || redis.text("HGET {auth}:revocations:state epoch");
    let before = epoch();
    assert_eq!(redis.command("HSET {auth}:revocations:state run another"), ":0");
    assert_eq!(redis.command("DEL {auth}:revocations"), ":1");
    await_that("what the other server lacks is sent again", RECOVERY, || {
        epoch() != before && redis.command("HLEN {auth}:revocations") == ":1"
    });
    node.await_current();
    assert_eq!(node.status(&token("first", "f", "f")), 401);
}

#[test]
fn a_process_that_missed_more_than_the_stream_keeps_reads_everything() {
    let _alone = alone!("a process that falls behind");
    let redis = Redis::start(Disk::Nothing);
    let node = Node::start(&redis, &[]);
    node.await_current();
    node.pause();
    let store = RedisRevocations::builder(redis.url()).start().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let begun = Instant::now();
    const MANY: usize = 24_000;
    for start in (0..MANY).step_by(3_000) {
        let answers: Vec<_> =
            (start..start + 3_000).map(|n| store.revoke_token(ISSUER, &n.to_string(), later())).collect();
        for answer in answers {
            runtime.block_on(answer).unwrap();
        }
    }
    tell(&format!("{MANY} revocations stored in {:?}", begun.elapsed()));
    let kept: usize = redis.command("XLEN {auth}:revocations:log").trim_start_matches(':').parse().unwrap();
    assert!(kept < 12_000, "the stream is bounded, and the process has missed some: {kept}");
    node.resume();
    for n in (0..MANY).step_by(500).chain([MANY - 1]) {
        await_that("it knows each", RECOVERY, || node.status(&token(&n.to_string(), "x", "x")) == 401);
    }
    node.await_current();
    assert_eq!(node.status(&token("good", "x", "x")), 200);
}

#[test]
fn what_has_expired_vanishes_from_redis() {
    let _turn = beside_others!("entries that expire");
    let redis = Redis::start(Disk::Nothing);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let store = RedisRevocations::builder(redis.url()).start().unwrap();
    runtime.block_on(async {
        store.revoke_token(ISSUER, "past", now() - 2 * 3_600).await.unwrap();
        store.revoke_token(ISSUER, "just expired", now() - 60).await.unwrap();
        store.revoke_token(ISSUER, "live", later()).await.unwrap();
    });
    // Every process looks when it starts, and every 30 s.
    let another = RedisRevocations::builder(redis.url()).start().unwrap();
    await_that("one vanished", RECOVERY, || redis.command("HLEN {auth}:revocations") == ":2");
    assert_eq!(redis.command("ZCARD {auth}:revocations:expiry"), ":2");
    await_that("the other knows the rest", RECOVERY, || another.is_current() && another.len() >= 2);
}

#[test]
fn a_server_that_takes_no_writes_counts_as_away() {
    let _turn = beside_others!("a Redis that is no primary");
    let redis = Redis::start(Disk::Nothing);
    let node = Node::start(&redis, &[("GRACE_MS", "500")]);
    node.await_current();
    let good = token("good", "g", "g");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let store = RedisRevocations::builder(redis.url()).start().unwrap();
    // A primary that is never there: Redis itself stays reachable, and readable.
    assert_eq!(redis.command("REPLICAOF 127.0.0.1 1"), "+OK");
    assert_eq!(runtime.block_on(store.revoke_token(ISSUER, "r", later())), Err(RevokeError::Refused));
    await_that("closed", 5 * SECOND, || node.status(&good) == 503);
    assert_eq!(redis.command("REPLICAOF NO ONE"), "+OK");
    await_that("open again", RECOVERY, || node.status(&good) == 200);
    await_that("what was refused is stored", RECOVERY, || node.status(&token("r", "r", "r")) == 401);
}

#[test]
fn the_rights_that_the_manual_names_are_enough() {
    let _turn = beside_others!("a user of Redis with few rights");
    let redis = Redis::start(Disk::Nothing);
    let manual = std::fs::read_to_string("../auth-runtime/src/manual/redis.rs").unwrap();
    let rights = manual.lines().find_map(|line| line.strip_prefix("//! ACL SETUSER orders ")).expect("the rights");
    assert_eq!(redis.command(&format!("ACL SETUSER orders {rights}")), "+OK");
    let url = redis.url().replace("redis://", "redis://orders:secret@");
    let store = RedisRevocations::builder(&*url).start().unwrap();
    await_that("revocations are known", RECOVERY, || store.is_current());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(store.revoke_token(ISSUER, "t", later())).unwrap();
    let sessions = RedisSessions::new(&*url, "auth").unwrap();
    actix_web::rt::System::new().block_on(assert_session_store(&sessions));
    let limited = limits::machine(Limits::redis(&*url, [7; 32]));
    let statuses: Vec<_> = (0..5).map(|_| limits::ask(&limited, "alice")).collect();
    assert_eq!(statuses, [200, 200, 200, 200, 429]);
    assert!(redis.keys().iter().any(|key| key.contains(":limit:")), "Redis has counted");
    assert_eq!(redis.command("ACL LOG"), "*0", "nothing was refused");
}

#[test]
fn what_happens_is_counted_under_labels_of_closed_sets() {
    let _alone = alone!("events and metrics");
    let recorder = DebuggingRecorder::new();
    let counted = recorder.snapshotter();
    recorder.install().expect("no other recorder");
    let mut redis = Redis::start(Disk::Nothing);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let store = RedisRevocations::builder(redis.url()).start().unwrap();
    runtime.block_on(async {
        store.revoke_token(ISSUER, "secret-id", later()).await.unwrap();
        store.revoke_subject(ISSUER, "secret-subject", now()).await.unwrap();
        store.revoke_session(ISSUER, "secret-session", later()).await.unwrap();
    });
    redis.kill();
    assert_eq!(runtime.block_on(store.revoke_token(ISSUER, "t", later())), Err(RevokeError::Unreachable));
    redis.restart();
    await_that("sent again", RECOVERY, || redis.command("HLEN {auth}:revocations") == ":4");
    await_that("current", RECOVERY, || store.is_current());
    let local = InMemoryRevocations::new();
    local.revoke_token(ISSUER, "t", later());
    local.withdraw_token(ISSUER, "t");
    thread::sleep(SECOND);
    let series: BTreeSet<String> = counted
        .snapshot()
        .into_vec()
        .into_iter()
        .map(|(key, ..)| {
            let labels: Vec<_> = key.key().labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
            format!("{} {}", key.key().name(), labels.join(" "))
        })
        .filter(|series| series.starts_with("auth_revocations"))
        .collect();
    let expected = [
        "auth_revocations_age_seconds ",
        "auth_revocations_held kind=session",
        "auth_revocations_held kind=subject",
        "auth_revocations_held kind=token",
        "auth_revocations_sync_total event=caught_up",
        "auth_revocations_sync_total event=lost",
        "auth_revocations_sync_total event=sent_again",
        "auth_revocations_total kind=session outcome=stored",
        "auth_revocations_total kind=subject outcome=stored",
        "auth_revocations_total kind=token outcome=local",
        "auth_revocations_total kind=token outcome=stored",
        "auth_revocations_total kind=token outcome=unstored",
        "auth_revocations_withdrawn_total kind=token",
    ];
    let missing: Vec<_> = expected.iter().filter(|&&wanted| !series.contains(wanted)).collect();
    assert!(missing.is_empty(), "{missing:?} of {series:?}");
    let closed = [
        "token",
        "subject",
        "session",
        "local",
        "stored",
        "unstored",
        "caught_up",
        "sent_again",
        "lost",
        "gap",
        "data_lost",
        "unreadable",
        "capped",
        "forged",
        "panicked",
    ];
    for one in &series {
        let values = one.split(' ').skip(1).filter_map(|label| label.split_once('=')).map(|(_, value)| value);
        values.for_each(|value| assert!(closed.contains(&value), "{one}"));
    }
}

#[test]
fn who_writes_to_redis_bars_nobody_for_longer_than_tokens_live() {
    let _turn = beside_others!("revocations for ever");
    let redis = Redis::start(Disk::Nothing);
    let knowing = Node::start(&redis, &[]);
    knowing.await_current();
    let text = |kind: &str, id: &str| format!(r#"[\"{kind}\",\"{ISSUER}\",\"{id}\"]"#);
    let kinds = [("token", "t"), ("subject", "u"), ("session", "s")];
    for (kind, id) in kinds {
        let member = text(kind, id);
        let stored = redis.command(&format!(r#"HSET {{auth}}:revocations "{member}" "{0} {0}""#, i64::MAX));
        assert_eq!(stored, ":1");
    }
    // One told by the stream alone, which whoever hears it stores.
    let script = "local seq = redis.call('HINCRBY', KEYS[1], 'seq', 1) \
                  redis.call('XADD', KEYS[2], seq .. '-0', 'member', ARGV[1], 'value', ARGV[2]) return seq";
    let keys = "{auth}:revocations:state {auth}:revocations:log";
    let told = redis.command(&format!(r#"EVAL "{script}" 2 {keys} "{}" "{} 0""#, text("token", "told"), i64::MAX));
    assert!(told.starts_with(':'), "{told}");
    await_that("heard", BOUND, || knowing.status(&token("told", "x", "x")) == 401);
    let reading = Node::start(&redis, &[]);
    reading.await_current();
    // Another life of the data: the first node sends what only it knows.
    assert_eq!(redis.command("HSET {auth}:revocations:state run another"), ":0");
    await_that("sent again", RECOVERY, || redis.command("HLEN {auth}:revocations") == ":4");
    let latest = now() + 31 * 86_400 + 3_600 + 300;
    for (kind, id) in kinds.into_iter().chain([("token", "told")]) {
        let member = text(kind, id);
        let value = redis.text(&format!(r#"HGET {{auth}}:revocations "{member}""#));
        let (until, before) = value.split_once(' ').unwrap();
        let (until, before): (i64, i64) = (until.parse().unwrap(), before.parse().unwrap());
        assert!(until > now() && until <= latest + 60 && before <= latest, "{kind}: {value}");
        let score = redis.text(&format!(r#"ZSCORE {{auth}}:revocations:expiry "{member}""#));
        assert_eq!(score, until.to_string(), "{kind}: it expires");
    }
    for node in [&knowing, &reading] {
        assert_eq!(node.status(&token("t", "x", "x")), 401);
        assert_eq!(node.status(&token("y", "u", "x")), 401);
        assert_eq!(node.status(&token("y", "x", "s")), 401);
        assert_eq!(node.status(&token("good", "g", "g")), 200);
    }
}

#[test]
fn what_is_no_revocation_is_left_out_and_harms_nothing() {
    let _turn = beside_others!("strange entries in Redis");
    let redis = Redis::start(Disk::Nothing);
    for entry in ["junk", "'[\"token\",1]' x", "'[\"unheard\",\"i\",\"j\"]' '9 0'", "\"\\xff\\xfe\" \"\\xff\""] {
        let entry = if entry == "junk" { "junk junk" } else { entry };
        assert_eq!(redis.command(&format!("HSET {{auth}}:revocations {entry}")), ":1");
    }
    let nodes = Node::three(&redis, &[]);
    assert_eq!(nodes[0].revoke("jti", "r", later()), 204);
    await_that("refused", BOUND, || nodes[1..].iter().all(|node| node.status(&token("r", "r", "r")) == 401));
    // A foreign entry in the stream, where the next revocation belongs, and one far ahead.
    for (round, id) in ["2-0", "7-0", "18446744073709551615-18446744073709551615"].into_iter().enumerate() {
        let added = redis.command(&format!("XADD {{auth}}:revocations:log {id} member junk value junk"));
        assert!(added.starts_with(['$', '-']), "{added}");
        let revoked = format!("s{round}");
        let text = token(&revoked, "s", "s");
        assert_eq!(nodes[0].revoke("jti", &revoked, later()), 204);
        let taken = await_that("refused", RECOVERY, || nodes.iter().all(|node| node.status(&text) == 401));
        tell(&format!("a foreign entry {id} in the stream: refused everywhere after {taken:?}"));
    }
    let wrong = ["DEL {auth}:revocations:log", "SET {auth}:revocations:log junk"];
    wrong.iter().for_each(|command| drop(redis.command(command)));
    assert_eq!(nodes[1].revoke("jti", "t", later()), 204);
    let text = token("t", "t", "t");
    await_that("refused", RECOVERY, || nodes.iter().all(|node| node.status(&text) == 401));
    nodes.iter().for_each(Node::await_current);
    assert!(nodes.iter().all(|node| node.status(&token("good", "g", "g")) == 200));
}
