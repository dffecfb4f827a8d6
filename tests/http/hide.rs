//! Routes that do not show that they exist: their denials are the very bytes of an unknown route.

use actix_web::dev::ServiceResponse;
use actix_web::middleware::DefaultHeaders;
use actix_web::{App, HttpRequest, HttpResponse, get, post, web};
use auth_runtime::config::DenialBody;
use auth_runtime::{policy, public, requires, route};
use serde_json::json;
use tests::{Answer, Denied, Request, Server};

use crate::fixture::{auth, builder, scoped, token};
use crate::schemes::{Failing, Panicking, Patient, Stuck};

#[requires(bearer, scope = "admin", hide)]
#[get("/hidden")]
async fn secret() -> &'static str {
    "hidden"
}

#[requires(bearer, scope = "admin", hide = "from_authenticated")]
#[get("/half")]
async fn half() -> &'static str {
    "half"
}

#[requires(Patient, role = "admin", hide)]
#[get("/later")]
async fn later() -> &'static str {
    "later"
}

#[requires(Failing, hide)]
#[get("/failing")]
async fn failing() -> &'static str {
    "failing"
}

#[requires(Panicking, hide)]
#[get("/panicking")]
async fn panicking() -> &'static str {
    "panicking"
}

#[requires(Stuck, hide)]
#[get("/stuck")]
async fn stuck() -> &'static str {
    "stuck"
}

#[requires(bearer, scope = "admin", hide)]
async fn plain() -> &'static str {
    "plain"
}

#[public]
async fn lost() -> HttpResponse {
    HttpResponse::NotFound().insert_header(("X-Lost", "yes")).body("nothing here")
}

#[requires(bearer, scope = "admin", hide)]
#[post("/hidden-items/{item}")]
async fn hidden_item(item: web::Path<(String, String)>, body: String) -> String {
    format!("{} {body}", item.1)
}

#[requires(Patient, role = "admin", hide)]
#[post("/hidden-later/{item}")]
async fn hidden_later(body: String) -> String {
    body
}

async fn keeps_the_request(request: HttpRequest) -> bool {
    actix_web::rt::spawn(async move {
        std::future::pending::<()>().await;
        drop(request);
    });
    false
}

#[requires(bearer, check(keeps_the_request), hide)]
#[get("/hidden-kept")]
async fn hidden_kept() -> &'static str {
    "kept"
}

/// Tells all that it gets to see.
#[public]
async fn telling(parameters: web::Path<String>, request: HttpRequest, body: String) -> HttpResponse {
    let (parameters, named) = (parameters.into_inner(), request.match_info().iter().count());
    let rest = request.match_info().unprocessed().len();
    HttpResponse::NotFound().body(format!("{parameters} {named} {rest} {body}"))
}

policy! { HiddenFiles: bearer, scope("admin"), hide }

#[requires(bearer)]
async fn guarded_lost() -> HttpResponse {
    HttpResponse::NotFound().body("nothing here for you")
}

/// Requests that a hidden route denies, each on the given path.
fn denied(server: &Server, path: &str) -> Vec<Answer> {
    let requests: Vec<fn(Request) -> Request> = vec![
        |request| request,
        |request| request.bearer("rubbish"),
        |request| request.header("Authorization", "Bearer"),
        |request| request.bearer(token().expires_in(-600).sign()),
        |request| request.bearer(scoped("read")),
        |request| request.basic("alice", "wonderland"),
        |request| request.bearer(token().sign()).bearer(token().sign()),
        |request| request.header("Origin", "https://evil.example").header("Sec-Fetch-Site", "cross-site"),
    ];
    let mut answers: Vec<Answer> = requests.iter().map(|with| with(server.get(path)).send()).collect();
    for method in ["HEAD", "POST", "DELETE", "OPTIONS", "BREW"] {
        answers.push(server.request(method, path).send());
        answers.push(server.request(method, path).bearer(scoped("admin")).send());
    }
    answers.push(server.post(path).send_body("application/json", "{}"));
    answers.push(server.get(path).send_body("application/json", "{}"));
    answers.push(server.get(path).header("Content-Length", "1000000").open().answer());
    answers.into_iter().map(Answer::without_date).collect()
}

#[track_caller]
fn assert_same(server: &Server, hidden: &str, unknown: &str) {
    for (hidden, unknown) in denied(server, hidden).into_iter().zip(denied(server, unknown)) {
        assert_eq!(hidden, unknown);
        assert_eq!(hidden.status, 404);
        assert!(hidden.all("www-authenticate").is_empty());
    }
}

#[test]
fn every_denial_is_the_empty_404_of_an_unknown_route() {
    let server = Server::start(|app| {
        app.service(auth().scope("").service(secret));
    });
    server.get("/hidden").bearer(scoped("admin")).send().expect("hidden");
    assert_same(&server, "/hidden", "/unknown");
    let answer = server.get("/hidden").send();
    assert!(answer.body.is_empty() && answer.all("content-type").is_empty() && answer.all("cache-control").is_empty());
}

