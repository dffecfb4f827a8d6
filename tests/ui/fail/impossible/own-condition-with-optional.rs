use auth_runtime::requires;

#[requires(optional(any(api_key, bearer && scope("read"))))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
