//! Load over loopback HTTP with keep-alive, which comes from `rlt`, a generator of load whose single request is written here. Server and
//! load have one thread each.

use std::net::SocketAddr;
use std::sync::mpsc;
use std::time::Instant;

use actix_web::web::ServiceConfig;
use actix_web::{App, HttpServer};
use async_trait::async_trait;
use clap::Parser as _;
use http_body_util::{BodyExt as _, Empty};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use rlt::cli::BenchCli;
use rlt::{BenchSuite, IterInfo, IterReport, Status};
use tokio::net::TcpStream;

use crate::measured::median;

/// Connections that are kept alive, each with one request under way.
const CONNECTIONS: &str = "16";

/// Starts a server with one worker, on a thread that lives as long as the process.
pub fn serve(mount: impl Fn(&mut ServiceConfig) + Send + Clone + 'static) -> SocketAddr {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let server = HttpServer::new(move || App::new().configure(mount.clone())).workers(1);
            let server = server.bind(("127.0.0.1", 0)).expect("a free port");
            sender.send(server.addrs()[0]).expect("the main thread waits");
            server.run().await.expect("a server");
        });
    });
    receiver.recv().expect("an address")
}

/// Requests per second over some seconds.
fn rate(suite: Suite, seconds: &str) -> f64 {
    let report = std::env::temp_dir().join(format!("load-{}.json", std::process::id()));
    let arguments =
        ["load", "--quiet", "--output=json", "--warmup=200", "--duration", seconds, "--concurrency", CONNECTIONS];
    let mut options = BenchCli::parse_from(arguments);
    options.output_file = Some(report.clone());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(rlt::cli::run(options, suite)).expect("a load");
    let summary: serde_json::Value = serde_json::from_slice(&std::fs::read(&report).expect("a report")).expect("JSON");
    let number = |pointer: &str| summary.pointer(pointer).and_then(serde_json::Value::as_f64).expect("a figure");
    assert!(number("/summary/success_ratio") == 1.0, "all requests succeed");
    number("/summary/iters/rate")
}

/// The same of each, the median of rounds in which they take turns.
pub fn rates(suites: &[Suite], rounds: usize, seconds: &str) -> Vec<f64> {
    let mut rates = vec![Vec::new(); suites.len()];
    for _ in 0..rounds {
        for (suite, rates) in suites.iter().zip(&mut rates) {
            rates.push(rate(suite.clone(), seconds));
        }
    }
    rates.into_iter().map(median).collect()
}

/// What is asked of a server: `GET /api/orders`.
#[derive(Clone, Debug)]
pub struct Suite {
    /// Where it listens.
    pub address: SocketAddr,
    /// The field with the credentials.
    pub field: (&'static str, String),
}

#[async_trait]
impl BenchSuite for Suite {
    type WorkerState = SendRequest<Empty<Bytes>>;

    async fn state(&self, _: u32) -> anyhow::Result<Self::WorkerState> {
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(sender)
    }

    async fn bench(&mut self, sender: &mut Self::WorkerState, _: &IterInfo) -> anyhow::Result<IterReport> {
        let request = Request::get("/api/orders")
            .header("host", "127.0.0.1")
            .header(self.field.0, &self.field.1)
            .body(Empty::new())?;
        let start = Instant::now();
        sender.ready().await?;
        let response = sender.send_request(request).await?;
        let status = i64::from(response.status().as_u16());
        let bytes = response.into_body().collect().await?.to_bytes().len() as u64;
        let status = if status == 200 { Status::success(status) } else { Status::client_error(status) };
        Ok(IterReport { duration: start.elapsed(), status, bytes, items: 1 })
    }
}
