//! Several schemes on one route, callers who may stay anonymous, and several configurations of one scheme.
//!
//! Prints credentials to try, then serves on 127.0.0.1:8084.

use actix_web::{App, HttpServer, Responder, get};
use auth_runtime::api_key::{Key, NewKey};
use auth_runtime::basic::Passwords;
use auth_runtime::testing::TestIssuer;
use auth_runtime::{ApiKey, ApiKeys, Auth, Bearer, Optional, Principal, requires};

#[derive(serde::Deserialize)]
struct Claims {
    sub: String,
    #[serde(default)]
    name: Option<String>,
}

/// Whichever of the three the request carries. An explicit one (token, key) counts before a password, which a browser
/// adds by itself; the one that counts decides alone.
#[requires(any(bearer, api_key, basic))]
#[get("/either")]
async fn either(who: Principal, token: Optional<Bearer<Claims>>, key: Optional<ApiKey>) -> impl Responder {
    let more = match (token.as_ref(), key.as_ref()) {
        (Some(token), _) => format!("a token for {}", token.name.as_deref().unwrap_or(&token.sub)),
        (_, Some(key)) => format!("a key with the scopes {:?}", key.scopes().collect::<Vec<_>>()),
        (None, None) => "a password".to_owned(),
    };
    format!("{} came by {}: {more}\n", who.subject(), who.scheme())
}

/// Anonymous callers too. A bad token is refused all the same: its owner believes to be logged in.
#[requires(optional(bearer))]
#[get("/greeting")]
async fn greeting(caller: Optional<Bearer<Claims>>) -> impl Responder {
    match caller.as_ref() {
        Some(caller) => format!("hello {}\n", caller.sub),
        None => "hello stranger\n".to_owned(),
    }
}

/// Another issuer, another audience: a configuration with a name of its own.
#[requires(bearer("partner"), scope = "stock:read")]
#[get("/partner/stock")]
async fn stock(partner: Bearer<Claims>) -> impl Responder {
    format!("{}: 12 pieces\n", partner.sub)
}

/// Two configurations of one scheme: `iss` tells which one a token is for, so `Bearer` is certain.
#[requires(any(bearer, bearer("partner")))]
#[get("/catalogue")]
async fn catalogue(caller: Bearer<Claims>) -> impl Responder {
    format!("for {} of {}\n", caller.sub, caller.principal().configuration().unwrap_or("our own"))
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let ours = TestIssuer::new();
    let partner = TestIssuer::new().named("https://partner.test").for_audience("https://partner-api.test");
    let new = NewKey::generate("test")?;
    let key = Key::new("billing").with_scopes(["orders:read"]);

    let auth = Auth::builder()
        .realm("several")
        .bearer(ours.jwt())
        .bearer_named("partner", partner.jwt())
        .api_key(ApiKeys::header("X-API-Key", [(new.digest(), key)]).environment("test"))
        // The user `alice` with the password `wonderland`; `htpasswd -nB alice` writes such a line.
        .basic(Passwords::htpasswd("alice:$2y$04$abcdefghijklmnopqrstuujZkTwHUiJ9XdZPwKfcfDo7dMp5DjlTu"))
        .build()?;

    let server = HttpServer::new(move || {
        App::new().service(auth.scope("").service(either).service(greeting).service(stock).service(catalogue))
    })
    .workers(1)
    .listen(examples::listener("127.0.0.1:8084")?)?;

    let token = ours.token().subject("bob").claim("name", "Bob").expires_in(3600).sign();
    let partner = partner.token().subject("acme").scope("stock:read").expires_in(3600).sign();
    let address = server.addrs()[0];
    println!("GET /either, /greeting, /partner/stock or /catalogue on http://{address} with one of\n");
    println!("Authorization: Bearer {token}\n\nAuthorization: Bearer {partner}\n");
    println!("X-API-Key: {}\n\nthe user `alice` with the password `wonderland`", new.expose_secret());
    server.run().await?;
    Ok(())
}
