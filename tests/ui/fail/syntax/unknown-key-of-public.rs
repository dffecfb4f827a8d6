use auth_runtime::public;

#[public(raeson = "probe")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
