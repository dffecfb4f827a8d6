use auth_runtime::policy;

policy! {
    AdminArea: bearer, role("admin");
    Tokens: bearer;
    /// Whoever administrates has a token.
    AdminArea => Tokens;
}

fn main() {}
