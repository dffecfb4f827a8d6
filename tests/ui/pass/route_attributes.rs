//! Every route attribute of actix-web, above and below ours.
use actix_web::{connect, delete, get, head, options, patch, post, put, query, route, routes, trace, web};
use auth_runtime::{Bearer, public, requires};

macro_rules! above {
    ($($method:ident)+) => {$(
        mod $method {
            use super::*;

            #[requires(bearer)]
            #[$method("/above")]
            async fn above(_caller: Bearer) -> &'static str { "" }

            #[$method("/below")]
            #[requires(bearer)]
            async fn below(_caller: Bearer) -> &'static str { "" }

            pub fn register(config: &mut web::ServiceConfig) {
                config.service(above).service(below);
            }
        }
    )+
        pub fn register_each(config: &mut web::ServiceConfig) {
            $($method::register(config);)+
        }
    };
}

above! { connect delete get head options patch post put query trace }

#[requires(bearer)]
#[route("/several", method = "GET", method = "POST")]
async fn one_route(_caller: Bearer) -> &'static str { "" }

#[requires(bearer)]
#[routes]
#[get("/a")]
#[post("/b")]
async fn two_routes(_caller: Bearer) -> &'static str { "" }

#[requires(bearer)]
#[actix_web::get("/by-path")]
async fn by_path(_caller: Bearer) -> &'static str { "" }

#[auth_runtime::public(reason = "liveness probe")]
#[get("/health")]
async fn health() -> &'static str { "ok" }

#[public]
async fn plain() -> &'static str { "ok" }

fn declared<T: auth_runtime::Declared>(_: T) {}

fn main() {
    declared(one_route);
    declared(two_routes);
    declared(by_path);
    declared(health);
    let _ = web::get().to(plain);
    let _ = register_each;
}