#[test]
fn every_denial_is_the_answer_of_the_scopes_own_default_service() {
    let server = Server::start(|app| {
        let scope = auth().scope("/api").service(secret).default_service(route::to(lost));
        app.service(scope);
    });
    server.get("/api/hidden").bearer(scoped("admin")).send().expect("hidden");
    assert_same(&server, "/api/hidden", "/api/unknown");
    let answer = server.get("/api/hidden").send();
    assert_eq!((answer.text(), answer.all("x-lost")), ("nothing here", vec!["yes"]));
}

#[test]
fn every_denial_is_the_answer_of_the_applications_default_service_where_the_scope_has_none() {
    let server = Server::of(|| {
        let scope = auth().scope("/api").service(auth().scope("/inner").service(secret));
        App::new().service(scope).default_service(web::to(|| async { HttpResponse::NotFound().body("lost app") }))
    });
    assert_same(&server, "/api/inner/hidden", "/api/inner/unknown");
    assert_eq!(server.get("/api/inner/hidden").send().text(), "lost app");
}

#[test]
fn a_hidden_route_in_a_nested_scope_looks_like_that_scopes_unknown_routes() {
    let server = Server::start(|app| {
        let inner = auth().scope("/inner").service(secret);
        let told = auth().scope("/told").service(secret).default_service(route::to(lost));
        app.service(auth().scope("/api").service(inner).service(told));
    });
    assert_same(&server, "/api/inner/hidden", "/api/inner/unknown");
    assert_same(&server, "/api/told/hidden", "/api/told/unknown");
    server.get("/api/inner/hidden").bearer(scoped("admin")).send().expect("hidden");
}

#[test]
fn a_default_service_of_the_outer_scope_answers_for_the_inner_one() {
    let server = Server::start(|app| {
        let inner = auth().scope("/inner").service(secret);
        app.service(auth().scope("/api").service(inner).default_service(route::to(lost)));
    });
    assert_same(&server, "/api/inner/hidden", "/api/inner/unknown");
}

#[test]
fn a_default_service_with_a_policy_of_its_own_answers_for_hidden_routes_too() {
    let server = Server::start(|app| {
        app.service(auth().scope("").service(secret).default_service(route::to(guarded_lost)));
    });
    let (hidden, unknown) = (server.get("/hidden").send(), server.get("/unknown").send());
    assert_eq!(hidden.status, 401);
    assert_eq!(hidden.clone().without_date(), unknown.without_date());
    assert!(!hidden.all("www-authenticate")[0].contains("admin"), "the hidden route's scopes do not show");
    let known = |path| server.get(path).bearer(scoped("read")).send().without_date();
    assert_eq!(known("/hidden"), known("/unknown"));
    assert_eq!(known("/hidden").text(), "nothing here for you");
}

#[test]
fn a_default_service_gets_the_body_and_the_parameters_that_it_gets_for_an_unknown_route() {
    let server = Server::start(|app| {
        let scope = auth().scope("/{tenant}").service(hidden_item).service(hidden_later);
        app.service(scope.default_service(route::to(telling)));
    });
    let admin = server.post("/acme/hidden-items/0000").bearer(scoped("admin"));
    admin.send_body("text/plain", "hello").expect("0000 hello");
    let post = |path: &str| server.post(path).send_body("text/plain", "hello").without_date();
    let unknown = post("/acme/unknown-item/0000");
    assert_eq!(unknown.text(), "acme 1 18 hello");
    assert_eq!(post("/acme/hidden-items/0000"), unknown);
    let pending = server.post("/acme/hidden-later/0000").header("X-Word", "please");
    assert_eq!(pending.send_body("text/plain", "hello").without_date(), unknown);
}

#[test]
fn a_check_that_keeps_the_request_does_not_betray_a_hidden_route() {
    let server = Server::start(|app| {
        app.service(auth().scope("/a").service(hidden_kept));
        app.service(auth().scope("/b").service(hidden_kept).default_service(route::to(lost)));
    });
    for scope in ["/a", "/b"] {
        let get = |path: &str| server.get(&format!("{scope}{path}")).bearer(scoped("")).send().without_date();
        assert_eq!(get("/hidden-kept"), get("/unknown"));
    }
}

