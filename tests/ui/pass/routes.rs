//! Every route attribute of actix-web, above and below ours.

use actix_web::{connect, delete, get, head, options, patch, post, put, query, route, routes, scope, trace, web};
use auth_runtime::{Bearer, Declared, public, requires};

use super::spec;

macro_rules! in_both_orders {
    ($($method:ident)+) => {$(
        mod $method {
            use super::*;

            #[requires(bearer)]
            #[$method("/above")]
            async fn above(_caller: Bearer) -> &'static str {
                "hello"
            }

            #[$method("/below")]
            #[requires(bearer)]
            async fn below(_caller: Bearer) -> &'static str {
                "hello"
            }

            pub(super) fn register(config: &mut web::ServiceConfig) {
                is_declared(&above);
                config.service(above).service(below);
            }
        }
    )+
        fn register(config: &mut web::ServiceConfig) {
            $($method::register(config);)+
        }

        #[test]
        fn methods_and_paths_are_known_above_the_route_attribute() {
            $({
                let routes = spec(concat!(stringify!($method), "::above")).routes();
                assert_eq!(routes.len(), 1);
                assert_eq!(routes[0].methods(), [stringify!($method).to_uppercase()]);
                assert_eq!(routes[0].path(), "/above");
                assert!(spec(concat!(stringify!($method), "::below")).routes().is_empty());
            })+
        }
    };
}

in_both_orders! { connect delete get head options patch post put query trace }

#[requires(bearer)]
#[route("/several", method = "GET", method = "PURGE", name = "several")]
async fn several_methods(_caller: Bearer) -> &'static str {
    "hello"
}

#[requires(bearer)]
#[routes]
#[get("/a")]
#[post("/b", guard = "is_secure")]
async fn several_routes(_caller: Bearer) -> &'static str {
    "hello"
}

fn is_secure(_: &actix_web::guard::GuardContext<'_>) -> bool {
    true
}

#[route("/below", method = "GET")]
#[requires(bearer)]
async fn route_above(_caller: Bearer) -> &'static str {
    "hello"
}

#[routes]
#[get("/a")]
#[requires(bearer)]
#[post("/b")]
async fn between_routes(_caller: Bearer) -> &'static str {
    "hello"
}

#[auth_runtime::requires(bearer)]
#[actix_web::get("/by-path")]
async fn by_path(_caller: Bearer) -> &'static str {
    "hello"
}

#[public]
#[get("/health")]
async fn health() -> &'static str {
    "ok"
}

#[scope("/scoped")]
mod scoped {
    use actix_web::get;
    use auth_runtime::{Bearer, requires};

    #[requires(bearer)]
    #[get("/inside")]
    pub(super) async fn inside(_caller: Bearer) -> &'static str {
        "hello"
    }
}

#[requires(bearer)]
async fn plain(_caller: Bearer) -> &'static str {
    "hello"
}

fn is_declared<T: Declared>(_: &T) {}

#[test]
fn handlers_can_be_mounted() {
    is_declared(&several_methods);
    is_declared(&several_routes);
    is_declared(&by_path);
    is_declared(&health);
    is_declared(&scoped::inside);
    let _ = web::get().to(plain);
    let _ = auth_runtime::route::get().to(plain);
    let _ = actix_web::App::new().configure(register).service(route_above).service(between_routes);
}

#[test]
fn routes_are_read_from_the_attributes() {
    let routes = spec("several_methods").routes();
    assert_eq!(routes[0].methods(), ["GET", "PURGE"]);
    let routes = spec("several_routes").routes();
    assert_eq!([routes[0].path(), routes[1].path()], ["/a", "/b"]);
    assert_eq!([routes[0].methods(), routes[1].methods()], [["GET"], ["POST"]]);
    assert_eq!(spec("inside").routes()[0].path(), "/scoped/inside");
    assert!(spec("plain").routes().is_empty());
}

#[test]
fn a_policy_knows_where_it_was_written() {
    let spec = spec("routes::by_path");
    assert_eq!(spec.handler(), concat!(module_path!(), "::by_path"));
    assert_eq!(spec.file(), file!());
    let line = include_str!("routes.rs").lines().position(|line| line.starts_with("#[auth_runtime::requires")).unwrap();
    assert_eq!(spec.line() as usize, line + 1);
}
