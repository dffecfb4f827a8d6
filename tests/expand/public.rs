#[public(reason = "liveness probe")]
#[routes]
#[get("/health")]
#[head("/health")]
async fn health() -> &'static str {
    "ok"
}
