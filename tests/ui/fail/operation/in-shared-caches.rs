use auth_runtime::requires;

#[requires(bearer, operation, shared_cache)]
async fn read_file() -> &'static str {
    "text"
}

fn main() {}
