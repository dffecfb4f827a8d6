//! Over real HTTP: who sees which invoice, and when a role counts.

use std::sync::LazyLock;

use actix_web::rt::System;
use auth_runtime::testing::{TestIssuer, assert_every_policy_denies};
use serde_json::{Value, json};
use services::Database;
use tests::{Answer, Server};

use crate::{TABLES, auth, mount, people};

/// The login service: each of its kind has a key of its own.
static PEOPLE: LazyLock<TestIssuer> = LazyLock::new(people);

const FIRST: &str = "/organisations/acme/invoices/1";
const SECRET: &str = "live_acme-secret";
const ADMIN: &str = "live_acme-admin";
const PUBLISHABLE: &str = "live_acme-publishable";

fn start() -> (Server, Database) {
    let db = Database::with(TABLES).expect("sound statements");
    let auth = auth(&PEOPLE, &db).expect("a sound configuration");
    let served = db.clone();
    (Server::start(move |app| mount(app, &auth, &served)), db)
}

fn run(db: &Database, statement: &'static str) {
    System::new().block_on(db.ask(move |db| db.execute_batch(statement))).expect("a sound statement");
}

fn as_person(server: &Server, subject: &str, method: &str, path: &str) -> Answer {
    server.request(method, path).bearer(PEOPLE.token().subject(subject).sign()).send()
}

fn with_key(server: &Server, key: &str, method: &str, path: &str) -> Answer {
    server.request(method, path).header("api-key", key).send()
}

/// The shape that the service's clients know.
fn refusal(code: &str, message: &str) -> Value {
    json!({ "error": { "type": "invalid_request", "code": code, "message": message } })
}

