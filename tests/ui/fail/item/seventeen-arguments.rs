use actix_web::{get, web};
use auth_runtime::requires;

#[requires(bearer)]
#[get("/")]
async fn handler(
    _0: web::Data<u8>,
    _1: web::Data<u8>,
    _2: web::Data<u8>,
    _3: web::Data<u8>,
    _4: web::Data<u8>,
    _5: web::Data<u8>,
    _6: web::Data<u8>,
    _7: web::Data<u8>,
    _8: web::Data<u8>,
    _9: web::Data<u8>,
    _10: web::Data<u8>,
    _11: web::Data<u8>,
    _12: web::Data<u8>,
    _13: web::Data<u8>,
    _14: web::Data<u8>,
    _15: web::Data<u8>,
    _16: web::Data<u8>,
) -> &'static str {
    "hello"
}

fn main() {}
