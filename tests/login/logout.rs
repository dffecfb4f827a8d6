//! Signing out here and at the provider.

use std::time::Duration;

use auth_runtime::Sessions;
use serde_json::json;
use url::Url;

use crate::app::{App, COOKIE, clock, login};
use crate::idp::{CLIENT, Idp, Otherwise};

#[test]
fn the_session_ends_and_the_browser_goes_to_the_provider() {
    let clock = clock();
    let idp = Idp::start(&clock);
    let app = App::with(&clock, Sessions::in_memory().login(login(&idp).signed_out_path("/bye")));
    let (browser, other) = (app.browser(), app.browser());
    app.sign_in(&idp, &browser);
    other.steal(&browser, COOKIE);

    let answer = browser.post("/logout");
    assert_eq!((answer.status, answer.only("cache-control")), (303, Some("no-store")));
    assert_eq!(answer.only("clear-site-data"), Some(r#""cache", "storage""#));
    let there = Url::parse(answer.only("location").unwrap()).unwrap();
    assert_eq!((there.origin().ascii_serialization(), there.path()), (idp.url(), "/end"));
    let sent: std::collections::HashMap<_, _> = there.query_pairs().into_owned().collect();
    assert_eq!((&*sent["of"], &*sent["client_id"]), ("1", CLIENT));
    assert_eq!(sent["post_logout_redirect_uri"], "https://shop.example/bye");
    assert_eq!(sent["id_token_hint"].split('.').count(), 3);
    assert!(!browser.is_signed_in() && other.open("/key").status == 303, "the session is over");
}

/// Another request of the same browser has given the session another id, which this one has not got yet.
#[test]
fn whoever_signs_out_by_an_id_that_the_session_has_just_left_is_out() {
    let (idp, app) = App::started();
    let (browser, behind) = (app.browser(), app.browser());
    app.sign_in(&idp, &browser);
    behind.steal(&browser, COOKIE);
    let hers = app.auth.sessions_of("alice").signed_in_at(idp.url());
    assert_eq!(actix_web::rt::System::new().block_on(hers.set_rights(["editor"])).unwrap(), 1);
    assert_eq!(browser.open("/edit").text(), "editing");
    assert_ne!(browser.header(), behind.header());
    let there = behind.post("/logout");
    assert!(there.only("location").unwrap().starts_with(&format!("{}/end?", idp.url())), "{there:?}");
    assert!(there.only("location").unwrap().contains("id_token_hint="), "{there:?}");
    assert!(!behind.is_signed_in() && browser.open("/key").status == 303, "the session is over");
}

#[test]
fn whoever_signs_out_by_an_id_that_a_sign_in_has_just_ended_is_not_told_that_all_is_over() {
    let (idp, app) = App::started();
    let (browser, behind) = (app.browser(), app.browser());
    app.sign_in(&idp, &browser);
    behind.steal(&browser, COOKIE);
    app.clock.advance(Duration::from_secs(1));
    app.sign_in(&idp, &browser);
    let answer = behind.post("/logout");
    assert_eq!((answer.status, answer.only("set-cookie"), answer.only("clear-site-data")), (401, None, None));
    assert_eq!(answer.only("www-authenticate"), Some(r#"Cookie realm="shop""#));
    assert_eq!(browser.open("/key").status, 200);
    app.clock.advance(Duration::from_secs(60));
    assert_eq!(behind.post("/logout").status, 303);
    assert!(!behind.is_signed_in() && browser.open("/key").status == 200, "it belongs to nobody any more");
}

#[test]
fn another_site_signs_nobody_out() {
    let (idp, app) = App::started();
    let browser = app.browser();
    app.sign_in(&idp, &browser);
    for (name, value) in [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site"), ("Origin", "null")] {
        let answer = browser.send(app.server.post("/logout").header(name, value).header("Content-Length", "0"));
        assert_eq!((answer.status, answer.only("set-cookie")), (403, None), "{name}: {value}");
    }
    assert_eq!(browser.open("/logout").status, 404, "a link does not either");
    assert_eq!(browser.open("/key").status, 200);
}

#[test]
fn whoever_is_not_signed_in_there_stays_here() {
    let (_idp, app) = App::started();
    let browser = app.browser();
    let answer = browser.post("/logout");
    assert_eq!((answer.status, answer.only("location")), (303, Some("https://shop.example/")));
    // In a session that has begun here.
    browser.post("/form");
    assert!(browser.is_signed_in());
    assert_eq!(browser.post("/logout").only("location"), Some("https://shop.example/"));
    assert!(!browser.is_signed_in());
}

#[test]
fn a_provider_without_a_way_out_keeps_nobody_in() {
    let clock = clock();
    let idp = Idp::start(&clock);
    let url = idp.url();
    idp.does(Otherwise {
        metadata: Some(json!({
            "issuer": url, "jwks_uri": format!("{url}/keys"),
            "authorization_endpoint": format!("{url}/authorize"), "token_endpoint": format!("{url}/token"),
        })),
        ..Otherwise::default()
    });
    let app = App::new(&idp, &clock);
    let browser = app.browser();
    app.sign_in(&idp, &browser);
    let answer = browser.post("/logout");
    assert_eq!((answer.status, answer.only("location")), (303, Some("https://shop.example/")));
    assert_eq!(browser.open("/key").status, 303);
}
