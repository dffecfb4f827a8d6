use auth_runtime::requires;

#[requires(any(dpop, bearer), allow_downgrade = true)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
