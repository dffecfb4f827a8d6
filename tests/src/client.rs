//! A client for HTTP/1.1 that sends exactly the bytes it is told to.

use std::fmt;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// How long an answer may take before the test fails. Generous: machines are shared.
const PATIENCE: Duration = Duration::from_secs(20);

/// One connection.
pub struct Connection {
    stream: TcpStream,
    /// Received, not consumed.
    received: Vec<u8>,
    /// When what is being read must be complete.
    until: Instant,
}

/// An answer as it came over the wire.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The field lines in order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The content, without transfer coding.
    pub body: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("the server listens");
        stream.set_nodelay(true).unwrap();
        Self { stream, received: Vec::new(), until: Instant::now() }
    }

    /// Sends these bytes.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        self.stream.write_all(bytes.as_ref()).expect("the server reads");
        self
    }

    /// Sends these bytes, though the server may have closed the connection already.
    pub fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        let _ = self.stream.write_all(bytes.as_ref());
        self
    }

    /// The next answer to a request that was not HEAD.
    pub fn answer(&mut self) -> Answer {
        self.read_answer(false)
    }

    /// The next answer to a HEAD request: it has no content, whatever its header says.
    pub fn answer_to_head(&mut self) -> Answer {
        self.read_answer(true)
    }

    /// What the server sends until it closes the connection.
    pub fn rest(&mut self) -> Vec<u8> {
        self.until = Instant::now() + PATIENCE;
        self.read_rest()
    }

    /// The next `length` bytes.
    ///
    /// # Panics
    /// When the connection ends before.
    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        self.until = Instant::now() + PATIENCE;
        self.read(length)
    }

    fn read(&mut self, length: usize) -> Vec<u8> {
        self.receive_until(|received| (received.len() >= length).then_some(()), "more bytes");
        self.received.drain(..length).collect()
    }

    fn read_rest(&mut self) -> Vec<u8> {
        while self.receive() {}
        std::mem::take(&mut self.received)
    }

    fn read_answer(&mut self, to_head: bool) -> Answer {
        self.until = Instant::now() + PATIENCE;
        let end = self.receive_until(|received| find(received, b"\r\n\r\n"), "an answer");
        let head: Vec<u8> = self.received.drain(..end + 4).collect();
        let head = String::from_utf8_lossy(&head[..end]).into_owned();
        let mut lines = head.split("\r\n");
        let status_line = lines.next().unwrap_or_default();
        let status = status_line.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok());
        let Some(status) = status else { panic!("no status line: {status_line:?}") };
        let headers: Vec<(String, String)> = lines
            .map(|line| line.split_once(':').unwrap_or_else(|| panic!("no field line: {line:?}")))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim_matches([' ', '\t']).to_owned()))
            .collect();
        let mut answer = Answer { status, headers, body: Vec::new() };
        if !(to_head || (100..200).contains(&status) || status == 204 || status == 304) {
            answer.body = self.read_body(&answer);
        }
        answer
    }

    fn read_body(&mut self, answer: &Answer) -> Vec<u8> {
        if answer.all("transfer-encoding") == ["chunked"] {
            let mut body = Vec::new();
            loop {
                let end = self.receive_until(|received| find(received, b"\r\n"), "a chunk");
                let line = self.read(end + 2);
                let size = usize::from_str_radix(std::str::from_utf8(&line[..end]).unwrap(), 16).expect("a chunk size");
                let chunk = self.read(size + 2);
                if size == 0 {
                    return body;
                }
                body.extend_from_slice(&chunk[..size]);
            }
        }
        match answer.only("content-length") {
            Some(length) => self.read(length.parse().expect("a length")),
            None => self.read_rest(),
        }
    }

    fn receive_until<T>(&mut self, found: impl Fn(&[u8]) -> Option<T>, wanted: &str) -> T {
        loop {
            if let Some(found) = found(&self.received) {
                return found;
            }
            let more = self.receive();
            assert!(
                more,
                "the connection ended before {wanted}; received {:?}",
                String::from_utf8_lossy(&self.received)
            );
        }
    }

    /// Waits for more bytes; `false` when the server has closed the connection.
    fn receive(&mut self) -> bool {
        let left = self.until.saturating_duration_since(Instant::now());
        assert!(!left.is_zero(), "no answer in time; received {:?}", String::from_utf8_lossy(&self.received));
        self.stream.set_read_timeout(Some(left)).unwrap();
        let mut buffer = [0; 16 * 1024];
        match self.stream.read(&mut buffer) {
            Ok(0) => false,
            Ok(read) => {
                self.received.extend_from_slice(&buffer[..read]);
                true
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                panic!("no answer in time; received {:?}", String::from_utf8_lossy(&self.received))
            }
            Err(_) => false,
        }
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

impl Answer {
    /// The values of all lines of this field, in order.
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect()
    }

    /// The value of a field that may be there once.
    ///
    /// # Panics
    /// When there are several.
    pub fn only(&self, name: &str) -> Option<&str> {
        match *self.all(name) {
            [] => None,
            [one] => Some(one),
            ref several => panic!("several {name}: {several:?}"),
        }
    }

    /// The content as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("text")
    }

    /// The content as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {:?}", self.text()))
    }

    /// The answer without its date: two alike cannot be told apart by their receiver.
    pub fn without_date(mut self) -> Self {
        self.headers.retain(|(name, _)| name != "date");
        self
    }

    /// Expects success with this text.
    #[track_caller]
    pub fn expect(&self, text: &str) -> &Self {
        assert_eq!((self.status, self.text()), (200, text), "{:?}", self.headers);
        self
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.status)?;
        for (name, value) in &self.headers {
            writeln!(f, "{name}: {value}")?;
        }
        write!(f, "\n{}", String::from_utf8_lossy(&self.body))
    }
}

