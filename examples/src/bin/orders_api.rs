//! A service that others call in somebody's name: JWTs of a provider, meant for it, with the scope that it asks for.
//!
//! ```text
//! OIDC_ISSUER=https://idp.example AUDIENCE=https://orders.example cargo run -p examples --bin orders_api
//! ```
//!
//! What the example `backend_for_frontend` calls. Serves on 127.0.0.1:8089.

use actix_web::{App, HttpServer, Responder, get, web};
use auth_runtime::{Auth, Jwt, Principal, requires};
use examples::variable;

#[requires(bearer, scope = "orders:read")]
#[get("/orders")]
async fn orders(who: Principal) -> impl Responder {
    web::Json(vec![format!("a kettle for {}", who.subject())])
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    actix_web::rt::System::new().block_on(serve())
}

async fn serve() -> Result<(), Box<dyn std::error::Error>> {
    let listener = examples::listener("127.0.0.1:8089")?;
    let tokens = Jwt::oidc(variable("OIDC_ISSUER")?).audience(variable("AUDIENCE")?);
    let auth = Auth::builder().realm("orders").bearer(tokens).build()?;
    let server = HttpServer::new(move || App::new().service(auth.scope("").service(orders))).listen(listener)?;
    for address in server.addrs() {
        println!("listening on http://{address}");
    }
    Ok(server.run().await?)
}
