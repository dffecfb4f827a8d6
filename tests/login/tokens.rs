//! Tokens for calls upstream: they stay here, are good, and are asked for once.

use std::time::Duration;

use auth_runtime::Sessions;
use auth_runtime::observe::AuditLog;
use auth_runtime::outgoing::OutgoingTokens;
use auth_runtime::testing::TestToken;
use tests::Paper;

use crate::app::{App, COOKIE, clock, login};
use crate::idp::{CLIENT, Idp, Otherwise, SECRET};
use crate::store::Shelf;

#[test]
fn a_token_is_replaced_before_it_expires_and_each_refresh_token_used_once() {
    let (idp, app) = App::started();
    let browser = app.browser();
    app.sign_in(&idp, &browser);
    assert_eq!((browser.open("/upstream").text(), idp.count()), ("an-access-token", 1));
    app.clock.advance(Duration::from_secs(269));
    assert_eq!((browser.open("/upstream").text(), idp.count()), ("an-access-token", 1));
    app.clock.advance(Duration::from_secs(1));
    assert_eq!((browser.open("/upstream").text(), idp.count()), ("access-1", 2));
    let (authorization, form) = idp.last();
    assert_eq!((&*form["grant_type"], &*form["refresh_token"]), ("refresh_token", "refresh-0"));
    assert!(authorization.unwrap().starts_with("Basic "));
    assert_eq!((browser.open("/upstream").text(), idp.count()), ("access-1", 2));
    app.clock.advance(Duration::from_secs(270));
    assert_eq!(browser.open("/upstream").text(), "access-2");
    assert_eq!(idp.last().1["refresh_token"], "refresh-1", "rotation");
    assert_eq!(browser.open("/me").status, 200);
}

