use auth_runtime::requires;

#[requires(bearer)]
mod api {
    use auth_runtime::requires;

    #[requires(basic)]
    pub mod orders {
        use actix_web::get;

        #[get("/")]
        pub async fn handler() -> &'static str {
            "hello"
        }
    }
}

fn main() {}
