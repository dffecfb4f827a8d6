use auth_runtime::requires;

#[requires(bearer, scope = "files:write", operation)]
fn write_file(name: &str) -> String {
    format!("{name} written")
}

#[requires(bearer)]
#[actix_web::post("/call")]
async fn call(name: String) -> String {
    write_file(&name)
}

fn main() {}
