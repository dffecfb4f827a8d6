use actix_web::{HttpRequest, web};
use auth_runtime::{Auth, Denial, requires};

#[requires(bearer, scope = "files:read", operation)]
fn read_file() -> &'static str {
    "text"
}

#[requires(bearer, scope = "files:write", operation)]
fn write_file() -> &'static str {
    "written"
}

#[requires(bearer)]
#[actix_web::post("/call")]
async fn call(request: HttpRequest, auth: web::Data<Auth>) -> Result<&'static str, Denial> {
    let proof = auth.admit::<read_file>(&request).await?;
    Ok(write_file(&proof))
}

fn main() {}
