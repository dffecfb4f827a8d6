use actix_web::web;
use auth_runtime::Auth;

fn mount(auth: &Auth) {
    let _ = auth.scope("/api").configure(|_config: &mut web::ServiceConfig| {});
}

fn main() {}
