//! A primary with a replica, and a sentinel that lets the replica take over.

use std::time::Duration;

use auth_runtime::introspection::SharedResults;
use tests::redis_at;

use crate::failover::Failover;
use crate::processes::{Redis, Wire, await_that};
use crate::shared::{Endpoint, KEY};

/// How long a failover may take on a busy machine.
const FAILOVER: Duration = Duration::from_secs(30);

#[test]
fn the_primary_that_a_sentinel_names_is_followed_and_without_one_the_policy_closes() {
    let _turn = beside_others!("a failover by Sentinel");
    follows_the_primary("the primary killed", Wire::Plain);
}

#[test]
fn the_primary_is_followed_over_tls() {
    let _turn = beside_others!("a failover by Sentinel over TLS");
    follows_the_primary("the primary behind TLS killed", Wire::Tls);
}

fn follows_the_primary(what: &str, wire: Wire) {
    let mut primary = Redis::reached_by(wire, &["--save", ""]);
    let of = primary.told_port().to_string();
    let mut replica = Redis::reached_by(wire, &["--save", "", "--replicaof", "127.0.0.1", &of]);
    await_that("it replicates", FAILOVER, || replica.text("INFO replication").contains("master_link_status:up"));
    let mut sentinel = Redis::sentinel(&primary);
    let known = || sentinel.text("INFO sentinel");
    await_that("the sentinel knows both", FAILOVER, || known().contains("status=ok") && known().contains("slaves=1"));
    // A sentinel that is not there is passed over.
    let scheme = if wire == Wire::Tls { "rediss" } else { "redis" };
    let place = format!("sentinel orders {scheme}://127.0.0.1:1 {}", sentinel.url());
    let failover = Failover::of(&place);
    let times = failover.survive(&mut primary, &replica, FAILOVER);
    let endpoint = Endpoint::start();
    let machines = [(); 2].map(|()| endpoint.introspection("api", Some(SharedResults::redis(redis_at(&place), KEY))));
    endpoint.await_sharing(&machines);

    // The old primary comes back, empty and without knowing of the other: the sentinel makes it a replica.
    primary.restart();
    await_that("it is a replica", FAILOVER, || primary.text("INFO replication").contains("role:slave"));
    let Failover { nodes, good, after, .. } = &failover;
    assert!(nodes.iter().all(|node| node.status(after) == 401 && node.status(good) == 200));
    let survivor = failover.end(what, &times);

    sentinel.kill();
    let status = survivor.strict.status(&survivor.good);
    assert_eq!(status, 200, "a sentinel is needed to find the primary, not to keep it");
    replica.kill();
    survivor.closes(FAILOVER);
}
