//! The rows about signing in, and what is asked of a session.

use tests::{Answer, Denied};

use crate::app::{App, CHALLENGE, COOKIE, DELETION, WithSession as _, cookie, issuer};

#[test]
fn whoever_signs_in_gets_a_cookie_and_the_page_that_was_wanted() {
    let app = App::new();
    let answer = app.log_in(app.post("/login?to=/me%3Fx=1"), "alice", "right", "viewer+editor");
    assert_eq!((answer.status, answer.only("location")), (303, Some("https://shop.example/me?x=1")));
    assert_eq!((answer.only("cache-control"), answer.body.len()), (Some("no-store"), 0));
    let id = cookie(&answer);
    app.get("/me").session(&id).send().expect("ALICE alice editor,viewer pwd");
}

#[test]
fn a_wrong_password_gives_no_cookie() {
    let app = App::new();
    let answer = app.log_in(app.post("/login"), "alice", "wrong", "viewer");
    Denied::forbidden("wrong name or password").check(&answer);
    assert_eq!(answer.only("set-cookie"), None);
}

#[test]
fn a_target_that_is_not_ours_is_the_first_page() {
    let app = App::new();
    for to in [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "/.//evil.example/x",
        "%2F%2Fevil.example",
        "",
        "me",
        "/%09/evil",
    ] {
        let answer = app.log_in(app.post(&format!("/login?to={to}")), "alice", "right", "viewer");
        let location = answer.only("location").unwrap();
        assert!(location == "https://shop.example/" || location == "https://shop.example/%09/evil", "{to}: {location}");
    }
}

#[test]
fn a_script_gets_the_cookie_in_an_answer_of_the_handlers_own() {
    let app = App::new();
    let answer = app.post("/api/login").send();
    assert_eq!((answer.status, answer.only("location"), answer.only("cache-control")), (204, None, Some("no-store")));
    assert!(app.passes(&cookie(&answer)));
}

#[test]
fn nobody_is_let_in_without_a_session() {
    let app = App::new();
    let answer = app.get("/me").send();
    Denied::missing().challenge(CHALLENGE).check(&answer);
    assert_eq!(answer.only("set-cookie"), None, "there is none to be deleted");
    for other in [
        format!("{COOKIE}2=x"),
        "session=x".to_owned(),
        "__host-session=x".to_owned(),
        "%5F%5FHost-session=x".to_owned(),
    ] {
        Denied::missing().challenge(CHALLENGE).check(&app.get("/me").header("Cookie", other).send());
    }
}

#[test]
fn a_cookie_that_is_not_of_a_session_is_refused_and_deleted() {
    let app = App::new();
    let id = app.sign_in("alice");
    let unknown = "A".repeat(43);
    let changed = format!("{}{}", if id.starts_with('A') { "B" } else { "A" }, &id[1..]);
    let malformed = Denied::unauthorized("the credentials are not valid").challenge(CHALLENGE);
    let ended = Denied::unauthorized("the session has ended").challenge(CHALLENGE);
    for (value, denied) in [
        ("", &malformed),
        ("x", &malformed),
        (&format!("{id}="), &malformed),
        (&format!("\"{id}\""), &malformed),
        (&unknown, &ended),
        (&changed, &ended),
    ] {
        let answer = app.get("/me").session(value).send();
        denied.check_head(&answer);
        assert_eq!(answer.all("set-cookie"), [DELETION], "{value}");
    }
    let twice = app.get("/me").header("Cookie", format!("{COOKIE}={id}; {COOKIE}={id}")).send();
    malformed.check_head(&twice);
    assert_eq!(twice.all("set-cookie"), [DELETION]);
    assert!(app.passes(&id));
}

#[test]
fn the_cookie_is_compared_byte_for_byte_and_may_stand_among_others() {
    let app = App::new();
    let id = app.sign_in("alice");
    app.get("/me").header("Cookie", format!("a=\u{fc}; {COOKIE}={id}; b")).send().expect("ALICE alice viewer pwd");
    for name in ["%5F%5FHost-session", "__Host-Session", "\u{2003}__Host-session"] {
        assert_eq!(app.get("/me").header("Cookie", format!("{name}={id}")).send().status, 401, "{name}");
    }
}

#[test]
fn an_id_that_somebody_else_has_chosen_is_never_taken_over() {
    let app = App::new();
    let fixed = "A".repeat(43);
    let answer = app.log_in(app.post("/login").session(&fixed), "alice", "right", "viewer");
    let id = cookie(&answer);
    assert_ne!(id, fixed);
    assert!(app.passes(&id) && !app.passes(&fixed));
}

