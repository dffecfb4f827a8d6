//! An MCP server: one route, and a policy for each tool behind it.
//!
//! ```text
//! PUBLIC_ORIGIN=https://files.example OIDC_ISSUER=https://idp.example AUDIENCE=https://files.example/mcp cargo run -p mcp_server
//! ```
//!
//! A client that has no token finds the provider by the 401. It gets a token for `AUDIENCE` with the scope `files:read`, and sees the tools
//! that it may call. When it calls one that needs more, the 403 says all of what it needs, and it comes back with that.
//!
//! It serves the revision 2026-07-28 of the protocol, and those before it that began with `initialize`. Listens on `BIND`, by default
//! 127.0.0.1:8090; plain `http` origins are for this machine.

mod dispatch;
mod message;
#[cfg(test)]
mod tests;
mod tools;

use std::net::TcpListener;

use actix_web::dev::HttpServiceFactory;
use actix_web::http::header;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, route, web};
use auth_runtime::config::ConfigError;
use auth_runtime::jwt::ReadyJwt;
use auth_runtime::resource_metadata::ResourceMetadata;
use auth_runtime::{Auth, Denial, Jwt, Principal, requires};

use crate::tools::Files;

/// The origin of this service, whose pages may call it in a browser.
struct Origin(String);

/// Whoever may read may come in. What else a tool needs, it says itself.
#[requires(bearer, scope = "files:read", check(comes_from_here))]
#[route("/mcp", method = "POST", method = "GET", method = "DELETE")]
async fn mcp(
    message: web::Bytes,
    request: HttpRequest,
    who: Principal,
    auth: web::Data<Auth>,
    files: web::Data<Files>,
) -> Result<HttpResponse, Denial> {
    if request.method() != "POST" {
        // There are no sessions, and nothing that is sent unasked.
        return Ok(HttpResponse::MethodNotAllowed().insert_header((header::ALLOW, "POST")).finish());
    }
    dispatch::answer(&message, &tools::Call { request: &request, who: &who, auth: &auth, files: &files }).await
}

/// A page of somebody else's, under a name that leads to this machine, is refused (transports, "Security").
async fn comes_from_here(request: HttpRequest, ours: web::Data<Origin>) -> Result<(), Denial> {
    let mut origins = request.headers().get_all(header::ORIGIN);
    match origins.all(|origin| origin.as_bytes() == ours.0.as_bytes()) {
        true => Ok(()),
        false => Err(Denial::forbidden("pages of this origin may not call")),
    }
}

/// The configuration, for tokens of this provider.
fn auth(tokens: impl ReadyJwt, origin: &str) -> Result<Auth, ConfigError> {
    Auth::builder()
        .realm("files")
        .bearer(tokens)
        .public_origin(origin)
        .resource_metadata(ResourceMetadata::new().path("/mcp").name("Files"))
        // Each request is one call.
        .operations(1)
        .build()
}

/// Everything that is served.
fn services(auth: &Auth, origin: &str, files: &web::Data<Files>) -> impl HttpServiceFactory + use<> {
    let scope =
        auth.scope("").app_data(web::Data::new(auth.clone())).app_data(web::Data::new(Origin(origin.to_owned())));
    (auth.resource_metadata_service(), scope.app_data(files.clone()).service(mcp))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    actix_web::rt::System::new().block_on(serve())
}

async fn serve() -> Result<(), Box<dyn std::error::Error>> {
    let address = std::env::var("BIND").unwrap_or_else(|_| "127.0.0.1:8090".into());
    let listener = TcpListener::bind(&address)
        .map_err(|error| format!("cannot listen on {address}: {error}; set BIND to another address"))?;
    let origin = variable("PUBLIC_ORIGIN")?;
    let auth = auth(Jwt::oidc(variable("OIDC_ISSUER")?).audience(variable("AUDIENCE")?), &origin)?;
    let files = web::Data::new(Files::default());
    let server = HttpServer::new(move || App::new().service(services(&auth, &origin, &files))).listen(listener)?;
    for address in server.addrs() {
        println!("listening on http://{address}");
    }
    Ok(server.run().await?)
}

fn variable(name: &str) -> Result<String, String> {
    std::env::var(name).map_err(|_| format!("set `{name}`, such as in the command that `main.rs` begins with"))
}
