use auth_runtime::requires;

async fn first() -> bool {
    true
}

async fn second() -> bool {
    true
}

#[requires(bearer, check = first, check = second)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
