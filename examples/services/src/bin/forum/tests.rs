//! Over real HTTP: who reads, who writes, who removes.

use std::net::IpAddr;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use actix_web::rt::System;
use auth_runtime::testing::{TestIssuer, assert_every_policy_denies};
use serde_json::{Value, json};
use services::Database;
use tests::{Answer, Server};

use crate::limit::RateLimit;
use crate::{Limits, TABLES, auth, login, mount};

static LOGIN: LazyLock<TestIssuer> = LazyLock::new(login);
const ANN: &str = "1";
const BEN: &str = "2";
const TROLL: &str = "3";
const ROOT: &str = "4";

fn start_with(reading: u32, writing: u32) -> (Server, Database) {
    let db = Database::with(TABLES).expect("sound statements");
    let auth = auth(&LOGIN).expect("a sound configuration");
    let limits = Limits { reading: RateLimit::per_minute(reading), writing: RateLimit::per_minute(writing) };
    let served = db.clone();
    (Server::start(move |app| mount(app, &auth, &limits, &served)), db)
}

fn start() -> (Server, Database) {
    start_with(1000, 1000)
}

fn titles(answer: &Answer) -> Vec<String> {
    let posts = answer.json();
    posts.as_array().expect("posts").iter().map(|post| post["title"].as_str().unwrap_or_default().to_owned()).collect()
}

fn read(server: &Server, number: &str) -> Answer {
    server.get("/posts").bearer(LOGIN.token().subject(number).sign()).send()
}

fn write(server: &Server, number: &str, path: &str, body: Value) -> Answer {
    let token = LOGIN.token().subject(number).sign();
    server.post(path).bearer(token).send_body("application/json", body.to_string())
}

#[track_caller]
fn assert_refused(answer: &Answer, status: u16, word: &str) {
    assert_eq!((answer.status, answer.json()), (status, json!({ "error": word })), "{answer:#?}");
}

#[test]
fn everybody_reads_and_moderators_see_what_was_removed() {
    let (server, _db) = start();
    assert_eq!(titles(&server.get("/posts").send()), ["Pinning", "Whiskers"]);
    assert_eq!(titles(&read(&server, BEN)), ["Pinning", "Whiskers"]);
    for number in [ANN, ROOT] {
        assert_eq!(titles(&read(&server, number)), ["Pinning", "Buy now", "Whiskers"]);
    }
    // A bad token is no anonymous reader, nor is one of somebody who is gone.
    let expired = server.get("/posts").bearer(LOGIN.token().subject(BEN).expired().sign()).send();
    assert_refused(&expired, 401, "incorrect_login");
    assert_refused(&read(&server, "99"), 401, "incorrect_login");
}

