//! Mounting in `auth.scope(…)`: what is in it is guarded, however deep, and what cannot be guarded stops the assembly.

use std::panic::AssertUnwindSafe;

use actix_web::guard::{Header, fn_guard};
use actix_web::{App, HttpRequest, HttpResponse, Responder, get, post, web};
use auth_runtime::{Auth, ServiceConfig, policy, public, requires, route};
use tests::{Denied, Server};

use crate::fixture::{auth, scoped, token};

#[requires(bearer, scope = "admin")]
#[get("/list")]
async fn list() -> &'static str {
    "list"
}

#[requires(bearer, scope = "admin")]
#[post("/items/{id}")]
async fn item(id: web::Path<(String, u32)>) -> String {
    format!("{} {}", id.0, id.1)
}

#[requires(bearer, scope = "admin")]
async fn by_hand(request: HttpRequest) -> String {
    format!("by hand {}", request.method())
}

#[public]
async fn open() -> &'static str {
    "open"
}

#[requires(bearer, scope = "admin")]
async fn fallback(request: HttpRequest) -> impl Responder {
    HttpResponse::NotFound().body(format!("nothing at {}", request.path()))
}

policy! {
    Files: bearer, scope("admin");
    Account: bearer, check(own_account);
    Kept: bearer, check(keeps)
}

/// Leaves a task behind that holds the request for ever.
async fn keeps(request: HttpRequest) -> bool {
    actix_web::rt::spawn(async move {
        std::future::pending::<()>().await;
        drop(request);
    });
    true
}

async fn own_account(account: web::Path<(u64,)>, caller: auth_runtime::Bearer) -> bool {
    caller.get("account").and_then(serde_json::Value::as_u64) == Some(account.0)
}

fn missing() -> Denied {
    Denied::missing().challenge(r#"Bearer realm="orders", scope="admin""#)
}

#[track_caller]
fn assert_guarded(server: &Server, method: &str, path: &str, text: &str) {
    missing().check(&server.request(method, path).send());
    assert_eq!(server.request(method, path).bearer(scoped("read")).send().status, 403);
    server.request(method, path).bearer(scoped("admin")).send().expect(text);
}

#[test]
fn nested_scopes_with_parameters_guard_what_is_in_them() {
    let server = Server::start(|app| {
        let inner = auth().scope("/inner").service(list);
        let tenant = auth().scope("/{tenant}").service(item).service(inner);
        app.service(auth().scope("/api").service(auth().scope("/v1").service(tenant)));
    });
    assert_guarded(&server, "POST", "/api/v1/acme/items/7", "acme 7");
    assert_guarded(&server, "GET", "/api/v1/acme/inner/list", "list");
    assert_eq!(server.get("/api/v1/acme/other").send().status, 404);
}

#[test]
fn a_resource_guards_its_routes_and_answers_405_for_other_methods() {
    let server = Server::start(|app| {
        let resource = route::resource("/things")
            .name("things")
            .app_data(web::Data::new(7_u8))
            .route(route::get().to(by_hand))
            .route(route::delete().guard(Header("x-sure", "yes")).to(by_hand));
        app.service(auth().scope("/api").service(resource));
    });
    assert_guarded(&server, "GET", "/api/things", "by hand GET");
    let delete = || server.request("DELETE", "/api/things").header("X-Sure", "yes");
    missing().check(&delete().send());
    delete().bearer(scoped("admin")).send().expect("by hand DELETE");
    assert_eq!(server.request("DELETE", "/api/things").bearer(scoped("admin")).send().status, 405);
    assert_eq!(server.post("/api/things").send().status, 405);
}

#[test]
fn a_resource_after_a_handler_of_the_same_path_names_the_methods_of_both_in_its_405() {
    let server = Server::start(|app| {
        let resource = route::resource("/list").route(route::put().to(by_hand));
        app.service(auth().scope("/api").service(list).service(resource));
    });
    server.get("/api/list").bearer(scoped("admin")).send().expect("list");
    server.request("PUT", "/api/list").bearer(scoped("admin")).send().expect("by hand PUT");
    let answer = server.post("/api/list").bearer(scoped("admin")).send();
    assert_eq!((answer.status, answer.only("allow")), (405, Some("GET, PUT")));
}

#[test]
fn every_kind_of_route_guards_its_handler() {
    let server = Server::start(|app| {
        let scope = auth()
            .scope("")
            .route("/r", route::get().to(by_hand))
            .route("/r", route::post().to(by_hand))
            .route("/r", route::put().to(by_hand))
            .route("/r", route::patch().to(by_hand))
            .route("/r", route::delete().to(by_hand))
            .route("/r", route::method(actix_web::http::Method::from_bytes(b"QUERY").unwrap()).to(by_hand))
            .route("/any", route::any().to(by_hand))
            .route("/to", route::to(by_hand));
        app.service(scope);
    });
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "QUERY"] {
        assert_guarded(&server, method, "/r", &format!("by hand {method}"));
    }
    for method in ["GET", "OPTIONS", "BREW"] {
        assert_guarded(&server, method, "/any", &format!("by hand {method}"));
        assert_guarded(&server, method, "/to", &format!("by hand {method}"));
    }
}

