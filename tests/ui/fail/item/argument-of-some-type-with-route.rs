use actix_web::{FromRequest, get};
use auth_runtime::requires;

#[requires(bearer)]
#[get("/")]
async fn handler(_db: impl FromRequest) -> &'static str {
    "hello"
}

fn main() {}
