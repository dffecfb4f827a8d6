//! A primary with a replica, and a sentinel that lets the replica take over.

use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, Instant};

use auth_runtime::digest::SharedNonces;
use auth_runtime::introspection::SharedResults;
use tests::{Denied, redis_at};

use crate::digest::{counted, found, is_stale, machine, send};
use crate::processes::{Disk, Node, Redis, await_that, token};
use crate::shared::{Endpoint, KEY};
use crate::{BOUND, RECOVERY, SECOND, later, load, tell};

/// How long a failover may take on a busy machine.
const FAILOVER: Duration = Duration::from_secs(30);

#[test]
fn the_primary_that_a_sentinel_names_is_followed_and_without_one_the_policy_closes() {
    let _alone = alone!("a failover by Sentinel");
    let mut primary = Redis::start(Disk::Nothing);
    let mut replica = Redis::with(&["--save", "", "--replicaof", "127.0.0.1", &primary.port.to_string()]);
    await_that("it replicates", FAILOVER, || replica.text("INFO replication").contains("master_link_status:up"));
    let mut sentinel = Redis::sentinel(&primary);
    let known = || sentinel.text("INFO sentinel");
    await_that("the sentinel knows both", FAILOVER, || known().contains("status=ok") && known().contains("slaves=1"));
    // A sentinel that is not there is passed over.
    let place = format!("sentinel orders redis://127.0.0.1:1 {}", sentinel.url());
    let nodes = Node::three_at(&place, &[("GRACE_MS", "30000")]);
    let strict = Node::at(&place, &[("GRACE_MS", "500")]);
    strict.await_current();
    let digest = machine(SharedNonces::redis(redis_at(&place), KEY));
    let answer = found(&digest);
    let (good, before, after) = (token("good", "g", "g"), token("before", "b", "b"), token("after", "a", "a"));
    assert_eq!(nodes[0].revoke("jti", "before", later()), 204);
    await_that("refused", BOUND, || nodes.iter().all(|node| node.status(&before) == 401));
    let load = load::start(&nodes, &[&good, &before]);

    primary.kill();
    let killed = Instant::now();
    await_that("the replica takes over", FAILOVER, || replica.text("INFO replication").contains("role:master"));
    let elected = killed.elapsed();
    await_that("a revocation is stored", RECOVERY, || nodes[0].revoke("jti", "after", later()) == 204);
    let stored = killed.elapsed();
    await_that("refused", RECOVERY, || nodes.iter().all(|node| node.status(&after) == 401));
    let told = killed.elapsed();
    nodes.iter().for_each(Node::await_current);
    strict.await_current();
    assert_eq!((strict.status(&good), strict.status(&before), strict.status(&after)), (200, 401, 401));
    // What was counted before may be lost.
    let again = loop {
        let again = send(&digest, &counted(&answer, 2));
        if again.status != 503 {
            break again;
        }
        thread::sleep(SECOND / 10);
    };
    assert!(is_stale(&again), "{again:?}");
    found(&digest);
    let endpoint = Endpoint::start();
    let machines = [(); 2].map(|()| endpoint.introspection("api", Some(SharedResults::redis(redis_at(&place), KEY))));
    endpoint.await_sharing(&machines);

    // The old primary comes back, empty and without knowing of the other: the sentinel makes it a replica.
    primary.restart();
    await_that("it is a replica", FAILOVER, || primary.text("INFO replication").contains("role:slave"));
    assert!(nodes.iter().all(|node| node.status(&after) == 401 && node.status(&good) == 200));
    let newcomer = Node::at(&place, &[]);
    newcomer.await_current();
    assert_eq!([&good, &before, &after].map(|token| newcomer.status(token)), [200, 401, 401]);
    let told_all = load.end();
    tell(&format!(
        "the primary killed: the replica had taken over after {elected:?}, a revocation was stored after {stored:?}, and in \
         force everywhere after {told:?}; {} requests meanwhile",
        told_all.len()
    ));
    let statuses = |token| -> BTreeSet<u16> {
        told_all.iter().filter(|told| told.what.token == token).map(|told| told.status).collect()
    };
    assert_eq!((statuses(0), statuses(1)), (BTreeSet::from([200]), BTreeSet::from([401])));

    sentinel.kill();
    assert_eq!(strict.status(&good), 200, "a sentinel is needed to find the primary, not to keep it");
    replica.kill();
    await_that("closed", FAILOVER, || strict.status(&good) == 503);
    Denied::unavailable().check(&strict.get(&good));
    assert_eq!(strict.status(&after), 401, "what is known to be revoked stays so");
}
