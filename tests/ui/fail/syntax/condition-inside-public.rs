use auth_runtime::public;

#[public(scope = "read")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
