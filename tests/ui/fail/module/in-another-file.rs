use auth_runtime::requires;

#[requires(bearer)]
#[path = "another-file.txt"]
mod inner;

fn main() {}
