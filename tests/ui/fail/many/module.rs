use auth_runtime::requires;

#[requires(bearer, scop = "read")]
mod api {
    use actix_web::get;
    use auth_runtime::{Bearer, requires};

    #[requires(rolle = "ops")]
    #[get("/")]
    pub async fn first(_caller: Bearer) -> &'static str {
        "hello"
    }

    #[requires(hiden)]
    #[get("/second")]
    pub async fn second(_caller: Bearer) -> &'static str {
        "hello"
    }
}

fn main() {}
