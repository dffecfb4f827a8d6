#[requires(bearer, check = load_order(Limit::SMALL) -> Order, check_after = may_lock(body))]
#[post("/orders/{id}")]
async fn lock(order: Checked<Order>, body: web::Json<Lock>) -> HttpResponse {
    HttpResponse::Ok().finish()
}
