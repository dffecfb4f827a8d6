//! Handlers of a library, some of which no program mounts.

use actix_web::get;
use auth_runtime::{Granted, policy, public, requires};

policy! {
    /// Whoever works here.
    pub StaffArea: bearer, role("ops") || role("admin")
}

/// Not for others.
pub fn of_staff(_: &Granted<StaffArea>) -> &'static str {
    "of staff"
}

/// Mounted by the test.
#[requires(bearer)]
#[get("/mounted")]
pub async fn mounted() -> &'static str {
    "mounted"
}

/// Named by nobody.
#[requires(bearer, scope = "admin")]
#[get("/unmounted")]
pub async fn unmounted() -> &'static str {
    "unmounted"
}

mod private {
    /// Not even reachable.
    #[super::public(reason = "an example")]
    #[super::get("/open")]
    pub(crate) async fn open() -> &'static str {
        "open"
    }
}
