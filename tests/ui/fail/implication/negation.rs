use auth_runtime::policy;

policy! {
    AdminArea: bearer, role("admin") && !role("guest");
    StaffArea: bearer, role("admin") && !role("guest") && !role("suspended");
    AdminArea => StaffArea;
}

fn main() {}
