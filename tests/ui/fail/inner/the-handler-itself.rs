use auth_runtime::requires;

#[requires(bearer, inner = list_users)]
#[actix_web::get("/users")]
async fn list_users() -> &'static str {
    "users"
}

fn main() {}
