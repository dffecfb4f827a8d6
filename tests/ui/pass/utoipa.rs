//! Handlers that utoipa describes: its attribute reads the route's, wherever ours stands.

use ::utoipa::OpenApi;
use auth_runtime::{Declared, requires};

mod ours_above {
    use actix_web::get;
    use auth_runtime::requires;

    #[requires(bearer)]
    #[utoipa::path(responses((status = 200, description = "hello")))]
    #[get("/described/above")]
    pub async fn handler() -> &'static str {
        "hello"
    }
}

mod ours_between {
    use actix_web::get;
    use auth_runtime::requires;

    #[utoipa::path(responses((status = 200, description = "hello")))]
    #[requires(bearer)]
    #[get("/described/between")]
    pub async fn handler() -> &'static str {
        "hello"
    }
}

#[requires(bearer)]
mod of_a_module {
    use actix_web::{get, post};
    use auth_runtime::{Principal, requires};

    #[utoipa::path(responses((status = 200, description = "hello")))]
    #[get("/described/module")]
    pub async fn list(_caller: Principal) -> &'static str {
        "hello"
    }

    #[requires(role("ops"))]
    #[utoipa::path(responses((status = 200, description = "hello")))]
    #[post("/described/module")]
    pub async fn add() -> &'static str {
        "hello"
    }
}

#[derive(OpenApi)]
#[openapi(paths(ours_above::handler, ours_between::handler, of_a_module::list, of_a_module::add))]
struct Document;

#[test]
fn each_is_described_and_guarded() {
    let document = serde_json::to_value(Document::openapi()).unwrap();
    for (path, method, name) in [
        ("/described/above", "get", "ours_above::handler"),
        ("/described/between", "get", "ours_between::handler"),
        ("/described/module", "get", "of_a_module::list"),
        ("/described/module", "post", "of_a_module::add"),
    ] {
        assert!(document["paths"][path][method].is_object(), "{path} {method}: {document}");
        let route = super::spec(&format!("utoipa::{name}")).routes()[0];
        assert_eq!((route.path(), route.methods()), (path, [&*method.to_uppercase()].as_slice()));
    }
}

/// They are mounted as any others.
fn declared() -> impl Sized {
    fn of(_: impl Declared) {}
    of(ours_above::handler);
    of(ours_between::handler);
    of(of_a_module::list);
    of(of_a_module::add);
}
