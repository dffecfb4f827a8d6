//! Measures what sessions cost: requests per second with a session in memory and in Redis beside a bare handler, over loopback
//! HTTP, and the resident memory of 100,000 sessions. Prints JSON.
//!
//! `sessions ROUNDS SECONDS` says how long. It starts a `redis-server`, and leaves Redis out where there is none.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::print_stdout)]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::{App, HttpResponse, get, post, web};
use auth_benches::bare;
use auth_benches::load::{Suite, rates, serve};
use auth_runtime::{Auth, Denial, Principal, Sessions, SignIn, public, requires};
use memory_stats::memory_stats;
use serde_json::json;

/// Sessions whose memory is measured.
const SESSIONS: usize = 100_000;
const SECRET: [u8; 32] = [7; 32];

#[requires(session)]
#[get("/orders")]
async fn orders(_who: Principal) -> &'static str {
    "orders"
}

#[public(reason = "a way in")]
#[post("/login/{subject}")]
async fn log_in(subject: web::Path<String>, sign_in: SignIn) -> Result<HttpResponse, Denial> {
    let signed_in = sign_in.without_password().subject(subject.into_inner()).roles(["viewer"]).finish().await?;
    Ok(signed_in.with(HttpResponse::NoContent().finish()))
}

fn auth(sessions: Sessions) -> Auth {
    let auth = Auth::builder().public_origin("https://shop.example").session(sessions);
    // The policies of the other benchmarks are linked too.
    auth.dangerous_allow_unconfigured().build().expect("complete")
}

/// Signs somebody in at this server, whose runtime then drives the connection to Redis, and says the cookie.
fn cookie(server: SocketAddr) -> String {
    let mut stream = TcpStream::connect(server).expect("it listens");
    let request = "POST /api/login/alice HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).expect("a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let cookie = answer.lines().find_map(|line| line.strip_prefix("set-cookie: ")).expect("signed in");
    cookie.split(';').next().expect("a name and a value").to_owned()
}

/// Bytes that so many sessions keep resident, each of a subject of its own.
async fn resident() -> usize {
    let auth = auth(Sessions::in_memory());
    let app = init_service(App::new().service(auth.scope("/api").service(log_in).service(orders))).await;
    let sign_in = async |number: usize| {
        let request = TestRequest::post().uri(&format!("/api/login/subject-{number}")).to_request();
        assert_eq!(call_service(&app, request).await.status(), 204);
    };
    // What is allocated once.
    sign_in(SESSIONS).await;
    let before = memory_stats().expect("a figure").physical_mem;
    for number in 1..SESSIONS {
        sign_in(number).await;
    }
    memory_stats().expect("a figure").physical_mem - before
}

struct Redis(Child, String);

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn redis() -> Option<Redis> {
    let address = TcpListener::bind(("127.0.0.1", 0)).and_then(|free| free.local_addr()).expect("a free port");
    let port = address.port().to_string();
    let arguments = ["--bind", "127.0.0.1", "--port", &port, "--save", "", "--dir", "/tmp"];
    let child = Command::new("redis-server").args(arguments).stdout(Stdio::null()).spawn().ok()?;
    let redis = Redis(child, format!("redis://{address}"));
    while TcpStream::connect(address).is_err() {
        std::thread::sleep(Duration::from_millis(20));
    }
    Some(redis)
}

fn main() {
    let argument = |n: usize, otherwise: &str| std::env::args().nth(n).unwrap_or_else(|| otherwise.to_owned());
    let rounds: usize = argument(1, "9").parse().expect("a number of rounds");
    let seconds = argument(2, "2") + "s";
    let system = actix_web::rt::System::new();
    let resident = system.block_on(resident());
    let redis = redis();
    let mut contenders: Vec<(&str, SocketAddr, String)> = vec![("bare handler", serve(bare::mount), String::new())];
    let shared = redis.as_ref().map(|Redis(_, url)| Sessions::redis(&**url).key("benchmark", SECRET));
    let kept = [("session in memory", Some(Sessions::in_memory())), ("session in Redis", shared)];
    for (what, sessions) in kept {
        let Some(sessions) = sessions else { continue };
        let auth = auth(sessions);
        let served = serve(move |config| {
            config.service(auth.scope("/api").service(log_in).service(orders));
        });
        contenders.push((what, served, cookie(served)));
    }
    let suites =
        contenders.iter().map(|(_, address, cookie)| Suite { address: *address, field: ("cookie", cookie.clone()) });
    let names = contenders.iter().map(|(what, ..)| *what);
    let rates = rates(&suites.collect::<Vec<_>>(), rounds, &seconds);
    let rates: serde_json::Map<_, _> =
        names.zip(rates).map(|(what, rate)| (what.to_owned(), json!(rate.round()))).collect();
    let per_session = resident / SESSIONS;
    println!("{}", json!({"requests_per_second": rates, "resident_bytes": resident, "bytes_per_session": per_session}));
}
