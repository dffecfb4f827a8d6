//! The audit log: what stands in it, what does not, and who waits for it.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::sync::mpsc;
use std::time::{Duration, Instant, SystemTime};

use actix_web::{get, post, web};
use auth_runtime::config::AuthBuilder;
use auth_runtime::observe::AuditLog;
use auth_runtime::revocation::InMemoryRevocations;
use auth_runtime::testing::TestIssuer;
use auth_runtime::{Denial, Principal, requires};
use serde_json::Value;
use tests::{Paper, Server};

use crate::fixture::{ISSUER, KEY, builder, jwt, scoped, token};
use crate::observed;

async fn never() -> Result<(), Denial> {
    Err(Denial::conflict("over").code("quota"))
}

#[requires(any(bearer, basic, api_key), scope = "read")]
#[get("/logged/{rest:.*}")]
async fn logged() -> &'static str {
    "logged"
}

#[requires(bearer, check = never)]
#[get("/checked")]
async fn checked() -> &'static str {
    "checked"
}

#[requires(bearer)]
#[post("/revoke")]
async fn revoke(who: Principal, revocations: web::Data<InMemoryRevocations>) -> &'static str {
    revocations.revoke_subject(who.issuer().unwrap_or_default(), who.subject(), 1_900_000_000);
    "revoked"
}

fn server_of(
    configure: impl Fn(AuthBuilder) -> AuthBuilder,
    log: impl FnOnce(AuditLog) -> AuditLog,
) -> (Server, Paper) {
    let (auth, paper) = (configure(builder()).build().unwrap(), Paper::default());
    auth.audit(log(AuditLog::new(paper.clone())));
    let server = Server::start(move |app| {
        app.service(auth.scope("").service(logged).service(checked));
    });
    (server, paper)
}

/// The fields of a line, but those that are never alike.
fn fields(line: &Value) -> Vec<(&str, &str)> {
    let line = line.as_object().unwrap();
    let known = include_str!("../../auth-runtime/src/manual/watching.rs");
    assert!(
        line["timestamp"].as_str().unwrap().len() == 24
            && line.keys().all(|name| known.contains(&format!("| `{name}` |")))
    );
    let varies = ["timestamp", "auth.duration", "network.peer.address", "client.address"];
    line.iter()
        .filter(|(name, _)| !varies.contains(&&***name))
        .map(|(name, value)| (&**name, value.as_str().unwrap()))
        .collect()
}

#[test]
fn refusals_are_logged_with_who_asked_for_what() {
    let (server, paper) = server_of(|builder| builder, |log| log);
    let policy = |name: &str| format!("http::audit_log::{name}");
    server.get("/logged/x?page=2").header("User-Agent", "curl/8").send();
    server.get("/logged/x").bearer(scoped("read")).send().expect("logged");
    server.get("/logged/x").bearer(token().sign()).send();
    server.get("/checked").bearer(token().sign()).send();
    let lines = paper.lines(3);
    let place = policy("logged");
    assert_eq!(
        fields(&lines[0]),
        [
            ("auth.outcome", "denied"),
            ("auth.policy", &place),
            ("auth.scheme", "none"),
            ("error.type", "credentials_missing"),
            ("event.name", "auth.decision"),
            ("http.request.method", "GET"),
            ("url.path", "/logged/x"),
            ("user_agent.original", "curl/8"),
        ]
    );
    assert_eq!(lines[0]["client.address"], "127.0.0.1");
    assert_eq!(lines[0]["network.peer.address"], "127.0.0.1");
    assert!(lines[0]["auth.duration"].as_f64().unwrap() < 1.0);
    assert_eq!(
        fields(&lines[1]),
        [
            ("auth.issuer", ISSUER),
            ("auth.outcome", "denied"),
            ("auth.policy", &place),
            ("auth.scheme", "bearer"),
            ("error.type", "scope_missing"),
            ("event.name", "auth.decision"),
            ("http.request.method", "GET"),
            ("url.path", "/logged/x"),
            ("user.id", "alice"),
        ]
    );
    assert_eq!((&lines[2]["auth.code"], &lines[2]["error.type"]), (&"quota".into(), &"application_denied".into()));
    assert_eq!(lines[2]["auth.check"], "http::audit_log::never");
}

#[test]
fn those_who_were_let_in_are_logged_by_choice() {
    let (server, paper) = server_of(|builder| builder, AuditLog::grants);
    server.get("/logged/x").bearer(scoped("read")).send().expect("logged");
    server.get("/logged/x").send();
    let lines = paper.lines(2);
    let told = |line: &Value| (line["auth.outcome"].clone(), line["user.id"].clone());
    assert_eq!(told(&lines[0]), ("allowed".into(), "alice".into()));
    assert_eq!(told(&lines[1]), ("denied".into(), Value::Null));
}

