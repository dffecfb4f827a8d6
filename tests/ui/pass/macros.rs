//! Attributes with tokens out of a macro of the user's: each clause says what it says where it is written by hand.

use actix_web::{get, web};
use auth_runtime::{Bearer, Checked, Granted, Principal, policy, public, requires, route};
use serde_json::Value;

use super::schemes::Webhook;
use super::spec;

const READ: &str = "read";
const RECENT: &str = "mfa";

enum Permission {
    Refund,
}

impl From<Permission> for &'static str {
    fn from(_: Permission) -> Self {
        "refund"
    }
}

#[derive(Debug)]
pub(crate) enum Deed {
    Lock,
}

pub(crate) struct Order;

async fn is_open() -> bool {
    true
}

async fn can(_deed: Deed, _times: i64, _who: Principal) -> bool {
    true
}

async fn load_order(id: web::Path<u64>) -> Option<Order> {
    (*id == 1).then_some(Order)
}

async fn may_lock(body: &web::Json<u64>) -> bool {
    **body == 1
}

// Conditions.

macro_rules! conditions {
    (
        $name:ident, $recent:ident, $path:literal, $scope:literal, $text:path, $variant:path, $role:expr, $claim:literal, $inner:literal,
        $value:expr, $number:literal, $class:path, $age:literal, $check:path, $given:expr, $deed:path, $argument:ty
    ) => {
        #[requires(
                                            bearer,
                                            scope = $scope,
                                            scope($text) || scope($variant),
                                            role = $role,
                                            role($scope) || claim($claim, $value) || !claim([$claim, $inner], -$number),
                                            acr = $class,
                                            max_age = $age,
                                            check($check),
                                            check = $given($deed, $number),
                                        )]
        #[get($path)]
        async fn $name(_caller: $argument) -> &'static str {
            "hello"
        }

        #[requires(bearer, acr($class) || max_age($age))]
        async fn $recent() -> &'static str {
            "hello"
        }
    };
}

conditions! {
    given_conditions, given_recent, "/conditions", "a b", READ, Permission::Refund, "ops", "tenant", "level",
    "acme", 3, RECENT, "5m", self::is_open, can, Deed::Lock, Bearer
}

#[requires(
    bearer,
    scope = "a b",
    scope(READ) || scope(Permission::Refund),
    role = "ops",
    role("a b") || claim("tenant", "acme") || !claim(["tenant", "level"], -3),
    acr = RECENT,
    max_age = "5m",
    check(self::is_open),
    check = can(Deed::Lock, 3),
)]
#[get("/conditions")]
async fn written_conditions(_caller: Bearer) -> &'static str {
    "hello"
}

#[requires(bearer, acr(RECENT) || max_age("5m"))]
async fn written_recent() -> &'static str {
    "hello"
}

/// The places where a condition stands beside another one.
macro_rules! in_each_place {
    ($module:ident, $($condition:tt)+) => {
        mod $module {
            use auth_runtime::requires;

            #[requires(any(api_key, bearer && $($condition)+))]
            async fn of_a_scheme() -> &'static str {
                "hello"
            }

            #[requires(bearer, scope("x") && $($condition)+)]
            async fn joined() -> &'static str {
                "hello"
            }

            #[requires(bearer, role("x") || !$($condition)+)]
            async fn negated() -> &'static str {
                "hello"
            }
        }
    };
}

/// What is given as one condition binds as one, as it does in an expression of Rust.
macro_rules! as_one {
    ($module:ident, $condition:expr) => {
        in_each_place! { $module, $condition }
    };
}

as_one!(given_both, role("a") && role("b"));
as_one!(given_either, role("a") || role("b"));
as_one!(given_neither, !role("a") || role("b"));
in_each_place! { written_both, (role("a") && role("b")) }
in_each_place! { written_either, (role("a") || role("b")) }
in_each_place! { written_neither, (!role("a") || role("b")) }

// Schemes.

macro_rules! schemes {
    ($several:ident, $optional:ident, $keyword:ident, $own:path, $configuration:literal, $condition:expr) => {
        #[requires(any($keyword($configuration), $own, $own($configuration), api_key && $condition))]
        async fn $several(_who: Principal) -> &'static str {
            "hello"
        }

        #[requires(optional(any($keyword, $own)))]
        async fn $optional() -> &'static str {
            "hello"
        }
    };
}

schemes!(given_schemes, given_optional, bearer, Webhook, "partner", role("ops"));

#[requires(any(bearer("partner"), Webhook, Webhook("partner"), api_key && role("ops")))]
async fn written_schemes(_who: Principal) -> &'static str {
    "hello"
}

#[requires(optional(any(bearer, Webhook)))]
async fn written_optional() -> &'static str {
    "hello"
}

// Keys.

