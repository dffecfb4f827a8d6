//! The matrix and the mutants of an application with a policy of every kind.
#![allow(clippy::unwrap_used, clippy::panic)]

mod application;
mod many;

use std::panic::AssertUnwindSafe;

use actix_service::ServiceFactory;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::{App, Error};
use auth_runtime::review::Caller;
use auth_runtime::testing::{MatrixTable, TestIssuer, TestRequestExt as _, matrix, mutate};
use auth_runtime::{Auth, policy, route};
use futures_util::FutureExt as _;

use application::{HANDLED, application, auth, issuer, key_of, mount};

/// Asks the application, with all the credentials that there are.
async fn asked(auth: &Auth) -> MatrixTable {
    matrix(auth, application)
        .issuer(&issuer())
        .credential("api_key", key_of)
        .credential("basic", |_| Some("alice:wonderland".to_owned()))
        .credential(r#"bearer("own")"#, |caller| (caller.roles().count() == 0).then(|| "own_token_of_alice".to_owned()))
        .request("matrix::application::Signature", |caller, request| {
            let roles: Vec<&str> = caller.roles().collect();
            Some(request.insert_header(("X-Signature", format!("signed {}", roles.join(",")))))
        })
        .table()
        .await
}

/// Written by hand from the policies, not from what the matrix said.
const EXPECTED: &str = include_str!("expected.txt");

#[actix_web::test]
async fn every_route_decides_as_a_person_reads_its_policy() {
    let table = asked(&auth()).await;
    let disagreements: Vec<String> = table.disagreements().collect();
    assert!(disagreements.is_empty(), "{}", disagreements.join("\n\n"));
    let text = table.to_string();
    let (_, routes) = text.split_once("\n\n").unwrap();
    assert_eq!(routes, EXPECTED, "\n{routes}");
    assert_eq!(HANDLED.get(), 0, "no handler ran but the open ones");
}

#[actix_web::test]
async fn every_mutant_disagrees() {
    let mutants = mutate(&auth(), async |auth| {
        // The matrix mounts by an `Auth` of its own.
        drop(init_service(application(auth.clone())).await);
        let disagreements: Vec<String> = asked(&auth).await.disagreements().collect();
        assert!(disagreements.is_empty(), "{}", disagreements.join("\n\n"));
    })
    .await;
    mutants.assert_all_noticed();
    assert!(mutants.tried() > 20, "{}", mutants.tried());
}

#[actix_web::test]
async fn a_disagreement_says_who_was_let_in_and_by_what() {
    let auth = auth();
    let generous = |_: &Caller| Some(issuer().token().scope("orders:read").role("clerk").sign());
    let app = |auth: Auth| App::new().service(auth.scope("/shop").service(application::show_order));
    let table = matrix(&auth, app).credential("bearer", generous).table().await;
    let told: Vec<String> = table.disagreements().collect();
    let rule = r#"rule bearer, scope("orders:read") && (role("clerk") || check(matrix::application::owns))"#;
    let expected = format!(
        "GET /shop/orders/{{id}}\n  {rule}\n  a bearer token with role clerk and no scope\n  is to be refused, and is let in"
    );
    assert!(told.contains(&expected), "{told:#?}");

    let stingy = |_: &Caller| Some(issuer().token().scope("").sign());
    let told: Vec<String> = matrix(&auth, app).credential("bearer", stingy).table().await.disagreements().collect();
    assert_eq!(told.len(), 3, "{told:#?}");
    let why = "is to pass, and is refused with 403\n    denied 403 scope_missing   GET /shop/orders/1 ";
    assert!(told.iter().all(|one| one.contains(why)), "{told:#?}");
}

policy! { Ops: bearer, role("ops") }

async fn list() -> &'static str {
    "list"
}

fn of_ops(
    auth: Auth,
) -> App<impl ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse, Error = Error, InitError = ()>> {
    App::new().service(auth.scope("").route("/list", route::get().requires::<Ops>().to(list)))
}

