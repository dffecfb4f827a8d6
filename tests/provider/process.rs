//! The identity provider, in a process of its own that is ended by its id.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs, process};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};
use tests::{Answer, Connection};

/// Where what runs in Node is.
pub(crate) const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/provider");

/// A provider that misbehaves where it is told to; see `front.mjs` for how.
pub(crate) struct Provider {
    /// Its name, and where it is.
    pub(crate) issuer: String,
    /// The secret of the client `caller`, who gets tokens.
    pub(crate) caller_secret: String,
    /// The secret of the clients `basic` and `post`, who introspect.
    pub(crate) secret: String,
    /// The private key of the client `key`.
    pub(crate) pem: String,
    folder: PathBuf,
    running: Option<Running>,
}

struct Running {
    child: Child,
    /// Commands, and their answers: one line each.
    pipes: Mutex<(ChildStdin, BufReader<ChildStdout>)>,
}

/// What it was asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Counts {
    pub(crate) discovery: usize,
    pub(crate) jwks: usize,
    pub(crate) introspection: usize,
    /// Followed redirects.
    pub(crate) elsewhere: usize,
    /// Bytes of one endless answer that were taken from it, at most.
    pub(crate) taken: usize,
}

#[derive(Deserialize)]
struct Hello {
    issuer: String,
    plain: String,
    secret: String,
    pem: String,
}

impl Provider {
    /// With keys of its own.
    pub(crate) fn start() -> Self {
        Self::with_keys_of(None)
    }

    /// With the keys of another, which signs in another name.
    pub(crate) fn impostor(&self) -> Self {
        Self::with_keys_of(Some(self))
    }

    fn with_keys_of(other: Option<&Self>) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = env::temp_dir().join(format!("auth-provider-{}-{number}", process::id()));
        fs::create_dir_all(&folder).unwrap();
        if let Some(other) = other {
            fs::copy(other.folder.join("keys.json"), folder.join("keys.json")).unwrap();
        }
        let (running, hello) = Running::start(&folder, None);
        let Hello { issuer, plain, secret, pem } = hello;
        Self { issuer, caller_secret: plain, secret, pem, folder, running: Some(running) }
    }

    /// Ends it at once.
    pub(crate) fn kill(&mut self) {
        self.running = None;
    }

    /// Starts it again, with the same keys at the same place. What it kept in memory is lost: opaque tokens.
    pub(crate) fn restart(&mut self) {
        let port = self.address().port();
        self.running = Some(Running::start(&self.folder, Some(port)).0);
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.issuer.strip_prefix("http://").and_then(|authority| authority.parse().ok()).expect("http://address:port")
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.issuer)
    }

    /// What it was asked for since this was last asked.
    pub(crate) fn counts(&self) -> Counts {
        serde_json::from_value(self.command(&json!({ "do": "counts" }))).unwrap()
    }

    /// From now on misbehaves at this place, or path; `None` is the end of it.
    pub(crate) fn fault(&self, place: &str, fault: Option<&str>) {
        self.command(&json!({ "do": "fault", "place": place, "fault": fault }));
    }

    /// Signs with new keys; the old ones are withdrawn.
    pub(crate) fn rotate(&self) {
        self.command(&json!({ "do": "rotate" }));
    }

    fn command(&self, command: &Value) -> Value {
        let mut pipes = self.running.as_ref().expect("it runs").pipes.lock().unwrap();
        writeln!(pipes.0, "{command}").unwrap();
        let mut line = String::new();
        pipes.1.read_line(&mut line).unwrap();
        serde_json::from_str(&line).expect("an answer to the command")
    }

    /// A token for this resource, which says by its path how the token is; see `provider.mjs`.
    pub(crate) fn token(&self, resource: &str, scope: &str) -> String {
        let answer =
            self.post("/token", &[("grant_type", "client_credentials"), ("scope", scope), ("resource", resource)]);
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["access_token"].as_str().expect("a token").to_owned()
    }

    pub(crate) fn revoke(&self, token: &str) {
        let answer = self.post("/token/revocation", &[("token", token)]);
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    /// What the client `caller` gets for this form.
    fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        let form: Vec<_> = form.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let form = form.join("&");
        let credentials = STANDARD.encode(format!("caller:{}", self.caller_secret));
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Basic {credentials}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n",
            self.address(),
            form.len()
        );
        Connection::open(self.address()).send(head).send(form).answer()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.running = None;
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Running {
    fn start(folder: &Path, port: Option<u16>) -> (Self, Hello) {
        let mut child = Command::new("node")
            .arg(format!("{FOLDER}/provider.mjs"))
            .arg(folder)
            .args(port.map(|port| port.to_string()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node starts");
        let (input, mut output) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let hello = serde_json::from_str(&line).expect("the provider says where it is");
        (Self { child, pipes: Mutex::new((input, output)) }, hello)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// All that is not unreserved (RFC 3986 section 2.3) as `%XX`.
fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
