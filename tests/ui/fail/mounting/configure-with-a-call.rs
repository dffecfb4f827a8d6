use auth_runtime::{Auth, ServiceConfig};

fn orders(_config: &mut ServiceConfig) {}

fn mount(auth: &Auth, config: &mut ServiceConfig) {
    let _ = auth.scope("/api").configure(orders(config));
}

fn main() {}
