//! Who signs in and out, in the audit log.

use actix_web::rt::System;
use auth_runtime::observe::AuditLog;
use tests::Paper;

use crate::app::{App, WithSession as _, cookie};

#[test]
fn guesses_at_the_form_are_logged_and_counted_also_those_that_nobody_looks_at() {
    let (app, paper) = (App::new(), Paper::default());
    app.auth.audit(AuditLog::new(paper.clone()));
    let guess = || app.log_in(app.post("/login"), "alice", "wrong", "viewer").status;
    let answers: Vec<_> = (0..32).map(|_| guess()).collect();
    assert_eq!((answers[29], answers[31]), (403, 429));
    let lines = paper.lines(32);
    assert!(lines.iter().all(|line| line["event.name"] == "auth.sign_in_refused"), "{lines:?}");
    assert_eq!(
        (&lines[29]["error.type"], &lines[31]["error.type"]),
        (&"credentials_wrong".into(), &"too_many_attempts".into())
    );
    assert!(!format!("{lines:?}").contains(r#""wrong""#), "{lines:?}");
}

#[test]
fn whoever_was_not_signed_in_is_logged_whatever_the_reason() {
    let (app, paper) = (App::new(), Paper::default());
    app.auth.audit(AuditLog::new(paper.clone()));
    let elsewhere = app.server.post("/login").header("Sec-Fetch-Site", "cross-site");
    assert_eq!(app.log_in(elsewhere, "alice", "right", "viewer").status, 403);
    let id = app.sign_in("alice");
    app.post("/logout/everywhere").session(&id).send();
    // Within the same tick of the clock it counts as begun before.
    assert_eq!(app.log_in(app.post("/login"), "alice", "right", "viewer").status, 403);
    let lines = paper.lines(4);
    let refused = lines.iter().filter(|line| line["event.name"] == "auth.sign_in_refused");
    let told: Vec<_> = refused.map(|line| (&line["error.type"], &line["client.address"], &line["user.id"])).collect();
    let (address, nobody) = ("127.0.0.1".into(), serde_json::Value::Null);
    assert_eq!(told, [(&"cross_site".into(), &address, &nobody), (&"barred".into(), &address, &nobody)]);
}

#[test]
fn a_session_that_another_one_takes_the_place_of_is_logged_as_ended() {
    let (app, paper) = (App::new(), Paper::default());
    app.auth.audit(AuditLog::new(paper.clone()));
    let alice = app.sign_in("alice");
    let bob = cookie(&app.log_in(app.post("/login").session(&alice), "bob", "right", "viewer"));
    assert_eq!((app.passes(&alice), app.passes(&bob)), (false, true));
    let lines = paper.lines(4);
    let told = |line: &serde_json::Value| ["event.name", "user.id", "error.type"].map(|name| line[name].clone());
    assert_eq!(told(&lines[1]), ["auth.signed_out", "alice", "signed_in_again"]);
    assert_eq!(lines[1]["session.id"], lines[0]["session.id"]);
    assert_eq!(told(&lines[2]), [serde_json::json!("auth.signed_in"), "bob".into(), serde_json::Value::Null]);
}

#[test]
fn signing_in_and_out_and_other_rights_are_logged_without_the_id_of_the_session() {
    let (app, paper) = (App::new(), Paper::default());
    app.auth.audit(AuditLog::new(paper.clone()));
    assert_eq!(app.log_in(app.post("/login"), "alice or her password", "wrong", "viewer").status, 403);
    let id = app.sign_in("alice");
    let sid = app.get("/id").session(&id).send().text().split(' ').next().unwrap().to_owned();
    System::new().block_on(app.auth.set_rights("alice", ["editor"])).unwrap();
    let renewed = app.get("/me").session(&id).send();
    let id = crate::app::cookie(&renewed);
    app.post("/logout").session(&id).send();
    // What began with the roles of old is barred.
    app.clock.advance(std::time::Duration::from_secs(1));
    let other = app.sign_in("alice");
    app.post("/logout/everywhere").session(&other).send();
    let lines = paper.lines(6);
    let text = format!("{lines:?}");
    let (refused, lines) = lines.split_first().unwrap();
    assert_eq!(
        (&refused["event.name"], &refused["user.id"]),
        (&"auth.sign_in_refused".into(), &serde_json::Value::Null)
    );
    assert_eq!(
        (&refused["client.address"], &refused["error.type"]),
        (&"127.0.0.1".into(), &"credentials_wrong".into())
    );
    let names: Vec<_> = lines.iter().map(|line| line["event.name"].as_str().unwrap()).collect();
    let (signed_in, signed_out) = ("auth.signed_in", "auth.signed_out");
    assert_eq!(names, [signed_in, "auth.rights_changed", signed_out, signed_in, "auth.signed_out_everywhere"]);
    assert!(lines.iter().all(|line| line["user.id"] == "alice" && line["auth.issuer"] == "local:session"));
    assert_eq!((&lines[0]["session.id"], &lines[2]["session.id"]), (&sid.clone().into(), &sid.into()));
    assert_eq!(lines[0]["timestamp"], "2026-05-28T20:26:40.000Z", "by the clock of the `Auth`");
    assert_eq!(lines[0]["client.address"], "127.0.0.1");
    assert_eq!((&lines[1]["auth.count"], &lines[4]["auth.count"]), (&1.into(), &1.into()));
    assert!(!text.contains(&id) && !text.contains(&other) && !text.contains("her password"));
}
