use auth_runtime::policy;

async fn owns_order() -> bool {
    true
}

policy! {
    Owner: bearer, role("staff"), check(owns_order);
    Holder: bearer, check(owns_order);
    Owner => Holder;
}

fn main() {}
