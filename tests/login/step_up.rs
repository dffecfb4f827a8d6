//! A session that is too weak for a page goes to the provider, and comes back stronger (RFC 9470).

use std::time::Duration;

use auth_runtime::Sessions;
use auth_runtime::clock::{Clock as _, UnixTime};
use tests::Denied;

use crate::app::{App, COOKIE, assert_page, clock, login};
use crate::browser::Browser;
use crate::idp::{Idp, Otherwise};

/// Whoever signs in there, by this class, at this time.
fn authenticated(class: &'static str, at: UnixTime) -> Otherwise {
    let id_token =
        Box::new(move |token: auth_runtime::testing::TestToken| token.claim("acr", class).claim("auth_time", at));
    Otherwise { id_token: Some(id_token), ..Otherwise::default() }
}

/// Where the browser is sent for a page that its session is too weak for.
#[track_caller]
fn sent(browser: &Browser<'_>) -> String {
    let wanted = browser.open("/pay?x=1");
    let login = "https://shop.example/login?to=%2Fpay%3Fx%3D1&acr_values=mfa&max_age=300";
    assert_eq!((wanted.status, wanted.only("location")), (303, Some(login)), "{wanted:#?}");
    assert!(wanted.all("set-cookie").is_empty(), "the session stays as it is");
    let there = browser.open(login);
    assert_eq!(there.status, 303, "{there:#?}");
    there.only("location").unwrap().to_owned()
}

fn id(browser: &Browser<'_>) -> String {
    let header = browser.header();
    header.split("; ").find(|pair| pair.starts_with(COOKIE)).unwrap().to_owned()
}

#[test]
fn a_session_comes_back_stronger_with_its_id_renewed() {
    let (idp, app) = App::started();
    let now = app.clock.now().unwrap();
    let browser = app.browser();
    idp.does(authenticated("pwd", now - 1000));
    assert_eq!(app.sign_in(&idp, &browser).status, 303);
    assert_eq!(browser.open("/me").status, 200);

    let there = sent(&browser);
    let (_, asked) = idp.asked(&there);
    assert_eq!((&*asked["acr_values"], &*asked["max_age"]), ("mfa", "300"));
    let (weak, old) = (id(&browser), browser.header());
    idp.does(authenticated("mfa", now));
    let back = browser.open(&idp.consent(&there));
    assert_eq!((back.status, back.only("location")), (303, Some("https://shop.example/pay?x=1")));
    assert_ne!(id(&browser), weak);
    assert_eq!(browser.open("/pay?x=1").text(), "paid");
    assert_eq!(app.server.get("/me").header("Cookie", old).send().status, 401, "the id from before is over");

    // It grows old where it is: to be seen is not to prove who one is.
    for _ in 0..6 {
        app.clock.advance(Duration::from_secs(61));
        assert_eq!(browser.open("/me").status, 200);
    }
    sent(&browser);
}

