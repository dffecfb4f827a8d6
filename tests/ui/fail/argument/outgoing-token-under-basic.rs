use actix_web::get;
use auth_runtime::outgoing::OutgoingToken;
use auth_runtime::{Denial, requires};

#[requires(basic)]
#[get("/orders")]
async fn orders(upstream: OutgoingToken) -> Result<String, Denial> {
    let token = upstream.for_audience("https://stock.example", ["stock:read"]).await?;
    Ok(token.expose().to_owned())
}

fn main() {}
