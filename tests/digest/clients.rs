//! The clients, each asked for several addresses in one session.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use tests::{Connection, DigestChallenge};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/digest");

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Client {
    Curl,
    Requests,
    Httpx,
    Chromium,
    HttpAuth,
}

impl Client {
    pub(crate) const ALL: [Self; 5] = [Self::Curl, Self::Requests, Self::Httpx, Self::Chromium, Self::HttpAuth];

    /// As it stands in the manual.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Curl => "curl",
            Self::Requests => "Python `requests`",
            Self::Httpx => "Python `httpx`",
            Self::Chromium => "Chromium",
            Self::HttpAuth => "Rust `http-auth`",
        }
    }

    /// Status and text of each answer; a status of 0 stands for a failure of the client's own.
    pub(crate) fn ask(self, user: (&str, &str), urls: &[String]) -> Vec<(u16, String)> {
        match self {
            Self::Curl => curl(user, urls),
            Self::Requests | Self::Httpx => {
                let library = if self == Self::Requests { "requests" } else { "httpx" };
                let script = format!("{FOLDER}/client.py");
                read_json(Command::new(python()).arg(script).args([library, user.0, user.1]).args(urls))
            }
            Self::Chromium => read_json(
                Command::new("node")
                    .arg(format!("{FOLDER}/chromium.mjs"))
                    .env("CHROMIUM", CHROMIUM)
                    .env("URLS", serde_json::to_string(urls).unwrap())
                    .env("USERNAME", user.0)
                    .env("PASSWORD", user.1),
            ),
            Self::HttpAuth => urls.iter().map(|url| http_auth(user, url)).collect(),
        }
    }
}

const CHROMIUM: &str = "/usr/bin/chromium";

fn python() -> String {
    format!("{FOLDER}/python/bin/python")
}

fn succeeds(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// Whether a client is here. Where it must be, that it is not is an error.
pub(crate) fn installed(client: Client, test: &str) -> bool {
    let here = match client {
        Client::Curl => succeeds(Command::new("curl").arg("--version")),
        Client::Requests => succeeds(Command::new(python()).args(["-c", "import requests"])),
        Client::Httpx => succeeds(Command::new(python()).args(["-c", "import httpx"])),
        Client::Chromium => {
            Path::new(CHROMIUM).exists() && Path::new(FOLDER).join("node_modules/playwright-core").is_dir()
        }
        Client::HttpAuth => true,
    };
    assert!(
        here || std::env::var_os("FULL_TESTS").is_none(),
        "there is no {}, which the full tests need",
        client.name()
    );
    if !here {
        tell(&format!("NOT TESTED: {test} with {}: it is not here; `bash tests/full` installs it", client.name()));
    }
    here
}

/// Shown also when the test passes.
pub(crate) fn tell(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

fn run(command: &mut Command) -> String {
    let run = command.output().expect("the client starts");
    assert!(run.status.success(), "{command:?}: {}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8(run.stdout).expect("text")
}

fn read_json(command: &mut Command) -> Vec<(u16, String)> {
    let found: Vec<Value> = serde_json::from_str(&run(command)).expect("JSON");
    let answer = |found: Value| match found["status"].as_u64() {
        Some(status) => (u16::try_from(status).unwrap(), found["body"].as_str().unwrap_or_default().to_owned()),
        None => (0, found["error"].to_string()),
    };
    found.into_iter().map(answer).collect()
}

fn curl((user, password): (&str, &str), urls: &[String]) -> Vec<(u16, String)> {
    // Of each answer the text, a line of its own before the status.
    let mut command = Command::new("curl");
    command.args(["--silent", "--show-error", "--max-time", "20", "--digest", "--write-out", "\u{1}%{http_code}\u{2}"]);
    // A colon ends the name; the rest is the password, whatever is in it.
    command.arg("--user").arg(format!("{user}:{password}")).args(urls);
    run(&mut command)
        .split_terminator('\u{2}')
        .map(|answer| {
            let (text, status) = answer.rsplit_once('\u{1}').expect("a status");
            (status.parse().unwrap(), text.to_owned())
        })
        .collect()
}

/// The crate reads challenges and writes credentials; the rest is ours. It keeps a nonce within one address.
fn http_auth((username, password): (&str, &str), url: &str) -> (u16, String) {
    let (address, target) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let (address, target): (SocketAddr, _) = (address.parse().unwrap(), format!("/{target}"));
    let send = |field: &str| {
        let mut connection = Connection::open(address);
        connection.send(format!("GET {target} HTTP/1.1\r\nHost: {address}\r\n{field}\r\n")).answer()
    };
    let refused = send("");
    let mut client = ::http_auth::PasswordClient::builder();
    for line in refused.all("www-authenticate") {
        DigestChallenge::read(line);
        client = client.challenges(line);
    }
    let mut client = match client.build() {
        Ok(client) => client,
        Err(error) => return (0, error),
    };
    let parameters = ::http_auth::PasswordParams { username, password, uri: &target, method: "GET", body: None };
    let field = client.respond(&parameters).expect("credentials");
    let answer = send(&format!("Authorization: {field}\r\n"));
    (answer.status, answer.text().to_owned())
}
