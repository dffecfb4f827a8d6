use actix_web::web;
use auth_runtime::Auth;

fn orders(_config: &mut web::ServiceConfig) {}

fn mount(auth: &Auth) {
    let _ = auth.scope("/api").configure(orders);
}

fn main() {}
