use auth_runtime::{Auth, route};

async fn handler() -> &'static str {
    "hello"
}

fn mount(auth: &Auth) {
    let _ = auth.scope("/api").service(route::resource("/").get(handler));
}

fn main() {}
