use auth_runtime::Denial;

fn quota(of: &str) -> Denial {
    Denial::conflict("no more").code(format!("quota_{of}"))
}

fn main() {}
