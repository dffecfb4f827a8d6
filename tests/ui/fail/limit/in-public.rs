use auth_runtime::public;

#[public(limit = "10/s")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
