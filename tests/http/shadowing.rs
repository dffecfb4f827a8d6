//! What could never answer where it is mounted stops the assembly; what can is left alone.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use actix_web::dev::HttpServiceFactory;
use actix_web::guard::{GuardContext, Header, Host};
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App, HttpServer, get, post, web};
use auth_runtime::{policy, public, requires, route};

use crate::fixture::auth;

#[requires(bearer, scope = "admin")]
#[get("/users/{id}")]
async fn user() -> &'static str {
    "user"
}

#[public]
#[get("/users/{name}")]
async fn profile() -> &'static str {
    "profile"
}

#[requires(bearer, scope = "admin")]
#[post("/users/{id}")]
async fn change_user() -> &'static str {
    "changed"
}

#[requires(bearer)]
#[get("/users/me")]
async fn me() -> &'static str {
    "me"
}

#[requires(bearer)]
async fn guarded() -> &'static str {
    "guarded"
}

#[public]
async fn open() -> &'static str {
    "open"
}

fn is_chosen(context: &GuardContext<'_>) -> bool {
    context.head().headers().contains_key("x-chosen")
}

#[public]
#[get("/users/{id}", guard = "is_chosen")]
async fn chosen() -> &'static str {
    "chosen"
}

policy! {
    Staff: bearer, role("staff");
}

fn page() -> actix_web::Resource {
    web::resource("/page").to(|| async { "page" })
}

/// What stops the assembly of an application.
#[track_caller]
fn refusal<S: HttpServiceFactory + 'static>(services: impl FnOnce() -> Vec<S>) -> String {
    let panic = std::panic::catch_unwind(AssertUnwindSafe(|| assemble(services()))).expect_err("the assembly goes on");
    panic.downcast::<String>().map_or_else(|_| String::new(), |text| *text)
}

fn assemble<S: HttpServiceFactory + 'static>(services: Vec<S>) {
    actix_web::rt::System::new().block_on(async {
        let app = services.into_iter().fold(App::new(), App::service);
        drop(init_service(app).await);
    });
}

/// A scope of which only the registrations matter.
macro_rules! scope {
    ($path:literal $(, $method:ident $(::<$policy:ty>)? ($($argument:expr),*))*) => {
        auth().scope($path)$(.$method$(::<$policy>)?($($argument),*))*
    };
}

