//! Whom the login page is shown to.

use actix_service::Service as _;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{App as ActixApp, get};
use auth_runtime::session::Sessions;
use auth_runtime::{Auth, requires};
use tests::Server;

use crate::app::{App, DELETION, ORIGIN, WithSession as _, sessions};

#[test]
fn a_browser_is_sent_to_the_login_page_and_an_api_call_is_not() {
    let app = App::new();
    let answer = app.navigate("/me?tab=2").send();
    assert_eq!((answer.status, answer.only("location")), (303, Some("https://shop.example/login?to=%2Fme%3Ftab%3D2")));
    assert_eq!((answer.only("cache-control"), answer.only("www-authenticate")), (Some("no-store"), None));
    let old = app.get("/me").header("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8").send();
    assert_eq!((old.status, old.only("location")), (303, Some("https://shop.example/login?to=%2Fme")));
    for (name, value) in [("Accept", "application/json"), ("Accept", "*/*"), ("Sec-Fetch-Mode", "cors"), ("X", "y")] {
        assert_eq!(app.get("/me").header(name, value).send().status, 401, "{name}: {value}");
    }
    let around = "https://shop.example/me?tab=2";
    let part = app.navigate("/me").header("HX-Request", "true").header("HX-Current-URL", around).send();
    let back = "https://shop.example/login?to=%2Fme%3Ftab%3D2";
    assert_eq!((part.status, part.only("hx-redirect"), part.only("location")), (401, Some(back), None));
    assert_eq!(part.only("www-authenticate"), Some(r#"Cookie realm="shop""#));
    let either = app.navigate("/either").send();
    assert_eq!((either.status, either.only("location")), (303, Some("https://shop.example/login?to=%2Feither")));
    assert_eq!(app.navigate("/bearer").send().status, 401, "no session would help");
    assert_eq!(app.navigate("/either").bearer("wrong").send().status, 401, "a token was tried");
}

#[test]
fn the_policy_table_tells_where_people_are_sent_there() {
    let app = App::new();
    assert_eq!(app.get("/me").send().status, 401);
    let table = app.auth.policy_table();
    let statuses = |path: &str| {
        let row = table.mounted().iter().find(|row| row.path() == Some(path)).unwrap_or_else(|| panic!("{path}"));
        row.statuses()
    };
    for path in ["/me", "/either", "/note"] {
        assert!(statuses(path).contains(&303), "{path}");
    }
    for path in ["/bearer", "/staff", "/hidden", "/login"] {
        assert!(!statuses(path).contains(&303), "{path}");
    }
}

#[test]
fn the_whole_way_there_and_back() {
    let app = App::new();
    let to = app.navigate("/me").send();
    let login = to.only("location").unwrap().strip_prefix("https://shop.example").unwrap().to_owned();
    let back = app.log_in(app.post(&login), "alice", "right", "viewer");
    assert_eq!(back.only("location"), Some("https://shop.example/me"));
}

#[test]
fn who_was_signed_in_is_sent_there_without_the_old_cookie() {
    let app = App::new();
    let answer = app.navigate("/me").session(&"A".repeat(43)).send();
    assert_eq!((answer.status, answer.all("set-cookie")), (303, vec![DELETION]));
    let posted = app.post("/note").header("Sec-Fetch-Mode", "navigate").send();
    assert_eq!(
        (posted.status, posted.only("location")),
        (303, Some("https://shop.example/login")),
        "no way back to a post"
    );
}

#[test]
fn who_may_not_see_a_page_is_not_sent_to_sign_in() {
    let app = App::new();
    assert_eq!(app.navigate("/edit").session(&app.sign_in("alice")).send().status, 403);
    let hidden = app.navigate("/hidden").send();
    assert_eq!((hidden.status, hidden.only("location"), hidden.only("www-authenticate")), (404, None, None));
    let hidden = app.navigate("/hidden").session(&"A".repeat(43)).send().without_date();
    assert_eq!(hidden, app.navigate("/unknown").send().without_date());
}

#[test]
fn without_a_login_page_nobody_is_sent_anywhere() {
    let app = App::with(Sessions::in_memory().details::<crate::app::User>());
    assert_eq!(app.navigate("/me").send().status, 401);
    let _ = sessions();
}

#[requires(session)]
#[get("/page")]
async fn a_page() -> &'static str {
    "a page"
}

/// `tracing-actix-web` and their like log what actix calls an error of an answer: at the level `error`, where its status is no 4xx.
#[test]
fn whoever_is_led_to_the_login_page_has_met_no_error() {
    let auth =
        Auth::builder().public_origin(ORIGIN).session(sessions()).dangerous_allow_unconfigured().build().unwrap();
    let server = Server::of(move || {
        ActixApp::new().service(auth.scope("").service(a_page)).wrap_fn(|request, app| {
            let answering = app.call(request);
            async {
                let mut answer = answering.await?;
                let has_met = answer.response().error().map_or("nothing", |_| "an error");
                answer.headers_mut().insert(HeaderName::from_static("x-met"), HeaderValue::from_static(has_met));
                Ok(answer)
            }
        })
    });
    let led = server.get("/page").header("Sec-Fetch-Mode", "navigate").send();
    assert_eq!((led.status, led.only("x-met")), (303, Some("nothing")));
    assert_eq!(led.only("location"), Some("https://shop.example/login?to=%2Fpage"));
    assert_eq!(led.only("cache-control"), Some("no-store"));
    let refused = server.get("/page").send();
    assert_eq!((refused.status, refused.only("x-met")), (401, Some("an error")));
}
