use auth_runtime::requires;

#[requires(bearer, claim([OUTER, "tenant"], "acme"))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
