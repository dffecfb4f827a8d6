#[requires(bearer, scope = "orders")]
mod orders {
    #[get("/orders")]
    async fn list() -> &'static str {
        "hello"
    }

    #[requires(role = "clerk")]
    #[post("/orders")]
    async fn create() -> &'static str {
        "hello"
    }

    #[public(replace)]
    #[get("/health")]
    async fn health() -> &'static str {
        "hello"
    }

    fn helper() {}
}
