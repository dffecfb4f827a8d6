//! Several providers, each with its own paths, cookies and people.

use auth_runtime::Sessions;
use auth_runtime::testing::ManualClock;

use crate::app::{App, assert_page, clock, login};
use crate::idp::Idp;

fn app(clock: &ManualClock, one: &Idp, other: &Idp) -> App {
    App::with(clock, Sessions::in_memory().login(login(one).named("one")).login(login(other).named("other")))
}

#[test]
fn the_same_subject_of_two_providers_is_two_people() {
    let clock = clock();
    let (one, other) = (Idp::start(&clock), Idp::start(&clock));
    let app = app(&clock, &one, &other);
    let keys = [("one", &one), ("other", &other)].map(|(name, idp)| {
        let browser = app.browser();
        let there = browser.open(&format!("/login/{name}")).only("location").unwrap().to_owned();
        let (_, asked) = idp.asked(&there);
        assert_eq!(asked["redirect_uri"], format!("https://shop.example/callback/{name}"));
        assert_eq!(browser.open(&idp.consent(&there)).status, 303);
        assert_eq!(browser.open("/key").text(), format!("alice at {}", idp.url()));
        actix_web::rt::System::new()
            .block_on(async { app.auth.sessions_of("alice").signed_in_at(idp.url()).list().await.unwrap().len() })
    });
    assert_eq!(keys, [1, 1]);
    let local = actix_web::rt::System::new().block_on(app.auth.sessions_of("alice").list()).unwrap();
    assert!(local.is_empty(), "nobody has signed in here");
}

#[test]
fn the_answer_of_one_provider_is_nothing_at_the_path_of_another() {
    let clock = clock();
    let (one, other) = (Idp::start(&clock), Idp::start(&clock));
    let app = app(&clock, &one, &other);
    let browser = app.browser();
    let there = browser.open("/login/one").only("location").unwrap().to_owned();
    let back = one.consent(&there);
    // A mix-up: the code of an honest provider is brought to where another one's are exchanged.
    let mixed = back.replace("/callback/one", "/callback/other");
    assert_page(&browser.open(&mixed), 400, "was not begun in this browser");
    assert_eq!((one.count(), other.count()), (0, 0), "the code went nowhere");
    assert_eq!(browser.open(&back).status, 303);
}

#[test]
fn a_browser_without_a_session_is_sent_to_the_first() {
    let clock = clock();
    let (one, other) = (Idp::start(&clock), Idp::start(&clock));
    let app = app(&clock, &one, &other);
    assert_eq!(app.browser().open("/key").only("location"), Some("https://shop.example/login/one?to=%2Fkey"));
    let chosen = Sessions::in_memory().login_page("/choose").login(login(&one));
    let app = App::with(&clock, chosen);
    assert_eq!(app.browser().open("/key").only("location"), Some("https://shop.example/choose?to=%2Fkey"));
}
