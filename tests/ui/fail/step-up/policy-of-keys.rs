use auth_runtime::{policy, requires};

policy! { Machines: any(api_key, bearer) }

#[requires(policy = Machines, max_age = "5m")]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
