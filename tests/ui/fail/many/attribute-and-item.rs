use auth_runtime::requires;

#[requires(any(basic, basic), scope = "read")]
fn handler() -> &'static str {
    "hello"
}

fn main() {}
