//! The policy table: who may call what, in words, with the answers that it promises.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::{get, post, web};
use auth_runtime::policy::{Hide, Presence};
use auth_runtime::review::{PolicyRow, PolicyTable};
use auth_runtime::{Auth, policy, public, requires, route};
use serde_json::Value;
use tests::Server;

use crate::fixture::{self, builder, token};

#[public(reason = "liveness probe")]
#[get("/health")]
async fn health() -> &'static str {
    "ok"
}

#[public]
#[get("/why")]
async fn unexplained() -> &'static str {
    "open"
}

#[requires(optional(bearer))]
#[get("/greeting")]
async fn show_greeting() -> &'static str {
    "hello"
}

#[requires(any(bearer && scope("orders:write"), api_key))]
#[get("/orders/{id}")]
async fn show_order() -> &'static str {
    "an order"
}

#[requires(any(bearer, basic), role = "ops")]
#[post("/restart")]
async fn show_restart() -> &'static str {
    "restarted"
}

#[requires(bearer, scope("a") && (role("ops") || !claim("tenant", 7)) && check(always))]
#[get("/mixed")]
async fn show_mixed() -> &'static str {
    "mixed"
}

async fn always() -> bool {
    true
}

#[requires(api_key)]
#[get("/keyed")]
async fn show_keyed() -> &'static str {
    "keyed"
}

#[requires(bearer, role = "ops", hide)]
#[get("/secret")]
async fn show_secret() -> &'static str {
    "secret"
}

#[requires(bearer("partner"), scope = "a", hide = "from_authenticated", shared_cache, realm = "partners")]
async fn half_hidden() -> &'static str {
    "half hidden"
}

policy! {
    Files: digest, role("ops");
}

fn auth() -> Auth {
    builder().realm("table").build().unwrap()
}

fn assembled() -> (Auth, Server) {
    let auth = auth();
    let here = auth.clone();
    let server = Server::start(move |app| {
        let scope = here.scope("/api").service(health).service(unexplained).service(show_greeting).service(show_order);
        let scope = scope.service(show_restart).service(show_mixed).service(show_keyed).service(show_secret);
        let page = web::resource("/page").to(|| async { "page" });
        app.service(
            scope
                .route("/half", route::get().to(half_hidden))
                .service_as::<Files>("/files", web::resource("/list").to(|| async { "files" }))
                .service_public("a page without data", "/ui", page),
        );
    });
    // The first answer comes when the application has been assembled.
    server.get("/api/health").send().expect("ok");
    (auth, server)
}

fn rows(table: &PolicyTable) -> BTreeMap<&str, &PolicyRow> {
    table.mounted().iter().map(|row| (row.path().unwrap(), row)).collect()
}

#[test]
fn a_reviewer_reads_who_may_call() {
    let (auth, _server) = assembled();
    let table = auth.policy_table();
    for (path, who) in [
        ("/api/health", "EVERYONE: liveness probe"),
        ("/api/why", "EVERYONE"),
        ("/api/ui", "EVERYONE: a page without data"),
        ("/api/greeting", "everyone; credentials that are sent must be any valid bearer token"),
        ("/api/orders/{id}", "any valid bearer token with scope orders:write; or an API key"),
        ("/api/restart", "any valid bearer token; or a user name and password; in each case with role ops (or admin)"),
        (
            "/api/mixed",
            "any valid bearer token with scope a and (role ops (or admin) or no claim tenant = 7) and the consent of check \
             http::policy_table::always",
        ),
        ("/api/secret", "any valid bearer token with role ops (or admin)"),
        ("/api/half", "any valid bearer token of \"partner\" with scope a"),
        ("/api/files", "a user name and proof of the password with role ops (or admin)"),
    ] {
        assert_eq!(rows(&table)[path].who(), who);
    }
    let secret = rows(&table)["/api/secret"];
    assert_eq!(
        (secret.hide(), secret.notes()),
        (Hide::Everything, &["hidden: refusals look like an unknown route"][..])
    );
    let half = rows(&table)["/api/half"];
    assert_eq!(half.realm(), "partners");
    assert_eq!(half.notes().len(), 2, "{half:?}");
    let rule = r#"bearer("partner"), scope("a"), realm = "partners", hide = "from_authenticated", shared_cache"#;
    assert_eq!(half.rule(), Some(rule));
}

