//! A prepared application with the request that it is measured on.

use std::fmt::Debug;
use std::future::Future;
use std::hint::black_box;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Instant;

use actix_http::Request;
use actix_service::IntoServiceFactory;
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, Service, ServiceFactory, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::test::{self, TestRequest};
use actix_web::{Error, rt};

type Local<T> = Pin<Box<dyn Future<Output = T>>>;

/// An application that answers a kind of request, one after the other, without a network.
pub struct Subject {
    request: Box<dyn Fn() -> TestRequest>,
    answer_all: Box<dyn Fn(Vec<Request>) -> Local<()>>,
    answer: Box<dyn Fn(Request) -> Local<StatusCode>>,
}

impl Subject {
    /// Starts the application.
    pub async fn new<F, S, B>(app: F, request: impl Fn() -> TestRequest + 'static) -> Self
    where
        F: IntoServiceFactory<S, Request> + 'static,
        S: ServiceFactory<Request, Config = AppConfig, Response = ServiceResponse<B>, Error = Error> + 'static,
        S::InitError: Debug,
        B: MessageBody + 'static,
    {
        let service = Rc::new(test::init_service(app).await);
        let single = Rc::clone(&service);
        Self {
            request: Box::new(request),
            // One box for a whole batch, so that the boxes of this harness do not count.
            answer_all: Box::new(move |requests| {
                let service = Rc::clone(&service);
                Box::pin(async move {
                    for request in requests {
                        let _ = black_box(service.call(request).await);
                    }
                })
            }),
            answer: Box::new(move |request| {
                let answer = single.call(request);
                Box::pin(async move {
                    match answer.await {
                        Ok(response) => response.status(),
                        // As the server answers what no middleware turned into a response.
                        Err(error) => error.as_response_error().status_code(),
                    }
                })
            }),
        }
    }

    /// Requests made ready, so that making them is not measured.
    pub fn requests(&self, count: usize) -> Vec<Request> {
        (0..count).map(|_| (self.request)().to_request()).collect()
    }

    /// The status of one answer.
    pub async fn status(&self) -> StatusCode {
        (self.answer)((self.request)().to_request()).await
    }

    /// Answers them all.
    pub async fn answer_all(&self, requests: Vec<Request>) {
        (self.answer_all)(requests).await;
    }

    /// Answers requests until caches are filled and lazy values are made.
    pub async fn warm_up(&self) {
        for _ in 0..20 {
            self.status().await;
        }
    }
}

/// Nanoseconds that a round takes: short enough that most rounds are not interrupted, even on a busy machine.
const ROUND: f64 = 400_000.0;

impl Subject {
    /// How many requests make a round.
    pub async fn requests_a_round(&self) -> usize {
        (ROUND / self.round(5).await).clamp(3.0, 120.0) as usize
    }

    /// Nanoseconds a request, over a round of so many.
    pub async fn round(&self, size: usize) -> f64 {
        let requests = self.requests(size);
        let start = Instant::now();
        self.answer_all(requests).await;
        start.elapsed().as_nanos() as f64 / size as f64
    }
}

/// Runs a future on actix's runtime, whose tasks stay on this thread.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    rt::System::new().block_on(future)
}
