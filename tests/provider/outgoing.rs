//! Tokens for calls to other services: of the service's own (`client_credentials`), and in exchange for the caller's, by a grant that is registered at
//! the provider, since it has none.

use actix_web::{get, web};
use auth_runtime::introspection::{Introspection, PrivateKeyJwt};
use auth_runtime::outgoing::{OutgoingError, OutgoingToken, OutgoingTokens};
use auth_runtime::{Algorithm, Auth, Denial, Jwt, requires};
use serde::Deserialize;
use tests::Server;

use crate::app::{App, claims};
use crate::events;
use crate::process::Provider;

/// Whose callers' tokens are exchanged: they are opaque.
const ORDERS: &str = "https://orders.example/opaque";
/// The service that is called.
const STOCK: &str = "https://stock.example/ES256";

#[derive(Deserialize)]
struct Ask {
    resource: String,
    scope: String,
}

#[requires(bearer)]
#[get("/stock")]
async fn stock(upstream: OutgoingToken, ask: web::Query<Ask>) -> Result<String, Denial> {
    let token = upstream.for_resource(&ask.resource, ask.scope.split(' ')).await?;
    Ok(token.expose().to_owned())
}

/// The service that is called, which knows nothing of the other.
fn called(provider: &Provider) -> App {
    App::ready(Jwt::oidc(&*provider.issuer).audience(STOCK).subject_claim("client_id"))
}

#[test]
fn a_service_gets_tokens_of_its_own_by_every_way_to_authenticate() {
    let _alone = alone!("tokens of a service's own at a real provider");
    let provider = Provider::start();
    let called = called(&provider);
    let at = || OutgoingTokens::at(&*provider.issuer);
    let key = || PrivateKeyJwt::new("key", Algorithm::ES256, &provider.pem).key_id("client-key");
    for (client, outgoing) in [
        ("basic", at().client_secret_basic("basic", &*provider.secret)),
        ("post", at().client_secret_post("post", &*provider.secret)),
        ("key", at().private_key_jwt(key())),
    ] {
        let service = outgoing.build().unwrap().service_token();
        let token = actix_web::rt::System::new().block_on(async {
            let token = service.for_resource(STOCK, ["read"]).await.unwrap();
            let again = service.for_resource(STOCK, ["read"]).await.unwrap();
            assert_eq!(token.expose(), again.expose(), "remembered");
            token
        });
        called.get(token.expose()).expect(client);
    }
    let refused = |secret: &str| {
        let service = at().client_secret_basic("basic", secret).build().unwrap().service_token();
        actix_web::rt::System::new().block_on(service.for_resource(STOCK, ["read"])).unwrap_err()
    };
    assert_eq!(refused("wrong"), OutgoingError::ClientRejected);
    provider.fault("/token", Some("error"));
    assert_eq!(refused(&provider.secret), OutgoingError::Unavailable);
    events::assert_secret(&provider.secret);
}

#[test]
fn a_caller_s_token_is_exchanged_for_one_that_the_other_service_accepts() {
    let _alone = alone!("the exchange of tokens at a real provider");
    let provider = Provider::start();
    let opaque = Introspection::new(provider.url("/token/introspection"))
        .client_secret_basic("basic", &*provider.secret)
        .issuer(&*provider.issuer)
        .audience(ORDERS)
        .subject_claim("client_id");
    let outgoing = OutgoingTokens::at(&*provider.issuer).client_secret_basic("basic", &*provider.secret);
    let auth = Auth::builder().realm("orders").bearer(opaque).outgoing(outgoing.build().unwrap());
    let auth = auth.dangerous_allow_unconfigured().build().unwrap();
    let orders = Server::start(move |services| {
        services.service(auth.scope("").service(stock));
    });
    let called = called(&provider);
    let caller = provider.token(ORDERS, "read write");
    let ask = |token: &str, resource: &str, scope: &str| {
        orders.get(&format!("/stock?resource={resource}&scope={scope}")).bearer(token).send()
    };
    let answer = ask(&caller, STOCK, "read");
    assert_eq!(answer.status, 200, "{answer:?}");
    let exchanged = answer.text().to_owned();
    assert_eq!((&claims(&exchanged)["aud"], &claims(&exchanged)["scope"]), (&STOCK.into(), &"read".into()));
    called.get(&exchanged).expect("basic");
    assert_ne!(called.status(&caller), 200, "the caller's own token is for this service alone");
    assert_eq!(ask(&caller, STOCK, "read").text(), exchanged, "remembered");
    let more = ask(&caller, STOCK, "read%20write");
    assert_eq!(claims(more.text())["scope"], "read write");
    assert_eq!(ask(&caller, STOCK, "admin").status, 403, "the caller has it not");
    assert_eq!(ask(&caller, "https://other.example", "read").status, 403);
    let another = provider.token(ORDERS, "read");
    assert_ne!(ask(&another, STOCK, "read").text(), exchanged);
    events::assert_secret(&caller);
    events::assert_secret(&exchanged);
    events::assert_secret(&provider.secret);
}
