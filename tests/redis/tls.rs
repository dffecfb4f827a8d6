//! Redis behind TLS, with a certificate of our own authority.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use auth_runtime::digest::{self, DigestUsers, SharedNonces};
use auth_runtime::revocation::RedisRevocations;

use crate::processes::{ISSUER, now};

/// TEST KEYS, NEVER FOR USE: see the README beside them.
const KEYS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../auth-runtime/tests/keys/");

/// A redis-server that speaks TLS and nothing else.
struct TlsRedis {
    port: u16,
    child: Child,
}

impl TlsRedis {
    fn start() -> Self {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
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
    let authority = std::fs::read(format!("{KEYS}tls-authority.cert.pem")).unwrap();
    let builder = || RedisRevocations::builder(redis.url());
    let (one, two) = (
        builder().root_certificate(&authority).start().unwrap(),
        builder().root_certificate(&authority).start().unwrap(),
    );
    let strange = builder().start().unwrap();
    let plain = RedisRevocations::builder(redis.url().replace("rediss", "redis")).start().unwrap();
    eventually(|| one.is_current() && two.is_current());
    let stored = actix_web::rt::System::new().block_on(one.revoke_token(ISSUER, "a", now() + 600));
    stored.unwrap();
    eventually(|| two.len() == 1);
    assert!(!strange.is_current() && !plain.is_current(), "neither an unknown authority nor plain text");
    assert!(builder().root_certificate("x").start().is_err());
}

#[test]
fn nonces_take_the_same_way() {
    let _alone = alone!("nonces over TLS");
    let shared = SharedNonces::redis("rediss://127.0.0.1:1", [7; 32]).root_certificate("x");
    let users = DigestUsers::htdigest(digest::htdigest_line("alice", "api", "wonderland").unwrap()).shared(shared);
    let fault = auth_runtime::Auth::builder().digest(users).dangerous_allow_unconfigured().build().unwrap_err();
    assert!(fault.to_string().contains("Redis"), "{fault}");
}
