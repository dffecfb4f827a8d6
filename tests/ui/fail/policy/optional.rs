use auth_runtime::policy;

policy! {
    pub Area: optional(bearer);
}

fn main() {}
