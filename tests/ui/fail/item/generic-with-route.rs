use actix_web::{get, web};
use auth_runtime::requires;

#[requires(bearer)]
#[get("/")]
async fn handler<T: 'static>(_db: web::Data<T>) -> &'static str {
    "hello"
}

fn main() {}
