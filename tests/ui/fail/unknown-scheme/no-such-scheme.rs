use auth_runtime::requires;

#[requires(kerberos)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
