use actix_web::get;
use auth_runtime::{Auth, requires};

#[get("/")]
#[requires(bearer)]
async fn handler() -> &'static str {
    "hello"
}

fn mount(auth: &Auth) {
    let _ = auth.scope("/api").service(handler);
}

fn main() {}
