use actix_web::HttpRequest;
use auth_runtime::requires;

#[requires(bearer)]
async fn handler(#[cfg(unix)] _request: HttpRequest) -> &'static str {
    "hello"
}

fn main() {}
