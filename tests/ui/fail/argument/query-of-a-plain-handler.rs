use actix_web::web;
use auth_runtime::requires;

struct Page;

#[requires(bearer)]
async fn handler(_page: web::Query<Page>) -> &'static str {
    "hello"
}

fn main() {}
