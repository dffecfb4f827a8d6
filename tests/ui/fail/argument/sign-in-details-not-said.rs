use actix_web::{Responder, post};
use auth_runtime::{Denial, SignIn, public};

#[derive(serde::Serialize, serde::Deserialize)]
struct User {
    name: String,
}

#[public(reason = "where people sign in")]
#[post("/login")]
async fn log_in(sign_in: SignIn<User>) -> Result<impl Responder, Denial> {
    let found = sign_in.verify("alice", async { Ok::<_, std::io::Error>(Some(())) }).await?;
    let (verified, ()) = found.ok_or_else(|| Denial::forbidden("wrong name or password"))?;
    verified.subject("17").roles(["viewer"]).finish().await
}

fn main() {}
