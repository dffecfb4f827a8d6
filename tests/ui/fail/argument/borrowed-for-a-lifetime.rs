use actix_web::{HttpRequest, get};
use auth_runtime::requires;

#[requires(bearer)]
#[get("/")]
async fn handler<'a>(_request: &'a HttpRequest) -> &'static str {
    "hello"
}

fn main() {}
