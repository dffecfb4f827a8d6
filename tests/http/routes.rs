//! Routes mounted as actix-web's: methods of a resource, several patterns, middleware, a policy on the route.

use actix_web::guard::Header;
use actix_web::middleware::{DefaultHeaders, from_fn};
use actix_web::{HttpRequest, HttpResponse, web};
use auth_runtime::{Granted, Principal, policy, public, requires, route};
use tests::{Denied, Server};

use crate::fixture::{auth, builder, scoped, token};

#[public]
async fn list() -> &'static str {
    "list"
}

#[requires(bearer, scope = "write")]
async fn add(who: Principal) -> String {
    format!("{} adds", who.subject())
}

#[requires(bearer, scope = "admin")]
async fn any_method(request: HttpRequest) -> String {
    format!("any {}", request.method())
}

#[requires(bearer, scope = "admin", hide)]
async fn hidden() -> &'static str {
    "hidden"
}

policy! {
    CanQuery: bearer, scope("query");
    CanWrite: bearer, scope("write");
    Owner: bearer, check(owns), hide;
}

async fn owns(account: web::Path<u64>, who: Principal) -> bool {
    who.claims().and_then(|claims| claims.get("account")).and_then(serde_json::Value::as_u64) == Some(*account)
}

/// No attribute: who may call it is said where it is mounted.
async fn query(who: Principal, stream: web::Path<String>) -> String {
    format!("{} asks {stream}", who.subject())
}

async fn account(account: web::Path<u64>, _: Granted<Owner>, body: String) -> String {
    format!("account {account} gets {body}")
}

