//! Over real HTTP: what a client relies on, and what a thief gets.
#![allow(clippy::panic)]

use std::sync::Arc;
use std::time::Duration;

use auth_runtime::testing::assert_every_policy_denies;
use serde_json::json;
use tests::{Answer, Server};

use crate::Service;

const ORIGIN: &str = "http://127.0.0.1:8091";

fn start(access_seconds: i64) -> Server {
    let service = Arc::new(Service::new(ORIGIN, access_seconds).expect("a sound configuration"));
    Server::start(move |app| service.mount(app))
}

fn log_in(server: &Server, name: &str, password: &str) -> Answer {
    let body = json!({ "name": name, "password": password });
    server.post("/login").send_body("application/json", body.to_string())
}

/// The access token and the refresh token of an answer.
#[track_caller]
fn pair(answer: &Answer) -> (String, String) {
    assert_eq!((answer.status, answer.only("cache-control")), (200, Some("no-store")), "{answer:?}");
    let cookie = answer.only("set-cookie").expect("a cookie");
    let (refresh, attributes) = cookie.strip_prefix("refresh=").and_then(|rest| rest.split_once(';')).expect("ours");
    assert_eq!(attributes, " Path=/; Max-Age=2592000; HttpOnly; SameSite=Strict");
    let access = answer.json()["access_token"].as_str().expect("a token").to_owned();
    (access, refresh.to_owned())
}

fn post(server: &Server, path: &str, refresh: &str) -> Answer {
    server.post(path).header("Sec-Fetch-Site", "same-origin").header("Cookie", format!("refresh={refresh}")).send()
}

fn me(server: &Server, access: &str) -> u16 {
    server.get("/api/me").bearer(access).send().status
}

#[test]
fn a_pair_serves_until_it_is_replaced() {
    let server = start(300);
    assert_eq!(log_in(&server, "alice", "wrong").status, 403);
    assert_eq!(log_in(&server, "nobody", "wonderland").status, 403);
    let (access, refresh) = pair(&log_in(&server, "alice", "wonderland"));
    server.get("/api/me").bearer(&access).send().expect(r#"{"name":"alice"}"#);
    let (next_access, next_refresh) = pair(&post(&server, "/token", &refresh));
    assert!(access != next_access && refresh != next_refresh);
    assert_eq!((me(&server, &access), me(&server, &next_access)), (200, 200), "each for its own time");
    assert_eq!(me(&server, &refresh), 401, "a refresh token opens nothing else");
    assert_eq!(post(&server, "/token", &access).status, 401);
    assert_eq!(post(&server, "/token", "invented").status, 401);
}

#[test]
fn guesses_are_looked_at_thirty_times() {
    let server = start(300);
    let answers: Vec<_> = (0..31).map(|_| log_in(&server, "alice", "guess").status).collect();
    assert_eq!((answers[29], answers[30]), (403, 429));
    assert_eq!(log_in(&server, "alice", "wonderland").status, 429, "also the right one, until the delay is over");
    assert_eq!(log_in(&server, "bob", "builder").status, 200);
}

#[test]
fn an_access_token_ends_in_its_time() {
    let server = start(1);
    let (access, refresh) = pair(&log_in(&server, "bob", "builder"));
    std::thread::sleep(Duration::from_millis(2100));
    let ended = server.get("/api/me").bearer(&access).send();
    assert!(ended.status == 401 && ended.only("www-authenticate").is_some_and(|line| line.contains("invalid_token")));
    let (access, _) = pair(&post(&server, "/token", &refresh));
    assert_eq!(me(&server, &access), 200);
}

#[test]
fn a_refresh_token_that_comes_again_ends_all_that_began_with_it() {
    let server = start(300);
    let (access, refresh) = pair(&log_in(&server, "alice", "wonderland"));
    let (other_access, other_refresh) = pair(&log_in(&server, "alice", "wonderland"));
    let (next_access, next_refresh) = pair(&post(&server, "/token", &refresh));
    let reused = post(&server, "/token", &refresh);
    assert_eq!((reused.status, &reused.json()["code"]), (401, &"reused".into()), "{reused:?}");
    assert_eq!(post(&server, "/token", &next_refresh).status, 401, "nobody knows who of both is the thief");
    assert_eq!((me(&server, &access), me(&server, &next_access)), (401, 401), "at once, and not when they expire");
    assert_eq!(me(&server, &other_access), 200, "another sign-in of the same person goes on");
    pair(&post(&server, "/token", &other_refresh));
}

#[test]
fn of_many_who_send_one_refresh_token_at_once_one_gets_another() {
    let server = start(300);
    let (_, refresh) = pair(&log_in(&server, "alice", "wonderland"));
    let statuses = std::thread::scope(|threads| {
        let all: Vec<_> = (0..8).map(|_| threads.spawn(|| post(&server, "/token", &refresh).status)).collect();
        all.into_iter().map(|thread| thread.join().expect("an answer")).collect::<Vec<_>>()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| [200, 401].contains(status)), "{statuses:?}");
}

#[test]
fn signing_out_and_an_administrator_end_a_family() {
    let server = start(300);
    let (access, refresh) = pair(&log_in(&server, "bob", "builder"));
    let gone = post(&server, "/logout", &refresh);
    assert_eq!((gone.status, gone.only("set-cookie").map(|cookie| cookie.contains("Max-Age=0"))), (204, Some(true)));
    assert_eq!((me(&server, &access), post(&server, "/token", &refresh).status), (401, 401));

    let (of_bob, refresh) = pair(&log_in(&server, "bob", "builder"));
    let (of_alice, _) = pair(&log_in(&server, "alice", "wonderland"));
    assert_eq!(server.post("/api/people/alice/end").bearer(&of_bob).send().status, 403);
    server.post("/api/people/bob/end").bearer(&of_alice).send().expect(r#"{"ended":1}"#);
    assert_eq!(
        (me(&server, &of_bob), post(&server, "/token", &refresh).status, me(&server, &of_alice)),
        (401, 401, 200)
    );
}

#[test]
fn another_site_replaces_no_token_and_signs_nobody_in_or_out() {
    let server = start(300);
    let (access, refresh) = pair(&log_in(&server, "alice", "wonderland"));
    for path in ["/token", "/logout"] {
        for (name, value) in
            [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site"), ("Origin", "https://evil.example")]
        {
            let request = server.post(path).header(name, value).header("Cookie", format!("refresh={refresh}"));
            assert_eq!(request.send().status, 403, "{path} {name}: {value}");
        }
    }
    let form = server.post("/login").send_body("text/plain", r#"{"name":"bob","password":"builder"}"#);
    assert_eq!(form.status, 400, "not JSON by its type");
    assert_eq!(me(&server, &access), 200);
    pair(&post(&server, "/token", &refresh));
}

#[actix_web::test]
async fn every_route_denies_who_brings_nothing() {
    let service = Service::new(ORIGIN, 300).expect("a sound configuration");
    assert_eq!(assert_every_policy_denies(&service.auth).await.public.len(), 3);
}