macro_rules! keys {
    ($name:ident, $policy:path, $realm:expr, $rate:literal, $hide:literal, $crate_path:path, $by:ident, $limited:ident) => {
        #[requires(policy = $policy, realm = $realm, limit = $rate, hide = $hide, crate = $crate_path)]
        async fn $name(_proof: Granted<$policy>) -> &'static str {
            "hello"
        }

        #[requires(optional(bearer), limit($rate, by = $by))]
        async fn $limited() -> &'static str {
            "hello"
        }
    };
}

keys!(given_keys, WrittenArea, READ, "10/min", "from_authenticated", auth_runtime, address, given_limit);

#[requires(policy = WrittenArea, realm = READ, limit = "10/min", hide = "from_authenticated", crate = auth_runtime)]
async fn written_keys(_proof: Granted<WrittenArea>) -> &'static str {
    "hello"
}

#[requires(optional(bearer), limit("10/min", by = address))]
async fn written_limit() -> &'static str {
    "hello"
}

macro_rules! open {
    ($name:ident, $reason:literal) => {
        #[public(reason = $reason)]
        async fn $name() -> &'static str {
            "hello"
        }
    };
}

open!(given_open, "health");

#[public(reason = "health")]
async fn written_open() -> &'static str {
    "hello"
}

// Functions.

macro_rules! functions {
    ($name:ident, $load:path, $loaded:ty, $after:path, $argument:ident, $visibility:vis $inner:ident, $locked:ident) => {
        #[requires(bearer, check = $load -> $loaded, check_after = $after($argument))]
        async fn $locked(_order: Checked<$loaded>, $argument: web::Json<u64>) -> String {
            $argument.to_string()
        }

        #[requires(bearer, inner = $visibility $inner)]
        #[get("/inner")]
        $visibility async fn $name() -> &'static str {
            "hello"
        }
    };
}

functions!(given_inner, load_order, Order, self::may_lock, body, pub(crate) given_inner_function, given_locked);

#[requires(bearer, check = load_order -> Order, check_after = self::may_lock(body))]
async fn written_locked(_order: Checked<Order>, body: web::Json<u64>) -> String {
    body.to_string()
}

#[requires(policy = given_inner)]
async fn calls_the_inner_function(proof: Granted<given_inner>) -> &'static str {
    given_inner_function(&proof).await
}

// Policies and modules.

macro_rules! policies {
    ($visibility:vis $name:ident, $keyword:ident, $scope:literal, $role:expr, $wide:ident, $of:path) => {
        policy! {
            $visibility $name: $keyword, scope($scope) && role($role);
            $wide: $keyword, scope($scope);
            $name => $of;
        }
    };
}

policies!(pub(crate) GivenArea, bearer, "a", "ops", GivenWideArea, GivenWideArea);

policy! {
    WrittenArea: bearer, scope("a") && role("ops");
    WrittenWideArea: bearer, scope("a");
    WrittenArea => WrittenWideArea;
}

macro_rules! modules {
    ($module:ident, $handler:ident, $keyword:ident, $scope:literal, $role:expr) => {
        #[requires($keyword, scope = $scope)]
        mod $module {
            #[auth_runtime::requires(role = $role)]
            #[actix_web::get("/module")]
            pub(super) async fn $handler() -> &'static str {
                "hello"
            }
        }
    };
}

modules!(given, given_inside, bearer, "a", "ops");

#[requires(bearer, scope = "a")]
mod written {
    #[auth_runtime::requires(role = "ops")]
    #[actix_web::get("/module")]
    pub(super) async fn written_inside() -> &'static str {
        "hello"
    }
}

/// What a policy says, without its own name and place.
fn says(name: &str) -> Value {
    let mut said = serde_json::to_value(spec(name)).unwrap();
    for place in ["handler", "file", "line"] {
        said.as_object_mut().unwrap().remove(place).unwrap();
    }
    said
}

#[test]
fn they_say_what_they_are_given() {
    for what in ["conditions", "recent", "schemes", "optional", "keys", "limit", "open", "locked", "inside"] {
        assert_eq!(says(&format!("given_{what}")), says(&format!("written_{what}")), "{what}");
    }
    for what in ["both", "either"] {
        for place in ["of_a_scheme", "joined", "negated"] {
            let (given, written) = (says(&format!("given_{what}::{place}")), says(&format!("written_{what}::{place}")));
            assert_eq!(given, written, "{what} {place}");
        }
    }
    assert_eq!(says("GivenArea"), says("WrittenArea"));
    assert_eq!(says("GivenWideArea"), says("WrittenWideArea"));
}

#[test]
fn they_can_be_mounted() {
    let _ = route::get().to(given_schemes);
    let _ = route::get().to(given_keys);
    let _ = route::get().to(given_locked);
    let _ = route::get().to(calls_the_inner_function);
}
