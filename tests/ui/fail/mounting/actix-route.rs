use actix_web::web;
use auth_runtime::{Auth, requires};

#[requires(bearer)]
async fn handler() -> &'static str {
    "hello"
}

fn mount(auth: &Auth) {
    let _ = auth.scope("/api").route("/", web::get().to(handler));
}

fn main() {}
