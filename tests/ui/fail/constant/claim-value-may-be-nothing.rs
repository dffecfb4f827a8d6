use auth_runtime::requires;

const TENANT: Option<&str> = None;

#[requires(bearer, claim("tenant", TENANT))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
