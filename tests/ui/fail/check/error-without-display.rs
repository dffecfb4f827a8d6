use auth_runtime::requires;

struct Broken;

async fn owns_order() -> Result<bool, Broken> {
    Err(Broken)
}

#[requires(bearer, check = owns_order)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
