use auth_runtime::policy;

policy! {
    pub AdminArea: bearer, role("admin");
    pub Tokens: bearer;
    pub AdminArea => Tokens;
}

fn main() {}
