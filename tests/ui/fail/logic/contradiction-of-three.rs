use auth_runtime::requires;

#[requires(bearer, (scope("a") || scope("b")) && !scope("a") && !scope("b"))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
