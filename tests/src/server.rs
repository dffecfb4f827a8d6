//! A server on a port of its own, in a thread of its own.

use std::fmt::Debug;
use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, Response, ServerHandle, ServiceFactory};
use actix_web::{App, Error, HttpServer, web};

use crate::client::{Connection, Request};

/// A running server; it stops when this is dropped.
pub struct Server {
    address: SocketAddr,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves an application that consists of these services.
    pub fn start(services: impl Fn(&mut web::ServiceConfig) + Clone + Send + 'static) -> Self {
        Self::of(move || App::new().configure(services.clone()))
    }

    /// Serves this application: one worker, HTTP/1.1 and HTTP/2 without TLS, and no time limits of actix's own, so that
    /// a request that waits for ever shows.
    pub fn of<F, I, S, B>(application: F) -> Self
    where
        F: Fn() -> I + Send + Clone + 'static,
        I: actix_service::IntoServiceFactory<S, actix_http::Request>,
        S: ServiceFactory<actix_http::Request, Config = AppConfig> + 'static,
        S::Error: Into<Error> + 'static,
        S::InitError: Debug,
        S::Response: Into<Response<B>> + 'static,
        <S::Service as actix_service::Service<actix_http::Request>>::Future: 'static,
        S::Service: 'static,
        B: MessageBody + 'static,
    {
        Self::on(TcpListener::bind(("127.0.0.1", 0)).expect("a free port"), application)
    }

    /// The same where somebody listens already: for an application that says where it is.
    pub fn on<F, I, S, B>(listener: TcpListener, application: F) -> Self
    where
        F: Fn() -> I + Send + Clone + 'static,
        I: actix_service::IntoServiceFactory<S, actix_http::Request>,
        S: ServiceFactory<actix_http::Request, Config = AppConfig> + 'static,
        S::Error: Into<Error> + 'static,
        S::InitError: Debug,
        S::Response: Into<Response<B>> + 'static,
        <S::Service as actix_service::Service<actix_http::Request>>::Future: 'static,
        S::Service: 'static,
        B: MessageBody + 'static,
    {
        let (started, starting) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = HttpServer::new(application)
                    .workers(1)
                    .client_request_timeout(Duration::ZERO)
                    .client_disconnect_timeout(Duration::ZERO)
                    .shutdown_timeout(0)
                    .disable_signals()
                    .listen_auto_h2c(listener)
                    .unwrap();
                let address = server.addrs()[0];
                let server = server.run();
                started.send((address, server.handle())).unwrap();
                server.await.unwrap();
            });
        });
        let (address, handle) = starting.recv().expect("the server starts");
        Self { address, handle, thread: Some(thread) }
    }

    /// The same, when its application has been assembled: that is done in the worker, before the first answer.
    #[must_use]
    pub fn assembled(self) -> Self {
        self.get("/").send();
        self
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A connection to it.
    pub fn connect(&self) -> Connection {
        Connection::open(self.address)
    }

    /// A request, to be sent on a connection of its own.
    pub fn request(&self, method: &str, target: &str) -> Request {
        Request::new(self.address, method, target)
    }

    /// A GET request.
    pub fn get(&self, target: &str) -> Request {
        self.request("GET", target)
    }

    /// A POST request.
    pub fn post(&self, target: &str) -> Request {
        self.request("POST", target)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let stopped = self.handle.stop(false);
        if let Some(thread) = self.thread.take() {
            // The command is sent at once; what is left to await is the thread's end.
            drop(stopped);
            let ended = thread.join();
            assert!(ended.is_ok() || std::thread::panicking(), "the server's thread panicked");
        }
    }
}
