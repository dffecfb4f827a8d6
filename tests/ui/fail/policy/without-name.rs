use auth_runtime::policy;

policy! {
    pub : bearer;
}

fn main() {}
