#[requires(bearer, scope = "admin", inner = pub(crate) list_users_inner)]
#[get("/users")]
async fn list_users(web::Path(page): web::Path<u32>) -> HttpResponse {
    HttpResponse::Ok().finish()
}