/// One request on a connection of its own.
#[must_use = "a request does nothing before it is sent"]
#[derive(Clone)]
pub struct Request {
    address: SocketAddr,
    head: Vec<u8>,
    length: bool,
    is_head: bool,
}

impl Request {
    pub(crate) fn new(address: SocketAddr, method: &str, target: &str) -> Self {
        let head = format!("{method} {target} HTTP/1.1\r\nHost: {address}\r\n").into_bytes();
        Self { address, head, length: false, is_head: method == "HEAD" }
    }

    /// Adds a field line.
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.length |= name.eq_ignore_ascii_case("content-length") || name.eq_ignore_ascii_case("transfer-encoding");
        self.head.extend_from_slice(name.as_bytes());
        self.head.extend_from_slice(b": ");
        self.head.extend_from_slice(value.as_ref());
        self.head.extend_from_slice(b"\r\n");
        self
    }

    /// Adds `Authorization: Bearer`.
    pub fn bearer(self, token: impl AsRef<str>) -> Self {
        self.header("Authorization", format!("Bearer {}", token.as_ref()))
    }

    /// Adds `Authorization: Basic`.
    pub fn basic(self, user: &str, password: &str) -> Self {
        self.header("Authorization", format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))))
    }

    /// The bytes of the request as far as they are known, without content.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.head.clone();
        bytes.extend_from_slice(b"\r\n");
        bytes
    }

    /// Sends the request without content, and awaits the answer.
    #[track_caller]
    pub fn send(self) -> Answer {
        let mut connection = Connection::open(self.address);
        connection.send(self.bytes());
        if self.is_head { connection.answer_to_head() } else { connection.answer() }
    }

    /// Sends the request with this content, and awaits the answer.
    #[track_caller]
    pub fn send_body(self, content_type: &str, body: impl AsRef<[u8]>) -> Answer {
        let length = body.as_ref().len().to_string();
        let with_length =
            if self.length { self } else { self.header("Content-Length", length) }.header("Content-Type", content_type);
        let mut connection = Connection::open(with_length.address);
        connection.send(with_length.bytes()).send(body);
        connection.answer()
    }

    /// Sends the request without content on a connection that stays open.
    pub fn open(self) -> Connection {
        let mut connection = Connection::open(self.address);
        connection.send(self.bytes());
        connection
    }
}
