use auth_runtime::denial::Rejection;
use auth_runtime::requires;

async fn owns_order() -> Result<(), Rejection> {
    Err(Rejection::forbidden("suspended"))
}

#[requires(bearer, check = owns_order)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
