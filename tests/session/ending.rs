//! What ends a session.

use std::time::Duration;

use actix_web::rt::System;
use auth_runtime::Principal;
use auth_runtime::observe::AuditLog;
use auth_runtime::revocation::InMemoryRevocations;
use tests::{Denied, Paper};

use crate::app::{App, CHALLENGE, DELETION, NOW, WithSession as _, sessions};

fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

#[test]
fn signing_out_ends_the_session_and_clears_the_browser() {
    let app = App::new();
    let (here, there) = (app.sign_in("alice"), app.sign_in("alice"));
    let answer = app.post("/logout").session(&here).send();
    assert_eq!((answer.status, answer.only("location")), (303, Some("https://shop.example/")));
    assert_eq!(answer.all("set-cookie"), [DELETION]);
    assert_eq!(answer.only("clear-site-data"), Some(r#""cache", "storage""#));
    assert_eq!(answer.only("cache-control"), Some("no-store"));
    let after = app.get("/me").session(&here).send();
    Denied::unauthorized("the session has ended").challenge(CHALLENGE).check(&after);
    assert_eq!(after.all("set-cookie"), [DELETION]);
    assert!(app.passes(&there));
}

#[test]
fn signing_out_everywhere_ends_all_sessions_of_the_subject_and_no_others() {
    let app = App::new();
    let (here, there, other) = (app.sign_in("alice"), app.sign_in("alice"), app.sign_in("bob"));
    let answer = app.post("/logout/everywhere").session(&here).send();
    assert_eq!((answer.status, answer.only("location")), (303, Some("https://shop.example/login")));
    assert_eq!(answer.only("clear-site-data"), Some(r#""cache", "storage", "cookies""#), "as the handler asks for");
    assert!(!app.passes(&here) && !app.passes(&there) && app.passes(&other));
    app.clock.advance(Duration::from_secs(1));
    assert!(app.passes(&app.sign_in("alice")), "who signs in afterwards is in");
}

#[test]
fn a_sign_in_that_was_under_way_when_sessions_ended_or_got_other_rights_begins_none() {
    for meanwhile in ["all", "others", "rights"] {
        let app = App::new();
        let kept = app.sign_in("alice");
        let answer = app.post(&format!("/login/slow/{meanwhile}")).send();
        Denied::forbidden("your sessions were ended while you signed in; sign in again").check(&answer);
        assert_eq!(answer.only("set-cookie"), None, "{meanwhile}");
        if meanwhile == "rights" {
            let renewed = app.get("/me").session(&kept).send();
            assert_eq!(renewed.status, 200, "who was in goes on, under another id");
        }
    }
}

#[test]
fn a_session_that_is_not_used_ends() {
    let app = App::with(sessions().idle(minutes(10)));
    let (used, unused) = (app.sign_in("alice"), app.sign_in("alice"));
    for _ in 0..5 {
        app.clock.advance(minutes(9));
        assert!(app.passes(&used));
    }
    let answer = app.get("/me").session(&unused).send();
    assert_eq!((answer.status, answer.all("set-cookie")), (401, vec![DELETION]));
    app.clock.advance(minutes(10));
    assert!(!app.passes(&used));
    app.clock.set(NOW);
    assert!(app.passes(&used), "a clock that was wrong has ended nothing");
}

#[test]
fn a_session_ends_however_it_is_used() {
    let app = App::with(sessions().idle(minutes(10)).absolute(minutes(30)));
    let line = app.log_in(app.post("/login"), "alice", "right", "viewer");
    let line = line.only("set-cookie").unwrap();
    assert!(line.contains("Max-Age=1800;"), "{line}");
    let id = line.strip_prefix("__Host-session=").unwrap().split(';').next().unwrap();
    for _ in 0..3 {
        app.clock.advance(minutes(9));
        assert!(app.passes(id));
    }
    app.clock.advance(minutes(3));
    assert!(!app.passes(id));
}

#[test]
fn one_session_too_many_ends_the_one_that_was_not_used_for_longest() {
    let app = App::with(sessions().max_per_user(2));
    let first = app.sign_in("alice");
    app.clock.advance(minutes(2));
    let second = app.sign_in("alice");
    app.clock.advance(minutes(2));
    assert!(app.passes(&first), "used just now");
    app.clock.advance(minutes(2));
    let paper = Paper::default();
    app.auth.audit(AuditLog::new(paper.clone()));
    let third = app.sign_in("alice");
    let lines = paper.lines(1);
    assert_eq!((&lines[0]["event.name"], &lines[0]["auth.count"]), (&"auth.signed_in".into(), &1.into()));
    assert!(app.passes(&first) && !app.passes(&second) && app.passes(&third));
    assert!(app.passes(&app.sign_in("bob")) && app.passes(&first));
}

#[test]
fn a_revoked_subject_or_session_is_out() {
    let revocations = InMemoryRevocations::new();
    let app = App::with(sessions().revocations(revocations.clone()));
    let (alice, bob) = (app.sign_in("alice"), app.sign_in("bob"));
    let sid = app.get("/id").session(&bob).send().text().split(' ').next().unwrap().to_owned();
    revocations.revoke_subject("local:session", "alice", NOW);
    let answer = app.get("/me").session(&alice).send();
    Denied::unauthorized("the session has ended").challenge(CHALLENGE).check(&answer);
    assert_eq!(answer.all("set-cookie"), [DELETION]);
    assert!(app.passes(&bob));
    revocations.revoke_session("local:session", &sid, NOW + 86_400);
    assert!(!app.passes(&bob));
    // One whose sign-in began before does not begin.
    let late = app.log_in(app.post("/login"), "alice", "right", "viewer");
    assert_eq!((late.status, late.only("set-cookie")), (403, None));
    app.clock.advance(Duration::from_secs(1));
    assert!(app.passes(&app.sign_in("alice")));
}

#[test]
fn the_application_lists_and_ends_sessions() {
    let app = App::new();
    let first = app.sign_in("alice");
    app.clock.advance(minutes(2));
    let second = app.sign_in("alice");
    let other = app.sign_in("bob");
    let sid = |id: &str| app.get("/id").session(id).send().text().split(' ').next().unwrap().to_owned();
    let (first_sid, second_sid, others_sid) = (sid(&first), sid(&second), sid(&other));
    System::new().block_on(async {
        let alice = app.auth.sessions_of("alice");
        let listed = alice.list().await.unwrap();
        let told: Vec<_> =
            listed.iter().map(|session| (session.id(), session.created_at(), session.address())).collect();
        let times = [NOW + 120, NOW];
        let mut expected =
            vec![(&*second_sid, times[0], Some("127.0.0.1")), (&*first_sid, times[1], Some("127.0.0.1"))];
        expected.sort_by_key(|(id, ..)| told.iter().position(|(known, ..)| known == id));
        assert_eq!(told, expected);
        assert!(!alice.end(&others_sid).await.unwrap(), "of somebody else");
        assert!(alice.end(&first_sid).await.unwrap() && !alice.end(&first_sid).await.unwrap());
        assert_eq!(alice.list().await.unwrap().len(), 1);
        assert!(app.auth.sessions_of("nobody").list().await.unwrap().is_empty());
        // Who comes by other credentials is not the user of that name.
        let other = Principal::builder("basic", "alice").build();
        assert!(app.auth.sessions_of_caller(&other).list().await.unwrap().is_empty());
        assert!(app.auth.sessions_of_named("staff", "alice").list().await.unwrap().is_empty());
        assert_eq!(app.auth.sessions_of_named("unknown", "alice").list().await.unwrap_err().status(), 500);
    });
    assert!(!app.passes(&first) && app.passes(&second) && app.passes(&other));
    System::new().block_on(async { assert_eq!(app.auth.sessions_of("alice").end_all().await.unwrap(), 1) });
    assert!(!app.passes(&second) && app.passes(&other));
}

#[test]
fn signing_out_twice_at_once_is_no_error_and_brings_nothing_back() {
    let app = App::new();
    let id = app.sign_in("alice");
    std::thread::scope(|scope| {
        let outs: Vec<_> = (0..8).map(|_| scope.spawn(|| app.post("/logout").session(&id).send().status)).collect();
        let statuses: Vec<u16> = outs.into_iter().map(|out| out.join().unwrap()).collect();
        assert!(statuses.contains(&303) && statuses.iter().all(|status| [303, 401].contains(status)), "{statuses:?}");
    });
    assert!(!app.passes(&id));
}
