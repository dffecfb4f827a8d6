use actix_web::get;
use auth_runtime::requires;

#[requires(client_certificate, claim("tenant", "acme"))]
#[get("/")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
