use auth_runtime::requires;

struct Area;

#[requires(policy = Area)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
