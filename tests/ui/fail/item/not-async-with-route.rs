use actix_web::get;
use auth_runtime::requires;

#[requires(bearer)]
#[get("/")]
fn handler() -> &'static str {
    "hello"
}

fn main() {}
