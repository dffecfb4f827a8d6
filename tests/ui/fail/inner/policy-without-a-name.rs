use auth_runtime::requires;

#[requires(bearer, inner = list_users_inner)]
async fn list_users() -> &'static str {
    "users"
}

fn main() {}
