//! A page in the browser that holds no token: its server does (the backend for frontend of the IETF's "OAuth 2.0 for Browser-Based Applications").
//!
//! ```text
//! OIDC_ISSUER=https://idp.example CLIENT_ID=shop CLIENT_SECRET=… ORDERS_URL=https://orders.example \
//!     cargo run -p examples --bin backend_for_frontend
//! ```
//!
//! People sign in at the provider, which sends them back to `/callback` under `PUBLIC_ORIGIN` (by default the address that is printed). The page, plain
//! HTML with one script, calls this server's own API in the session, and through it the orders of another service, the example `orders_api`, with an access
//! token that never leaves the server. `AUDIENCE` is what that service is called at the provider, by default `ORDERS_URL`.
//! Serves on 127.0.0.1:8088.

use actix_web::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use actix_web::{App, HttpResponse, HttpServer, Responder, get, post, web};
use auth_runtime::login::OidcLogin;
use auth_runtime::{Auth, Denial, Session, Sessions, Tokens, public, requires};
use examples::variable;
use serde::{Deserialize, Serialize};

/// What a session carries.
#[derive(Serialize, Deserialize)]
struct User {
    name: String,
}

/// The page and its script are for everyone: they hold nothing.
#[public(reason = "the page, which says nothing of anybody")]
#[get("/")]
async fn page() -> impl Responder {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        // Scripts of this origin, calls to this origin: whatever gets into the page has nowhere to send things.
        .insert_header((CONTENT_SECURITY_POLICY, "default-src 'self'; base-uri 'none'; frame-ancestors 'none'"))
        .body(include_str!("page.html"))
}

#[public(reason = "the script of the page, which says nothing of anybody")]
#[get("/page.js")]
async fn script() -> impl Responder {
    HttpResponse::Ok().insert_header((CONTENT_TYPE, "text/javascript; charset=utf-8")).body(include_str!("page.js"))
}

#[derive(Serialize)]
struct Me {
    name: String,
}

/// The server's own API: a script gets 401 where nobody is signed in, and says so.
#[requires(session)]
#[get("/api/me")]
async fn me(user: Session<User>) -> impl Responder {
    web::Json(Me { name: user.name.clone() })
}

/// Changes something: another site cannot cause it, though the browser would send the cookie.
#[requires(session)]
#[post("/api/notes")]
async fn note(user: Session<User>, text: String) -> impl Responder {
    format!("noted for {}: {} characters", user.name, text.chars().count())
}

/// A page of its own, for which a password alone is too weak, and an old sign-in too: the browser is sent to the provider again, with both demands, and
/// comes back to this page.
#[requires(session, acr = "mfa", max_age = "5m")]
#[get("/export")]
async fn export(user: Session<User>) -> impl Responder {
    format!("all that is kept of {}", user.name)
}

/// Another service's, called in the name of whoever is signed in.
#[requires(session)]
#[get("/api/orders")]
async fn orders(tokens: Tokens, upstream: web::Data<Upstream>) -> Result<HttpResponse, Denial> {
    let token = tokens.access().await?;
    let asked = upstream.client.get(format!("{}/orders", upstream.url)).bearer_auth(token.expose()).send().await;
    match asked {
        Ok(answer) if answer.status().is_success() => match answer.bytes().await {
            Ok(body) => Ok(HttpResponse::Ok().content_type("application/json").body(body)),
            Err(_) => Ok(HttpResponse::BadGateway().finish()),
        },
        // Not the answer itself: what the other service says of the token is not the page's business.
        _ => Ok(HttpResponse::BadGateway().finish()),
    }
}

/// Where the other service is.
struct Upstream {
    url: String,
    client: reqwest::Client,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    actix_web::rt::System::new().block_on(serve())
}

async fn serve() -> Result<(), Box<dyn std::error::Error>> {
    let listener = examples::listener("127.0.0.1:8088")?;
    let own = format!("http://{}", listener.local_addr()?);
    let url = variable("ORDERS_URL")?;
    let audience = std::env::var("AUDIENCE").unwrap_or_else(|_| url.clone());
    let login = OidcLogin::new(variable("OIDC_ISSUER")?, variable("CLIENT_ID")?, variable("CLIENT_SECRET")?)
        .scopes(["profile", "offline_access", "orders:read"])
        // For which service the tokens are to be (RFC 8707); some providers call it `audience`.
        .parameter("resource", audience)
        .parameter("prompt", "consent")
        .details(|who| User { name: who.text("name").unwrap_or(who.subject()).to_owned() });
    let auth = Auth::builder()
        .public_origin(std::env::var("PUBLIC_ORIGIN").unwrap_or(own))
        // In memory, for one process. Several share `Sessions::redis(…)`.
        .session(Sessions::in_memory().login(login))
        .build()?;
    let upstream = web::Data::new(Upstream { url, client: reqwest::Client::new() });
    let server = HttpServer::new(move || {
        let own =
            auth.scope("").service(page).service(script).service(me).service(note).service(orders).service(export);
        App::new().app_data(upstream.clone()).service(auth.scheme_routes()).service(own)
    })
    .listen(listener)?;
    for address in server.addrs() {
        println!("listening on http://{address}");
    }
    Ok(server.run().await?)
}
