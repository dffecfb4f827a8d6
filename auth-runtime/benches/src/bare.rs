//! The handler without any protection: what actix itself costs.

use actix_web::test::TestRequest;
use actix_web::{App, get, web};

use crate::subject::Subject;

#[get("/orders")]
async fn orders() -> &'static str {
    "orders"
}

/// The application, answering this request.
pub async fn subject(request: impl Fn() -> TestRequest + 'static) -> Subject {
    Subject::new(App::new().service(web::scope("/api").service(orders)), request).await
}

/// Adds the route.
pub fn mount(config: &mut web::ServiceConfig) {
    config.service(web::scope("/api").service(orders));
}
