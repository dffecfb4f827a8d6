use auth_runtime::policy;

policy! {
    pub Area: bearer, role("ops"), !role("ops");
}

fn main() {}
