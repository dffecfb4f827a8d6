use auth_runtime::requires;

#[requires(bearer, check("owns_order"))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
