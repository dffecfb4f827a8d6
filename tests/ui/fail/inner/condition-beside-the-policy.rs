use auth_runtime::{policy, requires};

policy! {
    Reading: bearer, scope("read");
}

#[requires(policy = Reading, role = "ops", inner = list_users_inner)]
#[actix_web::get("/users")]
async fn list_users() -> &'static str {
    "users"
}

fn main() {}
