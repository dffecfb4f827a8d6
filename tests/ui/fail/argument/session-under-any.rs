use actix_web::get;
use auth_runtime::{Session, requires};

#[requires(any(session, bearer))]
#[get("/")]
async fn handler(_caller: Session) -> &'static str {
    "hello"
}

fn main() {}