#[test]
fn a_hidden_service_that_is_no_handler_looks_like_an_unknown_route() {
    let server = Server::start(|app| {
        let files = || web::resource("/a.txt").to(|body: String| async move { format!("file {body}") });
        app.service(auth().scope("/a").service_as::<HiddenFiles>("/hidden", files()));
        let told = auth().scope("/b").service_as::<HiddenFiles>("/hidden", files());
        app.service(told.default_service(route::to(lost)));
        let told = auth().scope("/c/{tenant}").service_as::<HiddenFiles>("/hidden", files());
        app.service(told.default_service(route::to(telling)));
    });
    for scope in ["/a", "/b", "/c/acme"] {
        server.get(&format!("{scope}/hidden/a.txt")).bearer(scoped("admin")).send().expect("file ");
        let deny = |path: &str| {
            let path = format!("{scope}{path}");
            let bare = server.post(&path).send_body("text/plain", "hello").without_date();
            (bare, server.get(&path).bearer(scoped("read")).send().without_date())
        };
        let unknown = deny("/unknow/a.txt");
        assert_eq!(deny("/hidden/a.txt"), unknown);
        assert_eq!(deny("/hidden/b.txt"), unknown);
    }
}

#[test]
fn middleware_of_the_scope_sees_an_unknown_route() {
    let server = Server::start(|app| {
        let scope =
            auth().scope("/api").service(secret).wrap(DefaultHeaders::new().add(("X-Served-By", "tests"))).wrap_fn(
                |request, service| {
                    let answer = actix_web::dev::Service::call(service, request);
                    async {
                        let answer: ServiceResponse<_> = answer.await?;
                        let failed = answer.response().error().is_some().to_string();
                        let mut answer = answer.map_into_boxed_body();
                        let value = actix_web::http::header::HeaderValue::from_str(&failed).unwrap();
                        answer.headers_mut().insert(actix_web::http::header::HeaderName::from_static("x-error"), value);
                        Ok(answer)
                    }
                },
            );
        app.service(scope);
    });
    assert_same(&server, "/api/hidden", "/api/unknown");
    assert_eq!(server.get("/api/hidden").send().all("x-error"), ["false"]);
}

#[test]
fn a_resource_with_a_hidden_route_does_not_show_itself_by_405() {
    let server = Server::start(|app| {
        let resource = route::resource("/plain").route(route::get().to(plain));
        app.service(auth().scope("/a").service(resource).default_service(route::to(lost)));
        let resource = route::resource("/plain").route(route::get().to(plain));
        app.service(auth().scope("/b").service(resource));
        app.service(auth().scope("/c").route("/plain", route::get().to(plain)));
    });
    for scope in ["/a", "/b", "/c"] {
        server.get(&format!("{scope}/plain")).bearer(scoped("admin")).send().expect("plain");
        assert_same(&server, &format!("{scope}/plain"), &format!("{scope}/unknown"));
    }
}

#[test]
fn failures_and_late_denials_are_hidden_too() {
    let server = Server::start(|app| {
        let auth = builder().deadline(std::time::Duration::from_millis(700)).build().unwrap();
        app.service(auth.scope("").service(later).service(failing).service(panicking).service(stuck));
    });
    let with_word = |path: &str, word: &str| server.get(path).header("X-Word", word).send().without_date();
    for path in ["/later", "/failing", "/panicking", "/stuck"] {
        for word in ["please", "open sesame"] {
            assert_eq!(with_word(path, word), with_word("/unknown", word), "{path} {word}");
        }
        assert_eq!(server.get(path).send().without_date(), server.get("/unknown").send().without_date());
    }
}

#[test]
fn a_replaced_body_does_not_betray_a_hidden_route() {
    let server = Server::start(|app| {
        let auth =
            builder().denial_body(|_, denial| DenialBody::json(&json!({ "no": denial.status().as_u16() }))).build();
        app.service(auth.unwrap().scope("").service(secret));
    });
    assert_same(&server, "/hidden", "/unknown");
}

#[test]
fn outside_of_a_scope_a_hidden_denial_is_actixs_empty_404() {
    let server = Server::of(|| App::new().app_data(auth()).service(secret).route("/plain", web::get().to(plain)));
    server.get("/hidden").bearer(scoped("admin")).send().expect("hidden");
    server.get("/plain").bearer(scoped("admin")).send().expect("plain");
    for path in ["/hidden", "/plain"] {
        let same = |path| server.get(path).bearer(scoped("read")).send().without_date();
        assert_eq!(same(path), same("/unknown"));
        assert_eq!(server.get(path).send().without_date(), server.get("/unknown").send().without_date());
    }
}

#[test]
fn from_authenticated_hides_the_403_and_no_more() {
    let server = Server::start(|app| {
        app.service(auth().scope("").service(half));
    });
    server.get("/half").bearer(scoped("admin")).send().expect("half");
    Denied::missing().challenge(r#"Bearer realm="orders", scope="admin""#).check(&server.get("/half").send());
    Denied::unauthorized("the token is not valid")
        .challenge(
            r#"Bearer realm="orders", error="invalid_token", error_description="the token is not valid", scope="admin""#,
        )
        .check(&server.get("/half").bearer("rubbish").send());
    let known = |path| server.get(path).bearer(scoped("read")).send().without_date();
    assert_eq!(known("/half"), known("/unknown"));
    assert_eq!(known("/half").status, 404);
}
