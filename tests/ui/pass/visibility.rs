//! Handlers without route attributes, as visible as they say, and mounted elsewhere.

use actix_web::web;
use auth_runtime::{policy, route};

policy! { pub(crate) Staff: bearer, role("staff") }

mod handlers {
    use auth_runtime::{Bearer, public, requires};

    #[requires(bearer)]
    pub async fn of_all(_caller: Bearer) -> &'static str {
        "hello"
    }

    #[requires(bearer)]
    pub(crate) async fn of_the_crate(_caller: Bearer) -> &'static str {
        "hello"
    }

    #[requires(policy = super::Staff)]
    pub(super) async fn of_the_module(_caller: Bearer) -> &'static str {
        "hello"
    }

    #[public]
    pub async fn open_to_all() -> &'static str {
        "hello"
    }
}

#[test]
fn they_can_be_mounted_by_either_route() {
    let _ =
        route::resource("/all").route(route::get().to(handlers::of_all)).route(route::put().to(handlers::open_to_all));
    let _ = route::resource("/crate").route(route::get().to(handlers::of_the_crate));
    let _ = route::resource("/module").route(route::get().to(handlers::of_the_module));
    let _ = web::get().to(handlers::of_all);
    let _ = web::get().to(handlers::of_the_crate);
    let _ = web::get().to(handlers::of_the_module);
    let _ = web::get().to(handlers::open_to_all);
}
