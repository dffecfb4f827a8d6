use auth_runtime::policy;

policy! {
    AdminArea: bearer, role("admin");
    AdminArea => AdminArea;
}

fn main() {}
