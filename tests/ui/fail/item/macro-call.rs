use auth_runtime::requires;

macro_rules! handler {
    () => {
        async fn handler() -> &'static str {
            "hello"
        }
    };
}

#[requires(bearer)]
handler!();

fn main() {}
