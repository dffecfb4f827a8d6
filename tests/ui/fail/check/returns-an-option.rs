use auth_runtime::requires;

async fn owns_order() -> Option<bool> {
    Some(true)
}

#[requires(bearer, check = owns_order)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
