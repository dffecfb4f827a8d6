use auth_runtime::policy;

policy! {
    pub Area: ;
}

fn main() {}
