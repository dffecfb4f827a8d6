use actix_web::{Responder, post};
use auth_runtime::{Denial, SignIn, public};

struct User;

#[public(reason = "where people sign in")]
#[post("/login")]
async fn log_in(sign_in: SignIn<User>) -> Result<impl Responder, Denial> {
    sign_in.without_password().subject("alice").details(User).finish().await
}

fn main() {}
