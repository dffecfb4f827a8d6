#![allow(clippy::unwrap_used, clippy::panic)]

use ::tests::{Answer, Request, Server};
use auth_runtime::testing::assert_session_store;

use super::*;

fn server(db: &Database) -> Server {
    let (auth, db) = (configure(db, &[7; 32]).unwrap(), db.clone());
    Server::start(move |app| routes(app, &auth, &db))
}

fn database() -> Database {
    Database::with(TABLES).unwrap()
}

fn log_in(server: &Server, target: &str, name: &str, password: &str) -> Answer {
    let form = format!("name={name}&password={password}");
    server.post(target).send_body("application/x-www-form-urlencoded", form)
}

#[track_caller]
fn cookie(answer: &Answer) -> String {
    answer.only("set-cookie").unwrap().split(';').next().unwrap().to_owned()
}

fn with(request: Request, cookie: &str) -> Request {
    request.header("Cookie", cookie)
}

#[actix_web::test]
async fn the_store_keeps_the_contract() {
    assert_session_store(&SqliteSessions(database())).await;
}

#[test]
fn people_sign_in_see_what_is_theirs_and_sign_out() {
    let db = database();
    let server = server(&db);
    let first = server.get("/").header("Sec-Fetch-Mode", "navigate").send();
    assert_eq!((first.status, first.only("location")), (303, Some("http://127.0.0.1:8090/login")));
    assert_eq!(log_in(&server, "/login", "alice", "builder").status, 403);
    assert_eq!(log_in(&server, "/login", "nobody", "wonderland").status, 403);
    let alice = cookie(&log_in(&server, "/login", "alice", "wonderland"));
    assert!(alice.starts_with("session="), "on plain http, on this machine");
    let page = with(server.get("/"), &alice).send();
    assert!(page.text().contains("alice") && page.text().contains("rust-lang") && !page.text().contains("actix"));
    // Another process, on the same database.
    let other = self::server(&db);
    assert_eq!(with(other.get("/"), &alice).send().status, 200);
    assert_eq!(with(other.post("/logout"), &alice).send().status, 303);
    assert_eq!(with(server.get("/"), &alice).send().status, 401);
}

#[test]
fn another_password_ends_the_other_sessions() {
    let server = server(&database());
    let [here, there] = [(); 2].map(|()| cookie(&log_in(&server, "/login", "alice", "wonderland")));
    let changed = with(server.post("/password"), &here).send_body("application/x-www-form-urlencoded", "password=tea");
    assert_eq!(changed.status, 204);
    assert_eq!([&here, &there].map(|cookie| with(server.get("/"), cookie).send().status), [200, 401]);
    assert_eq!(log_in(&server, "/login", "alice", "wonderland").status, 403);
    assert_eq!(log_in(&server, "/login", "alice", "tea").status, 303);
}
