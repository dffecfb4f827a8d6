//! Policies that ask for what no caller of theirs is granted, refused when the `Auth` is built. A program of its own: its
//! policies cannot be configured.

#![allow(clippy::expect_used)]

use std::convert::Infallible;

use auth_runtime::basic::Passwords;
use auth_runtime::digest::{self, DigestUsers};
use auth_runtime::scheme::UserPass;
use auth_runtime::{Auth, Authorities, Jwt, Principal, policy, requires};

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

async fn nobody(_: UserPass) -> Result<Option<()>, Infallible> {
    Ok(None)
}

async fn grant(_: Principal) -> Result<Option<Authorities<()>>, Infallible> {
    Ok(Some(Authorities::new(()).replace_scopes(["read"])))
}

#[test]
fn scopes_that_users_with_passwords_are_never_granted_are_refused_by_name() {
    let line = digest::htdigest_line("alice", "orders", "wonderland").expect("a line");
    let users = || DigestUsers::htdigest(line.clone());
    let passwords = || Passwords::verify_with(nobody);
    let error = Auth::builder()
        .bearer(Jwt::hs256([7; 32]).issuer("https://idp.example").audience("https://api.example"))
        .basic(passwords())
        .digest(users())
        .basic_named("granted", passwords().authorities(grant))
        .digest_named("granted", users().authorities(grant))
        .build()
        .expect_err("five policies ask for too much")
        .to_string();
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
