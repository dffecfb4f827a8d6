//! Macros of the names that generated code calls.

#[allow(unused_macros)]
macro_rules! concat {
    ($($any:tt)*) => {
        compile_error!("shadowed")
    };
}
#[allow(unused_macros)]
macro_rules! stringify {
    ($($any:tt)*) => {
        compile_error!("shadowed")
    };
}
#[allow(unused_macros)]
macro_rules! module_path {
    ($($any:tt)*) => {
        compile_error!("shadowed")
    };
}
#[allow(unused_macros)]
macro_rules! file {
    ($($any:tt)*) => {
        compile_error!("shadowed")
    };
}
#[allow(unused_macros)]
macro_rules! line {
    ($($any:tt)*) => {
        compile_error!("shadowed")
    };
}
#[allow(unused_macros)]
macro_rules! unreachable {
    ($($any:tt)*) => {
        compile_error!("shadowed")
    };
}

#[auth_runtime::requires(optional(bearer), realm = "orders")]
pub async fn handler(_caller: auth_runtime::Optional<auth_runtime::Bearer>) -> &'static str {
    "hello"
}

auth_runtime::policy! { pub Area: basic, role("ops") }
