use auth_runtime::policy;

policy! {
    pub Area: bearer;
    pub Area: basic;
}

fn main() {}
