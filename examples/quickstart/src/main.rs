//! The shortest program that protects a route. Run it, then paste the lines it prints.

use actix_web::{App, HttpServer, Responder, get};
use auth_runtime::testing::TestIssuer;
use auth_runtime::{Auth, Bearer, public, requires};

#[derive(serde::Deserialize)]
struct Claims {
    sub: String,
}

#[requires(bearer, scope = "admin")]
#[get("/users")]
async fn list_users(caller: Bearer<Claims>) -> impl Responder {
    format!("hello {}, here are all users\n", caller.sub)
}

#[public(reason = "liveness probe")]
#[get("/health")]
async fn health() -> &'static str {
    "ok\n"
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Stands for your identity provider. With a real one:
    // Jwt::public_pem(Algorithm::RS256, pem).issuer("https://idp.example").audience("https://api.example")
    let issuer = TestIssuer::new();
    let auth = Auth::builder().realm("quickstart").bearer(issuer.jwt()).build()?;

    let address = std::env::var("BIND").unwrap_or_else(|_| "127.0.0.1:8080".into());
    let server = HttpServer::new(move || App::new().service(auth.scope("").service(list_users).service(health)))
        .bind(&address)
        .map_err(|error| format!("cannot listen on {address}: {error}; set BIND to another address"))?;

    let admin = issuer.token().subject("alice").scope("admin").expires_in(3600).sign();
    let reader = issuer.token().subject("bob").scope("read").expires_in(3600).sign();
    let url = format!("http://{}/users", server.addrs()[0]);
    println!("# 200, a token with the scope:\ncurl -i -H 'Authorization: Bearer {admin}' {url}\n");
    println!("# 403, a token without it:\ncurl -i -H 'Authorization: Bearer {reader}' {url}\n");
    println!("# 401, no token:\ncurl -i {url}\n");
    server.run().await?;
    Ok(())
}
