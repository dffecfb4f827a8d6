use auth_runtime::requires;

#[requires(optional(bearer), inner = list_users_inner)]
#[actix_web::get("/users")]
async fn list_users() -> &'static str {
    "users"
}

fn main() {}
