use auth_runtime::policy;

policy! {
    AdminArea: bearer, role("admin"), scope("orders");
    StaffArea: bearer, role("staff");
    AdminArea => StaffArea;
}

fn main() {}
