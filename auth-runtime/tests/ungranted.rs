//! Policies that ask for what no caller of theirs is granted or brings, refused when the `Auth` is built or where a route is
//! mounted. A program of its own: its policies cannot be configured.

#![allow(clippy::expect_used)]

use std::convert::Infallible;

use actix_web::web;
use auth_runtime::basic::Passwords;
use auth_runtime::config::AuthBuilder;
use auth_runtime::digest::{self, DigestUsers};
use auth_runtime::scheme::UserPass;
use auth_runtime::{Auth, Authorities, Details, Jwt, Principal, policy, requires, route};

#[requires(basic, scope = "read")]
async fn alone() -> &'static str {
    "reached"
}

#[requires(any(basic, digest), role("ops") || scope("read"))]
async fn neither() -> &'static str {
    "reached"
}

#[requires(any(bearer, digest), !scope("suspended"))]
async fn unknown_of_one() -> &'static str {
    "reached"
}

#[requires(any(bearer, basic && scope("read")))]
async fn of_one_alternative() -> &'static str {
    "reached"
}

policy! {
    Area: basic;
}

#[requires(policy = Area, scope = "inherited")]
async fn beside_a_policy() -> &'static str {
    "reached"
}

/// Some callers can have the scope, and no other is asked for a negation.
#[requires(any(bearer, basic), scope = "read")]
async fn of_some() -> &'static str {
    "reached"
}

#[requires(any(basic("granted"), digest("granted")), scope("read") && !scope("suspended"))]
async fn granted() -> &'static str {
    "reached"
}

/// Nobody brings one.
struct Member;

async fn is_member(_: Details<Member>) -> bool {
    true
}

async fn is_nobody(_: Details<()>) -> bool {
    true
}

#[requires(bearer, role("ops") || check(is_member))]
async fn checked() -> &'static str {
    "reached"
}

#[requires(any(bearer, basic("granted") && check(is_member)))]
async fn checked_of_one_alternative() -> &'static str {
    "reached"
}

async fn is_of_member(_: &web::Path<u64>, _: Details<Member>) -> bool {
    true
}

#[requires(bearer, check_after = is_of_member(id))]
async fn checked_after(id: web::Path<u64>) -> String {
    id.to_string()
}

#[requires(any(bearer, basic("granted") && check(is_nobody)))]
async fn brought_by_that_alternative() -> &'static str {
    "reached"
}

#[requires(bearer)]
async fn generic<T: 'static>(_: Details<Member>, _: web::Data<T>) -> &'static str {
    "reached"
}

async fn nobody(_: UserPass) -> Result<Option<()>, Infallible> {
    Ok(None)
}

async fn grant(_: Principal) -> Result<Option<Authorities<()>>, Infallible> {
    Ok(Some(Authorities::new(()).replace_scopes(["read"])))
}

#[test]
fn scopes_that_users_with_passwords_are_never_granted_are_refused_by_name() {
    let error = builder().build().expect_err("policies ask for too much").to_string();
    let remedy = "configure `.authorities(…)` that grant them, or ask for a role";
    for (handler, fault) in [
        ("alone", "`basic` gives no scopes, so `scope(\"read\")` never holds"),
        ("neither", "`basic` gives no scopes, so `scope(\"read\")` never holds"),
        ("unknown_of_one", "`digest` gives no scopes, so `!scope(\"suspended\")` is never known to hold"),
        ("of_one_alternative", "`basic` gives no scopes, so `scope(\"read\")` never holds"),
        ("beside_a_policy", "`basic` gives no scopes, so `scope(\"inherited\")` never holds"),
    ] {
        let entry = error.lines().find(|line| line.contains(&format!("::{handler}` at "))).unwrap_or_default();
        assert!(entry.contains(fault) && entry.contains(remedy), "{handler}: {fault}\nin\n{error}");
    }
    assert_eq!(error.matches("gives no scopes").count(), 5, "{error}");
}

#[test]
fn details_that_a_check_or_a_generic_handler_takes_and_nobody_brings_are_refused_by_name() {
    let error = builder().build().expect_err("policies ask for too much").to_string();
    let check = "the check `ungranted::is_member` of `ungranted::";
    for entry in [
        format!("{check}checked` at auth-runtime/tests/ungranted.rs:"),
        format!("{check}checked_of_one_alternative` at auth-runtime/tests/ungranted.rs:"),
        "the check `ungranted::is_of_member(id)` of `ungranted::checked_after` at auth-runtime/tests/ungranted.rs:"
            .to_owned(),
        "`basic(\"granted\")` gives no details of type `ungranted::Member`; configure `.authorities(…)`".to_owned(),
        "  `ungranted::generic` at auth-runtime/tests/ungranted.rs:".to_owned(),
    ] {
        assert!(error.contains(&entry), "{entry}\nin\n{error}");
    }
    assert_eq!(error.matches("gives no details").count(), 4, "{error}");
}

async fn plain(_: Details<Member>) -> &'static str {
    "reached"
}

#[test]
#[should_panic(
    expected = "in scope `/members` takes `Details<ungranted::Member>`, and `basic` gives no details of type `ungranted::Member`"
)]
fn details_that_a_plain_handler_takes_and_nobody_brings_are_refused_where_it_is_mounted() {
    let auth = builder().dangerous_allow_unconfigured().build();
    let auth = auth.expect("allowed");
    let _ = auth.scope("/members").route("/plain", route::get().requires::<Area>().to(plain));
}

fn builder() -> AuthBuilder {
    let line = digest::htdigest_line("alice", "orders", "wonderland").expect("a line");
    let users = || DigestUsers::htdigest(line.clone());
    let passwords = || Passwords::verify_with(nobody);
    Auth::builder()
        .bearer(Jwt::hs256([7; 32]).issuer("https://idp.example").audience("https://api.example"))
        .basic(passwords())
        .digest(users())
        .basic_named("granted", passwords().authorities(grant))
        .digest_named("granted", users().authorities(grant))
}
