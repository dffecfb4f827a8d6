use auth_runtime::{Granted, policy};

policy! {
    AdminArea: bearer, role("staff"), role("admin");
    StaffArea: bearer, role("staff");
}

fn of_staff(_: &Granted<StaffArea>) {}

fn of_admins(proof: &Granted<AdminArea>) {
    of_staff(&proof.weaken::<StaffArea>());
}

fn main() {
    let _ = of_admins;
}
