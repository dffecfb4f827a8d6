use actix_web::{HttpRequest, get};
use auth_runtime::requires;

#[requires(bearer)]
#[get("/")]
async fn handler(_request: &HttpRequest) -> &'static str {
    "hello"
}

fn main() {}
