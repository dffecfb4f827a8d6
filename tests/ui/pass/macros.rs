//! Attributes with tokens out of a macro of the user's.

use actix_web::get;
use auth_runtime::{Bearer, requires};

use super::spec;

const READ: &str = "read";

async fn is_open() -> bool {
    true
}

macro_rules! handlers {
    ($($name:ident, $path:literal, $scope:literal, $text:path, $check:path, $value:literal, $argument:ty;)+) => {$(
        #[requires(bearer, scope = $scope, claim("level", $value), scope($text), check($check), realm = $scope)]
        #[get($path)]
        async fn $name(_caller: $argument) -> &'static str {
            "hello"
        }
    )+};
}

handlers! {
    out_of_a_macro, "/macro", "write", READ, is_open, 3, Bearer;
}

macro_rules! by_hand {
    ($name:ident, $check:path) => {
        #[requires(bearer, check($check) || role("ops"))]
        async fn $name() -> &'static str {
            "hello"
        }
    };
}

by_hand!(by_hand_out_of_a_macro, self::is_open);

#[test]
fn they_say_what_they_are_given() {
    assert_eq!(spec("out_of_a_macro").routes()[0].path(), "/macro");
    assert_eq!(spec("out_of_a_macro").realm(), Some("write"));
    let _ = auth_runtime::route::get().to(by_hand_out_of_a_macro);
}