#[test]
fn a_script_is_told_what_is_asked_and_sent_nowhere() {
    let (idp, app) = App::started();
    let browser = app.browser();
    assert_eq!(app.sign_in(&idp, &browser).status, 303);
    let answer = browser.send(app.server.get("/pay").header("Sec-Fetch-Mode", "cors").header("Accept", "text/html"));
    let detail = "a stronger or more recent authentication is required";
    let error = format!(r#"error="insufficient_user_authentication", error_description="{detail}""#);
    Denied::unauthorized(detail)
        .challenge(&format!(r#"Cookie realm="shop", {error}, acr_values="mfa", max_age="300""#))
        .check(&answer);
    assert!(browser.is_signed_in() && answer.all("set-cookie").is_empty());
}

#[test]
fn who_does_not_come_back_stronger_stays_as_before_and_is_not_sent_again() {
    let (idp, app) = App::started();
    let now = app.clock.now().unwrap();
    let browser = app.browser();
    assert_eq!(app.sign_in(&idp, &browser).status, 303);
    let before = id(&browser);
    for (class, at) in [("pwd", now), ("phr", now), ("mfa", now - 301), ("mfa", now + 3600)] {
        let there = sent(&browser);
        idp.does(authenticated(class, at));
        assert_page(&browser.open(&idp.consent(&there)), 403, "a stronger or more recent sign-in");
        assert_eq!(id(&browser), before, "{class} {at}");
        assert_eq!(browser.open("/me").status, 200);
    }
    // As somebody else.
    let there = sent(&browser);
    idp.does(Otherwise { subject: Some("mallory".to_owned()), ..authenticated("mfa", now) });
    assert_page(&browser.open(&idp.consent(&there)), 403, "as somebody else");
    assert_eq!(id(&browser), before);

    // In the session of somebody else, which the browser has by now.
    let there = sent(&browser);
    assert_eq!(app.sign_in(&idp, &browser).status, 303, "mallory");
    let theirs = id(&browser);
    idp.does(authenticated("mfa", now));
    assert_page(&browser.open(&idp.consent(&there)), 403, "as somebody else");
    assert_eq!(id(&browser), theirs);
}

/// A subject belongs to whoever vouches for it: nobody at a provider is whom a form of this service's own has signed in.
#[test]
fn a_session_that_began_here_does_not_come_back_as_somebody_of_a_provider() {
    let (idp, app) = App::started();
    let now = app.clock.now().unwrap();
    for subject in ["alice", "bob"] {
        let browser = app.browser();
        let form = app.server.post("/form").header("Sec-Fetch-Site", "same-origin");
        assert_eq!(browser.send(form).status, 303);
        let before = id(&browser);
        let there = sent(&browser);
        idp.does(Otherwise { subject: Some(subject.to_owned()), ..authenticated("mfa", now) });
        assert_page(&browser.open(&idp.consent(&there)), 403, "as somebody else");
        assert_eq!(id(&browser), before);
    }
}

/// Whoever writes a link cannot keep people from signing in by it: the page asks when there is a session.
#[test]
fn what_a_link_asks_of_nobody_keeps_nobody_out() {
    let (idp, app) = App::started();
    let now = app.clock.now().unwrap();
    for query in ["acr_values=nonsense", "max_age=0"] {
        let browser = app.browser();
        let begun = browser.open(&format!("/login?to=/me&{query}"));
        idp.does(authenticated("pwd", now - 5));
        assert_eq!(browser.open(&idp.consent(begun.only("location").unwrap())).status, 303, "{query}");
        assert_eq!(browser.open("/me").status, 200);
        let asked = browser.open(&format!("/login?to=/me&{query}"));
        assert_page(
            &browser.open(&idp.consent(asked.only("location").unwrap())),
            403,
            "a stronger or more recent sign-in",
        );
    }
}

#[test]
fn whoever_is_signed_in_by_now_is_not_replaced_by_a_step_up_of_nobody() {
    let (idp, app) = App::started();
    let now = app.clock.now().unwrap();
    let browser = app.browser();
    let begun = browser.open("/login?to=/pay&acr_values=mfa");
    assert_eq!(app.sign_in(&idp, &browser).status, 303);
    let before = id(&browser);
    idp.does(Otherwise { subject: Some("mallory".to_owned()), ..authenticated("mfa", now) });
    assert_page(&browser.open(&idp.consent(begun.only("location").unwrap())), 403, "as somebody else");
    assert_eq!(id(&browser), before);
}

#[test]
fn an_order_of_classes_counts_there_as_it_does_here() {
    let clock = clock();
    let idp = Idp::start(&clock);
    let sessions = Sessions::in_memory().login(login(&idp).acr(["pwd", "phr"]).max_age(Duration::from_secs(3600)));
    let builder = App::builder(&clock).session(sessions).acr_order(&idp.url(), ["pwd", "mfa", "phr"]);
    let app = App::built(builder, &clock, true);
    let now = clock.now().unwrap();
    let browser = app.browser();
    idp.does(authenticated("pwd", now));
    assert_eq!(app.sign_in(&idp, &browser).status, 303);
    let there = sent(&browser);
    let (_, asked) = idp.asked(&there);
    assert_eq!((&*asked["acr_values"], &*asked["max_age"]), ("mfa pwd phr", "300"));
    idp.does(authenticated("phr", now));
    assert_eq!(browser.open(&idp.consent(&there)).status, 303);
    assert_eq!(browser.open("/pay").text(), "paid");
    // What a link asks for is demanded beside what the login demands, and never in its place.
    idp.does(authenticated("mfa", now));
    let answer = browser.open("/login?acr_values=mfa&max_age=999999");
    let (_, asked) = idp.asked(answer.only("location").unwrap());
    assert_eq!((&*asked["acr_values"], &*asked["max_age"]), ("mfa pwd phr", "3600"));
    assert_page(
        &browser.open(&idp.consent(answer.only("location").unwrap())),
        403,
        "a stronger or more recent sign-in",
    );
}

#[test]
fn what_nobody_would_ask_for_is_not_asked_for() {
    let (idp, app) = App::started();
    let browser = app.browser();
    for query in ["acr_values=", "acr_values=a%20b", "acr_values=%22", "max_age=-1", "max_age=x", "max_age=99999999999"]
    {
        let answer = browser.open(&format!("/login?{query}"));
        let (_, asked) = idp.asked(answer.only("location").unwrap());
        assert!(!asked.contains_key("acr_values") && !asked.contains_key("max_age"), "{query}");
    }
}
