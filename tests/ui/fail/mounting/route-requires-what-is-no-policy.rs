use auth_runtime::{Auth, route};

struct CanQuery;

async fn handler() -> &'static str {
    "hello"
}

fn mount(auth: &Auth) {
    let _ = auth.scope("/api").route("/", route::get().requires::<CanQuery>().to(handler));
}

fn main() {}
