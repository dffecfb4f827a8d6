use auth_runtime::requires;

#[requires(any(basic, basic), claim("tenant", 1))]
fn handler() -> &'static str {
    "hello"
}

fn main() {}
