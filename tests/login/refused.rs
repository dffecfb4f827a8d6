//! Whom the provider's word does not sign in.

use std::time::Duration;

use auth_runtime::Sessions;
use auth_runtime::observe::AuditLog;
use auth_runtime::testing::TestToken;
use serde_json::json;
use tests::Paper;

use crate::app::{App, assert_page, clock, load_user, login, nobody, sign_in_where};
use crate::idp::{CLIENT, Idp, Otherwise};

const STATE: &str = "This sign-in was not begun in this browser, or is over already.";
const IDENTITY: &str = "The sign-in service did not say in a valid way who you are.";

#[test]
fn a_state_counts_once_in_its_own_browser() {
    let (idp, app) = App::started();
    let (alice, mallory) = (app.browser(), app.browser());

    // Mallory's sign-in, put upon Alice: she would act in Mallory's account.
    let theirs = idp.consent(&app.begin(&mallory));
    assert_page(&alice.open(&theirs), 400, STATE);
    app.begin(&alice);
    assert_page(&alice.open(&theirs), 400, STATE);
    assert!(!alice.is_signed_in() && idp.count() == 0, "nobody asked for tokens");

    let hers = idp.consent(&app.begin(&alice));
    assert_eq!(alice.open(&hers).status, 303);
    assert_page(&alice.open(&hers), 400, STATE);
    assert_eq!(idp.count(), 1);
}

#[test]
fn who_was_not_signed_in_stands_in_the_audit_log_with_the_reason() {
    let (idp, app) = App::started();
    let paper = Paper::default();
    app.auth.audit(AuditLog::new(paper.clone()));
    let theirs = idp.consent(&app.begin(&app.browser()));
    assert_page(&app.browser().open(&theirs), 400, STATE);
    let line = paper.lines(1).remove(0);
    assert_eq!((&line["event.name"], &line["error.type"]), (&"auth.sign_in_refused".into(), &"state_unknown".into()));
    assert_eq!((&line["auth.issuer"], &line["client.address"]), (&idp.url().into(), &"127.0.0.1".into()));
}

#[test]
fn a_cookie_of_another_state_or_a_changed_one_is_nothing() {
    let (idp, app) = App::started();
    let browser = app.browser();
    let back = idp.consent(&app.begin(&browser));
    let name = browser.cookies("__Host-login")[0].clone();
    let target = back.strip_prefix("https://shop.example").unwrap();
    for line in [
        format!("{name}=AAAA"),
        format!("{name}="),
        name.clone(),
        format!("{name}=a; {name}=b"),
        format!("{}=x", name.replace("__Host-", "")),
    ] {
        let answer = app.server.get(target).header("Cookie", &line).send();
        assert_page(&answer, 400, STATE);
    }
    // The state's beginning is the cookie's name; the rest counts too.
    let (start, end) = target.split_once("state=").unwrap();
    let other = format!("{start}state={}{}", &end[..20], "A".repeat(23)) + &end[43..];
    assert_page(&browser.open(&other), 400, STATE);
}

#[test]
fn an_answer_that_no_provider_gives_is_not_read() {
    let (idp, app) = App::started();
    let browser = app.browser();
    let back = idp.consent(&app.begin(&browser));
    for more in ["&code=x", "&state=x", "&iss=x", "&error=access_denied"] {
        assert_page(&browser.open(&format!("{back}{more}")), 400, "could not be read");
    }
    assert_page(&browser.open("/callback"), 400, "could not be read");
    assert_page(&browser.open("/callback?code=x&state=%3Cscript%3E"), 400, STATE);
    assert_eq!(browser.open(&back).status, 303, "none of these used it up");
}

#[test]
fn it_takes_ten_minutes_at_most() {
    let (idp, app) = App::started();
    let browser = app.browser();
    let (first, second) = (app.begin(&browser), app.begin(&browser));
    app.clock.advance(Duration::from_secs(599));
    assert_eq!(browser.open(&idp.consent(&first)).status, 303);
    app.clock.advance(Duration::from_secs(1));
    assert_page(&browser.open(&idp.consent(&second)), 400, "took longer than ten minutes");
}

/// Else it could end after it is forgotten that all sessions of its user were ended.
#[test]
fn it_takes_ten_minutes_at_most_with_what_is_asked_of_the_provider() {
    let (idp, app) = App::started();
    let browser = app.browser();
    let back = idp.consent(&app.begin(&browser));
    app.clock.advance(Duration::from_secs(599));
    let clock = app.clock.clone();
    let slowly: Box<dyn Fn(TestToken) -> TestToken + Send> = Box::new(move |token| {
        clock.advance(Duration::from_secs(2));
        token
    });
    idp.does(Otherwise { id_token: Some(slowly), ..Otherwise::default() });
    assert_page(&browser.open(&back), 400, "took longer than ten minutes");
    assert!(idp.count() == 1 && !browser.is_signed_in());
}

