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
    _a0: Bearer,
    _a1: web::Data<u8>,
    _a2: web::Data<u8>,
    _a3: web::Data<u8>,
    _a4: web::Data<u8>,
    _a5: web::Data<u8>,
    _a6: web::Data<u8>,
    _a7: web::Data<u8>,
    _a8: web::Data<u8>,
    _a9: web::Data<u8>,
    _a10: web::Data<u8>,
    _a11: web::Data<u8>,
    _a12: web::Data<u8>,
    _a13: web::Data<u8>,
    _a14: web::Data<u8>,
    _a15: web::Payload,
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
