//! `inner = name`: a handler's function that others can call, with the proof that its policy admitted them.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, HttpResponse, get, post, web};
use auth_runtime::{Bearer, Granted, Principal, policy, requires, route};
use tests::{Denied, Server};

use crate::fixture::{auth, scoped};

policy! {
    pub(crate) Reading: bearer, scope("read");
}

/// An extractor that the handler takes apart in its pattern.
struct Page {
    number: u32,
}

impl FromRequest for Page {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let number = request.match_info().query("page").parse();
        ready(number.map(|number| Self { number }).map_err(actix_web::error::ErrorNotFound))
    }
}

#[requires(bearer, scope = "admin", inner = list_users_inner)]
#[get("/users/{page}")]
async fn list_users(who: Principal, Page { number }: Page) -> String {
    format!("{} reads page {number}", who.subject())
}

/// Another route to the same function: the proof is that of the first one's policy.
#[requires(policy = list_users)]
#[get("/first")]
async fn first_users(proof: Granted<list_users>, who: Principal) -> String {
    list_users_inner(&proof, who, Page { number: 1 }).await
}

/// By hand, behind a named policy; generic, with an argument that changes.
#[requires(policy = Reading, inner = pub(crate) echo_inner)]
async fn echo<T: serde::de::DeserializeOwned + std::fmt::Debug + 'static>(mut words: web::Json<Vec<T>>) -> String {
    words.truncate(1);
    format!("{:?}", words.0)
}

#[requires(policy = Reading)]
#[post("/twice")]
async fn twice(proof: Granted<Reading>, _caller: Bearer) -> HttpResponse {
    let words = || web::Json(vec!["again".to_owned(), "more".to_owned()]);
    let (one, two) = (echo_inner(&proof, words()).await, echo_inner(&proof, words()).await);
    HttpResponse::Ok().body(one + &two)
}

#[test]
fn the_inner_function_runs_behind_its_policy_and_wherever_its_proof_is() {
    let server = Server::start(|app| {
        let scope = auth()
            .scope("/api")
            .service(list_users)
            .service(first_users)
            .service(twice)
            .route("/echo", route::post().to(echo::<String>));
        app.service(scope);
    });
    for path in ["/api/users/7", "/api/first"] {
        Denied::missing().challenge(r#"Bearer realm="orders", scope="admin""#).check(&server.get(path).send());
        assert_eq!(server.get(path).bearer(scoped("read")).send().status, 403);
    }
    server.get("/api/users/7").bearer(scoped("admin")).send().expect("alice reads page 7");
    server.get("/api/first").bearer(scoped("admin")).send().expect("alice reads page 1");
    let echo = || server.post("/api/echo").send_body("application/json", r#"["a", "b"]"#);
    Denied::missing().challenge(r#"Bearer realm="orders", scope="read""#).check(&echo());
    let echo = server.post("/api/echo").bearer(scoped("read")).send_body("application/json", r#"["a", "b"]"#);
    echo.expect(r#"["a"]"#);
    server.post("/api/twice").bearer(scoped("read")).send().expect(r#"["again"]["again"]"#);
}
