use auth_runtime::public;

#[public]
pub struct Handler;

fn main() {}
