//! A primary with a replica, and a sentinel that lets the replica take over.

use std::time::Duration;

use auth_runtime::introspection::SharedResults;
use tests::redis_at;

use crate::failover::Failover;
use crate::processes::{Disk, Redis, await_that};
use crate::shared::{Endpoint, KEY};

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
    let survivor = failover.end("the primary killed", &times);

    sentinel.kill();
    let status = survivor.strict.status(&survivor.good);
    assert_eq!(status, 200, "a sentinel is needed to find the primary, not to keep it");
    replica.kill();
    survivor.closes(FAILOVER);
}
