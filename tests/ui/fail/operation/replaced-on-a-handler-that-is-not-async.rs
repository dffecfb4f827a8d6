use actix_web::get;
use auth_runtime::requires;

#[requires(bearer, operation)]
mod tools {
    use super::*;

    #[requires(basic, replace)]
    #[get("/status")]
    fn handler() -> &'static str {
        "well"
    }
}

fn main() {}
