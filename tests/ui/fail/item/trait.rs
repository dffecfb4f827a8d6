use auth_runtime::requires;

#[requires(bearer)]
trait Handler {
    async fn handler() -> &'static str;
}

fn main() {}
