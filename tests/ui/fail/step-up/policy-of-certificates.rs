use auth_runtime::{policy, requires};

policy! { Machines: any(client_certificate, bearer) }

#[requires(policy = Machines, acr = "mfa")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
