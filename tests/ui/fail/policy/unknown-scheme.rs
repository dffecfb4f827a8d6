use auth_runtime::policy;

policy! {
    pub Area: baerer;
}

fn main() {}
