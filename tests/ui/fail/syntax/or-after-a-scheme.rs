use auth_runtime::requires;

#[requires(any(api_key, bearer || scope("b")))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