fn missing(scope: &str) -> Denied {
    Denied::missing().challenge(&format!(r#"Bearer realm="orders", scope="{scope}""#))
}

#[test]
fn a_resource_takes_handlers_by_method_on_several_patterns() {
    let server = Server::start(|app| {
        let orders = route::resource(["/orders", "/v1/orders"]).get(list).post(add).put(add).patch(add).delete(add);
        let rest = route::resource(String::from("/rest")).head(list).trace(add).to(any_method);
        app.service(auth().scope("/api").service(orders).service(rest));
    });
    for path in ["/api/orders", "/api/v1/orders"] {
        server.get(path).send().expect("list");
        for method in ["POST", "PUT", "PATCH", "DELETE"] {
            missing("write").check(&server.request(method, path).send());
            server.request(method, path).bearer(scoped("write")).send().expect("alice adds");
        }
        assert_eq!(server.request("OPTIONS", path).send().status, 405);
    }
    assert_eq!(server.request("HEAD", "/api/rest").send().status, 200);
    missing("write").check(&server.request("TRACE", "/api/rest").send());
    missing("admin").check(&server.get("/api/rest").send());
    server.request("BREW", "/api/rest").bearer(scoped("admin")).send().expect("any BREW");
}

#[test]
fn middleware_of_a_resource_or_a_route_sees_what_they_answer() {
    let server = Server::start(|app| {
        let header = |name: &'static str| DefaultHeaders::new().add((name, "1"));
        let by_hand = from_fn(async |request, next: actix_web::middleware::Next<_>| {
            let mut answer = next.call(request).await?;
            let seen = answer.headers().contains_key("x-inner");
            answer.headers_mut().insert(
                actix_web::http::header::HeaderName::from_static("x-outer"),
                actix_web::http::header::HeaderValue::from_static(if seen { "after inner" } else { "alone" }),
            );
            Ok(answer)
        });
        let orders = route::resource("/orders").wrap(header("x-inner")).wrap(by_hand).get(list).post(add);
        let scope = auth()
            .scope("/api")
            .service(orders)
            .route("/wrapped", route::get().to(add).wrap(header("x-route")))
            .service(route::resource("/hidden").wrap(header("x-inner")).get(hidden));
        app.service(scope);
    });
    let answer = server.get("/api/orders").send();
    assert_eq!((answer.all("x-inner"), answer.all("x-outer")), (vec!["1"], vec!["after inner"]));
    let denied = server.post("/api/orders").send();
    missing("write").check(&denied);
    assert_eq!((denied.all("x-inner"), denied.all("x-outer")), (vec!["1"], vec!["after inner"]));
    let denied = server.get("/api/wrapped").send();
    missing("write").check(&denied);
    assert_eq!(denied.all("x-route"), ["1"]);
    server.get("/api/wrapped").bearer(scoped("write")).send().expect("alice adds");
    // What the middleware adds to a hidden denial does not give it away.
    let (hidden, unknown) = (server.get("/api/hidden").send(), server.get("/api/unknown").send());
    assert_eq!((hidden.status, hidden.text(), hidden.all("x-inner")), (404, "", vec![]));
    assert_eq!((unknown.status, unknown.text()), (404, ""));
    let known = server.get("/api/hidden").bearer(scoped("admin")).send();
    assert_eq!((known.text(), known.all("x-inner")), ("hidden", vec!["1"]));
}

#[test]
fn a_route_puts_a_policy_in_front_of_a_plain_handler() {
    let server = Server::start(|app| {
        let writing = route::post().requires::<CanWrite>().to(query);
        let scope = auth()
            .scope("/api")
            .route("/query/{stream}", route::get().requires::<CanQuery>().to(query))
            .service(route::resource("/write/{stream}").route(writing))
            .route("/accounts/{account}", route::post().requires::<Owner>().to(account));
        app.service(scope);
    });
    missing("query").check(&server.get("/api/query/logs").send());
    assert_eq!(server.get("/api/query/logs").bearer(scoped("write")).send().status, 403);
    server.get("/api/query/logs").bearer(scoped("query")).send().expect("alice asks logs");
    missing("write").check(&server.post("/api/write/logs").send());
    server.post("/api/write/logs").bearer(scoped("write")).send().expect("alice asks logs");
    // Its body is read after the decision, and `Granted` of the policy is at hand.
    let owner = || token().claim("account", 7).sign();
    let post = |path| server.post(path).bearer(owner());
    post("/api/accounts/7").send_body("text/plain", "ten").expect("account 7 gets ten");
    let foreign = post("/api/accounts/8").send_body("text/plain", "ten");
    assert_eq!((foreign.status, foreign.text()), (404, ""));
}

#[test]
fn two_policies_share_a_pattern_where_guards_tell_them_apart() {
    let server = Server::start(|app| {
        let sure = || route::delete().guard(Header("x-sure", "yes"));
        let scope = auth()
            .scope("/api")
            .route("/a", sure().to(add))
            .route("/a", route::delete().to(any_method))
            .route("/b", route::get().requires::<CanQuery>().guard(Header("x-sure", "yes")).to(plain))
            .route("/b", route::get().to(list));
        app.service(scope);
    });
    let delete = || server.request("DELETE", "/api/a");
    missing("write").check(&delete().header("X-Sure", "yes").send());
    missing("admin").check(&delete().send());
    missing("query").check(&server.get("/api/b").header("X-Sure", "yes").send());
    server.get("/api/b").send().expect("list");
}

async fn plain() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[test]
fn the_table_lists_each_place_of_a_plain_handler_and_each_pattern_of_a_resource() {
    let auth = builder().build().unwrap();
    let scope = auth
        .scope("/api")
        .route("/q/{stream}", route::get().requires::<CanQuery>().to(query))
        .route("/w/{stream}", route::post().requires::<CanWrite>().to(query))
        .service(route::resource(["/x", "/y"]).get(list));
    let app = actix_web::App::new().service(scope);
    actix_web::rt::System::new().block_on(async { drop(actix_web::test::init_service(app).await) });
    let mut lines: Vec<String> = auth.mounted().iter().map(line).collect();
    lines.sort();
    let names = "http::routes";
    assert_eq!(
        lines,
        [
            format!("GET /api/q/{{stream}} {names}::query {names}::CanQuery"),
            format!("GET /api/x {names}::list {names}::list"),
            format!("GET /api/y {names}::list {names}::list"),
            format!("POST /api/w/{{stream}} {names}::query {names}::CanWrite"),
        ]
    );
    let place = auth.mounted().into_iter().find(|route| route.path().starts_with("/api/q")).unwrap();
    assert!(place.file().ends_with("tests/http/routes.rs") && place.line() > 0, "{place:?}");
}

fn line(route: &auth_runtime::mount::MountedRoute) -> String {
    let policy = route.policy().unwrap().handler();
    format!("{} {} {} {policy}", route.method().unwrap_or("any"), route.path(), route.handler())
}

#[test]
fn plain_handlers_hide_each_other_as_all_do() {
    let twice = std::panic::catch_unwind(|| {
        let get = || route::get().requires::<CanQuery>();
        drop(auth().scope("/api").route("/a", get().to(plain)).route("/a", get().to(query)));
    });
    let text = *twice.expect_err("the assembly goes on").downcast::<String>().unwrap();
    assert!(text.contains("routes::query") && text.contains("routes::plain"), "{text}");
    let never = std::panic::catch_unwind(|| drop(route::resource(Vec::<String>::new())));
    assert!(never.expect_err("the assembly goes on").downcast::<String>().unwrap().contains("no path"));
}
