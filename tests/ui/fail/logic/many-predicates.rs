use auth_runtime::requires;

#[requires(bearer, role("a") && role("b") && role("c") && role("d") && role("e") && role("f") && role("g") && role("h")
    && role("i") && role("j") && role("k") && role("l") && role("m") && !role("a"))]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
