use auth_runtime::policy;

policy! {
    pub Area bearer;
}

fn main() {}
