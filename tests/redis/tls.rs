//! Redis behind TLS, with a certificate of our own authority.

use auth_runtime::digest::{self, DigestUsers, SharedNonces};
use auth_runtime::introspection::SharedResults;
use auth_runtime::redis::Redis;
use auth_runtime::revocation::RedisRevocations;
use tests::redis_at;

use crate::RECOVERY;
use crate::digest::{asked, counted, found, machine, replayed, send};
use crate::processes::{ISSUER, Redis as Server, Wire, await_that, now};
use crate::shared::{Endpoint, KEY, good};

fn server() -> Server {
    Server::reached_by(Wire::Tls, &["--save", ""])
}

/// By whoever trusts the authority of its certificate.
fn trusting(server: &Server) -> Redis {
    redis_at(&server.url())
}

fn eventually(what: impl Fn() -> bool) {
    await_that("over TLS", 5 * RECOVERY, what);
}

#[test]
fn revocations_travel_by_tls_and_only_to_who_has_a_certificate_that_is_trusted() {
    let _turn = beside_others!("revocations over TLS");
    let redis = server();
    let trusting = || RedisRevocations::builder(trusting(&redis)).start().unwrap();
    let (one, two) = (trusting(), trusting());
    let strange = RedisRevocations::builder(redis.url()).start().unwrap();
    let plain = RedisRevocations::builder(redis.url().replace("rediss", "redis")).start().unwrap();
    eventually(|| one.is_current() && two.is_current());
    let stored = actix_web::rt::System::new().block_on(one.revoke_token(ISSUER, "a", now() + 600));
    stored.unwrap();
    eventually(|| two.len() == 1);
    assert!(!strange.is_current() && !plain.is_current(), "neither an unknown authority nor plain text");
    assert!(RedisRevocations::builder(Redis::at(redis.url()).root_certificate("x")).start().is_err());
}

#[test]
fn answers_of_introspection_take_the_same_way() {
    let _turn = beside_others!("answers of introspection over TLS");
    let (redis, endpoint) = (server(), Endpoint::start());
    let shares = |redis: Redis| endpoint.introspection("api", Some(SharedResults::redis(redis, KEY)));
    let machines = [shares(trusting(&redis)), shares(trusting(&redis))];
    endpoint.await_sharing(&machines);
    for machine in &machines {
        good(machine, "alice");
    }
    assert_eq!(endpoint.calls(), 1, "shared");
    good(&shares(Redis::at(redis.url())), "alice");
    assert_eq!(endpoint.calls(), 1, "an unknown authority is not asked, the issuer is");
}

#[test]
fn nonces_take_the_same_way() {
    let _turn = beside_others!("nonces over TLS");
    let redis = server();
    let of = |redis: Redis| machine(SharedNonces::redis(redis, KEY));
    let machines = [of(trusting(&redis)), of(trusting(&redis))];
    for machine in &machines {
        found(machine);
    }
    let answer = asked(&machines[0], "alice");
    send(&machines[1], &answer).expect("alice");
    replayed(&send(&machines[0], &answer));
    send(&machines[0], &counted(&answer, 2)).expect("alice");
    assert_eq!(send(&of(Redis::at(redis.url())), &counted(&answer, 3)).status, 503, "an unknown authority");

    let shared = SharedNonces::redis(Redis::at("rediss://127.0.0.1:1").root_certificate("x"), [7; 32]);
    let users = DigestUsers::htdigest(digest::htdigest_line("alice", "api", "wonderland").unwrap()).shared(shared);
    let fault = auth_runtime::Auth::builder().digest(users).dangerous_allow_unconfigured().build().unwrap_err();
    assert!(fault.to_string().contains("Redis"), "{fault}");
}