/// Each is refused, naming what hides, what is hidden, and both files and lines.
#[test]
fn what_is_hidden_stops_the_assembly_and_both_places_are_named() {
    let refused = [
        ("profile", "user", refusal(|| vec![scope!("", service(profile), service(user))])),
        ("profile", "chosen", refusal(|| vec![scope!("", service(profile), service(chosen))])),
        ("profile", "me", refusal(|| vec![scope!("", service(profile), service(me))])),
        ("user", "profile", refusal(|| vec![scope!("/api", service(user), service(profile))])),
        ("open", "guarded", refusal(|| vec![by_hand("things", "/things")])),
        ("open", "guarded", refusal(|| vec![by_hand("/things", "things")])),
        ("open", "guarded", refusal(|| vec![by_hand("/{tail:.*}", "/a/b")])),
        ("open", "guarded", refusal(|| vec![by_hand("/{tail}*", "/a/b")])),
        ("open", "guarded", refusal(|| vec![by_hand("/{t}", "/a")])),
        ("open", "guarded", refusal(|| vec![by_hand("/{a}", "/{a}-{b}")])),
        ("open", "guarded", refusal(|| vec![by_hand("/{a}", r"/{id:\d+}")])),
        ("open", "guarded", refusal(|| vec![by_hand("/é", "/é")])),
    ];
    for (earlier, later, text) in refused {
        for part in [
            &*format!("::{earlier}` at tests/http/shadowing.rs:"),
            &format!("::{later}` at "),
            "never answers",
            "mount",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }
}

fn by_hand(earlier: &str, later: &str) -> impl HttpServiceFactory + use<> {
    auth().scope("/api").route(earlier, route::get().to(open)).route(later, route::get().to(guarded))
}

#[test]
fn services_resources_and_scopes_hide_what_is_below_them() {
    let get = || route::get().to(guarded);
    let refused = [
        (
            "Resource` at",
            refusal(|| {
                vec![scope!("", service_public("a page", "/api", page()), service(scope!("/api", service(me))))]
            }),
        ),
        ("Resource` at", refusal(|| vec![scope!("/api", service_public("pages", "", page()), route("/x", get()))])),
        ("Staff` at", refusal(|| vec![scope!("", service_as::<Staff>("/a", page()), route("/a/b", get()))])),
        (
            "Staff` at",
            refusal(|| vec![scope!("", service_as::<Staff>("/{a}", page()), service_public("b", "/b", page()))]),
        ),
        // A resource answers 405 to what its routes do not take.
        (
            "the resource `/x` at",
            refusal(|| {
                vec![scope!("", service(route::resource("/x").route(route::post().to(open))), route("/x", get()))]
            }),
        ),
        ("open` at", refusal(|| vec![scope!("", service(route::resource("/x").route(route::to(open)).route(get())))])),
        // A scope answers 404 to what it does not know.
        (
            "the scope `/a` at",
            refusal(|| vec![scope!("", service(scope!("/a")), service(scope!("/a", route("/x", get()))))]),
        ),
        (
            "the scope `/a` at",
            refusal(|| vec![scope!("", service(scope!("/a")), service(scope!("/a/b", route("/x", get()))))]),
        ),
        ("the scope `/{t}` at", refusal(|| vec![scope!("", service(scope!("/{t}")), route("/x", get()))])),
        // A route of the outer scope hides one that the inner scope has.
        (
            "open` at",
            refusal(|| {
                vec![scope!(
                    "",
                    route("/a/x", route::to(open)),
                    service(scope!("/a", route("/x", get()), route("/y", get())))
                )]
            }),
        ),
    ];
    for (earlier, text) in refused {
        assert!(text.contains(earlier) && text.contains("never answers"), "{earlier} in {text}");
        assert_eq!(text.matches("tests/http/shadowing.rs:").count(), 2, "{text}");
    }
}

#[test]
fn one_application_has_one_root() {
    let refused = [
        ("`/api`", refusal(|| vec![auth().scope("/api").service(me), auth().scope("/api").service(user)])),
        ("`/api`", refusal(|| vec![auth().scope("/api").service(me), auth().scope("/api/v1").service(user)])),
        ("without a path", refusal(|| vec![auth().scope("").service(me), auth().scope("/api").service(user)])),
        ("`/{tenant}`", refusal(|| vec![auth().scope("/{tenant}"), auth().scope("/api").service(user)])),
    ];
    for (path, text) in refused {
        for part in [&*format!("the scope {path} at tests/http/shadowing.rs:"), "::user` at tests/http/shadowing.rs:"] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }
    // What is more special first, and apart.
    assemble(vec![
        auth().scope("/api/v1").service(user),
        auth().scope("/api").service(user),
        auth().scope("").service(user),
    ]);
    // Two applications have two roots, and the same one may be assembled again.
    for _ in 0..3 {
        assemble(vec![auth().scope("/api").service(user)]);
    }
    actix_web::rt::System::new().block_on(async {
        let one = init_service(App::new().service(auth().scope("").service(user))).await;
        let two = init_service(App::new().service(auth().scope("").service(profile))).await;
        drop((one, two));
    });
}

#[test]
fn a_server_does_not_start_with_what_is_hidden() {
    let (started, starting) = std::sync::mpsc::channel();
    let server = std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let application =
                || App::new().service(auth().scope("").service(me)).service(auth().scope("/a").service(user));
            let server = HttpServer::new(application).workers(3).disable_signals().bind(("127.0.0.1", 0)).unwrap();
            let (address, running) = (server.addrs()[0], server.run());
            started.send(address).unwrap();
            running.await
        })
    });
    let address = starting.recv_timeout(Duration::from_secs(20)).unwrap();
    // `run().await` ends at once, as it does where a factory panics for any other reason.
    let ended = server.join().unwrap();
    assert!(ended.is_err(), "the server ran");
    assert!(std::net::TcpStream::connect(address).is_err(), "somebody listens");
}

#[test]
fn another_auth_hides_as_any_other_does() {
    let other = || crate::fixture::builder().realm("other").build().unwrap();
    refusal(|| vec![auth().scope("").service(user), other().scope("").service(user)]);
    refusal(|| vec![scope!("", service(user), service(other().scope("").service(user)))]);
    // The other one decides in its own scope, so the outer one need not know its schemes.
    let lacking = auth_runtime::Auth::builder().dangerous_allow_unconfigured().build().unwrap();
    assemble(vec![lacking.scope("").service(auth().scope("/in").service(user))]);
}

