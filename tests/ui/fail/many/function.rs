use auth_runtime::requires;

#[requires(bearer)]
const fn handler(_text: &str) -> () {}

fn main() {}
