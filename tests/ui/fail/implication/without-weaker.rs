use auth_runtime::policy;

policy! {
    AdminArea: bearer, role("admin");
    AdminArea =>
}

fn main() {}
