//! Beside the middleware of others.

use std::io::Read as _;

use actix_cors::Cors;
use actix_web::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use actix_web::middleware::{
    Compress, Condition, DefaultHeaders, ErrorHandlerResponse, ErrorHandlers, Logger, NormalizePath,
};
use actix_web::{App, get, post, web};
use auth_runtime::{Bearer, policy, requires};
use tests::{Answer, Denied, Server};

use crate::fixture::{ORIGIN, auth, scoped};

#[requires(bearer, scope = "read")]
#[get("/orders")]
async fn orders(caller: Bearer) -> String {
    format!("orders of {}", caller.principal().subject())
}

#[requires(bearer, scope = "read")]
#[post("/orders")]
async fn order(body: web::Json<serde_json::Value>) -> String {
    body.to_string()
}

#[requires(bearer, scope = "admin", hide)]
#[get("/hidden")]
async fn hidden() -> &'static str {
    "hidden"
}

policy! { Files: bearer, scope("read") }

fn missing() -> Denied {
    Denied::missing().challenge(r#"Bearer realm="orders", scope="read""#)
}

fn insufficient() -> Denied {
    Denied::forbidden("the credentials lack a required scope")
        .challenge(r#"Bearer realm="orders", error="insufficient_scope", scope="read""#)
}

fn cors() -> Cors {
    Cors::default()
        .allowed_origin(ORIGIN)
        .allowed_methods(["GET", "POST"])
        .allowed_header(AUTHORIZATION)
        .expose_headers([WWW_AUTHENTICATE])
}

#[test]
fn a_preflight_is_answered_by_cors_and_asks_for_no_credentials() {
    for around_scope in [false, true] {
        let server = Server::of(move || {
            let scope = auth().scope("").service(orders).service(order);
            App::new()
                .wrap(Condition::new(!around_scope, cors()))
                .service(scope.wrap(Condition::new(around_scope, cors())))
        });
        let answer = server
            .request("OPTIONS", "/orders")
            .header("Origin", ORIGIN)
            .header("Access-Control-Request-Method", "POST")
            .header("Access-Control-Request-Headers", "authorization")
            .send();
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.all("access-control-allow-origin"), [ORIGIN]);
        assert!(answer.all("access-control-allow-headers")[0].to_ascii_lowercase().contains("authorization"));
        assert!(answer.all("www-authenticate").is_empty());
    }
}

#[test]
fn denials_keep_the_headers_of_cors() {
    let server = Server::of(|| App::new().wrap(cors()).service(auth().scope("").service(orders).service(order)));
    let from_page = |answer: &Answer| {
        assert_eq!(answer.all("access-control-allow-origin"), [ORIGIN]);
        assert!(answer.all("access-control-expose-headers")[0].eq_ignore_ascii_case("www-authenticate"));
    };
    let denied = server.get("/orders").header("Origin", ORIGIN).send();
    missing().check(&denied);
    from_page(&denied);
    let denied = server.get("/orders").header("Origin", ORIGIN).bearer(scoped("write")).send();
    insufficient().check(&denied);
    from_page(&denied);
    let allowed = server.get("/orders").header("Origin", ORIGIN).bearer(scoped("read")).send();
    allowed.expect("orders of alice");
    from_page(&allowed);
}

#[test]
fn denials_of_a_service_that_is_no_handler_keep_the_headers_of_cors() {
    for around_scope in [false, true] {
        let server = Server::of(move || {
            let file = web::resource("/file").to(|| async { "file" });
            let scope = auth().scope("").service_as::<Files>("/files", file);
            App::new()
                .wrap(Condition::new(!around_scope, cors()))
                .service(scope.wrap(Condition::new(around_scope, cors())))
        });
        let denied = server.get("/files/file").header("Origin", ORIGIN).send();
        missing().check(&denied);
        assert_eq!(denied.all("access-control-allow-origin"), [ORIGIN]);
        server.get("/files/file").bearer(scoped("read")).send().expect("file");
    }
}

#[test]
fn compressed_denials_are_denials() {
    let server = Server::of(|| App::new().wrap(Compress::default()).service(auth().scope("").service(orders)));
    missing().check(&server.get("/orders").send());
    let compressed = |answer: Answer| {
        assert_eq!(answer.all("content-encoding"), ["gzip"]);
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(&*answer.body).read_to_end(&mut plain).unwrap();
        let mut headers = answer.headers;
        headers.retain(|(name, _)| !matches!(&**name, "content-encoding" | "transfer-encoding"));
        headers.push(("content-length".to_owned(), plain.len().to_string()));
        Answer { headers, body: plain, ..answer }
    };
    let request = || server.get("/orders").header("Accept-Encoding", "gzip");
    missing().check(&compressed(request().send()));
    insufficient().check(&compressed(request().bearer(scoped("write")).send()));
    let allowed = compressed(request().bearer(scoped("read")).send());
    allowed.expect("orders of alice");
    assert_eq!(allowed.all("cache-control"), ["private"]);
}

#[test]
fn a_path_is_normalized_before_it_is_guarded() {
    let server = Server::of(|| {
        App::new().wrap(NormalizePath::trim()).service(auth().scope("").service(orders).service(order).service(hidden))
    });
    for path in ["/orders", "/orders/", "//orders", "/orders//"] {
        missing().check(&server.get(path).send());
        insufficient().check(&server.get(path).bearer(scoped("write")).send());
        server.get(path).bearer(scoped("read")).send().expect("orders of alice");
        missing().check(&server.post(path).send_body("application/json", "{"));
    }
    for path in ["/hidden", "/hidden/", "//hidden"] {
        let (secret, unknown) = (server.get(path).send(), server.get("/unknown").send());
        assert_eq!(secret.without_date(), unknown.without_date());
    }
}

#[test]
fn all_of_them_together_change_no_denial() {
    let server = Server::of(|| {
        App::new()
            .wrap(NormalizePath::trim())
            .wrap(Compress::default())
            .wrap(DefaultHeaders::new().add(("X-Frame-Options", "DENY")).add(("Cache-Control", "public")))
            .wrap(cors())
            .wrap(Logger::default())
            .service(auth().scope("/api").service(orders).service(order).wrap(Logger::new("%a %U %s")))
    });
    let answer = server.get("/api/orders/").header("Origin", ORIGIN).send();
    missing().check(&answer);
    assert_eq!(answer.all("x-frame-options"), ["DENY"]);
    insufficient().check(&server.get("/api/orders").bearer(scoped("write")).send());
    missing().check(&server.post("/api/orders").send_body("application/json", "{"));
    server.get("/api/orders").bearer(scoped("read")).send().expect("orders of alice");
    server.post("/api/orders").bearer(scoped("read")).send_body("application/json", "{}").expect("{}");
    // With content announced that never comes.
    let mut waiting = server.post("/api/orders").header("Content-Length", "1000000").open();
    missing().check(&waiting.answer());
}

#[test]
fn error_handlers_see_the_denial() {
    let server = Server::of(|| {
        let handlers = ErrorHandlers::new().default_handler_client(|mut answer: actix_web::dev::ServiceResponse<_>| {
            let value = actix_web::http::header::HeaderValue::from_static("yes");
            answer.headers_mut().insert(actix_web::http::header::HeaderName::from_static("x-seen"), value);
            Ok(ErrorHandlerResponse::Response(answer.map_into_left_body()))
        });
        App::new().wrap(handlers).service(auth().scope("").service(orders))
    });
    let answer = server.get("/orders").send();
    missing().check(&answer);
    assert_eq!(answer.all("x-seen"), ["yes"]);
}
