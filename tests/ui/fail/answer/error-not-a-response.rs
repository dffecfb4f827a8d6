use actix_web::get;
use auth_runtime::requires;

#[derive(Debug)]
struct Failed;

#[requires(bearer)]
#[get("/")]
async fn handler() -> Result<String, Failed> {
    Err(Failed)
}

fn main() {}
