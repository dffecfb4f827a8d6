use auth_runtime::policy;

policy! {
    pub Readers: baerer, scope = "read";
    pub Writers: bearer, scope = "";
    pub Owners: basic, claim("owner", true);
}

fn main() {}
