use auth_runtime::requires;

struct Tools;

impl Tools {
    #[requires(bearer, operation)]
    async fn write_file(&self) -> &'static str {
        "written"
    }
}

fn main() {}
