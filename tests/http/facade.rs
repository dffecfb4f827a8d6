//! Attributes that name the runtime by another path guard like any others; a reason does not show on the wire.

use actix_web::get;
use tests::{Denied, Server};

use crate::fixture::{auth, scoped};

/// Stands for a crate that re-exports the runtime.
mod re_exporting {
    pub(super) use auth_runtime::{__private, public, requires};
}

#[re_exporting::requires(bearer, scope = "read", crate = self::re_exporting)]
#[get("/guarded")]
async fn guarded() -> &'static str {
    "guarded"
}

#[re_exporting::public(reason = "a reason for reviewers only", crate = self::re_exporting)]
#[get("/open")]
async fn open() -> &'static str {
    "open"
}

#[test]
fn the_runtime_may_be_named_by_another_path() {
    let server = Server::start(|app| {
        app.service(auth().scope("").service(guarded).service(open));
    });
    Denied::missing().challenge(r#"Bearer realm="orders", scope="read""#).check(&server.get("/guarded").send());
    server.get("/guarded").bearer(scoped("read")).send().expect("guarded");
    let answer = server.get("/open").send();
    answer.expect("open");
    assert!(answer.all("www-authenticate").is_empty());
    assert!(!format!("{answer:?}").contains("reviewers"), "{answer:?}");
}
