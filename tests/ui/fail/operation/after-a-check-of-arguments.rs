use auth_runtime::requires;

#[requires(bearer, operation, check_after = may_write(name))]
async fn write_file(name: String) -> String {
    name
}

async fn may_write(name: &String) -> bool {
    !name.is_empty()
}

fn main() {}
