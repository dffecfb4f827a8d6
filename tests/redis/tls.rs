//! Redis behind TLS, with a certificate of our own authority.

use std::net::{Ipv4Addr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use auth_runtime::digest::{self, DigestUsers, SharedNonces};
use auth_runtime::introspection::SharedResults;
use auth_runtime::redis::Redis;
use auth_runtime::revocation::RedisRevocations;

use crate::digest::{asked, counted, found, machine, replayed, send};
use crate::processes::{ISSUER, free_port, now};
use crate::shared::{Endpoint, KEY, good};

/// TEST KEYS, NEVER FOR USE: see the README beside them.
const KEYS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../auth-runtime/tests/keys/");

/// A redis-server that speaks TLS and nothing else.
struct TlsRedis {
    port: u16,
    child: Child,
}

impl TlsRedis {
    fn start() -> Self {
        let port = free_port();
        let child = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--port", "0", "--tls-port", &port.to_string(), "--save", ""])
            .args(["--tls-auth-clients", "no", "--tls-cert-file", &format!("{KEYS}tls-server.cert.pem")])
            .args(["--tls-key-file", &format!("{KEYS}tls-server.private.pem")])
            .args(["--tls-ca-cert-file", &format!("{KEYS}tls-authority.cert.pem"), "--daemonize", "no"])
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server starts");
        let redis = Self { port, child };
        eventually(|| TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok());
        redis
    }

    fn url(&self) -> String {
        format!("rediss://127.0.0.1:{}", self.port)
    }

    /// By whoever trusts the authority of its certificate.
    fn trusting(&self) -> Redis {
        Redis::at(self.url()).root_certificate(std::fs::read(format!("{KEYS}tls-authority.cert.pem")).unwrap())
    }
}

impl Drop for TlsRedis {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn eventually(what: impl Fn() -> bool) {
    let begun = Instant::now();
    while !what() {
        assert!(begun.elapsed() < Duration::from_secs(30), "never came true");
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn revocations_travel_by_tls_and_only_to_who_has_a_certificate_that_is_trusted() {
    let _alone = alone!("revocations over TLS");
    let redis = TlsRedis::start();
    let trusting = || RedisRevocations::builder(redis.trusting()).start().unwrap();
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
    let _alone = alone!("answers of introspection over TLS");
    let (redis, endpoint) = (TlsRedis::start(), Endpoint::start());
    let shares = |redis: Redis| endpoint.introspection("api", Some(SharedResults::redis(redis, KEY)));
    let machines = [shares(redis.trusting()), shares(redis.trusting())];
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
    let _alone = alone!("nonces over TLS");
    let redis = TlsRedis::start();
    let of = |redis: Redis| machine(SharedNonces::redis(redis, KEY));
    let machines = [of(redis.trusting()), of(redis.trusting())];
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