#[test]
fn who_may_write_depends_on_the_body() {
    let (server, _db) = start();
    let post =
        |number, community: &str| write(&server, number, "/posts", json!({ "community": community, "title": "Hello" }));
    assert_eq!(post(BEN, "rust").json(), json!({ "id": 4, "author": "ben" }));
    assert_refused(&post(BEN, "news"), 403, "not_a_moderator");
    assert_eq!(post(ANN, "news").status, 201);
    assert_refused(&post(TROLL, "rust"), 403, "site_ban");
    // What is not asked for its name, or is banned, does not have its body read.
    let stranger = server.post("/posts").send_body("application/json", "not JSON");
    assert_refused(&stranger, 401, "not_logged_in");
    assert_eq!(stranger.all("www-authenticate"), [r#"Bearer realm="forum""#]);
    let broken =
        |number| server.post("/posts").bearer(LOGIN.token().subject(number).sign()).send_body("application/json", "{");
    assert_refused(&broken(TROLL), 403, "site_ban");
    assert_eq!(broken(BEN).status, 400);
}

#[test]
fn posts_are_removed_by_the_moderators_of_their_community() {
    let (server, _db) = start();
    let remove = |number, post: i64, removed: bool| {
        write(&server, number, "/posts/remove", json!({ "post": post, "removed": removed }))
    };
    assert_refused(&remove(BEN, 1, true), 403, "not_a_moderator");
    assert_refused(&remove(ANN, 3, true), 403, "not_a_moderator"); // of another community
    assert_refused(&remove(ANN, 99, true), 403, "not_a_moderator"); // not there
    assert_eq!(titles(&read(&server, BEN)), ["Pinning", "Whiskers"], "nothing has happened");
    remove(ANN, 1, true).expect(r#"{"success":true}"#);
    remove(ROOT, 3, true).expect(r#"{"success":true}"#);
    assert_eq!(titles(&read(&server, BEN)), Vec::<String>::new());
    remove(ANN, 1, false).expect(r#"{"success":true}"#);
    assert_eq!(titles(&read(&server, BEN)), ["Pinning"]);
}

#[test]
fn a_ban_counts_at_once() {
    let (server, _db) = start();
    let post = || write(&server, BEN, "/posts", json!({ "community": "rust", "title": "Hello" }));
    assert_refused(&write(&server, ANN, "/bans", json!({ "name": "ben" })), 403, "not_a_moderator");
    assert_eq!(post().status, 201);
    write(&server, ROOT, "/bans", json!({ "name": "ben" })).expect(r#"{"banned":true}"#);
    assert_refused(&post(), 403, "site_ban");
    assert_refused(&write(&server, ROOT, "/bans", json!({ "name": "nobody" })), 404, "couldnt_find_person");
}

#[test]
fn an_address_waits_until_the_minute_is_over() {
    let limit = RateLimit::per_minute(2);
    let (one, other): (IpAddr, IpAddr) = ([192, 0, 2, 1].into(), [192, 0, 2, 2].into());
    let start = Instant::now();
    let waits = |seconds, address| limit.wait(address, start + Duration::from_secs(seconds)).is_some();
    assert_eq!([waits(1, one), waits(2, one), waits(3, one), waits(3, other)], [false, false, true, false]);
    assert_eq!([waits(59, one), waits(61, one)], [true, false]);
}

#[test]
fn limits_stand_around_a_resource_and_a_route() {
    let (server, _db) = start_with(4, 1);
    let post = || write(&server, BEN, "/posts", json!({ "community": "rust", "title": "Hello" }));
    assert_eq!(post().status, 201);
    let waits = post();
    assert_refused(&waits, 429, "rate_limit_error");
    let seconds = waits.only("retry-after").and_then(|seconds| seconds.parse::<u32>().ok());
    assert!(seconds.is_some_and(|seconds| (1..=60).contains(&seconds)), "{waits:#?}");
    // The resource's own limit counts reads and writes, and is asked before anybody's name.
    assert_eq!([read(&server, BEN).status, read(&server, BEN).status], [200, 200]);
    assert_refused(&server.get("/posts").send(), 429, "rate_limit_error");
    assert_eq!(write(&server, ANN, "/posts/remove", json!({ "post": 1, "removed": true })).status, 200, "not limited");
}

#[test]
fn without_the_database_nobody_is_anonymous() {
    let (server, db) = start();
    System::new().block_on(db.ask(|db| db.execute_batch("DROP TABLE people"))).expect("a sound statement");
    assert_refused(&read(&server, BEN), 503, "unknown");
    assert_eq!(server.get("/posts").send().status, 200);
}

#[actix_web::test]
async fn the_table_says_where_the_body_is_read_first() {
    let auth = auth(&LOGIN).expect("a sound configuration");
    let report = assert_every_policy_denies(&auth).await;
    assert_eq!((report.public.len(), report.optional), (0, vec!["forum::list_posts"]));
    let table = auth.policy_table().to_string();
    let words = "once check forum::moderates(removal) has agreed, which sees the arguments  [reads the body first]";
    assert!(table.contains(words), "{table}");
}
