use auth_runtime::requires;

#[requires(bearer)]
async extern "C" fn handler() -> &'static str {
    "hello"
}

fn main() {}
