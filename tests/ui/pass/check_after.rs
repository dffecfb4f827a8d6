//! Checks that see the handler's arguments.

use actix_web::web;
use auth_runtime::{Principal, requires};

use super::spec;

async fn may_lock(body: &web::Json<u64>, who: Principal) -> bool {
    **body == 1 && who.subject() == "alice"
}

async fn fits(first: &String, second: &web::Path<String>) -> Result<bool, &'static str> {
    Ok(*first == **second)
}

#[requires(bearer, scope = "lock", check_after = may_lock(body))]
async fn checked_after(body: web::Json<u64>) -> String {
    body.to_string()
}

#[requires(bearer, check_after = fits(body, path))]
async fn checked_after_both(path: web::Path<String>, mut body: String) -> String {
    body.push_str(&path);
    body
}

#[test]
fn a_check_of_arguments_leaves_the_policy_as_it_is() {
    assert_eq!(spec("checked_after").schemes()[0].keyword(), "bearer");
    assert_eq!(spec("checked_after_both").schemes()[0].keyword(), "bearer");
}
