use auth_runtime::requires;

#[requires(bearer)]
async unsafe fn handler() -> &'static str {
    "hello"
}

fn main() {}
