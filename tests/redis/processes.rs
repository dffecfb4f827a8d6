//! Processes the tests start, and end by their ids.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use std::{env, fs, process, thread};

pub(crate) use tests::await_that;
use tests::{Answer, Connection, KEYS, Token};

pub(crate) const ISSUER: &str = "https://idp.example";
/// How long a process may take to start on a busy machine.
const STARTING: Duration = Duration::from_secs(30);
static NEXT: AtomicUsize = AtomicUsize::new(0);

/// What Redis keeps on disk.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Disk {
    Nothing,
    Everything,
}

/// How those who share a Redis reach it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wire {
    Plain,
    /// Servers among themselves, too; the tests' own commands are plain.
    Tls,
}

/// A redis-server of our own: on a free port of 127.0.0.1, in a folder of its own.
pub(crate) struct Redis {
    pub(crate) port: u16,
    /// Where it speaks TLS, if it does.
    tls_port: Option<u16>,
    folder: PathBuf,
    arguments: Vec<String>,
    child: Option<Child>,
}

/// A port that nobody has, below those that the system gives to connections: a server that is started again on its port must not
/// find a connection there.
fn free_port() -> u16 {
    static LAST: AtomicUsize = AtomicUsize::new(0);
    let mut candidates = std::iter::repeat_with(|| {
        let number = LAST.fetch_add(1, Ordering::Relaxed).wrapping_add(process::id() as usize * 101);
        10_000 + (number % 20_000) as u16
    });
    candidates.find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok()).expect("a free port")
}

impl Redis {
    pub(crate) fn start(disk: Disk) -> Self {
        let append = if disk == Disk::Everything { "yes" } else { "no" };
        Self::with(&["--save", "", "--appendonly", append, "--appendfsync", "always"])
    }

    /// With these arguments.
    pub(crate) fn with(arguments: &[&str]) -> Self {
        Self::reached_by(Wire::Plain, arguments)
    }

    pub(crate) fn reached_by(wire: Wire, arguments: &[&str]) -> Self {
        Self::configured(wire, |_| arguments.iter().map(|&argument| argument.to_owned()).collect())
    }

    /// A sentinel that watches this primary under the name `orders`, and gives it up after half a second.
    pub(crate) fn sentinel(primary: &Self) -> Self {
        Self::configured(primary.wire(), |folder| {
            // It keeps what it learns in its file.
            let file = folder.join("sentinel.conf");
            let monitor = format!("sentinel monitor orders 127.0.0.1 {} 1\n", primary.told_port());
            let patience = "sentinel down-after-milliseconds orders 500\nsentinel failover-timeout orders 3000\n";
            fs::write(&file, monitor + patience).unwrap();
            vec![file.to_str().unwrap().to_owned(), "--sentinel".to_owned()]
        })
    }

    /// A node of a cluster, which gives up another one after a second.
    pub(crate) fn cluster_node(wire: Wire) -> Self {
        Self::configured(wire, |_| {
            let bus = free_port().to_string();
            let cluster = ["--cluster-enabled", "yes", "--cluster-port", &bus, "--cluster-node-timeout", "1000"];
            ["--save", ""].into_iter().chain(cluster).map(str::to_owned).collect()
        })
    }

    fn configured(wire: Wire, arguments: impl Fn(&Path) -> Vec<String>) -> Self {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = env::temp_dir().join(format!("auth-redis-{}-{number}", process::id()));
        fs::create_dir_all(&folder).unwrap();
        let mut redis = Self { port: 0, tls_port: None, folder, arguments: Vec::new(), child: None };
        let begun = Instant::now();
        loop {
            (redis.port, redis.arguments) = (free_port(), arguments(&redis.folder));
            redis.tls_port = (wire == Wire::Tls).then(free_port);
            redis.arguments.extend(redis.tls_port.into_iter().flat_map(|port| tls_arguments(port, &redis.folder)));
            if redis.answers() {
                return redis;
            }
            assert!(begun.elapsed() < STARTING, "redis-server does not start");
        }
    }

