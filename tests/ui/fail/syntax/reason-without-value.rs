use auth_runtime::public;

#[public(reason)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
