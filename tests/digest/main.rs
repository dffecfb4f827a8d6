//! Clients of other makers log in by Digest: curl, Python's `requests` and `httpx`, Chromium, and the crate `http-auth`.
//!
//! What each of them takes stands in the manual; the tests compare.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod app;
mod clients;

use std::collections::BTreeMap;
use std::time::Duration;

use crate::app::{ALICE, JURGEN, ROUTES, server};
use crate::clients::{Client, installed};

/// The section of the manual that says what clients take.
const MANUAL: &str = include_str!("../../auth-runtime/src/manual/answers.rs");

/// What a client gets of requests in one session.
fn logs_in(client: Client, user: (&str, &str), urls: &[String]) -> &'static str {
    let answers = client.ask(user, urls);
    assert_eq!(answers.len(), urls.len(), "{client:?}: {answers:?}");
    let good: Vec<bool> = answers.iter().map(|answer| *answer == (200, user.0.to_owned())).collect();
    match &good[..] {
        [true, ..] if !good.contains(&false) => "yes",
        [false, ..] if !good.contains(&true) => "no",
        [false, rest @ ..] if !rest.contains(&false) => "from the second request on",
        _ => panic!("{client:?} logs in now and then: {answers:?}"),
    }
}

#[test]
fn what_clients_take_is_what_the_manual_says() {
    let server = server(Duration::from_secs(300));
    let mut table = BTreeMap::new();
    for client in Client::ALL.into_iter().filter(|client| installed(*client, "what clients take")) {
        let ask = |user, route: &str| {
            let urls = [1, 2, 3].map(|n| format!("http://{}{route}?n={n}", server.address()));
            logs_in(client, user, &urls)
        };
        let mut cells = ROUTES.map(|route| ask(ALICE, route)).to_vec();
        cells.push(ask(JURGEN, ROUTES[0]));
        table.insert(client.name(), cells.join(" | "));
    }
    let rows = table.iter().map(|(client, cells)| format!("//! | {client} | {cells} |"));
    let missing: Vec<String> = rows.filter(|row| !MANUAL.contains(row.as_str())).collect();
    assert!(missing.is_empty(), "the manual lacks what was measured:\n{}", missing.join("\n"));
}

#[test]
fn a_wrong_password_is_refused_without_end() {
    let server = server(Duration::from_secs(300));
    for client in Client::ALL.into_iter().filter(|client| installed(*client, "a wrong password")) {
        let url = format!("http://{}/sha-256", server.address());
        let answers = client.ask(("alice", "looking-glass"), &[url]);
        assert_ne!(answers[0].0, 200, "{client:?}");
    }
}

/// Each client goes on when the nonce that it has used has grown too old, without asking its user.
#[test]
fn a_stale_nonce_is_replaced_unseen() {
    let server = server(Duration::from_secs(1));
    for client in Client::ALL.into_iter().filter(|client| installed(*client, "stale nonces")) {
        let route = |pause: u32| format!("http://{}/slow/{pause}", server.address());
        assert_eq!(logs_in(client, ALICE, &[route(0), route(1200), route(0)]), "yes", "{client:?}");
    }
}
