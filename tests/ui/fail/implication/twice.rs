use auth_runtime::policy;

policy! {
    AdminArea: bearer, role("admin");
    Tokens: bearer;
    AdminArea => Tokens;
    AdminArea => Tokens;
}

fn main() {}