#[test]
fn what_is_open_comes_first_and_what_is_not_mounted_is_apart() {
    let (auth, _server) = assembled();
    let table = auth.policy_table();
    let access: Vec<_> = table.mounted().iter().map(PolicyRow::access).collect();
    let open = access.iter().take_while(|access| **access == Presence::Public).count();
    assert_eq!((open, access[open]), (3, Presence::Optional));
    assert!(access[open + 1..].iter().all(|access| *access == Presence::Required));
    let unmounted: Vec<_> = table.unmounted().iter().map(PolicyRow::handler).collect();
    let mine = unmounted.iter().filter(|handler| handler.starts_with("http::policy_table::"));
    assert_eq!(mine.collect::<Vec<_>>(), [&"http::policy_table::show_odd"], "the only one of this file");
    assert!(unmounted.len() > 1, "nothing here mounts those of other files");

    let text = table.to_string();
    assert!(text.starts_with("# Open to everyone\nGET /api/health "), "{text}");
    let line = text.lines().find(|line| line.starts_with("any /api/files and below ")).unwrap();
    assert!(line.contains("http::policy_table::Files (tests/http/policy_table.rs:"), "{line}");
    assert!(text.lines().any(|line| line.starts_with("GET /api/secret") && line.contains("[hidden: ")));
    let column = |line: &str| Some(line[..line.rfind("  http::")?].chars().count());
    let columns: BTreeSet<_> = text.lines().filter_map(column).collect();
    assert_eq!(columns.len(), 1, "handlers stand in one column");

    let page = table.markdown();
    assert!(page.starts_with("## Open to everyone\n\n| route |"), "{page}");
    let row = page.lines().find(|line| line.contains("`GET /api/orders/{id}`")).unwrap();
    assert!(
        row.contains(
            r#"| 400, 401, 403, 429, 503<br>`Bearer realm="table", scope="orders:write"`<br>`ApiKey realm="table""#
        ),
        "{row}"
    );
    let cells = |line: &str| line.replace("\\|", "").matches('|').count();
    assert!(page.lines().filter(|line| line.starts_with('|')).all(|line| cells(line) == 6), "{page}");
}

/// The table promises what a caller without credentials gets, and with which statuses anybody is refused.
#[test]
fn what_the_table_promises_is_what_callers_get() {
    let (auth, server) = assembled();
    let wrong = ["/api/files", "/api/ui"];
    for row in auth.policy_table().mounted().iter().filter(|row| !wrong.contains(&row.path().unwrap())) {
        let path = row.path().unwrap().replace("{id}", "1");
        let method = row.method().unwrap_or("GET");
        let anonymous = server.request(method, &path).send();
        let challenges: Vec<_> = anonymous.all("www-authenticate");
        if row.access() == Presence::Required {
            assert_eq!(challenges, row.challenges(), "{row:?}");
            assert!(row.statuses().contains(&anonymous.status), "{row:?}");
        } else {
            assert_eq!((anonymous.status, challenges.len(), row.challenges().len()), (200, 0, 0), "{row:?}");
        }
        let poor = server.request(method, &path).bearer(token().sign()).send();
        let malformed = server.request(method, &path).header("Authorization", "Bearer a b").send();
        for answer in [poor, malformed] {
            assert!(answer.status == 200 || row.statuses().contains(&answer.status), "{} {row:?}", answer.status);
        }
    }
    let keyed = auth.policy_table().mounted().iter().find(|row| row.path() == Some("/api/keyed")).unwrap().clone();
    assert_eq!(keyed.statuses(), [401, 429, 503], "a key in a field of its own is neither malformed nor forbidden");
    let secret = auth.policy_table().mounted().iter().find(|row| row.path() == Some("/api/secret")).unwrap().clone();
    assert_eq!((secret.statuses(), secret.challenges().len()), (&[404][..], 0));
}

#[test]
fn its_json_is_as_documented() {
    let (auth, _server) = assembled();
    let json = serde_json::to_value(auth.policy_table()).unwrap();
    let manual = include_str!("../../auth-runtime/src/manual/review.rs");
    let section = manual.split_once("# The table as JSON").unwrap().1;
    let table = section.split("\n//! # ").next().unwrap();
    let documented: BTreeSet<&str> = table
        .lines()
        .filter_map(|line| line.strip_prefix("//! | `"))
        .flat_map(|row| row.split_once(" |").unwrap().0.split(", ").map(|name| name.trim_matches('`')))
        .collect();
    assert!(!documented.is_empty());
    for part in ["mounted", "unmounted"] {
        for row in json[part].as_array().unwrap() {
            let members: BTreeSet<&str> = row.as_object().unwrap().keys().map(String::as_str).collect();
            assert_eq!(members, documented);
        }
    }
    let row = json["mounted"].as_array().unwrap().iter().find(|row| row["path"] == "/api/secret").unwrap();
    assert_eq!(
        (&row["hide"], &row["access"], &row["matches"]),
        (&Value::from("everything"), &Value::from("required"), &Value::from("path"))
    );
}

#[test]
fn foreign_text_cannot_forge_a_line() {
    let row = fixture::row("::policy_table::show_odd");
    assert_eq!(row.who(), "any valid bearer token with claim tenant = \"a\\n| b\"");
}

#[requires(bearer, claim("tenant", "a\n| b"))]
#[get("/odd")]
async fn show_odd() -> &'static str {
    "odd"
}
