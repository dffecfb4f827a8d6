//! DPoP proofs and nonces, shared by several processes' configurations through a real redis-server.

use std::thread;
use std::time::Duration;

use actix_web::get;
use auth_runtime::dpop::{DpopTokens, SharedProofs};
use auth_runtime::testing::{TestDpopKey, TestIssuer, TestProof};
use auth_runtime::{Auth, requires};
use tests::{Answer, Denied, Server};

use crate::processes::{Disk, Redis, await_that};

const KEY: [u8; 32] = [7; 32];
const URL: &str = "https://api.example/dpop";

#[requires(dpop("shared"))]
#[get("/dpop")]
async fn dpop() -> &'static str {
    "dpop"
}

fn machine(issuer: &TestIssuer, configure: impl FnOnce(DpopTokens) -> DpopTokens) -> Server {
    let tokens = configure(DpopTokens::of(issuer.jwt()));
    let auth = Auth::builder().realm("shared").public_origin("https://api.example").dpop_named("shared", tokens);
    let auth = auth.dangerous_allow_unconfigured().build().unwrap();
    Server::start(move |config| {
        config.service(auth.scope("").service(dpop));
    })
}

fn of(issuer: &TestIssuer, redis: &Redis) -> Server {
    machine(issuer, |tokens| tokens.shared(SharedProofs::redis(redis.url(), KEY)))
}

/// A client with a token of its own.
struct Client {
    key: TestDpopKey,
    token: String,
}

impl Client {
    fn of(issuer: &TestIssuer, subject: &str) -> Self {
        let key = TestDpopKey::new();
        let token = issuer.token().subject(subject).bound_to(&key).sign();
        Self { key, token }
    }

    fn proof(&self) -> TestProof {
        self.key.proof("GET", URL).token(&self.token)
    }

    fn send(&self, server: &Server, proof: &str) -> Answer {
        server.get("/dpop").header("Authorization", format!("DPoP {}", self.token)).header("DPoP", proof).send()
    }
}

/// Waits until Redis is found; what is from before it was first asked does not count, since it might have been another one.
fn found(server: &Server, issuer: &TestIssuer) {
    let client = Client::of(issuer, "finder");
    await_that("Redis is found", Duration::from_secs(10), || {
        let answer = client.send(server, &client.proof().sign());
        let with_nonce = |nonce| client.send(server, &client.proof().nonce(nonce).sign());
        answer.only("dpop-nonce").map_or_else(|| answer.status, |nonce| with_nonce(nonce).status) == 200
    });
}

#[track_caller]
fn replayed(answer: &Answer) {
    let challenge = answer.only("www-authenticate").unwrap_or_default();
    assert!(answer.status == 401 && challenge.contains("invalid_dpop_proof"), "{answer:?}");
}

#[test]
fn a_proof_counts_at_one_machine_only() {
    let _alone = alone!("shared proofs");
    let (redis, issuer) = (Redis::start(Disk::Nothing), TestIssuer::new());
    let machines = [of(&issuer, &redis), of(&issuer, &redis)];
    found(&machines[0], &issuer);
    let client = Client::of(&issuer, "alice");
    for (first, second) in [(0, 1), (1, 0)] {
        let proof = client.proof().sign();
        client.send(&machines[first], &proof).expect("dpop");
        for machine in [second, first] {
            replayed(&client.send(&machines[machine], &proof));
        }
    }
    // Of many at the same time one passes.
    let proof = client.proof().sign();
    let statuses: Vec<u16> = thread::scope(|threads| {
        let machines = &machines;
        let (client, proof) = (&client, &*proof);
        let running: Vec<_> =
            (0..8).map(|n: usize| threads.spawn(move || client.send(&machines[n % 2], proof).status)).collect();
        running.into_iter().map(|it| it.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    // Those of another key count apart, and so do those of another secret, which is another service.
    let elsewhere = machine(&issuer, |tokens| tokens.shared(SharedProofs::redis(redis.url(), [8; 32])));
    found(&elsewhere, &issuer);
    let id = client.proof().claim("jti", "same").sign();
    client.send(&machines[0], &id).expect("dpop");
    let other = Client::of(&issuer, "alice");
    other.send(&machines[1], &other.proof().claim("jti", "same").sign()).expect("dpop");
    client.send(&elsewhere, &id).expect("dpop");
    let kept = redis.keys();
    assert!(kept.iter().all(|name| name.starts_with("{auth}:dpop")), "{kept:?}");
    assert!(!kept.iter().any(|name| name.contains("alice") || name.contains(&client.key.thumbprint())), "{kept:?}");
}

#[test]
fn a_nonce_of_one_machine_is_good_at_all() {
    let _alone = alone!("shared nonces of DPoP");
    let (redis, issuer) = (Redis::start(Disk::Nothing), TestIssuer::new());
    let demanding = || machine(&issuer, |it| it.require_nonce().shared(SharedProofs::redis(redis.url(), KEY)));
    let machines = [demanding(), demanding()];
    found(&machines[0], &issuer);
    let client = Client::of(&issuer, "alice");
    let wanted = client.send(&machines[0], &client.proof().sign());
    assert!(wanted.only("www-authenticate").unwrap().contains("use_dpop_nonce"), "{wanted:?}");
    let nonce = wanted.only("dpop-nonce").unwrap();
    let proof = client.proof().nonce(nonce).sign();
    client.send(&machines[1], &proof).expect("dpop");
    replayed(&client.send(&machines[0], &proof));
    client.send(&machines[0], &client.proof().nonce(nonce).sign()).expect("dpop");
}

#[test]
fn a_full_share_is_full_at_all_machines_and_for_its_owner_alone() {
    let _alone = alone!("shares of proofs");
    let (redis, issuer) = (Redis::start(Disk::Nothing), TestIssuer::new());
    let small = || machine(&issuer, |it| it.replay_memory(4 * 64).shared(SharedProofs::redis(redis.url(), KEY)));
    let machines = [small(), small()];
    found(&machines[0], &issuer);
    let clients = [Client::of(&issuer, "alice"), Client::of(&issuer, "alice"), Client::of(&issuer, "alice")];
    for client in &clients[..2] {
        for machine in &machines {
            client.send(machine, &client.proof().sign()).expect("dpop");
        }
        Denied::too_many("too many requests").check(&client.send(&machines[0], &client.proof().sign()));
    }
    Denied::too_many("too many requests").check(&clients[2].send(&machines[1], &clients[2].proof().sign()));
    let bob = Client::of(&issuer, "bob");
    bob.send(&machines[0], &bob.proof().sign()).expect("dpop");
}

#[test]
fn without_redis_and_after_it_was_lost_nothing_that_may_have_been_used_counts() {
    let _alone = alone!("lost proofs");
    let (mut redis, issuer) = (Redis::start(Disk::Nothing), TestIssuer::new());
    let machine = of(&issuer, &redis);
    found(&machine, &issuer);
    let client = Client::of(&issuer, "alice");
    let used = client.proof().sign();
    client.send(&machine, &used).expect("dpop");
    // Proofs are of seconds: those of the one in which Redis is first asked still count.
    thread::sleep(Duration::from_millis(1100));
    redis.kill();
    Denied::unavailable().check(&client.send(&machine, &client.proof().sign()));
    redis.restart();
    found(&machine, &issuer);
    Denied::unavailable().check(&client.send(&machine, &used));
    client.send(&machine, &client.proof().sign()).expect("dpop");
}
