//! Arguments: none to sixteen, patterns, other extractors beside identities.

use actix_web::{FromRequest, HttpRequest, Responder, get, web};
use auth_runtime::{Bearer, Declared, requires};

#[derive(serde::Deserialize)]
struct Order {
    id: u64,
    amount: u64,
}

#[requires(bearer)]
#[get("/none")]
async fn none() -> &'static str {
    "hello"
}

#[requires(bearer)]
#[get("/{id}")]
async fn patterns(
    caller: Bearer,
    web::Json(Order { id, mut amount }): web::Json<Order>,
    mut path: web::Path<(u64, String)>,
    _: HttpRequest,
    (a, b): (web::Data<u8>, Option<web::Query<Order>>),
) -> String {
    amount += 1;
    path.0 += u64::from(**a);
    let subject = caller.principal().subject();
    format!("{id} {amount} {} {subject} {}", path.1, b.is_some())
}

#[requires(bearer)]
#[get("/sixteen")]
#[allow(clippy::too_many_arguments)]
async fn sixteen(
    _0: Bearer,
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
    _15: web::Payload,
) -> &'static str {
    "hello"
}

#[requires(bearer)]
async fn of_any_type(_caller: Bearer, _body: impl FromRequest + 'static) -> impl Responder {
    "hello"
}

#[requires(bearer)]
async fn attributes_on_arguments(#[allow(unused_variables)] caller: Bearer) -> &'static str {
    "hello"
}

#[test]
fn handlers_can_be_mounted() {
    fn is_declared<T: Declared>(_: T) {}
    is_declared(none);
    is_declared(patterns);
    is_declared(sixteen);
    let _ = web::get().to(attributes_on_arguments);
}
