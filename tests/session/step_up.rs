//! A session that is too weak for a page comes back stronger by the application's own form (RFC 9470).

use std::time::Duration;

use actix_web::rt::System;
use auth_runtime::Auth;
use auth_runtime::observe::AuditLog;
use tests::{Answer, Denied, Paper};

use crate::app::{App, CHALLENGE, ORIGIN, WithSession as _, cookie, sessions};

const LOGIN: &str = "/login?to=%2Fpay%3Fx%3D1&acr_values=mfa&max_age=300";
const TOO_WEAK: &str = "a stronger or more recent sign-in is required";
const SOMEBODY_ELSE: &str = "you are signed in as somebody else; sign out first";

/// The form that a browser has from this page, as it is sent in a session.
fn sent(app: &App, page: &str, id: Option<&str>, name: &str, acr: &str) -> Answer {
    let post = app.post(page);
    let post = id.into_iter().fold(post, |post, id| post.session(id));
    post.send_body("application/x-www-form-urlencoded", format!("name={name}&password=right&acr={acr}"))
}

/// The session of a browser that was sent to the form for a page.
#[track_caller]
fn led_there(app: &App) -> String {
    let id = app.sign_in("alice");
    let answer = app.navigate("/pay?x=1").session(&id).send();
    let login = format!("https://shop.example{LOGIN}");
    assert_eq!((answer.status, answer.only("location")), (303, Some(&*login)), "{answer:#?}");
    id
}

#[test]
fn a_session_comes_back_stronger_by_the_form_with_its_id_renewed() {
    let app = App::new();
    let weak = led_there(&app);
    let back = sent(&app, LOGIN, Some(&weak), "alice", "mfa");
    assert_eq!((back.status, back.only("location")), (303, Some("https://shop.example/pay?x=1")));
    let strong = cookie(&back);
    app.get("/pay").session(&strong).send().expect("paid");
    assert!(!app.passes(&weak) && app.passes(&strong), "the id from before is over");

    // It is too old for the page some day, and the same form makes it younger.
    app.clock.advance(Duration::from_secs(301));
    assert_eq!(app.get("/pay").session(&strong).send().status, 401);
    let younger = cookie(&sent(&app, LOGIN, Some(&strong), "alice", "mfa"));
    app.get("/pay").session(&younger).send().expect("paid");
}

#[test]
fn a_form_is_told_what_is_asked_for() {
    let app = App::new();
    let asked = |query: &str| app.post(&format!("/login/asked{query}")).send().text().to_owned();
    assert_eq!(asked("?to=/pay&acr_values=mfa&max_age=300"), "mfa");
    for nothing in ["", "?acr_values=", "?acr_values=a%20b", "?acr_values=%22", "?max_age=300"] {
        assert_eq!(asked(nothing), "-", "{nothing}");
    }
}

#[test]
fn who_does_not_come_back_stronger_stays_as_before_and_is_not_sent_again() {
    let (app, paper) = (App::new(), Paper::default());
    app.auth.audit(AuditLog::new(paper.clone()));
    let id = led_there(&app);
    for (name, acr, detail) in
        [("alice", "pwd", TOO_WEAK), ("alice", "phr", TOO_WEAK), ("mallory", "mfa", SOMEBODY_ELSE)]
    {
        let answer = sent(&app, LOGIN, Some(&id), name, acr);
        Denied::forbidden(detail).check(&answer);
        assert!(answer.all("set-cookie").is_empty() && answer.only("location").is_none(), "{answer:#?}");
        assert!(app.passes(&id), "{name} {acr}");
    }
    let lines = paper.lines(5);
    let refused = lines.iter().filter(|line| line["event.name"] == "auth.sign_in_refused");
    let refused: Vec<_> = refused.filter_map(|line| line["error.type"].as_str()).collect();
    assert_eq!(refused, ["too_weak", "too_weak", "somebody_else"], "{lines:?}");
    let weak = app.get("/pay").session(&id).send();
    let challenges = weak.all("www-authenticate");
    assert!(weak.status == 401 && challenges[0].starts_with(CHALLENGE), "{weak:#?}");

    // Where nobody is signed in any more no session becomes stronger: whoever signs in is asked when there is one.
    let first = cookie(&sent(&app, LOGIN, None, "mallory", "pwd"));
    assert_eq!(app.navigate("/pay?x=1").session(&first).send().only("location"), Some(&*format!("{ORIGIN}{LOGIN}")));
    Denied::forbidden(TOO_WEAK).check(&sent(&app, LOGIN, Some(&first), "mallory", "pwd"));
    // Without a page that asks for it, another sign-in takes the place of the session, as ever.
    assert_eq!(sent(&app, "/login", Some(&id), "mallory", "pwd").status, 303);
    assert!(!app.passes(&id));
}

/// It has another id by now, and is whose it was.
#[test]
fn a_session_that_was_renewed_meanwhile_is_nobody_elses_to_replace() {
    let app = App::new();
    let old = led_there(&app);
    System::new().block_on(app.auth.set_rights("alice", ["editor"])).unwrap();
    let renewed = cookie(&app.get("/me").session(&old).send());
    Denied::forbidden(SOMEBODY_ELSE).check(&sent(&app, LOGIN, Some(&old), "mallory", "mfa"));
    assert!(app.passes(&renewed));
    // What began before the rights changed begins no session.
    app.clock.advance(Duration::from_secs(1));
    let strong = cookie(&sent(&app, LOGIN, Some(&old), "alice", "mfa"));
    app.get("/pay").session(&strong).send().expect("paid");
    assert!(!app.passes(&renewed));
    // In whose place another sign-in has come is not told.
    Denied::forbidden(SOMEBODY_ELSE).check(&sent(&app, LOGIN, Some(&renewed), "alice", "mfa"));
}

/// That would never end.
#[test]
fn who_is_as_strong_as_was_asked_for_is_not_asked_again() {
    let app = App::new();
    let ask = |id: &str| app.navigate("/both").session(id).send();
    let weak = app.sign_in("alice");
    let login = "/login?to=%2Fboth&acr_values=phr";
    assert_eq!(ask(&weak).only("location"), Some(&*format!("https://shop.example{login}")));
    let strong = cookie(&sent(&app, login, Some(&weak), "alice", "phr"));
    Denied::forbidden("the caller lacks a required attribute").check(&ask(&strong));
}

#[test]
fn two_classes_that_no_order_compares_are_nobodys() {
    let error = Auth::builder().public_origin(ORIGIN).session(sessions()).build().unwrap_err().to_string();
    let fault = "nobody is of both classes `acr = \"mfa\"` and `acr = \"phr\"`; remove one, or say by `.acr_order(…)` which is the stronger";
    assert!(error.contains(fault), "{error}");
}

#[test]
fn an_order_of_classes_counts_at_the_form_as_it_does_on_the_page() {
    let app = App::built(|builder| builder.session(sessions()).acr_order("local:session", ["pwd", "mfa", "phr"]));
    let weak = led_there(&app);
    Denied::forbidden(TOO_WEAK).check(&sent(&app, LOGIN, Some(&weak), "alice", "gold"));
    let strong = cookie(&sent(&app, LOGIN, Some(&weak), "alice", "phr"));
    app.get("/pay").session(&strong).send().expect("paid");
}
