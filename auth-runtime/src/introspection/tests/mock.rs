//! An introspection endpoint on a port of its own, in a thread of its own.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// What the endpoint was asked.
#[derive(Clone)]
pub(super) struct Call {
    /// How many came before.
    pub(super) number: usize,
    pub(super) path: String,
    /// Whence it came: the same for all calls of one connection.
    pub(super) peer: Option<SocketAddr>,
    authorization: Option<String>,
    form: HashMap<String, String>,
}

impl Call {
    /// A field of the form.
    pub(super) fn field(&self, name: &str) -> Option<String> {
        self.form.get(name).cloned()
    }

    /// User and password of `Authorization: Basic`.
    pub(super) fn basic(&self) -> Option<String> {
        let encoded = self.authorization.as_deref()?.strip_prefix("Basic ")?;
        String::from_utf8(STANDARD.decode(encoded).ok()?).ok()
    }
}

/// What the endpoint answers.
#[derive(Clone)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) content_type: &'static str,
    pub(super) body: String,
    pub(super) delay: Duration,
    pub(super) location: Option<&'static str>,
    pub(super) retry_after: Option<u32>,
    /// Ends the connection in place of the answer's end.
    pub(super) breaks_off: bool,
}

impl Reply {
    pub(super) fn status(status: u16, body: impl Into<String>) -> Self {
        let body = body.into();
        Self {
            status,
            content_type: "application/json",
            body,
            delay: Duration::ZERO,
            location: None,
            retry_after: None,
            breaks_off: false,
        }
    }

    pub(super) fn ok(body: impl Into<String>) -> Self {
        Self::status(200, body)
    }

    pub(super) fn json(value: &serde_json::Value) -> Self {
        Self::ok(value.to_string())
    }
}

#[derive(Default)]
struct Seen {
    calls: Vec<Call>,
    under_way: usize,
    most_at_once: usize,
}

/// Stops when dropped.
pub(super) struct Mock {
    address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
    handle: actix_web::dev::ServerHandle,
}

impl Mock {
    pub(super) fn start(reply: impl Fn(&Call) -> Reply + Send + Sync + 'static) -> Self {
        let seen = Arc::new(Mutex::new(Seen::default()));
        let (reply, shared) = (Arc::new(reply), Arc::clone(&seen));
        let (started, starting) = mpsc::channel();
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = HttpServer::new(move || {
                    let (reply, seen) = (Arc::clone(&reply), Arc::clone(&shared));
                    App::new().default_service(web::to(move |request: HttpRequest, form: web::Form<_>| {
                        answer(Arc::clone(&seen), Arc::clone(&reply), request, form)
                    }))
                });
                let server = server.workers(1).shutdown_timeout(0).disable_signals().bind(("127.0.0.1", 0)).unwrap();
                let address = server.addrs()[0];
                let server = server.run();
                started.send((address, server.handle())).unwrap();
                let _ = server.await;
            });
        });
        let (address, handle) = starting.recv().unwrap();
        Self { address, seen, handle }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/introspect", self.address)
    }

    pub(super) fn calls(&self) -> usize {
        self.seen.lock().unwrap().calls.len()
    }

    pub(super) fn most_at_once(&self) -> usize {
        self.seen.lock().unwrap().most_at_once
    }

    pub(super) fn paths(&self) -> Vec<String> {
        self.seen.lock().unwrap().calls.iter().map(|call| call.path.clone()).collect()
    }

    pub(super) fn last(&self) -> Call {
        self.seen.lock().unwrap().calls.last().cloned().unwrap()
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

async fn answer<F: Fn(&Call) -> Reply>(
    seen: Arc<Mutex<Seen>>,
    reply: Arc<F>,
    request: HttpRequest,
    form: web::Form<HashMap<String, String>>,
) -> HttpResponse {
    let authorization = request.headers().get("Authorization").map(|value| value.to_str().unwrap().to_owned());
    let call = {
        let mut seen = seen.lock().unwrap();
        let (number, path) = (seen.calls.len(), request.path().to_owned());
        let call = Call { number, path, peer: request.peer_addr(), authorization, form: form.into_inner() };
        seen.calls.push(call.clone());
        seen.under_way += 1;
        seen.most_at_once = seen.most_at_once.max(seen.under_way);
        call
    };
    let Reply { status, content_type, body, delay, location, retry_after, breaks_off } = reply(&call);
    if !delay.is_zero() {
        actix_web::rt::time::sleep(delay).await;
    }
    seen.lock().unwrap().under_way -= 1;
    let mut response = HttpResponse::build(StatusCode::from_u16(status).unwrap());
    response.content_type(content_type);
    if let Some(location) = location {
        response.insert_header(("Location", location));
    }
    if let Some(seconds) = retry_after {
        response.insert_header(("Retry-After", seconds.to_string()));
    }
    if breaks_off {
        let sent = (!body.is_empty()).then(|| Ok(web::Bytes::from(body)));
        let broken = [Err(std::io::Error::other("part of a test"))];
        return response.streaming(futures_util::stream::iter(sent.into_iter().chain(broken)));
    }
    response.body(body)
}
