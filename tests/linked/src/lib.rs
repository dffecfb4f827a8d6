//! Handlers of a library, some of which no program mounts.

use actix_web::get;
use auth_runtime::{public, requires};

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
