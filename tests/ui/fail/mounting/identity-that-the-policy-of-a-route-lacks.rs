use auth_runtime::{Auth, Basic, policy, route};

policy! {
    CanQuery: bearer, scope("query");
}

async fn handler(_: Basic) -> &'static str {
    "hello"
}

fn mount(auth: &Auth) {
    let _ = auth.scope("/api").route("/", route::get().requires::<CanQuery>().to(handler));
}

fn main() {}