#[test]
fn the_answer_must_be_this_provider_s() {
    let other = || Otherwise { issuer: Some("https://evil.example".to_owned()), ..Otherwise::default() };
    let (answer, is_signed_in) = sign_in_where(other());
    assert_page(&answer, 400, "came from another sign-in service");
    assert!(!is_signed_in);
    let missing = Otherwise { announces_issuer: true, names_no_issuer: true, ..Otherwise::default() };
    assert_page(&sign_in_where(missing).0, 400, "came from another sign-in service");
    let announced = Otherwise { announces_issuer: true, ..Otherwise::default() };
    assert_eq!(sign_in_where(announced).0.status, 303);

    let (idp, app) = App::started();
    idp.does(other());
    let browser = app.browser();
    let refused = idp.refuse(&app.begin(&browser), "access_denied");
    assert_page(&browser.open(&refused), 400, "came from another sign-in service");
    assert_eq!(idp.count(), 0, "the code went nowhere");
}

#[test]
fn what_the_provider_refuses_is_said_in_a_sentence_of_ours() {
    let (idp, app) = App::started();
    for (error, status, sentence) in [
        ("access_denied", 403, "cancelled or refused"),
        ("login_required", 400, "The sign-in service refused the sign-in"),
        ("invalid_scope", 400, "The sign-in service refused the sign-in"),
        ("<script>alert(1)</script>", 400, "The sign-in service refused the sign-in"),
        ("temporarily_unavailable", 503, "cannot be reached now"),
        ("server_error", 503, "cannot be reached now"),
    ] {
        let browser = app.browser();
        let answer = browser.open(&idp.refuse(&app.begin(&browser), error));
        assert_page(&answer, status, sentence);
        assert_eq!(browser.cookies("__Host-login"), [""; 0], "the sign-in is over");
    }
}

#[test]
fn an_id_token_must_be_good_and_for_this_sign_in() {
    let now = auth_runtime::clock::Clock::now(&auth_runtime::clock::SystemClock).unwrap();
    type Change = fn(auth_runtime::testing::TestToken) -> auth_runtime::testing::TestToken;
    let changes: [(&str, Change); 21] = [
        ("nonce of another", |token| token.claim("nonce", "other")),
        ("no nonce", |token| token.without("nonce")),
        ("nonce that is no text", |token| token.claim("nonce", json!(["x"]))),
        ("issuer", |token| token.wrong_issuer()),
        ("audience", |token| token.claim("aud", "other")),
        ("no audience", |token| token.without("aud")),
        ("other party", |token| token.claim("azp", "other")),
        ("for others too", |token| token.claim("aud", json!([CLIENT, "other"]))),
        ("expired", |token| token.expired()),
        ("no exp", |token| token.without("exp")),
        ("no time of issue", |token| token.without("iat")),
        ("key", |token| token.wrong_key()),
        ("no algorithm", |token| token.header("alg", "none")),
        ("unknown key", |token| token.header("kid", "2")),
        ("kind", |token| token.header("typ", "logout+jwt")),
        ("access token", |token| token.header("typ", "at+jwt")),
        ("hash of another access token", |token| token.claim("at_hash", "AAAA")),
        ("no subject", |token| token.without("sub")),
        ("session that is no text", |token| token.claim("sid", 1)),
        ("session that is null", |token| token.claim("sid", json!(null))),
        ("session without a name", |token| token.claim("sid", "")),
    ];
    for (what, change) in changes {
        let (answer, is_signed_in) =
            sign_in_where(Otherwise { id_token: Some(Box::new(change)), ..Otherwise::default() });
        assert_eq!((answer.status, is_signed_in), (400, false), "{what}");
        assert_page(&answer, 400, IDENTITY);
    }
    let late =
        Otherwise { id_token: Some(Box::new(move |token| token.claim("iat", now + 3600))), ..Otherwise::default() };
    assert_page(&sign_in_where(late).0, 400, IDENTITY);
}

#[test]
fn the_answer_of_the_token_endpoint_is_read_strictly() {
    type Change = fn(&mut serde_json::Value);
    let changes: [(Change, u16, &str); 4] = [
        (|answer| _ = answer.as_object_mut().unwrap().remove("id_token"), 400, IDENTITY),
        (|answer| answer["id_token"] = json!("not a token"), 400, IDENTITY),
        (|answer| answer["token_type"] = json!("DPoP"), 503, "cannot be reached now"),
        (|answer| _ = answer.as_object_mut().unwrap().remove("access_token"), 503, "cannot be reached now"),
    ];
    for (change, status, sentence) in changes {
        let otherwise = Otherwise { tokens: Some(change), ..Otherwise::default() };
        assert_page(&sign_in_where(otherwise).0, status, sentence);
    }
    for (of_provider, status, sentence) in [
        (401, 500, "not set up correctly"),
        (500, 503, "cannot be reached now"),
        (429, 503, "cannot be reached now"),
        (302, 503, "cannot be reached now"),
    ] {
        let otherwise = Otherwise { status: Some(of_provider), ..Otherwise::default() };
        assert_page(&sign_in_where(otherwise).0, status, sentence);
    }
}

