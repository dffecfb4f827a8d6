//! The table of what is mounted: complete, each route once, whoever assembles and however often.

use actix_web::test::init_service;
use actix_web::{App, HttpServer, get, post, web};
use auth_runtime::mount::{Matches, MountedRoute};
use auth_runtime::resource_metadata::ResourceMetadata;
use auth_runtime::{Auth, ServiceConfig, policy, public, requires, route};

use crate::fixture::builder;

#[requires(bearer, scope = "admin")]
#[get("/list")]
async fn list() -> &'static str {
    "list"
}

#[requires(bearer, hide)]
#[post("hidden/{id}")]
async fn hidden() -> &'static str {
    "hidden"
}

#[requires(bearer)]
#[actix_web::route("/both", method = "PUT", method = "PATCH")]
async fn both() -> &'static str {
    "both"
}

#[public(reason = "liveness probe")]
async fn open() -> &'static str {
    "open"
}

#[requires(bearer, hide = "from_authenticated")]
async fn by_hand() -> &'static str {
    "by hand"
}

policy! {
    Files: bearer, role("ops");
}

fn auth() -> Auth {
    builder().realm("table").build().unwrap()
}

fn page() -> actix_web::Resource {
    web::resource("/page").to(|| async { "page" })
}

fn part(config: &mut ServiceConfig) {
    config.route("/part", route::put().to(by_hand)).service_public("a page without data", "/ui", page());
}

/// One line for each route: path, method, what it matches, handler.
fn lines(routes: &[MountedRoute]) -> Vec<String> {
    let line = |route: &MountedRoute| {
        let handler = route.handler().rsplit("::").next().unwrap().to_owned();
        format!("{} {} {:?} {handler}", route.path(), route.method().unwrap_or("any"), route.matches())
    };
    routes.iter().map(line).collect()
}

async fn assemble(
    app: App<
        impl actix_service::ServiceFactory<
            actix_web::dev::ServiceRequest,
            Config = (),
            Response = actix_web::dev::ServiceResponse,
            Error = actix_web::Error,
            InitError = (),
        > + 'static,
    >,
) {
    drop(init_service(app).await);
}

#[actix_web::test]
async fn everything_in_a_scope_is_listed_with_its_whole_path() {
    let auth = auth();
    let nested = auth.scope("{tenant}").service(list).route("things", route::delete().to(by_hand));
    let resource = route::resource("/r").route(route::get().to(by_hand)).route(route::to(open));
    let scope = auth
        .scope("api")
        .service(list)
        .service(hidden)
        .service(both)
        .service(resource)
        .configure(part)
        .service_as::<Files>("/files", page())
        .service(nested)
        .default_service(route::get().to(open));
    assert!(auth.mounted().is_empty(), "before the assembly");
    assemble(App::new().service(scope)).await;
    assert_eq!(
        lines(&auth.mounted()),
        [
            "/api GET Unmatched open",
            "/api/both PATCH Path both",
            "/api/both PUT Path both",
            "/api/files any Below Files",
            "/api/hidden/{id} POST Path hidden",
            "/api/list GET Path list",
            "/api/part PUT Path by_hand",
            "/api/r any Path open",
            "/api/r GET Path by_hand",
            "/api/ui any Below Resource",
            "/api/{tenant}/list GET Path list",
            "/api/{tenant}/things DELETE Path by_hand",
        ]
    );
}