#[test]
fn a_function_may_assemble_a_part() {
    fn part(config: &mut ServiceConfig) {
        let inner = config.auth().scope("/inner").service(list);
        config.service(list).route("/open", route::get().to(open)).service(inner).configure(deeper);
    }
    fn deeper(config: &mut ServiceConfig) {
        config.app_data(web::Data::new(1_u8)).route("/deeper", route::get().to(by_hand));
    }
    let server = Server::start(|app| {
        app.service(auth().scope("/api").configure(part));
    });
    assert_guarded(&server, "GET", "/api/list", "list");
    assert_guarded(&server, "GET", "/api/inner/list", "list");
    assert_guarded(&server, "GET", "/api/deeper", "by hand GET");
    server.get("/api/open").send().expect("open");
}

#[test]
fn a_default_service_has_a_policy_too() {
    let server = Server::start(|app| {
        app.service(auth().scope("/api").service(list).default_service(route::to(fallback)));
    });
    missing().check(&server.get("/api/unknown").send());
    missing().check(&server.post("/api/list").send());
    let known = server.get("/api/unknown").bearer(scoped("admin")).send();
    assert_eq!((known.status, known.text()), (404, "nothing at /api/unknown"));
    assert_eq!(known.all("cache-control"), ["private"]);
    assert_guarded(&server, "GET", "/api/list", "list");
}

#[test]
fn a_service_that_is_no_handler_is_behind_the_policy_it_is_given() {
    async fn file(path: web::Path<String>) -> String {
        format!("file {path}")
    }
    let server = Server::start(|app| {
        let files = web::resource("/{name}").to(file);
        app.service(auth().scope("/api").service_as::<Files>("/files", files));
    });
    assert_guarded(&server, "GET", "/api/files/a.txt", "file a.txt");
    assert_guarded(&server, "POST", "/api/files/a.txt", "file a.txt");
    missing().check(&server.get("/api/files/not/there").send());
    missing().check(&server.get("/api/files").send());
    assert_eq!(server.get("/api/files/not/there").bearer(scoped("admin")).send().status, 404);
}