#[test]
fn a_person_may_what_the_database_allows_in_this_organisation() {
    let (server, _db) = start();
    let invoice = json!({ "id": 1, "amount": 120, "status": "paid" });
    for subject in ["ann", "ben"] {
        assert_eq!(as_person(&server, subject, "GET", FIRST).json(), invoice);
    }
    // Ann is an owner here, and a viewer there; Ben is nobody there, and does not learn what is there.
    assert_eq!(as_person(&server, "ann", "GET", "/organisations/globex/invoices/3").status, 200);
    assert_eq!(as_person(&server, "ann", "POST", "/organisations/globex/invoices/3/refunds").status, 404);
    let (foreign, unknown) =
        (as_person(&server, "ben", "GET", "/organisations/globex/invoices/3"), as_person(&server, "ben", "GET", "/no"));
    assert_eq!((foreign.status, foreign.text()), (unknown.status, unknown.text()));
    assert_eq!(as_person(&server, "ben", "POST", "/organisations/acme/invoices/1/refunds").status, 404);
    // Whoever was let go is out, whatever the token says; a stranger is told how to come in.
    let cleo = as_person(&server, "cleo", "GET", FIRST);
    assert_eq!((cleo.status, &cleo.json()["error"]["code"]), (401, &json!("IR_01")));
    let stranger = server.get(FIRST).send();
    assert_eq!(stranger.json(), refusal("IR_01", "authentication is required"));
    let challenges = [r#"Bearer realm="billing""#, r#"ApiKey realm="billing", in="header", name="api-key""#];
    assert!(
        challenges
            .iter()
            .all(|challenge| stranger.all("www-authenticate").iter().any(|line| line.starts_with(challenge)))
    );
}

#[test]
fn a_key_may_what_its_kind_says_for_its_organisation() {
    let (server, _db) = start();
    let refunds = "/organisations/acme/invoices/1/refunds";
    assert_eq!(with_key(&server, PUBLISHABLE, "GET", FIRST).status, 200);
    assert_eq!(with_key(&server, PUBLISHABLE, "POST", refunds).status, 404);
    assert_eq!(with_key(&server, SECRET, "GET", "/organisations/globex/invoices/3").status, 404);
    assert_eq!(with_key(&server, "live_acme-ephemeral", "GET", FIRST).status, 401, "it has expired");
    assert_eq!(with_key(&server, "test_acme-secret", "GET", FIRST).status, 401, "of another environment");
    let refunded = with_key(&server, SECRET, "POST", refunds);
    assert_eq!((refunded.status, refunded.json()), (201, json!({ "refunded": 120 })));
    let again = with_key(&server, SECRET, "POST", refunds);
    assert_eq!((again.status, &again.json()["error"]["code"]), (409, &json!("IR_14")));
    // Only keys of the kind `admin` manage, and only their own organisation.
    assert_eq!(with_key(&server, SECRET, "POST", "/organisations/acme/keys").status, 403);
    assert_eq!(with_key(&server, ADMIN, "POST", "/organisations/globex/keys").status, 403);
    assert_eq!(with_key(&server, ADMIN, "GET", FIRST).status, 404);
    let made = with_key(&server, ADMIN, "POST", "/organisations/acme/keys");
    assert_eq!((made.status, with_key(&server, made.text(), "GET", FIRST).status), (201, 200));
}

#[test]
fn the_organisation_comes_from_the_path_or_from_a_field() {
    let (server, _db) = start();
    let list = |organisation: &str| {
        let request = server.get("/invoices").bearer(PEOPLE.token().subject("ann").sign());
        if organisation.is_empty() { request.send() } else { request.header("X-Organisation", organisation).send() }
    };
    let ids = |answer: Answer| {
        answer.json().as_array().expect("a list").iter().map(|one| one["id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!((ids(list("acme")), ids(list("globex"))), (vec![json!(1), json!(2)], vec![json!(3)]));
    assert_eq!(list("umbrella").json(), refusal("IR_17", "the caller lacks a required role"));
    assert_eq!(list("").status, 403);
    assert_eq!(ids(with_key(&server, SECRET, "GET", "/invoices")), [json!(1), json!(2)]);
}

#[test]
fn roles_are_remembered_and_a_new_one_counts_at_once() {
    let (server, db) = start();
    let refund = |invoice: u8| {
        as_person(&server, "ben", "POST", &format!("/organisations/acme/invoices/{invoice}/refunds")).status
    };
    let set = |by: &str, role: &str| {
        let request =
            server.request("PUT", "/organisations/acme/members/ben").bearer(PEOPLE.token().subject(by).sign());
        request.send_body("application/json", json!(role).to_string())
    };
    assert_eq!(refund(1), 404);
    assert_eq!(set("ben", "owner").json(), refusal("IR_17", "the caller lacks a required role"));
    assert_eq!(set("ann", "clerk").status, 204);
    assert_eq!(refund(1), 201);
    let wrong = set("ann", "emperor");
    assert_eq!((wrong.status, wrong.json()), (422, refusal("IR_06", "no such role")));
    // What somebody changes behind the service's back counts when the minute is over, or when the service is told to forget.
    run(&db, "UPDATE members SET role = 'viewer' WHERE subject = 'ben'");
    assert_eq!(refund(2), 201);
    assert_eq!(set("ann", "viewer").status, 204);
    assert_eq!(refund(2), 404);
}

#[test]
fn a_key_that_was_made_is_good_for_its_organisation() {
    let (server, _db) = start();
    assert_eq!(as_person(&server, "ben", "POST", "/organisations/acme/keys").status, 403);
    let made = as_person(&server, "ann", "POST", "/organisations/acme/keys");
    assert_eq!((made.status, made.text().starts_with("live_")), (201, true));
    assert_eq!(with_key(&server, made.text(), "GET", FIRST).status, 200);
    assert_eq!(with_key(&server, made.text(), "GET", "/organisations/globex/invoices/3").status, 404);
}

#[test]
fn without_the_database_nobody_is_told_that_he_may_not() {
    let (server, db) = start();
    run(&db, "DROP TABLE people; DROP TABLE keys;");
    assert_eq!(as_person(&server, "ann", "GET", FIRST).status, 503);
    let key = with_key(&server, SECRET, "GET", FIRST);
    assert_eq!((key.status, key.only("retry-after").is_some()), (503, true));
}

#[actix_web::test]
async fn the_table_says_who_may_what() {
    let db = Database::with(TABLES).expect("sound statements");
    let auth = auth(&PEOPLE, &db).expect("a sound configuration");
    let report = assert_every_policy_denies(&auth).await;
    assert_eq!((report.public.len(), report.optional.len()), (0, 0));
    let table = auth.policy_table().to_string();
    let words = "an API key with scope refunds.create; or any valid bearer token with role refunds.create";
    assert!(table.contains(words), "{table}");
    let shown = table.lines().find(|row| row.contains("organisations::show_invoice")).expect("a row");
    assert!(shown.contains("; in each case with the consent of check organisations::Invoice::load  "), "{shown}");
}
