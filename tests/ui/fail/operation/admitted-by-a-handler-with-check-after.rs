use actix_web::{HttpRequest, web};
use auth_runtime::{Auth, Denial, requires};

async fn may_write(name: &String) -> bool {
    !name.is_empty()
}

#[requires(bearer, check_after = may_write(name))]
#[actix_web::post("/files")]
async fn write_file(name: String) -> String {
    name
}

#[requires(bearer)]
#[actix_web::post("/call")]
async fn call(request: HttpRequest, auth: web::Data<Auth>) -> Result<&'static str, Denial> {
    auth.admit::<write_file>(&request).await?;
    Ok("called")
}

fn main() {}
