use auth_runtime::policy;

policy! {
    AdminArea: bearer, role("admin");
    Tokens: bearer;
    AdminArea => Tokens, scope("orders");
}

fn main() {}
