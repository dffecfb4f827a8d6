use auth_runtime::requires;

#[requires(any(bearer, client_certificate))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
