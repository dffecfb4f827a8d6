//! A refusal by `service_as` is an answer like any other, not an error that passes by the middleware around it.
#![cfg(feature = "testing")]
#![allow(clippy::unwrap_used)]

use actix_cors::Cors;
use actix_web::dev::Service as _;
use actix_web::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, ORIGIN};
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App, HttpMessage as _, HttpRequest, HttpResponse, web};
use auth_runtime::testing::{ExpectedDenial, TestIssuer, TestRequestExt as _};
use auth_runtime::{Auth, policy, public, route};

policy! {
    /// In sight.
    Staff: bearer, role("staff");
    /// Out of sight.
    Secret: bearer, hide;
    /// Behind a check that does not let go of its request.
    Kept: bearer, check(keeps);
}

async fn keeps(request: HttpRequest) -> bool {
    actix_web::rt::spawn(async move {
        std::future::pending::<()>().await;
        drop(request);
    });
    true
}

#[public]
async fn nowhere() -> HttpResponse {
    HttpResponse::NotFound().body("nothing here")
}

fn auth() -> Auth {
    auth_of(&TestIssuer::new())
}

fn auth_of(issuer: &TestIssuer) -> Auth {
    Auth::builder().realm("R").bearer(issuer.jwt()).build().unwrap()
}

fn file() -> actix_web::Resource {
    web::resource("/file").to(|| async { "content" })
}

#[actix_web::test]
async fn a_refusal_keeps_the_headers_of_middleware_around_it() {
    let cors = Cors::default().allowed_origin("https://app.example");
    let app = init_service(App::new().service(auth().scope("").service_as::<Staff>("/files", file()).wrap(cors))).await;
    let request = TestRequest::get().uri("/files/file").insert_header((ORIGIN, "https://app.example"));
    let answer = call_service(&app, request.to_request()).await;
    assert_eq!(answer.headers().get(ACCESS_CONTROL_ALLOW_ORIGIN).unwrap(), "https://app.example");
    ExpectedDenial::new(401).challenge(r#"Bearer realm="R""#).assert(answer).await;
}

#[actix_web::test]
async fn a_hidden_refusal_is_the_answer_of_an_unknown_route() {
    let scope = auth().scope("").default_service(route::any().to(nowhere)).service_as::<Secret>("/files", file());
    let app = init_service(App::new().service(scope)).await;
    for uri in ["/files/file", "/unknown"] {
        let answer = call_service(&app, TestRequest::get().uri(uri).to_request()).await;
        assert_eq!(answer.status(), 404, "{uri}");
        assert_eq!(read_body(answer).await, "nothing here", "{uri}");
    }
}

/// What middleware leaves in the request, for the service and on the way back.
struct Trace(&'static str);

#[actix_web::test]
async fn a_request_that_a_check_keeps_reaches_the_service_and_the_middleware_with_what_it_carries() {
    let issuer = TestIssuer::new();
    let traced = web::resource("/{name}").to(|request: HttpRequest, name: web::Path<String>| async move {
        let trace = request.extensions().get::<Trace>().map_or("none", |trace| trace.0);
        let text = format!("{name} {} {trace}", request.uri());
        request.extensions_mut().insert(Trace("from the service"));
        text
    });
    let scope = auth_of(&issuer).scope("").service_as::<Kept>("/kept", traced).wrap_fn(|request, service| {
        request.extensions_mut().insert(Trace("from outside"));
        let answer = service.call(request);
        async move {
            let answer = answer.await?;
            assert_eq!(answer.request().path(), "/kept/a");
            assert_eq!(answer.request().extensions().get::<Trace>().unwrap().0, "from the service");
            Ok(answer)
        }
    });
    let app = init_service(App::new().service(scope)).await;
    for _ in 0..2 {
        let request = TestRequest::get().uri("/kept/a?q=1").bearer(issuer.token().sign());
        let answer = call_service(&app, request.to_request()).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(read_body(answer).await, "a /kept/a?q=1 from outside");
    }
}
