#[doc = "Lists users."]
#[requires(bearer, scope = "admin")]
#[get("/users")]
#[instrument(skip_all)]
pub async fn list_users(caller: Bearer<Claims>, web::Path(page): web::Path<u32>) -> impl Responder {
    format!("hello {}, page {page}", caller.sub)
}
