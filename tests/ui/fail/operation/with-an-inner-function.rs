use auth_runtime::requires;

#[requires(bearer, operation, inner = write_now)]
async fn write_file() -> &'static str {
    "written"
}

fn main() {}