#[actix_web::test]
async fn what_is_missing_is_said_before_anybody_is_asked() {
    let auth = &auth();
    let told = failure(async { drop(matrix(auth, of_ops).table().await) }).await;
    assert!(told.contains("\n  .credential(\"bearer\", |caller| …)") && told.contains("`.issuer(&issuer)`"), "{told}");

    let asked = matrix(auth, of_ops).issuer(&issuer()).credential("barer", |_| None);
    let told = failure(async { drop(asked.table().await) }).await;
    assert!(told.starts_with("`barer` is not configured; there are {\"api_key\", "), "{told}");

    let asked = matrix(auth, of_ops).issuer(&issuer()).path("/lists", "/list");
    let told = failure(async { drop(asked.table().await) }).await;
    assert!(told.starts_with("no route has the pattern `/lists`; there are {\"/list\"}"), "{told}");

    let asked = matrix(auth, |_| App::new()).issuer(&issuer());
    let told = failure(async { drop(asked.table().await) }).await;
    assert!(told.contains("no route with a policy is mounted"), "{told}");
}

/// What a test says that fails.
async fn failure(test: impl Future<Output = ()>) -> String {
    let said = AssertUnwindSafe(test).catch_unwind().await.unwrap_err();
    let text = said.downcast_ref::<&str>().map(|&said| said.to_owned());
    text.or_else(|| said.downcast_ref().cloned()).unwrap()
}

#[actix_web::test]
async fn what_is_kept_is_compared() {
    let folder = std::env::temp_dir().join(format!("auth-matrix-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("auth.matrix");
    if std::env::var_os("CI").is_none() {
        for _ in 0..2 {
            matrix(&auth(), of_ops).issuer(&issuer()).assert_matches(&file).await;
        }
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.starts_with("# Who just passes") && text.contains("\nGET /list\n  rule bearer, role(\"ops\")\n"));
        std::fs::write(&file, text.replace("401       a caller", "passes    a caller")).unwrap();
        let told = failure(matrix(&auth(), of_ops).issuer(&issuer()).assert_matches(&file)).await;
        assert!(told.contains("  - passes    a caller without credentials\n  + 401       a caller"), "{told}");
        assert!(told.contains("AUTH_MATRIX=accept cargo test what_is_kept_is_compared"), "{told}");
    }
    std::fs::remove_dir_all(folder).unwrap();
}

/// The tests of somebody who forgot a few things.
async fn forgetful(auth: Auth) {
    let app = init_service(mount(App::new(), &auth)).await;
    let status = async |path: &str, token: String| {
        call_service(&app, TestRequest::get().uri(path).bearer(token).to_request()).await.status().as_u16()
    };
    let token = || issuer().token().subject("bob");
    assert_eq!(status("/shop/orders/1", token().scope("orders:read").role("clerk").sign()).await, 200);
    assert_eq!(status("/shop/orders/1", token().scope("orders:read").sign()).await, 403);
    let beta = || token().claim("beta", true).claim("plan", "paid").claim("roles", Vec::<String>::new());
    assert_eq!(status("/shop/beta", beta().sign()).await, 200);
    assert_eq!(status("/shop/beta", beta().claim("plan", "free").sign()).await, 403);
}

#[actix_web::test]
async fn what_no_test_notices_is_told_with_whom_it_would_let_in() {
    let mutants = mutate(&auth(), forgetful).await;
    let told: Vec<String> = mutants
        .unnoticed()
        .iter()
        .filter(|mutant| {
            mutant.policy().handler().ends_with("::show_order") || mutant.policy().handler().ends_with("::beta")
        })
        .map(|mutant| format!("{} => {}", mutant.rule(), mutant.newcomer()))
        .collect();
    let expected = [
        r#"bearer, !claim("plan", "free") && !role("guest") => a bearer token with no role, without claim plan = "free""#,
        r#"bearer, claim("beta", true) && !claim("plan", "free") => a bearer token with role guest and claim beta = true, without claim plan = "free""#,
        r#"bearer, role("clerk") || check(matrix::application::owns) => a bearer token with role clerk and no scope"#,
    ];
    assert_eq!(told, expected, "{mutants}");
    assert!(mutants.to_string().starts_with("no test notices "), "{mutants}");
}

#[actix_web::test]
async fn tests_that_fail_anyway_or_ignore_the_auth_prove_nothing() {
    assert_eq!(failure(async { drop(mutate(&auth(), async |_| panic!("red")).await) }).await, "red");
    let told = failure(async { drop(mutate(&auth(), async |_| forgetful(auth()).await).await) }).await;
    assert!(told.contains("mount no route with the `Auth`"), "{told}");
}

#[test]
fn a_token_for_a_caller_is_of_this_issuer() {
    let caller =
        auth().meaning_of(&<Ops as auth_runtime::policy::Policy>::SPEC).minimal_callers().unwrap().next().unwrap();
    assert_eq!(TestIssuer::new().token_for(&caller).sign().split('.').count(), 3);
}
