use auth_runtime::policy;

struct Area;

policy! {
    AdminArea: bearer, role("admin");
    AdminArea => Area;
}

fn main() {}
