use auth_runtime::{Auth, policy, route};

policy! { Area: bearer; }

struct Order;

async fn handler() -> Order {
    Order
}

fn mount(auth: &Auth) {
    let _ = auth.scope("").route("/", route::get().requires::<Area>().to(handler));
}

fn main() {}
