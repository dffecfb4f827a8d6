use auth_runtime::{Auth, requires, route};

#[requires(bearer, scope = "admin", inner = list_users_inner)]
#[actix_web::get("/users")]
async fn list_users() -> &'static str {
    "users"
}

fn mount(auth: &Auth) {
    let _ = auth.scope("/api").route("/users", route::get().to(list_users_inner));
}

fn main() {}
