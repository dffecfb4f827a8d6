use auth_runtime::requires;

#[requires(bearer, scop("read") && rolle("ops"))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