    pub(crate) fn url(&self) -> String {
        let scheme = if self.tls_port.is_some() { "rediss" } else { "redis" };
        format!("{scheme}://127.0.0.1:{}", self.told_port())
    }

    /// Where others reach it.
    pub(crate) fn told_port(&self) -> u16 {
        self.tls_port.unwrap_or(self.port)
    }

    pub(crate) fn wire(&self) -> Wire {
        if self.tls_port.is_some() { Wire::Tls } else { Wire::Plain }
    }

    /// Starts it, on the same port and folder as before.
    pub(crate) fn restart(&mut self) {
        await_that("redis-server answers", STARTING, || self.answers());
    }

    /// Starts it, and waits until it answers or has ended: somebody else may have taken its port meanwhile.
    fn answers(&mut self) -> bool {
        let child = Command::new("redis-server")
            .args(&self.arguments)
            .args(["--bind", "127.0.0.1", "--port", &self.port.to_string(), "--daemonize", "no", "--dir"])
            .arg(&self.folder)
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server starts");
        let child = self.child.insert(child);
        let begun = Instant::now();
        loop {
            thread::sleep(Duration::from_millis(20));
            let has_ended = child.try_wait().unwrap().is_some();
            if has_ended || ping(self.port) {
                return !has_ended;
            }
            assert!(begun.elapsed() < STARTING, "redis-server does not answer");
        }
    }

    /// Ends it without a chance to save anything.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Stops it where it is: connections stay open, and nothing answers.
    pub(crate) fn pause(&self) {
        self.signal("STOP");
    }

    pub(crate) fn resume(&self) {
        self.signal("CONT");
    }

    fn signal(&self, signal: &str) {
        self::signal(self.child.as_ref().expect("a running redis-server").id(), signal);
    }

    /// The first line of the answer to a command.
    pub(crate) fn command(&self, command: &str) -> String {
        try_command(self.port, command).expect("redis-server answers")
    }

    /// The whole answer to a command that is answered by one text.
    pub(crate) fn text(&self, command: &str) -> String {
        // A server that a sentinel makes the primary ends its connections: then it is asked again.
        (0..10).find_map(|_| self.try_text(command).ok()).expect("redis-server answers by a text")
    }

    fn try_text(&self, command: &str) -> io::Result<String> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        stream.write_all(format!("{command}\r\n").as_bytes())?;
        let mut answer = BufReader::new(stream);
        let mut length = String::new();
        answer.read_line(&mut length)?;
        let length = length.trim().trim_start_matches('$').parse().map_err(io::Error::other)?;
        let mut text = vec![0; length];
        answer.read_exact(&mut text)?;
        String::from_utf8(text).map_err(io::Error::other)
    }

    /// The names of all keys.
    pub(crate) fn keys(&self) -> Vec<String> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).unwrap();
        stream.write_all(b"KEYS *\r\n").unwrap();
        let mut lines = BufReader::new(stream).lines();
        let mut line = || lines.next().unwrap().unwrap();
        let count: usize = line().trim_start_matches('*').parse().unwrap();
        (0..count).map(|_| (line(), line()).1).collect()
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Clients see the certificate that the tests' authority signed, and nodes of a cluster show each other one of their own.
fn tls_arguments(port: u16, folder: &Path) -> Vec<String> {
    let port = port.to_string();
    let certificate = |of: &str| format!("{KEYS}{of}.cert.pem");
    let [server, node] = ["tls-server", "tls-node"].map(certificate);
    let [server_key, node_key] = ["tls-server", "tls-node"].map(|of| format!("{KEYS}{of}.private.pem"));
    let trusted = folder.join("trusted.pem");
    let authorities = ["tls-authority", "tls-node"].map(|of| fs::read_to_string(certificate(of)).unwrap());
    fs::write(&trusted, authorities.concat()).unwrap();
    let of_server = ["--tls-cert-file", &server, "--tls-key-file", &server_key];
    let of_node = ["--tls-client-cert-file", &node, "--tls-client-key-file", &node_key];
    let files = of_server.into_iter().chain(of_node).chain(["--tls-ca-cert-file", trusted.to_str().unwrap()]);
    let modes = ["--tls-port", &port, "--tls-auth-clients", "no", "--tls-replication", "yes", "--tls-cluster", "yes"];
    files.chain(modes).map(str::to_owned).collect()
}

