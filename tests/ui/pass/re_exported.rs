//! `crate = path`, for crates that re-export this one.

use actix_web::get;

mod facade {
    pub(super) mod auth {
        pub(in super::super) use auth_runtime::{__private, Bearer, Declared, policy, public, requires};
    }
}

use facade::auth::{Bearer, policy, public, requires};

#[requires(bearer, scope = "read", crate = self::facade::auth)]
#[get("/")]
async fn re_exported(_caller: Bearer) -> &'static str {
    "hello"
}

#[public(crate = facade::auth)]
#[get("/")]
async fn re_exported_public() -> &'static str {
    "hello"
}

policy! {
    Area: bearer, crate = facade::auth;
}

#[requires(bearer, crate = crate::pass::re_exported::facade::auth)]
mod module {
    use actix_web::get;

    #[get("/")]
    pub(super) async fn re_exported_in_module() -> &'static str {
        "hello"
    }

    #[super::requires(scope = "read")]
    #[get("/")]
    pub(super) async fn re_exported_by_own_attribute() -> &'static str {
        "hello"
    }
}

#[test]
fn handlers_can_be_mounted() {
    fn is_declared<T: facade::auth::Declared>(_: T) {}
    is_declared(re_exported);
    is_declared(re_exported_public);
    is_declared(module::re_exported_in_module);
    is_declared(module::re_exported_by_own_attribute);
    assert_eq!(super::spec("Area").schemes().len(), 1);
}
