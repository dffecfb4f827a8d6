use actix_web::{Responder, post};
use auth_runtime::{SignOut, public};

#[public]
#[post("/logout")]
async fn log_out(out: SignOut) -> impl Responder {
    out.here().await
}

fn main() {}