/// Whether a redis-server answers there.
fn ping(port: u16) -> bool {
    try_command(port, "PING").as_deref() == Some("+PONG")
}

fn try_command(port: u16, command: &str) -> Option<String> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    stream.write_all(format!("{command}\r\n").as_bytes()).ok()?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).ok()?;
    Some(line.trim_end().to_owned())
}

fn signal(id: u32, signal: &str) {
    let sent = Command::new("kill").arg(format!("-{signal}")).arg(id.to_string()).status().unwrap();
    assert!(sent.success());
}

/// A process of the application.
pub(crate) struct Node {
    child: Child,
    address: SocketAddr,
}

impl Node {
    pub(crate) fn start(redis: &Redis, settings: &[(&str, &str)]) -> Self {
        Self::at(&redis.url(), settings)
    }

    /// With the Redis that [`tests::redis_at`] finds there.
    pub(crate) fn at(place: &str, settings: &[(&str, &str)]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_revocation-node"))
            .env("REDIS", place)
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the node starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { child, address: line.trim().parse().expect("an address") }
    }

    /// Three of them that know all there is.
    pub(crate) fn three(redis: &Redis, settings: &[(&str, &str)]) -> [Self; 3] {
        Self::three_at(&redis.url(), settings)
    }

    /// The same with the Redis that is found there.
    pub(crate) fn three_at(place: &str, settings: &[(&str, &str)]) -> [Self; 3] {
        let nodes = [(); 3].map(|()| Self::at(place, settings));
        nodes.iter().for_each(Self::await_current);
        nodes
    }

    pub(crate) fn pause(&self) {
        signal(self.child.id(), "STOP");
    }

    pub(crate) fn resume(&self) {
        signal(self.child.id(), "CONT");
    }

    pub(crate) fn connect(&self) -> Caller {
        Caller { connection: Connection::open(self.address), address: self.address }
    }

    pub(crate) fn get(&self, token: &str) -> Answer {
        self.connect().get(token)
    }

    pub(crate) fn status(&self, token: &str) -> u16 {
        self.get(token).status
    }

    /// Asks this process to revoke; `what` is `jti`, `subject` or `session`. 204 when it is stored.
    pub(crate) fn revoke(&self, what: &str, id: &str, until: i64) -> u16 {
        self.post("/revoke", serde_json::json!({ what: id, "until": until }))
    }

    /// Asks this process to withdraw a revocation. 204 when that is stored.
    pub(crate) fn withdraw(&self, what: &str, id: &str) -> u16 {
        self.post("/withdraw", serde_json::json!([what, id]))
    }

    fn post(&self, target: &str, body: serde_json::Value) -> u16 {
        let body = body.to_string();
        let head = format!(
            "POST {target} HTTP/1.1\r\nHost: node\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        Connection::open(self.address).send(head).send(body).answer().status
    }

    pub(crate) fn is_current(&self) -> bool {
        let answer = Connection::open(self.address).send("GET /state HTTP/1.1\r\nHost: node\r\n\r\n").answer();
        answer.json()["current"] == true
    }

    pub(crate) fn await_current(&self) {
        await_that("the node is current", STARTING, || self.is_current());
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = self.child.stdout.take().map(|mut rest| rest.read_to_end(&mut Vec::new()));
    }
}

/// A connection that is kept.
pub(crate) struct Caller {
    connection: Connection,
    address: SocketAddr,
}

impl Caller {
    pub(crate) fn get(&mut self, token: &str) -> Answer {
        let request = format!("GET / HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\n\r\n", self.address);
        self.connection.send(request).answer()
    }
}

/// A token for each call, which lives for ten minutes.
pub(crate) fn token(jti: &str, subject: &str, session: &str) -> String {
    Token::new(ISSUER, "api", subject, &[7; 32]).claim("jti", jti).claim("sid", session).claim("iat", now() - 10).sign()
}

/// Seconds since 1970.
pub(crate) fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}