#[test]
fn signing_in_again_ends_the_session_before() {
    let app = App::new();
    let mallory = app.sign_in("mallory");
    let alice = cookie(&app.log_in(app.post("/login").session(&mallory), "alice", "right", "viewer"));
    assert!(app.passes(&alice));
    let answer = app.get("/me").session(&mallory).send();
    Denied::unauthorized("the session has ended").challenge(CHALLENGE).check(&answer);
    assert_eq!(answer.only("set-cookie"), None, "a request that was under way must not delete the new cookie");
    app.clock.advance(std::time::Duration::from_secs(120));
    app.sign_in("somebody");
    assert_eq!(app.get("/me").session(&mallory).send().all("set-cookie"), [DELETION]);
}

#[test]
fn a_role_that_the_session_lacks_is_a_403_without_challenge_and_the_cookie_stays() {
    let app = App::new();
    let answer = app.get("/edit").session(&app.sign_in("alice")).send();
    Denied::forbidden("the caller lacks a required role").check(&answer);
    assert_eq!(answer.only("set-cookie"), None);
    app.get("/edit").session(&app.sign_in_as("bob", "editor")).send().expect("editing");
}

#[test]
fn a_session_beside_a_token() {
    let app = App::new();
    let (id, token) = (app.sign_in("alice"), issuer().token().subject("till").sign());
    app.get("/either").session(&id).send().expect("session true");
    app.get("/either").bearer(&token).send().expect("bearer false");
    app.get("/either").bearer(&token).session(&id).send().expect("bearer false");
    app.get("/either").bearer(&token).session("nonsense").send().expect("bearer false");
    assert_eq!(app.get("/either").bearer("nonsense").session(&id).send().status, 401, "nothing falls back");
    Denied::missing().challenge(r#"Bearer realm="shop""#).challenge(CHALLENGE).check(&app.get("/either").send());
    assert_eq!(app.get("/bearer").session(&id).send().status, 401);
}

#[test]
fn an_optional_session() {
    let app = App::new();
    app.get("/maybe").send().expect("nobody");
    app.navigate("/maybe").send().expect("nobody");
    app.get("/maybe").session(&app.sign_in("alice")).send().expect("alice");
    let answer = app.get("/maybe").session(&"A".repeat(43)).send();
    assert_eq!((answer.status, answer.all("set-cookie")), (401, vec![DELETION]));
}

#[test]
fn what_a_session_decided_is_stored_nowhere() {
    let app = App::new();
    let id = app.sign_in("alice");
    for (page, expected) in [
        ("/me", "no-store"),
        ("/either", "no-store"),
        ("/own-cache", "private, max-age=60"),
        ("/public-cache", "no-store"),
        ("/edit", "no-store"),
        ("/maybe", "no-store"),
    ] {
        assert_eq!(app.get(page).session(&id).send().only("cache-control"), Some(expected), "{page}");
    }
    let token = issuer().token().sign();
    assert_eq!(app.get("/either").bearer(&token).send().only("cache-control"), Some("private"));
    assert_eq!(app.get("/maybe").send().only("cache-control"), Some("private"));
}

#[test]
fn several_configurations_know_each_other_not() {
    let app = App::new();
    let answer = app.post("/staff/login").send();
    let line = answer.only("set-cookie").unwrap();
    let id = line.strip_prefix("__Host-session-staff=").unwrap().split(';').next().unwrap();
    let staff = app.get("/staff").header("Cookie", format!("__Host-session-staff={id}")).send();
    staff.expect(r#"alice at local:session("staff")"#);
    assert!(!app.passes(id));
    let alice = app.sign_in("alice");
    assert_eq!(app.get("/staff").header("Cookie", format!("__Host-session-staff={alice}")).send().status, 401);
}

#[test]
fn wrong_passwords_of_a_name_are_too_many_after_thirty_and_the_right_one_is_not_tried_then() {
    let app = App::new();
    let log_in = |name: &str, password: &str| app.log_in(app.post("/login"), name, password, "viewer");
    let waits = |answer: &Answer| {
        Denied::too_many("too many wrong credentials; wait before the next attempt").check(answer);
        assert_eq!(answer.only("ratelimit-policy"), Some(r#""account";q=30;w=300"#));
        assert_eq!(answer.only("set-cookie"), None);
    };
    assert!((0..30).all(|_| log_in("alice", "wrong").status == 403));
    waits(&log_in("alice", "right"));
    waits(&log_in("ALICE", "right"));
    assert_eq!(log_in("bob", "right").status, 303, "another's");
    // Known by now at this address, bob has a count of his own.
    assert!((0..30).all(|_| log_in("bob", "wrong").status == 403));
    waits(&log_in("bob", "right"));
}
