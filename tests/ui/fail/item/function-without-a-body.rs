use auth_runtime::requires;

trait Api {
    #[requires(bearer)]
    async fn handler() -> &'static str;
}

fn main() {}
