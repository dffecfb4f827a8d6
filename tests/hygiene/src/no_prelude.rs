//! Without the prelude.
#![no_implicit_prelude]

#[::auth_runtime::requires(bearer, scope = "read", !role("guest"), check(is_open))]
pub async fn handler(_caller: ::auth_runtime::Bearer) -> &'static str {
    "hello"
}

pub async fn is_open() -> bool {
    true
}

::auth_runtime::policy! {
    pub Area: any(bearer, api_key), realm = "orders";
    pub Inner: policy = Area, role("ops");
}

#[::auth_runtime::requires(policy = Inner)]
pub async fn named(_proof: ::auth_runtime::Granted<Area>) -> &'static str {
    "hello"
}

#[::auth_runtime::public(reason = "open")]
pub async fn open() -> &'static str {
    "hello"
}

#[::auth_runtime::requires(bearer)]
pub mod module {
    #[::auth_runtime::requires]
    pub async fn by_default() -> &'static str {
        "hello"
    }
}