#[test]
fn all_that_want_one_at_once_ask_once() {
    let clock = clock();
    let idp = Idp::start(&clock);
    let shelf = Shelf::default();
    let sessions = || Sessions::store(shelf.clone()).key("test", [7; 32]).login(login(&idp));
    let (here, there) = (App::with(&clock, sessions()), App::with(&clock, sessions()));
    let browser = here.browser();
    here.sign_in(&idp, &browser);
    clock.advance(Duration::from_secs(280));
    idp.does(Otherwise { refreshes_in: 300, ..Otherwise::default() });
    let cookie = browser.header();
    let answers: Vec<String> = std::thread::scope(|scope| {
        let apps = [&here, &there].into_iter().cycle().take(12);
        let asking: Vec<_> = apps
            .map(|app| {
                let request = app.server.get("/upstream").header("Cookie", &cookie);
                scope.spawn(move || request.send().text().to_owned())
            })
            .collect();
        asking.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(answers, ["access-1"; 12]);
    assert_eq!(idp.count(), 2, "one to sign in, one for all");
}

#[test]
fn a_refresh_token_that_is_refused_ends_the_session() {
    let (idp, app) = App::started();
    let (browser, other) = (app.browser(), app.browser());
    app.sign_in(&idp, &browser);
    other.steal(&browser, COOKIE);
    let paper = Paper::default();
    app.auth.audit(AuditLog::new(paper.clone()));
    app.clock.advance(Duration::from_secs(280));
    idp.revokes_refresh_tokens();
    let answer = app.server.get("/upstream").header("Cookie", browser.header()).send();
    assert_eq!((answer.status, answer.only("www-authenticate")), (401, Some(r#"Cookie realm="shop""#)));
    assert!(!answer.text().contains("refresh"), "{answer:?}");
    let ended = &paper.lines(1)[0];
    let told = (&ended["event.name"], &ended["user.id"], &ended["error.type"]);
    assert_eq!(told, (&"auth.signed_out".into(), &"alice".into(), &"refresh_token_refused".into()));
    assert_eq!(other.open("/key").status, 303, "the session is over everywhere");
}

#[test]
fn an_id_token_that_comes_with_a_refresh_must_be_of_whoever_signed_in() {
    type Change = fn(TestToken) -> TestToken;
    let changes: [(Change, bool); 4] = [
        (|token| token, true),
        (|token| token.subject("mallory"), false),
        (|token| token.wrong_issuer(), false),
        (|token| token.without("sub"), false),
    ];
    for (change, goes_on) in changes {
        let (idp, app) = App::started();
        let browser = app.browser();
        app.sign_in(&idp, &browser);
        app.clock.advance(Duration::from_secs(280));
        let paper = Paper::default();
        app.auth.audit(AuditLog::new(paper.clone()));
        idp.does(Otherwise { refreshed_id_token: Some(change), ..Otherwise::default() });
        let answer = app.server.get("/upstream").header("Cookie", browser.header()).send();
        if !goes_on {
            assert_eq!(paper.lines(1)[0]["error.type"], "refreshed_for_somebody_else");
        }
        assert_eq!((answer.status, browser.open("/key").status), if goes_on { (200, 200) } else { (401, 303) });
    }
}

#[test]
fn a_provider_that_is_away_costs_nobody_the_session() {
    let (idp, app) = App::started();
    let browser = app.browser();
    app.sign_in(&idp, &browser);
    app.clock.advance(Duration::from_secs(280));
    idp.does(Otherwise { status: Some(500), ..Otherwise::default() });
    let answer = browser.open("/upstream");
    assert_eq!((answer.status, answer.only("retry-after")), (503, Some("5")));
    assert_eq!(browser.open("/key").status, 200);
    idp.does(Otherwise::default());
    assert_eq!(browser.open("/upstream").text(), "access-1", "the next one may ask at once");
}

#[test]
fn a_session_that_ends_while_a_request_runs_gives_it_no_token_any_more() {
    let (idp, app) = App::started();
    let browser = app.browser();
    // It does not expire.
    idp.does(Otherwise {
        tokens: Some(|answer| _ = answer.as_object_mut().unwrap().remove("expires_in")),
        ..Otherwise::default()
    });
    app.sign_in(&idp, &browser);
    let late = || app.server.get("/upstream/late").header("Cookie", browser.header());
    late().send().expect("an-access-token");
    let request = late();
    let answer = std::thread::scope(|scope| {
        let answer = scope.spawn(|| request.send());
        std::thread::sleep(Duration::from_millis(300));
        browser.post("/logout");
        answer.join().unwrap()
    });
    assert_eq!(answer.status, 401, "{answer:?}");
}

#[test]
fn where_there_is_none_people_sign_in_again() {
    let (idp, app) = App::started();
    idp.does(Otherwise { gives_no_refresh_token: true, ..Otherwise::default() });
    let browser = app.browser();
    app.sign_in(&idp, &browser);
    assert_eq!(browser.open("/upstream").text(), "an-access-token");
    app.clock.advance(Duration::from_secs(280));
    let api = |browser: &crate::browser::Browser<'_>| {
        app.server.get("/upstream").header("Cookie", browser.header()).send().status
    };
    assert_eq!(api(&browser), 401);
    assert_eq!(browser.open("/key").status, 200, "the session is another matter");
    let here = app.browser();
    here.post("/form");
    assert_eq!(api(&here), 401, "signed in here");
}

#[test]
fn a_store_has_them_encrypted() {
    let clock = clock();
    let idp = Idp::start(&clock);
    let shelf = Shelf::default();
    let app = App::with(&clock, Sessions::store(shelf.clone()).key("test", [7; 32]).login(login(&idp)));
    let browser = app.browser();
    app.sign_in(&idp, &browser);
    assert_eq!(browser.open("/upstream").text(), "an-access-token");
    let contents = shelf.contents();
    assert!(contents.len() >= 2, "the session, and what it is called at the provider");
    for content in contents {
        let text = String::from_utf8_lossy(&content).into_owned();
        for secret in ["an-access-token", "refresh-0", "eyJ"] {
            assert!(!text.contains(secret), "{text}");
            assert!(!text.contains(&tests::base64url(secret)), "{text}");
        }
    }
    // A key that goes takes what it has sealed with it.
    let other = App::with(&clock, Sessions::store(shelf.clone()).key("test", [8; 32]).login(login(&idp)));
    assert_eq!(other.server.get("/upstream").header("Cookie", browser.header()).send().status, 401);
}

#[test]
fn other_rights_and_another_id_keep_them() {
    let (idp, app) = App::started();
    let browser = app.browser();
    app.sign_in(&idp, &browser);
    app.clock.advance(Duration::from_secs(280));
    assert_eq!(browser.open("/upstream").text(), "access-1");
    actix_web::rt::System::new().block_on(async {
        let changed = app.auth.sessions_of("alice").signed_in_at(idp.url()).set_rights(["editor"]).await.unwrap();
        assert_eq!(changed, 1);
    });
    let before = browser.header();
    assert_eq!(browser.open("/edit").text(), "editing");
    assert_ne!(browser.header(), before, "another id");
    assert_eq!((browser.open("/upstream").text(), idp.count()), ("access-1", 2));
}

#[test]
fn the_token_of_a_session_is_exchanged_for_others_while_the_session_lasts() {
    let clock = clock();
    let idp = Idp::start(&clock);
    let outgoing = OutgoingTokens::at(idp.url()).client_secret_basic(CLIENT, SECRET).build().unwrap();
    let builder = App::builder(&clock).outgoing(outgoing).session(Sessions::in_memory().login(login(&idp)));
    let app = App::built(builder, &clock, true);
    let browser = app.browser();
    app.sign_in(&idp, &browser);
    assert_eq!((browser.open("/exchanged").text(), idp.count()), ("stock for an-access-token", 2));
    assert_eq!((browser.open("/exchanged").text(), idp.count()), ("stock for an-access-token", 2));
    // It would be good for an hour; the token that it was given for is replaced after 270 seconds.
    clock.advance(Duration::from_secs(270));
    assert_eq!((browser.open("/exchanged").text(), idp.count()), ("stock for access-1", 4));
    let cookie = browser.header();
    browser.post("/logout");
    let answer = app.server.get("/exchanged").header("Cookie", &cookie).send();
    assert_eq!((answer.status, idp.count()), (401, 4), "nobody asks for it");
}

#[test]
fn a_session_that_was_not_begun_at_the_provider_has_nothing_to_exchange() {
    let (idp, app) = App::started();
    let browser = app.browser();
    browser.post("/form");
    let answer = app.server.get("/exchanged").header("Cookie", browser.header()).send();
    assert_eq!((answer.status, idp.count()), (403, 0), "signing in again would not help");
}

#[test]
fn sessions_that_begin_at_no_provider_have_nothing_to_exchange_and_are_not_built() {
    let outgoing = OutgoingTokens::at("https://idp.example").client_secret_basic(CLIENT, SECRET).build().unwrap();
    let builder = App::builder(&clock()).outgoing(outgoing).session(Sessions::in_memory());
    let error = builder.build().unwrap_err().to_string();
    assert!(error.contains("takes `OutgoingToken`, and nobody gives tokens for callers of `session`"), "{error}");
    assert!(error.contains("by `Sessions::login(…)`"), "{error}");
}
