//! A refusal by `service_as` is an answer like any other, not an error that passes by the middleware around it.
#![cfg(feature = "testing")]
#![allow(clippy::unwrap_used)]

use actix_cors::Cors;
use actix_web::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, ORIGIN};
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App, HttpResponse, web};
use auth_runtime::testing::{ExpectedDenial, TestIssuer};
use auth_runtime::{Auth, policy, public, route};

policy! {
    /// In sight.
    Staff: bearer, role("staff");
    /// Out of sight.
    Secret: bearer, hide;
}

#[public]
async fn nowhere() -> HttpResponse {
    HttpResponse::NotFound().body("nothing here")
}

fn auth() -> Auth {
    Auth::builder().realm("R").bearer(TestIssuer::new().jwt()).build().unwrap()
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
