use auth_runtime::requires;

#[requires(bearer)]
struct Handler;

fn main() {}