#[test]
fn ordinary_applications_are_left_alone() {
    let (get, post) = (|| route::get().to(guarded), || route::post().to(guarded));
    // The more special first, by path and by method.
    assemble(vec![scope!("", service(me), service(user), service(change_user))]);
    assemble(vec![scope!(
        "",
        route("/a", get()),
        route("/a", post()),
        route("/a/", get()),
        route("/{x}", get()),
        route("/{x}/b", get())
    )]);
    assemble(vec![scope!("", route(r"/{id:\d+}", get()), route(r"/{slug:[a-z-]+}", get()), route("/{tail}*", get()))]);
    assemble(vec![scope!(
        "",
        route("/files/{name}.json", get()),
        route("/files/{name}.xml", get()),
        route("/files/{name}", get())
    )]);
    assemble(vec![scope!("", route("/{a}/x", get()), route("/y/{b}", get()), route("/{a}/{b}", get()))]);
    assemble(vec![scope!(
        "",
        service(route::resource("/a").route(get()).route(post())),
        service(route::resource("/a/{b}").route(get()))
    )]);
    assemble(vec![scope!(
        "/api",
        service(scope!("/v1", route("/x", get()))),
        service(scope!("/v2", route("/x", get()))),
        route("/{v}/y", post())
    )]);
    assemble(vec![scope!(
        "",
        service_as::<Staff>("/files", page()),
        service_public("pages", "/ui", page()),
        route("/x", get()),
        default_service(route::to(open))
    )]);
    assemble(vec![scope!(
        "",
        route("", get()),
        route("/", get()),
        route("/x", get()),
        service_public("the rest", "", page())
    )]);
    // Whether a guard lets a request through is known to actix alone.
    let header = || Header("x-version", "2");
    assemble(vec![scope!("", route("/a", route::get().guard(header()).to(open)), route("/a", get()))]);
    assemble(vec![scope!(
        "",
        service(route::resource("/a").guard(header()).route(route::to(open))),
        route("/a", get())
    )]);
    assemble(vec![scope!(
        "",
        service(route::resource("/a").route(route::get().guard(header()).to(open)).route(get()))
    )]);
    assemble(vec![scope!(
        "",
        service(scope!("/a", guard(header()), route("/x", route::get().to(open)))),
        service(scope!("/a", route("/x", get())))
    )]);
    assemble(vec![scope!("", service(chosen), service(user))]);
    let host = |name| auth().scope("").guard(Host(name)).service(user);
    assemble(vec![host("one.example"), host("two.example")]);
    // The same handler again answers as the first one does.
    assemble(vec![scope!("", route("/a", get()), route("/a", get()))]);
    // actix asks a resource's routes in turn, so this one gets what is left.
    assemble(vec![scope!("", service(route::resource("/a").route(get()).route(route::to(open))))]);
}

#[test]
fn paths_that_mean_something_else_stop_the_assembly() {
    for (path, remedy) in
        [("/files*", "write `{tail}*`"), ("/{a}/b*", "write `{tail}*`"), ("/caf%C3%A9", "write the character itself")]
    {
        for text in [
            refusal(|| vec![auth().scope("").route(path, route::get().to(open))]),
            refusal(|| vec![auth().scope(path)]),
            refusal(|| vec![auth().scope("").service_public("a page", path, page())]),
            refusal(|| vec![auth().scope("").service_as::<Staff>(path, page())]),
            refusal(|| vec![auth().scope("").service(route::resource(path))]),
        ] {
            for part in [path, remedy, "tests/http/shadowing.rs:"] {
                assert!(text.contains(part), "{part} in {text}");
            }
        }
    }
    let text = refusal(|| vec![auth().scope("/{tail}*")]);
    assert!(text.contains("drop the tail"), "{text}");
}

#[test]
fn a_scope_has_one_default_service() {
    let text = refusal(|| vec![scope!("/a", default_service(route::to(open)), default_service(route::to(guarded)))]);
    for part in
        ["::open` at tests/http/shadowing.rs:", "::guarded` at tests/http/shadowing.rs:", "scope `/a`", "remove one"]
    {
        assert!(text.contains(part), "{part} in {text}");
    }
}

/// The refusals follow what actix does: without them the first would answer for the second.
#[test]
fn actix_asks_in_the_order_of_registration() {
    for (earlier, later, probe) in [
        ("/users/{name}", "/users/me", "/users/me"),
        ("things", "/things", "/things"),
        ("/{tail:.*}", "/a/b", "/a/b"),
        ("/{t}", "/a", "/a"),
        ("/{a}-{b}", "/{a}-x-{b}", "/1-x-2"),
        ("/caf\u{e9}", "/caf\u{e9}", "/caf%C3%A9"),
    ] {
        let app = App::new().service(
            web::scope("")
                .route(earlier, web::get().to(|| async { "first" }))
                .route(later, web::get().to(|| async { "second" })),
        );
        let body = actix_web::rt::System::new().block_on(async {
            let app = init_service(app).await;
            read_body(call_service(&app, TestRequest::get().uri(probe).to_request()).await).await
        });
        assert_eq!(body, "first", "{earlier} before {later}");
        refusal(|| vec![by_hand(earlier, later)]);
    }
}
