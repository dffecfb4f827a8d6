//! A service that calls another in its caller's name, by a token that is meant for the other and allows no more than the call needs.
//!
//! ```text
//! OIDC_ISSUER=https://idp.example AUDIENCE=https://shop.example CLIENT_ID=shop CLIENT_SECRET=… \
//!     ORDERS_URL=http://127.0.0.1:8089 ORDERS_AUDIENCE=https://orders.example cargo run -p examples --bin calls_that_go_on
//! ```
//!
//! Whom it calls is the example `orders_api`. The client `CLIENT_ID` must be allowed to exchange tokens (RFC 8693), and for `/stocktaking`, which needs no caller's
//! rights, to have some of its own (`client_credentials`). Serves on 127.0.0.1:8090.

use actix_web::{App, HttpResponse, HttpServer, get, web};
use auth_runtime::outgoing::{AccessToken, OutgoingToken, OutgoingTokens, ServiceToken};
use auth_runtime::{Auth, Denial, Jwt, requires};
use examples::variable;

/// The orders of whoever asks: the other service decides by that caller's rights.
#[requires(bearer, scope = "shop")]
#[get("/orders")]
async fn orders(upstream: OutgoingToken, service: web::Data<Upstream>) -> Result<HttpResponse, Denial> {
    let token = upstream.for_audience(&service.audience, ["orders:read"]).await?;
    Ok(service.call(&token).await)
}

/// All orders: what this service may see, and so a role decides here who may cause it.
#[requires(bearer, role = "staff")]
#[get("/stocktaking")]
async fn stocktaking(own: web::Data<ServiceToken>, service: web::Data<Upstream>) -> Result<HttpResponse, Denial> {
    let token = own.for_audience(&service.audience, ["orders:read"]).await?;
    Ok(service.call(&token).await)
}

/// Where the other service is, and what the provider calls it.
struct Upstream {
    url: String,
    audience: String,
    client: reqwest::Client,
}

impl Upstream {
    async fn call(&self, token: &AccessToken) -> HttpResponse {
        let asked = self.client.get(format!("{}/orders", self.url)).bearer_auth(token.expose()).send().await;
        match asked.and_then(reqwest::Response::error_for_status) {
            Ok(answer) => match answer.bytes().await {
                Ok(body) => HttpResponse::Ok().content_type("application/json").body(body),
                Err(_) => HttpResponse::BadGateway().finish(),
            },
            // Not the answer itself: what the other service says of the token is not the caller's business.
            Err(_) => HttpResponse::BadGateway().finish(),
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    actix_web::rt::System::new().block_on(serve())
}

async fn serve() -> Result<(), Box<dyn std::error::Error>> {
    let listener = examples::listener("127.0.0.1:8090")?;
    let issuer = variable("OIDC_ISSUER")?;
    let outgoing = OutgoingTokens::at(issuer.clone())
        .client_secret_basic(variable("CLIENT_ID")?, variable("CLIENT_SECRET")?)
        .build()?;
    let own = web::Data::new(outgoing.service_token());
    let tokens = Jwt::oidc(issuer).audience(variable("AUDIENCE")?);
    let auth = Auth::builder().realm("shop").bearer(tokens).outgoing(outgoing).build()?;
    let upstream = web::Data::new(Upstream {
        url: variable("ORDERS_URL")?,
        audience: variable("ORDERS_AUDIENCE")?,
        client: reqwest::Client::new(),
    });
    let server = HttpServer::new(move || {
        let scope = auth.scope("").service(orders).service(stocktaking);
        App::new().app_data(upstream.clone()).app_data(own.clone()).service(scope)
    })
    .listen(listener)?;
    for address in server.addrs() {
        println!("listening on http://{address}");
    }
    Ok(server.run().await?)
}
