#[requires(baerer, scope = "admin")]
#[get("/users")]
pub async fn list_users(caller: Bearer<Claims>) -> impl Responder {
    format!("hello {}", caller.sub)
}
