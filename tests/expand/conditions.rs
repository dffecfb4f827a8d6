#[requires(
    any(bearer("partner"), api_key, my::Webhook),
    scope(READ) || role("ops") && !role("guest"),
    check(owns_order),
    realm = "orders",
    hide
)]
async fn change_order(id: web::Path<u64>) -> HttpResponse {
    HttpResponse::Ok().finish()
}
