//! Rights that change while people are signed in.

use std::convert::Infallible;
use std::time::Duration;

use actix_web::rt::System;
use auth_runtime::Authorities;
use auth_runtime::principal::PrincipalKey;

use crate::app::{App, DELETION, WithSession as _, cookie, sessions};

#[test]
fn other_rights_count_at_once_and_give_another_id() {
    let app = App::new();
    let (one, other, bob) = (app.sign_in("alice"), app.sign_in("alice"), app.sign_in("bob"));
    let changed = System::new().block_on(app.auth.set_rights("alice", ["editor"])).unwrap();
    assert_eq!(changed, 2);
    let answer = app.get("/edit").session(&one).send();
    answer.expect("editing");
    let renewed = cookie(&answer);
    assert_ne!(renewed, one);
    app.get("/me").session(&renewed).send().expect("ALICE alice editor pwd");
    let before = app.get("/me").session(&one).send();
    assert_eq!((before.status, before.only("set-cookie")), (401, None), "the old id is dead, and the cookie stays");
    // A refusal does not move it, what follows does.
    assert_eq!(app.server.post("/note").header("Origin", "null").session(&other).send().status, 403);
    let moved = cookie(&app.get("/me").session(&other).send());
    assert!(app.passes(&moved) && app.passes(&bob));
    assert_eq!(app.get("/edit").session(&bob).send().status, 403);
    app.clock.advance(Duration::from_secs(120));
    app.sign_in("somebody");
    assert_eq!(app.get("/me").session(&one).send().all("set-cookie"), [DELETION]);
}

#[test]
fn a_session_moves_once_however_many_requests_are_under_way() {
    let app = App::new();
    let id = app.sign_in("alice");
    System::new().block_on(app.auth.set_rights("alice", ["editor"])).unwrap();
    std::thread::scope(|scope| {
        let asked: Vec<_> = (0..16).map(|_| scope.spawn(|| app.get("/edit").session(&id).send())).collect();
        let answers: Vec<_> = asked.into_iter().map(|asked| asked.join().unwrap()).collect();
        let renewed: Vec<_> = answers.iter().filter(|answer| answer.only("set-cookie").is_some()).collect();
        assert_eq!(renewed.len(), 1);
        assert!(app.passes(&cookie(renewed[0])));
        assert!(answers.iter().all(|answer| [200, 401].contains(&answer.status)));
    });
}

/// The browser has not got the new id yet, or another one has it.
#[test]
fn whoever_signs_in_anew_by_an_id_that_the_session_has_just_left_ends_it() {
    let app = App::new();
    let left = app.sign_in("alice");
    System::new().block_on(app.auth.set_rights("alice", ["editor"])).unwrap();
    let moved = cookie(&app.get("/edit").session(&left).send());
    app.clock.advance(Duration::from_secs(1));
    let new = cookie(&app.log_in(app.post("/login").session(&left), "alice", "right", "viewer"));
    assert!(!app.passes(&left) && !app.passes(&moved) && app.passes(&new));
    let listed = System::new().block_on(app.auth.sessions_of("alice").list()).unwrap();
    assert_eq!(listed.len(), 1);
}

#[test]
fn a_session_that_moves_is_still_listed_once_and_keeps_its_name() {
    let app = App::new();
    let id = app.sign_in("alice");
    let sid = |id: &str| app.get("/id").session(id).send();
    let before = sid(&id).text().to_owned();
    System::new().block_on(async {
        app.auth.set_rights("alice", ["editor"]).await.unwrap();
        assert_eq!(app.auth.set_rights("alice", ["editor"]).await.unwrap(), 0, "it has them");
    });
    let answer = sid(&id);
    let moved = cookie(&answer);
    assert_eq!(sid(&moved).text(), before);
    System::new().block_on(async {
        assert_eq!(app.auth.sessions_of("alice").list().await.unwrap().len(), 1);
        assert_eq!(app.auth.sessions_of("alice").end_all().await.unwrap(), 1);
    });
    assert!(!app.passes(&moved));
}

#[test]
fn other_rights_in_one_configuration_of_sessions_leave_the_others_alone() {
    let app = App::new();
    let here = app.sign_in("alice");
    let staff = app.post("/staff/login").send();
    let line = staff.only("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let staff = |cookie: &str| app.get("/staff").header("Cookie", cookie).send();
    System::new().block_on(async {
        assert_eq!(app.auth.set_rights_named("staff", "alice", ["editor"]).await.unwrap(), 1);
        assert_eq!(app.auth.set_rights_named("staff", "nobody", ["editor"]).await.unwrap(), 0);
        assert_eq!(app.auth.set_rights_named("nowhere", "alice", ["editor"]).await.unwrap_err().status(), 500);
    });
    assert_eq!(app.get("/edit").session(&here).send().status, 403);
    let moved = staff(&line);
    assert_eq!(moved.status, 200);
    let moved = moved.only("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    assert!(moved.starts_with("__Host-session-staff=") && moved != line);
    assert_eq!((staff(&line).status, staff(&moved).status), (401, 200));
    System::new().block_on(app.auth.set_rights("alice", ["editor"])).unwrap();
    assert_eq!(staff(&moved).only("set-cookie"), None);
}

/// Knows Alice, who is an editor, and nobody else.
async fn load(who: PrincipalKey) -> Result<Option<Authorities>, Infallible> {
    Ok((who.subject() == "alice").then(|| Authorities::default().add_roles(["editor"])))
}

#[test]
fn rights_that_the_builder_loads_for_sessions_are_not_kept_in_them() {
    for of in ["the builder", "the sessions"] {
        let app = App::built(|builder| match of {
            "the builder" => builder.session(sessions()).authorities(["local:session"], load),
            _ => builder.session(sessions().authorities(load)),
        });
        let id = app.sign_in_as("alice", "viewer owner");
        app.get("/me").session(&id).send().expect("ALICE alice editor pwd");
        app.get("/edit").session(&id).send().expect("editing");
        let unknown = app.get("/me").session(&app.sign_in("bob")).send();
        assert_eq!(unknown.status, 401, "{of}");
        let staff = app.post("/staff/login").send();
        let line = staff.only("set-cookie").unwrap().split(';').next().unwrap().to_owned();
        let answer = app.get("/staff").header("Cookie", line).send();
        answer.expect(r#"alice at local:session("staff")"#);
    }
}
