//! A provider for tests: counts what it is asked, and can be slow, silent, huge, broken off or gone.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

pub(crate) struct MockProvider {
    address: SocketAddr,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    replies: Mutex<HashMap<String, Reply>>,
    /// Heads of requests.
    seen: Mutex<Vec<String>>,
    open: AtomicUsize,
    most_open: AtomicUsize,
    gone: AtomicBool,
    ended: AtomicBool,
}

#[derive(Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) delay: Duration,
    /// Instead of the body's.
    pub(crate) length: Option<usize>,
    /// The whole answer, whatever else is said.
    pub(crate) raw: Option<Vec<u8>>,
}

impl Reply {
    pub(crate) fn json(body: impl ToString) -> Self {
        let headers = vec![("Content-Type", "application/json".to_owned())];
        let body = body.to_string().into_bytes();
        Self { status: 200, headers, body, delay: Duration::ZERO, length: None, raw: None }
    }

    pub(crate) fn status(status: u16) -> Self {
        Self { status, ..Self::json("{}") }
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn after(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }
}

impl MockProvider {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if shared.ended.load(Ordering::SeqCst) {
                    return;
                }
                let (Ok(stream), state) = (stream, Arc::clone(&shared)) else { continue };
                thread::spawn(move || state.answer(stream));
            }
        });
        Self { address, state }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn set(&self, path: &str, reply: Reply) {
        self.state.replies.lock().unwrap().insert(path.into(), reply);
    }

    /// From now on connections are closed without an answer, or not.
    pub(crate) fn gone(&self, gone: bool) {
        self.state.gone.store(gone, Ordering::SeqCst);
    }

    /// Heads of the requests for this path.
    pub(crate) fn asked(&self, path: &str) -> Vec<String> {
        let start = format!("GET {path} ");
        self.state.seen.lock().unwrap().iter().filter(|head| head.starts_with(&start)).cloned().collect()
    }

    /// How many requests there were, and how many at once.
    pub(crate) fn counts(&self) -> (usize, usize) {
        (self.state.seen.lock().unwrap().len(), self.state.most_open.load(Ordering::SeqCst))
    }
}

impl Drop for MockProvider {
    fn drop(&mut self) {
        self.state.ended.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
    }
}

impl State {
    fn answer(&self, mut stream: TcpStream) {
        let mut head = Vec::new();
        let mut byte = [0; 1024];
        while !head.ends_with(b"\r\n\r\n") {
            match stream.read(&mut byte) {
                Ok(read @ 1..) => head.extend_from_slice(&byte[..read]),
                _ => return,
            }
        }
        let head = String::from_utf8(head).unwrap();
        self.seen.lock().unwrap().push(head.clone());
        if self.gone.load(Ordering::SeqCst) {
            return;
        }
        let open = self.open.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_open.fetch_max(open, Ordering::SeqCst);
        let path = head.split(' ').nth(1).unwrap();
        let reply = self.replies.lock().unwrap().get(path).cloned().unwrap_or_else(|| Reply::status(404));
        thread::sleep(reply.delay);
        // Before the last byte is out: whoever has it may ask again before this thread goes on.
        self.open.fetch_sub(1, Ordering::SeqCst);
        let _ = stream.write_all(&reply.bytes(&head));
    }
}

impl Reply {
    fn bytes(&self, head: &str) -> Vec<u8> {
        if let Some(raw) = &self.raw {
            return raw.clone();
        }
        let tag = self.headers.iter().find(|(name, _)| *name == "ETag").map(|(_, tag)| tag.as_str());
        let sent =
            head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("if-none-match: ").map(str::to_owned));
        let same = tag.is_some_and(|tag| sent.is_some_and(|sent| sent == tag.to_ascii_lowercase()));
        let (status, body) = if same { (304, &[][..]) } else { (self.status, &self.body[..]) };
        let mut text = format!("HTTP/1.1 {status} X\r\nConnection: close\r\n");
        for (name, value) in &self.headers {
            text += &format!("{name}: {value}\r\n");
        }
        if !same {
            text += &format!("Content-Length: {}\r\n", self.length.unwrap_or(body.len()));
        }
        let mut bytes = (text + "\r\n").into_bytes();
        bytes.extend_from_slice(body);
        bytes
    }
}
