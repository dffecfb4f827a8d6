use auth_runtime::requires;

#[requires(api_key, !claim("suspended", true))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