#[test]
fn nobody_forges_a_line_and_no_credential_is_in_one() {
    let (server, paper) = server_of(|builder| builder, AuditLog::grants);
    let forged = "x\n{\"event.name\":\"auth.signed_in\"}\r\u{85}\u{2028}\u{1b}[2J\u{7f}ä😀";
    let issuer = TestIssuer::with_secret(crate::fixture::SECRET).named(ISSUER).for_audience(crate::fixture::AUDIENCE);
    let named = |subject: &str| issuer.token().subject(subject).sign();
    server.get("/logged/a%0a%7b%0d?x=%0a").bearer(named(forged)).header("User-Agent", "a\tb").send();
    let secret = scoped("read");
    server.get("/logged/y").bearer(&secret).send().expect("logged");
    server.get("/logged/y").basic("alice", "a wrong secret").send();
    server.get("/logged/y").header("X-API-Key", KEY).send().expect("logged");
    server.get(&format!("/logged/{}", "z".repeat(2000))).bearer(named(&"s".repeat(300))).send();
    let lines = paper.lines(5);
    assert_eq!((&lines[0]["user.id"], &lines[0]["url.path"]), (&forged.into(), &"/logged/a%0a%7b%0d".into()));
    let long = |name: &str| lines[4][name].as_str().unwrap().to_owned();
    assert_eq!((long("user.id"), long("url.path").chars().count()), (format!("{}…", "s".repeat(256)), 257));
    let all: String = lines.iter().map(Value::to_string).collect();
    for part in [KEY, &*secret, "wrong secret", "YWxpY2U6", "page="] {
        assert!(!all.contains(part), "{part} in {all}");
    }
}

#[test]
fn what_is_revoked_is_logged_once_however_many_ask_the_store() {
    let revocations = InMemoryRevocations::new();
    let (asked, both) = (revocations.clone(), revocations.clone());
    let configure = move |builder: AuthBuilder| {
        let of_bearer = jwt().revocations(asked.clone());
        let more = auth_runtime::Jwt::hs256(crate::fixture::PARTNER_SECRET).issuer("https://more.example");
        builder.bearer_named("audited", of_bearer).bearer_named("more", more.audience("x").revocations(both.clone()))
    };
    let auth = configure(builder()).build().unwrap();
    let paper = Paper::default();
    auth.audit(AuditLog::new(paper.clone()));
    let data = web::Data::new(revocations.clone());
    let server = Server::start(move |app| {
        app.app_data(data.clone()).service(auth.scope("").service(revoke).service(logged));
    });
    server.post("/revoke").bearer(token().sign()).send().expect("revoked");
    revocations.revoke_token(ISSUER, "a-token", 1_900_000_000);
    revocations.revoke_session(ISSUER, "a-session", 1_900_000_000);
    revocations.withdraw_session(ISSUER, "a-session");
    let lines = paper.lines(4);
    let all: Vec<_> = lines.iter().map(fields).collect();
    let revoked = |name, value| vec![("auth.issuer", ISSUER), ("event.name", "auth.revoked"), (name, value)];
    assert_eq!(all[0], revoked("user.id", "alice"));
    let mut by_token = revoked("auth.token.id", "a-token");
    by_token.swap(1, 2);
    assert_eq!(all[1], [by_token[0], by_token[1], by_token[2]]);
    assert_eq!(all[2], revoked("session.id", "a-session"));
    assert_eq!(all[3][1..], [("event.name", "auth.revocation_withdrawn"), ("session.id", "a-session")]);
}

/// Writes nothing until somebody lets it, or for ever half a line.
struct Slow(mpsc::Receiver<()>);

impl Write for Slow {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _ = self.0.recv();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn no_request_waits_for_a_log_that_is_slow() {
    let auth = builder().build().unwrap();
    let (done, until) = mpsc::channel();
    auth.audit(AuditLog::new(Slow(until)));
    let server = Server::start(move |app| {
        app.service(auth.scope("").service(logged));
    });
    let began = Instant::now();
    for _ in 0..50 {
        assert_eq!(server.get("/logged/x").send().status, 401);
    }
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    drop(done);
}

/// Fails in the middle of every second line.
struct Torn(Paper, BTreeSet<usize>, usize);

impl Write for Torn {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.2 += 1;
        if self.1.contains(&self.2) {
            return Err(io::Error::other("no space left"));
        }
        // Half of what it is given, as a disk that fills up.
        self.0.write(&bytes[..bytes.len().div_ceil(2)])
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_line_that_was_begun_does_not_swallow_the_next() {
    observed::listen();
    let auth = builder().build().unwrap();
    let paper = Paper::default();
    auth.audit(AuditLog::new(Torn(paper.clone(), BTreeSet::from([3]), 0)));
    let server = Server::start(move |app| {
        app.service(auth.scope("").service(logged));
    });
    server.get("/logged/first").send();
    std::thread::sleep(Duration::from_millis(100));
    server.get("/logged/second").send();
    std::thread::sleep(Duration::from_millis(100));
    let text = String::from_utf8(paper.text().clone()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(observed::told(&[("message", "the audit log cannot be written"), ("error", "no space left")]), 1);
    assert!(lines.len() == 2 && serde_json::from_str::<Value>(lines[0]).is_err(), "{text}");
    assert_eq!(serde_json::from_str::<Value>(lines[1]).unwrap()["url.path"], "/logged/second");
}

#[test]
fn a_file_is_added_to_and_its_owner_alone_reads_it() {
    let path = std::env::temp_dir().join(format!("audit-{}-{:?}.jsonl", std::process::id(), SystemTime::now()));
    for round in 1..=2 {
        let auth = builder().build().unwrap();
        auth.audit(AuditLog::file(&path).unwrap());
        let server = Server::start(move |app| {
            app.service(auth.scope("").service(logged));
        });
        server.get("/logged/x").send();
        let began = Instant::now();
        while std::fs::read_to_string(&path).unwrap().lines().count() < round {
            assert!(began.elapsed() < Duration::from_secs(10));
            std::thread::sleep(Duration::from_millis(5));
        }
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    std::fs::remove_file(&path).unwrap();
}
