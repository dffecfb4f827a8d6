use auth_runtime::requires;

#[requires(bearer)]
const HANDLER: u8 = 1;

fn main() {}