#[test]
fn the_policy_of_a_service_that_is_no_handler_sees_the_parameters_of_the_path() {
    async fn page(path: web::Path<(u64, String)>) -> String {
        format!("page {} of {}", path.1, path.0)
    }
    let server = Server::start(|app| {
        let pages = web::resource("/pages/{page}").to(page);
        app.service(auth().scope("/api").service_as::<Account>("/accounts/{account}", pages));
    });
    let owner = token().claim("account", 7).sign();
    server.get("/api/accounts/7/pages/one").bearer(&owner).send().expect("page one of 7");
    Denied::forbidden("the caller may not do this")
        .check(&server.get("/api/accounts/8/pages/one").bearer(&owner).send());
    Denied::missing().challenge(r#"Bearer realm="orders""#).check(&server.get("/api/accounts/7/pages/one").send());
    assert_eq!(server.get("/api/accounts/7/other").bearer(&owner).send().status, 404);
}

#[test]
fn a_service_declared_public_is_open() {
    let server = Server::start(|app| {
        let page = web::resource("/page").to(|| async { "the page" });
        app.service(auth().scope("/api").service_public("a page without data", "/ui", page).service(list));
    });
    server.get("/api/ui/page").send().expect("the page");
    assert_eq!(server.get("/api/ui/other").send().status, 404);
    assert_eq!(server.get("/api/page").send().status, 404);
    assert_guarded(&server, "GET", "/api/list", "list");
}

#[test]
fn a_function_may_add_what_is_no_handler_and_what_answers_the_rest() {
    fn part(config: &mut ServiceConfig) {
        let file = || web::resource("/file").to(|| async { "file" });
        config
            .service_as::<Files>("/files", file())
            .service_public("a page without data", "/ui", file())
            .default_service(route::get().to(fallback));
    }
    let server = Server::start(|app| {
        app.service(auth().scope("/api").configure(part));
    });
    assert_guarded(&server, "GET", "/api/files/file", "file");
    server.get("/api/ui/file").send().expect("file");
    missing().check(&server.get("/api/unknown").send());
    assert_eq!(server.get("/api/unknown").bearer(scoped("admin")).send().text(), "nothing at /api/unknown");
}

#[test]
fn a_default_service_keeps_its_method_and_guards() {
    let server = Server::of(|| {
        let by_method = auth().scope("/method").service(list).default_service(route::get().to(fallback));
        let guarded = route::any().guard(Header("x-sure", "yes")).to(fallback);
        App::new()
            .service(by_method)
            .service(auth().scope("/guard").default_service(guarded))
            .default_service(web::to(|| async { HttpResponse::NotFound().body("nothing in the application") }))
    });
    let unknown =
        |answer: tests::Answer| assert_eq!((answer.status, answer.text()), (404, "nothing in the application"));
    missing().check(&server.get("/method/unknown").send());
    unknown(server.post("/method/unknown").bearer(scoped("admin")).send());
    unknown(server.post("/method/list").bearer(scoped("admin")).send());
    missing().check(&server.get("/guard/unknown").header("X-Sure", "yes").send());
    unknown(server.get("/guard/unknown").bearer(scoped("admin")).send());
}

#[test]
fn a_check_may_keep_the_request_that_a_service_is_then_called_with() {
    async fn file(request: HttpRequest, body: String) -> String {
        let (path, told) = (request.match_info(), request.headers().get("x-told"));
        format!("{} {} {told:?} {body}", path.get("name").unwrap(), path.get("file").unwrap())
    }
    let server = Server::start(|app| {
        let files = web::scope("/deep").service(web::resource("/{file}").to(file));
        app.service(auth().scope("").service_as::<Kept>("/kept/{name}", files));
    });
    for _ in 0..3 {
        let request = server.post("/kept/a/deep/b").header("X-Told", "1").bearer(scoped("admin"));
        request.send_body("text/plain", "text").expect(r#"a b Some("1") text"#);
    }
    assert_eq!(server.get("/kept/a/other").bearer(scoped("admin")).send().status, 404);
}

#[test]
fn a_guard_of_the_scope_chooses_routes_and_admits_nobody() {
    let server = Server::start(|app| {
        let chosen = fn_guard(|context| context.head().headers().contains_key("x-chosen"));
        app.service(auth().scope("/api").guard(chosen).service(list));
    });
    assert_eq!(server.get("/api/list").bearer(scoped("admin")).send().status, 404);
    missing().check(&server.get("/api/list").header("X-Chosen", "1").send());
    server.get("/api/list").header("X-Chosen", "1").bearer(scoped("admin")).send().expect("list");
}

#[test]
fn two_auths_guard_their_own_scopes() {
    let server = Server::of(|| {
        let other = crate::fixture::builder().realm("other").build().unwrap();
        App::new().service(auth().scope("/a").service(list)).service(other.scope("/b").service(list))
    });
    missing().check(&server.get("/a/list").send());
    Denied::missing().challenge(r#"Bearer realm="other", scope="admin""#).check(&server.get("/b/list").send());
}

#[test]
fn the_innermost_auth_counts() {
    let server = Server::of(|| {
        let realm = |realm: &str| crate::fixture::builder().realm(realm).build().unwrap();
        let inner = realm("inner").scope("/inner").service(list);
        let resource = web::resource("/resource").app_data(realm("resource")).route(web::get().to(by_hand));
        App::new()
            .app_data(realm("app"))
            .service(realm("outer").scope("/outer").service(inner).service(list))
            .service(web::scope("/plain").app_data(realm("plain")).service(list))
            .service(resource)
            .service(list)
    });
    for (path, realm) in [
        ("/outer/inner/list", "inner"),
        ("/outer/list", "outer"),
        ("/plain/list", "plain"),
        ("/resource", "resource"),
        ("/list", "app"),
    ] {
        let challenge = format!(r#"Bearer realm="{realm}", scope="admin""#);
        Denied::missing().challenge(&challenge).check(&server.get(path).send());
    }
}

#[test]
fn another_auth_in_the_data_of_a_scope_stops_the_assembly() {
    let other = crate::fixture::builder().realm("other").build().unwrap();
    let resource = || route::resource("/r").app_data(other.clone()).route(route::get().to(by_hand));
    for text in [
        refusal(|| drop(auth().scope("/o").app_data(other.clone()))),
        refusal(|| drop(auth().scope("/o").configure(|config| _ = config.app_data(other.clone())))),
        refusal(|| drop(auth().scope("/o").service(resource()))),
        refusal(|| drop(auth().scope("/o").configure(|config| _ = config.service(resource())))),
        refusal(|| drop(auth().scope("/out").service(auth().scope("/o").service(resource())))),
    ] {
        for part in ["tests/http/mounting.rs:", "another `Auth`", "`/o`", "other.scope("] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }
    // Its own is no other, and a nested scope of another decides itself.
    drop(auth().scope("/o").app_data(auth()).service(other.scope("/in").service(list)));
    let own = route::resource("/r").app_data(auth()).route(route::get().to(by_hand));
    drop(auth().scope("/o").service(own));
}

/// What stops the assembly.
#[track_caller]
fn refusal(assemble: impl FnOnce()) -> String {
    let panic = std::panic::catch_unwind(AssertUnwindSafe(assemble)).expect_err("the assembly goes on");
    panic.downcast::<String>().map_or_else(|_| String::new(), |text| *text)
}

#[test]
fn a_scheme_that_this_auth_lacks_stops_the_assembly() {
    let lacking = Auth::builder().dangerous_allow_unconfigured().build().unwrap();
    let text = refusal(|| drop(lacking.scope("/api").service(list)));
    for part in ["mounting::list", "tests/http/mounting.rs:", "/api", "lacks"] {
        assert!(text.contains(part), "{text}");
    }
    assert_eq!(text, refusal(|| drop(lacking.scope("/api").configure(|config| _ = config.service(list)))));
    let nested = refusal(|| drop(auth().scope("/out").service(lacking.scope("/api").service(list))));
    assert_eq!(text, nested);
    assert!(refusal(|| drop(lacking.scope("/api").route("/x", route::get().to(by_hand)))).contains("by_hand"));
    assert!(refusal(|| drop(lacking.scope("").service_as::<Files>("/f", web::resource("/x")))).contains("Files"));
    assert!(refusal(|| drop(lacking.scope("").default_service(route::to(fallback)))).contains("fallback"));
    // What is public needs nothing.
    drop(lacking.scope("/api").route("/open", route::get().to(open)));
}

#[test]
fn the_same_method_and_pattern_under_two_policies_stops_the_assembly() {
    #[public]
    #[get("/list")]
    async fn shadow() -> &'static str {
        "shadow"
    }
    for text in [
        refusal(|| drop(auth().scope("/api").service(list).service(shadow))),
        refusal(|| drop(auth().scope("/api").service(list).route("/list", route::any().to(open)))),
        refusal(|| {
            let first = auth().scope("/in").service(list);
            let second = auth().scope("/in").service(shadow);
            drop(auth().scope("/api").service(first).service(second));
        }),
    ] {
        for part in ["mounted twice", "/list", "mounting::list", "tests/http/mounting.rs:"] {
            assert!(text.contains(part), "{text}");
        }
    }
    // Another method, or the same policy again, is no clash.
    drop(auth().scope("/api").service(list).route("/list", route::post().to(open)));
    drop(auth().scope("/api").route("/a", route::get().to(by_hand)).route("/a", route::get().to(by_hand)));
}
