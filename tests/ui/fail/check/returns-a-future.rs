use auth_runtime::requires;

async fn owns_order() -> impl Future<Output = bool> {
    async { true }
}

#[requires(bearer, check = owns_order)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