#[actix_web::test]
async fn a_route_says_who_may_call_it_and_where_that_is_written() {
    let auth = auth();
    let scope = auth.scope("").service(list).service(hidden).route("/open", route::get().to(open)).configure(part);
    assemble(App::new().service(scope)).await;
    let routes = auth.mounted();
    let find = |path: &str| routes.iter().find(|route| route.path() == path).unwrap();

    let listed = find("/list");
    assert_eq!(listed.policy().unwrap().handler(), "http::mounted::list");
    assert_eq!((listed.handler(), listed.file()), ("http::mounted::list", "tests/http/mounted.rs"));
    assert!(listed.line() > 10 && listed.is_whole_path() && !listed.is_public() && !listed.is_hidden());
    assert_eq!((listed.realm(), listed.reason()), ("table", None));

    assert!(find("/hidden/{id}").is_hidden() && find("/part").is_hidden());
    let open = find("/open");
    assert!(open.is_public() && !open.is_hidden());
    assert_eq!(open.reason(), Some("liveness probe"));
    let ui = find("/ui");
    assert!(ui.is_public() && ui.policy().is_none());
    assert_eq!((ui.reason(), ui.file()), (Some("a page without data"), "tests/http/mounted.rs"));

    let json = serde_json::to_value(listed).unwrap();
    for (key, value) in [("method", "GET"), ("path", "/list"), ("matches", "path"), ("realm", "table")] {
        assert_eq!(json[key], value, "{json}");
    }
    assert_eq!(json["policy"]["requirement"]["scope"], "admin", "{json}");
    assert_eq!(listed.to_string(), format!("GET /list  http::mounted::list (tests/http/mounted.rs:{})", listed.line()));
    assert_eq!(ui.matches(), Matches::Below);
}

#[actix_web::test]
async fn a_nested_scope_of_another_auth_is_in_that_ones_table() {
    let (outer, inner) = (auth(), builder().realm("inner").build().unwrap());
    let app = App::new().service(outer.scope("/a").service(inner.scope("/b").service(list)).service(hidden));
    assemble(app).await;
    assert_eq!(lines(&outer.mounted()), ["/a/hidden/{id} POST Path hidden"]);
    assert_eq!(lines(&inner.mounted()), ["/a/b/list GET Path list"]);
    assert_eq!(inner.mounted()[0].realm(), "inner");
}

#[actix_web::test]
async fn within_a_scope_of_actix_the_path_is_not_whole() {
    let auth = auth();
    assemble(App::new().service(web::scope("/of-actix").service(auth.scope("/a").service(list)))).await;
    assert_eq!(lines(&auth.mounted()), ["/a/list GET Path list"]);
    assert!(!auth.mounted()[0].is_whole_path());
}

#[actix_web::test]
async fn the_resource_metadata_is_listed_as_public() {
    let build = || {
        let metadata = ResourceMetadata::new().authorization_server("https://idp.example");
        builder().public_origin("https://api.example").resource_metadata(metadata).build().unwrap()
    };
    let expected = ["/.well-known/oauth-protected-resource any Path resource_metadata_service"];
    let at_root = build();
    assemble(App::new().service(at_root.resource_metadata_service())).await;
    assert_eq!(lines(&at_root.mounted()), expected);
    let in_scope = build();
    assemble(App::new().service(in_scope.scope("").service(in_scope.resource_metadata_service()))).await;
    assert_eq!(lines(&in_scope.mounted()), expected);
    assert!(in_scope.mounted()[0].is_public());
}

#[actix_web::test]
async fn three_workers_and_every_assembly_after_them_list_a_route_once() {
    let auth = auth();
    let workers = auth.clone();
    let server = HttpServer::new(move || App::new().service(workers.scope("/api").service(list).service(hidden)))
        .workers(3)
        .disable_signals()
        .bind(("127.0.0.1", 0))
        .unwrap();
    let running = server.run();
    let handle = running.handle();
    actix_web::rt::spawn(running);
    let once = ["/api/hidden/{id} POST Path hidden", "/api/list GET Path list"];
    while lines(&auth.mounted()) != once {
        actix_web::rt::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    for _ in 0..3 {
        assemble(App::new().service(auth.scope("/api").service(list).service(hidden))).await;
    }
    assert_eq!(lines(&auth.mounted()), once);
    handle.stop(false).await;
    // Another application of the same `Auth` is listed with the first.
    assemble(App::new().service(auth.scope("/other").service(list))).await;
    assert_eq!(auth.mounted().len(), 3);
}
