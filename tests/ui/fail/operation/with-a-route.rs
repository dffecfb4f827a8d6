use auth_runtime::requires;

#[requires(bearer, scope = "files:write", operation)]
#[actix_web::post("/files")]
async fn write_file() -> &'static str {
    "written"
}

fn main() {}