#[test]
fn a_code_that_is_not_good_signs_nobody_in() {
    let (idp, app) = App::started();
    let browser = app.browser();
    let back = idp.consent(&app.begin(&browser)).replace("code-", "made-up-");
    assert_page(&browser.open(&back), 400, "did not confirm the sign-in");
    // A code that was stolen from another sign-in, put into one's own: PKCE.
    let (victim, mallory) = (app.browser(), app.browser());
    let stolen = idp.consent(&app.begin(&victim));
    let code = stolen.split("code=").nth(1).unwrap().split('&').next().unwrap();
    let own = idp.consent(&app.begin(&mallory));
    let of_own = own.split("code=").nth(1).unwrap().split('&').next().unwrap();
    assert_page(&mallory.open(&own.replace(of_own, code)), 400, "did not confirm the sign-in");
}

#[test]
fn an_authentication_that_is_too_weak_or_too_old_is_not_enough() {
    let clock = clock();
    let idp = Idp::start(&clock);
    let now = auth_runtime::clock::Clock::now(&clock).unwrap();
    let strong = login(&idp).acr(["mfa"]).max_age(Duration::from_secs(300));
    let app = App::with(&clock, Sessions::in_memory().login(strong));
    for (acr, auth_time, is_enough) in [
        (json!("mfa"), json!(now), true),
        (json!("pwd"), json!(now), false),
        (json!(null), json!(now), false),
        (json!("mfa"), json!(now - 400), false),
        (json!("mfa"), json!(null), false),
        (json!("mfa"), json!(now.to_string()), false),
        (json!("mfa"), json!(now + 3600), false),
    ] {
        let (acr, auth_time) = (acr.clone(), auth_time.clone());
        let said = format!("{acr} {auth_time}");
        idp.does(Otherwise {
            id_token: Some(Box::new(move |token| {
                token.claim("acr", acr.clone()).claim("auth_time", auth_time.clone())
            })),
            ..Otherwise::default()
        });
        let browser = app.browser();
        let answer = app.sign_in(&idp, &browser);
        match is_enough {
            true => assert_eq!(answer.status, 303, "{said}"),
            false => assert_page(&answer, 403, "a stronger or more recent sign-in"),
        }
    }
}

#[test]
fn whom_the_application_does_not_know_gets_no_session() {
    let clock = clock();
    let idp = Idp::start(&clock);
    let of_builder = App::builder(&clock).session(Sessions::in_memory().login(login(&idp)));
    let of_builder = of_builder.authorities([idp.url()], load_user);
    for app in [
        App::with(&clock, Sessions::in_memory().login(login(&idp).authorities(load_user))),
        App::built(of_builder, &clock, true),
    ] {
        idp.does(Otherwise::default());
        let browser = app.browser();
        assert_eq!(app.sign_in(&idp, &browser).status, 303);
        assert_eq!(browser.open("/edit").text(), "editing", "the rights are loaded with each request");
        idp.does(Otherwise { subject: Some("mallory".to_owned()), ..Otherwise::default() });
        let browser = app.browser();
        assert_page(&app.sign_in(&idp, &browser), 403, "have no account on this site");
        assert!(!browser.is_signed_in());
    }

    let app = App::with(&clock, Sessions::in_memory().authorities(nobody).login(login(&idp)));
    assert_page(&app.sign_in(&idp, &app.browser()), 403, "have no account on this site");
    let away = App::knowing(&clock, Sessions::in_memory().login(login(&idp).authorities(load_user)), false);
    assert_page(&away.sign_in(&idp, &away.browser()), 503, "Signing in is not possible now");
}

#[test]
fn whose_sessions_were_ended_meanwhile_signs_in_again() {
    let (idp, app) = App::started();
    let browser = app.browser();
    let there = app.begin(&browser);
    app.clock.advance(Duration::from_secs(1));
    let ended = actix_web::rt::System::new().block_on(async {
        // Of the same name, and not of this provider: somebody else.
        app.auth.sessions_of("alice").end_all().await.unwrap();
        app.auth.sessions_of("alice").signed_in_at(idp.url()).end_all().await.unwrap()
    });
    assert_eq!(ended, 0);
    assert_page(&browser.open(&idp.consent(&there)), 403, "Your sessions were ended while you signed in");
    app.clock.advance(Duration::from_secs(1));
    assert_eq!(app.sign_in(&idp, &browser).status, 303);
}

#[test]
fn a_provider_that_is_away_is_a_503_and_comes_back() {
    let clock = clock();
    let idp = Idp::start(&clock);
    idp.does(Otherwise { metadata: Some(json!({"issuer": idp.url()})), ..Otherwise::default() });
    let app = App::new(&idp, &clock);
    let browser = app.browser();
    assert_page(&browser.open("/login"), 503, "cannot be reached now");
    idp.does(Otherwise { metadata: Some(json!({"issuer": "https://other.example"})), ..Otherwise::default() });
    assert_page(&browser.open("/login"), 503, "cannot be reached now");
    idp.does(Otherwise::default());
    std::thread::sleep(Duration::from_millis(1100));
    assert_eq!(app.sign_in(&idp, &browser).status, 303);
}
