use auth_runtime::{public, requires};

#[requires(bearer, scope = "admin", inner = list_users_inner)]
#[actix_web::get("/users")]
async fn list_users() -> &'static str {
    "users"
}

#[public]
#[actix_web::get("/open")]
async fn open() -> &'static str {
    list_users_inner().await
}

fn main() {}
