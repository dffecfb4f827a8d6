//! Redis Cluster: three primaries, and a replica of the one that holds what belongs together.

use std::time::Duration;

use auth_runtime::digest::SharedNonces;
use auth_runtime::introspection::SharedResults;
use tests::redis_at;

use crate::digest::{asked, counted, found, machine, replayed, send};
use crate::failover::Failover;
use crate::processes::{Node, Redis, Wire, await_that, token};
use crate::shared::{Endpoint, KEY, good};
use crate::{BOUND, later, tell};

/// How long the nodes may take to find each other, and to elect a new primary on a busy machine.
const ELECTION: Duration = Duration::from_secs(30);

struct Cluster {
    primaries: Vec<Redis>,
}

impl Cluster {
    fn start(wire: Wire) -> Self {
        let primaries: Vec<_> = (0..3).map(|_| Redis::cluster_node(wire)).collect();
        for (primary, slots) in primaries.iter().zip(["0 5460", "5461 10922", "10923 16383"]) {
            assert_eq!(primary.command(&format!("CLUSTER ADDSLOTSRANGE {slots}")), "+OK");
            meet(&primaries[0], primary);
        }
        await_that("the cluster is there", ELECTION, || {
            let knows_all = |info: String| info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:3");
            primaries.iter().all(|primary| knows_all(primary.text("CLUSTER INFO")))
        });
        Self { primaries }
    }

    fn place(&self) -> String {
        self.primaries.iter().fold("cluster".to_owned(), |place, node| place + " " + &node.url())
    }

    /// The place of the primary that has what is called `{auth}…`.
    fn of_revocations(&self) -> usize {
        let slot = self.primaries[0].command("CLUSTER KEYSLOT {auth}:revocations");
        let slot: usize = slot.trim_start_matches(':').parse().unwrap();
        slot / 5461
    }

    /// A replica of that one, which is ready to take over.
    fn replica(&self) -> Redis {
        let primary = &self.primaries[self.of_revocations()];
        let replica = Redis::cluster_node(primary.wire());
        let id = primary.text("CLUSTER MYID");
        meet(&self.primaries[0], &replica);
        await_that("they have met", ELECTION, || replica.command(&format!("CLUSTER REPLICATE {id}")) == "+OK");
        await_that("it replicates", ELECTION, || replica.text("INFO replication").contains("master_link_status:up"));
        await_that("all know", ELECTION, || {
            self.primaries.iter().all(|node| node.text("CLUSTER NODES").contains(&format!("slave {id}")))
        });
        replica
    }
}

fn meet(one: &Redis, other: &Redis) {
    if one.port != other.port {
        // `ID host:port@bus …`
        let nodes = other.text("CLUSTER NODES");
        let bus = nodes.split(['@', ' ', ',']).nth(2).expect("a node");
        assert_eq!(one.command(&format!("CLUSTER MEET 127.0.0.1 {} {bus}", other.told_port())), "+OK");
    }
}

#[test]
fn a_cluster_of_three_shares_all_that_one_server_does() {
    let _turn = beside_others!("a Redis Cluster");
    shares_all(&Cluster::start(Wire::Plain));
}

#[test]
fn a_cluster_behind_tls_does_as_well() {
    let _turn = beside_others!("a Redis Cluster over TLS");
    shares_all(&Cluster::start(Wire::Tls));
}

fn shares_all(cluster: &Cluster) {
    let endpoint = Endpoint::start();
    // Of one node they learn the others.
    let one = format!("cluster {}", cluster.primaries[0].url());
    for place in [cluster.place(), one] {
        let nodes = Node::three_at(&place, &[]);
        let id = format!("revoked-{}", place.len());
        assert_eq!(nodes[0].revoke("jti", &id, later()), 204);
        let text = token(&id, "a", "b");
        let taken = await_that("refused", BOUND, || nodes.iter().all(|node| node.status(&text) == 401));
        assert!(nodes.iter().all(|node| node.status(&token("good", "a", "b")) == 200));
        tell(&format!("a revocation in a Redis Cluster: in force everywhere after {taken:?}"));
    }

    let redis = || redis_at(&cluster.place());
    let machines = [(); 2].map(|()| endpoint.introspection("api", Some(SharedResults::redis(redis(), KEY))));
    endpoint.await_sharing(&machines);
    for number in 0..30 {
        for machine in &machines {
            good(machine, &format!("token-{number}"));
        }
    }
    assert_eq!(endpoint.calls(), 30, "each was asked for once");
    let results = |node: &Redis| node.keys().iter().filter(|key| key.starts_with("auth:introspection:")).count();
    assert!(cluster.primaries.iter().all(|node| results(node) > 0), "all nodes share the load");

    let machines = [(); 2].map(|()| machine(SharedNonces::redis(redis(), KEY)));
    found(&machines[0]);
    let answer = asked(&machines[0], "alice");
    send(&machines[1], &answer).expect("alice");
    replayed(&send(&machines[0], &answer));
    send(&machines[0], &counted(&answer, 2)).expect("alice");
}

#[test]
fn the_successor_of_a_node_that_dies_is_followed_and_without_one_the_policy_closes() {
    let _turn = beside_others!("a failover in a Redis Cluster");
    follows_the_successor("a node of the cluster killed", Wire::Plain);
}

#[test]
fn the_successor_is_followed_over_tls() {
    let _turn = beside_others!("a failover in a Redis Cluster over TLS");
    follows_the_successor("a node of the cluster behind TLS killed", Wire::Tls);
}

fn follows_the_successor(what: &str, wire: Wire) {
    let mut cluster = Cluster::start(wire);
    let mut replica = cluster.replica();
    let (place, dies) = (cluster.place(), cluster.of_revocations());
    let failover = Failover::of(&place);
    let times = failover.survive(&mut cluster.primaries[dies], &replica, ELECTION);
    let survivor = failover.end(what, &times);

    replica.kill();
    survivor.closes(ELECTION);
}
