use actix_web::get;
use auth_runtime::{Session, requires};

struct User;

#[requires(session)]
#[get("/")]
async fn handler(_caller: Session<User>) -> &'static str {
    "hello"
}

fn main() {}
