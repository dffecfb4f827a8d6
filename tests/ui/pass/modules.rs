//! Defaults of a module.

use super::{requirement, spec};

#[auth_runtime::requires(bearer, scope = "orders", realm = "orders")]
mod orders {
    use actix_web::{get, post, web};
    use auth_runtime::{Bearer, public, requires};

    const LIMIT: usize = 10;

    #[get("/")]
    pub(super) async fn by_default(_caller: Bearer) -> String {
        helper(LIMIT)
    }

    fn helper(limit: usize) -> String {
        limit.to_string()
    }

    #[must_use]
    async fn async_helper() -> usize {
        LIMIT
    }

    #[requires(scope = "write", realm = "writers")]
    #[post("/")]
    pub(super) async fn adds(_caller: Bearer) -> &'static str {
        "hello"
    }

    #[get("/below")]
    #[requires(role = "ops")]
    pub(super) async fn adds_below(_caller: Bearer) -> &'static str {
        "hello"
    }

    #[requires(api_key, replace, role = "ops")]
    #[get("/replaced")]
    pub(super) async fn replaces(_caller: auth_runtime::ApiKey) -> &'static str {
        "hello"
    }

    #[public(replace, reason = "health")]
    #[get("/health")]
    pub(super) async fn opens() -> &'static str {
        "hello"
    }

    #[requires]
    pub(super) async fn plain_by_default(_caller: Bearer) -> &'static str {
        "hello"
    }

    pub(super) mod inner {
        use actix_web::get;
        use auth_runtime::Bearer;

        #[get("/inner")]
        pub(in super::super) async fn in_submodule(_caller: Bearer) -> &'static str {
            "hello"
        }
    }

    #[requires(role = "ops")]
    pub(super) mod ops {
        use actix_web::get;
        use auth_runtime::{Bearer, requires};

        #[get("/ops")]
        pub(in super::super) async fn adds_of_submodule(_caller: Bearer) -> &'static str {
            "hello"
        }

        #[requires(scope = "write")]
        #[get("/ops/write")]
        pub(in super::super) async fn adds_to_submodule(_caller: Bearer) -> &'static str {
            "hello"
        }
    }

    #[requires(basic, replace)]
    pub(super) mod other {
        use actix_web::get;
        use auth_runtime::Basic;

        #[get("/other")]
        pub(in super::super) async fn replaced_by_submodule(_caller: Basic) -> &'static str {
            "hello"
        }
    }

    pub(super) fn register(config: &mut web::ServiceConfig) {
        config.service(by_default).service(adds).service(adds_below).service(replaces).service(opens);
    }
}

#[auth_runtime::requires(bearer)]
#[actix_web::scope("/above")]
mod above_scope {
    use actix_web::get;

    #[get("/x")]
    pub(super) async fn under_scope() -> &'static str {
        "hello"
    }
}

#[actix_web::scope("/below")]
#[auth_runtime::requires(bearer)]
mod below_scope {
    use actix_web::get;

    #[get("/x")]
    pub(super) async fn over_scope() -> &'static str {
        "hello"
    }
}

fn is_declared<T: auth_runtime::Declared>(_: T) {}

#[test]
fn handlers_can_be_mounted() {
    is_declared(orders::by_default);
    is_declared(orders::adds);
    is_declared(orders::replaces);
    is_declared(orders::opens);
    is_declared(orders::inner::in_submodule);
    is_declared(orders::ops::adds_of_submodule);
    is_declared(orders::other::replaced_by_submodule);
    is_declared(above_scope::under_scope);
    is_declared(below_scope::over_scope);
    let _ = actix_web::App::new().configure(orders::register);
}

#[test]
fn what_a_handler_says_is_added() {
    assert_eq!(requirement("by_default"), r#"Scope("orders")"#);
    assert_eq!(requirement("plain_by_default"), r#"Scope("orders")"#);
    assert_eq!(requirement("in_submodule"), r#"Scope("orders")"#);
    assert_eq!(requirement("adds"), r#"All([Scope("orders"), Scope("write")])"#);
    assert_eq!(requirement("adds_below"), r#"All([Scope("orders"), Role("ops")])"#);
    assert_eq!(requirement("adds_of_submodule"), r#"All([Scope("orders"), Role("ops")])"#);
    assert_eq!(requirement("adds_to_submodule"), r#"All([Scope("orders"), Role("ops"), Scope("write")])"#);
    assert_eq!(spec("by_default").realm(), Some("orders"));
    assert_eq!(spec("adds").realm(), Some("writers"));
}

#[test]
fn replace_drops_the_defaults() {
    assert_eq!(requirement("replaces"), r#"Role("ops")"#);
    assert_eq!(spec("replaces").schemes()[0].keyword(), "api_key");
    assert_eq!(spec("replaces").realm(), None);
    assert_eq!(spec("opens").reason(), Some("health"));
    assert!(spec("opens").schemes().is_empty());
    assert_eq!(spec("replaced_by_submodule").schemes()[0].keyword(), "basic");
}

#[test]
fn paths_of_a_scope_are_known() {
    assert_eq!(spec("under_scope").routes()[0].path(), "/above/x");
    assert_eq!(spec("over_scope").routes()[0].path(), "/below/x");
}

#[test]
fn a_handler_has_its_own_line() {
    let text = include_str!("modules.rs");
    let line = |wanted| text.lines().position(|line| line.contains(wanted)).unwrap() + 1;
    assert_eq!(spec("by_default").line() as usize, line("async fn by_default"));
    assert_eq!(spec("adds").line() as usize, line("#[requires(scope = \"write\", realm"));
}
