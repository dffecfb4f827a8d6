use auth_runtime::requires;

#[requires(bearer)]
fn handler() -> &'static str {
    "hello"
}

fn main() {}
