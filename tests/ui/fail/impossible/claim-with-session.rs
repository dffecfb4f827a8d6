use actix_web::get;
use auth_runtime::requires;

#[requires(session, claim("tenant", "acme"))]
#[get("/")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
