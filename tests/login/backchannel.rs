//! Being told by the provider that somebody has signed out there.

use std::io::Write as _;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use auth_runtime::Sessions;
use auth_runtime::clock::Clock as _;
use auth_runtime::observe::AuditLog;
use auth_runtime::testing::TestToken;
use serde_json::json;
use tests::{Answer, Paper};

use crate::app::{App, assert_page, clock, login};
use crate::browser::Browser;
use crate::idp::{CLIENT, Idp, Otherwise};
use crate::store::Shelf;

const FORM: &str = "application/x-www-form-urlencoded";

fn tell(app: &App, token: &str) -> Answer {
    app.server.post("/backchannel-logout").send_body(FORM, format!("logout_token={token}"))
}

fn signed_in<'a>(app: &'a App, idp: &Idp, subject: &str, sid: &str) -> Browser<'a> {
    idp.does(Otherwise { subject: Some(subject.to_owned()), sid: Some(sid.to_owned()), ..Otherwise::default() });
    let browser = app.browser();
    assert_eq!(app.sign_in(idp, &browser).status, 303);
    browser
}

fn are_in<const N: usize>(browsers: [&Browser<'_>; N]) -> [bool; N] {
    browsers.map(|browser| browser.open("/key").status == 200)
}

#[test]
fn sessions_end_by_what_the_provider_calls_them_or_their_subject() {
    let (idp, app) = App::started();
    let one = signed_in(&app, &idp, "alice", "s1");
    let again = signed_in(&app, &idp, "alice", "s1");
    let other = signed_in(&app, &idp, "alice", "s2");
    let bob = signed_in(&app, &idp, "bob", "s3");
    let paper = Paper::default();
    app.auth.audit(AuditLog::new(paper.clone()));
    app.clock.advance(Duration::from_secs(1));

    let answer = tell(&app, &idp.logout_token(|token| token.claim("sid", "s1")));
    assert_eq!((answer.status, answer.only("cache-control"), answer.text()), (200, Some("no-store"), ""));
    for line in paper.lines(2) {
        let told = (&line["event.name"], &line["user.id"], &line["error.type"]);
        assert_eq!(told, (&"auth.signed_out".into(), &"alice".into(), &"signed_out_at_provider".into()));
    }
    assert_eq!(are_in([&one, &again, &other, &bob]), [false, false, true, true]);

    assert_eq!(tell(&app, &idp.logout_token(|token| token.claim("sid", "s2").claim("sub", "alice"))).status, 200);
    assert_eq!(are_in([&other, &bob]), [false, true]);

    let third = signed_in(&app, &idp, "alice", "s4");
    app.clock.advance(Duration::from_secs(1));
    assert_eq!(tell(&app, &idp.logout_token(|token| token.claim("sub", "alice"))).status, 200);
    assert_eq!(are_in([&third, &bob]), [false, true]);
    assert_eq!(tell(&app, &idp.logout_token(|token| token.claim("sub", "nobody"))).status, 200, "as the standard says");
    app.clock.advance(Duration::from_secs(1));
    assert_eq!(are_in([&signed_in(&app, &idp, "alice", "s1"), &bob]), [true, true], "whoever signs in anew is in");
}

#[test]
fn a_sign_in_that_is_under_way_is_barred() {
    for by in ["sid", "sub"] {
        let clock = clock();
        let idp = Idp::start(&clock);
        let app = App::new(&idp, &clock);
        signed_in(&app, &idp, "bob", "s1");
        idp.does(Otherwise::default());
        let browser = app.browser();
        let back = idp.consent(&app.begin(&browser));
        app.clock.advance(Duration::from_secs(1));
        let whom = if by == "sid" { "session-there" } else { "alice" };
        assert_eq!(tell(&app, &idp.logout_token(|token| token.claim(by, whom))).status, 200);
        assert_page(&browser.open(&back), 403, "Your sessions were ended while you signed in");
        assert!(!browser.is_signed_in());
        app.clock.advance(Duration::from_secs(1));
        assert_eq!(app.sign_in(&idp, &browser).status, 303);
        assert_eq!(browser.open("/key").status, 200);
    }
}

#[test]
fn a_token_must_be_good_and_a_logout_token() {
    let (idp, app) = App::started();
    let browser = signed_in(&app, &idp, "alice", "s1");
    let now = app.clock.now().unwrap();
    type Change = fn(TestToken) -> TestToken;
    let changes: [(&str, Change); 19] = [
        ("nonce", |token| token.claim("nonce", "x")),
        ("no events", |token| token.without("events")),
        ("other event", |token| token.claim("events", json!({"x": {}}))),
        ("event that is no object", |token| {
            token.claim("events", json!({"http://schemas.openid.net/event/backchannel-logout": true}))
        }),
        ("events as a list", |token| {
            token.claim("events", json!(["http://schemas.openid.net/event/backchannel-logout"]))
        }),
        ("no id", |token| token.without("jti")),
        ("empty id", |token| token.claim("jti", "")),
        ("nobody", |token| token.without("sub")),
        ("subject that is no text", |token| token.claim("sub", 1)),
        ("session that is no text", |token| token.claim("sid", 1)),
        ("not said when", |token| token.without("iat")),
        ("no end", |token| token.without("exp")),
        ("expired", |token| token.expired()),
        ("audience", |token| token.wrong_audience()),
        ("issuer", |token| token.wrong_issuer()),
        ("key", |token| token.wrong_key()),
        ("algorithm", |token| token.header("alg", "none")),
        ("access token", |token| token.header("typ", "at+jwt")),
        ("no kind", |token| token.header("typ", "JWT")),
    ];
    for (what, change) in changes {
        let answer = tell(&app, &idp.logout_token(|token| change(token.claim("sub", "alice"))));
        assert_eq!((answer.status, answer.only("cache-control")), (400, Some("no-store")), "{what}");
        assert_eq!(answer.json(), json!({"error": "invalid_request"}), "{what}");
    }
    let old = idp.logout_token(|token| token.claim("sub", "alice").claim("iat", now - 400));
    assert_eq!(tell(&app, &old).status, 400);
    let good = idp.logout_token(|token| token.claim("sub", "alice"));
    let send = |kind: &str, body: String| app.server.post("/backchannel-logout").send_body(kind, body).status;
    assert_eq!(send("application/json", format!("{{\"logout_token\":\"{good}\"}}")), 400);
    assert_eq!(send("application/x-www-form-urlencoded-evil", format!("logout_token={good}")), 400);
    assert_eq!(send(FORM, format!("logout_token={good}&logout_token={good}")), 400);
    assert_eq!(send(FORM, String::new()), 400);
    assert_eq!(send(FORM, format!("logout_token={good}&x={}", "x".repeat(20_000))), 400);
    assert_eq!(are_in([&browser]), [true], "nobody was signed out by all that");
    app.clock.advance(Duration::from_secs(1));
    assert_eq!(send("Application/X-WWW-Form-URLEncoded ;charset=UTF-8", format!("logout_token={good}")), 200);
    assert_eq!(are_in([&browser]), [false]);
}

#[test]
fn older_providers_say_no_kind_and_are_believed_where_the_application_says_so() {
    let clock = clock();
    let idp = Idp::start(&clock);
    let app = App::with(&clock, Sessions::in_memory().login(login(&idp).dangerous_untyped_logout_tokens()));
    let browser = signed_in(&app, &idp, "alice", "s1");
    app.clock.advance(Duration::from_secs(1));
    let of_kind = |kind: &'static str| idp.logout_token(|token| token.claim("sub", "alice").header("typ", kind));
    for other in ["at+jwt", "dpop+jwt", "secevent+jwt"] {
        assert_eq!(tell(&app, &of_kind(other)).status, 400, "{other}");
    }
    assert_eq!(are_in([&browser]), [true]);
    assert_eq!(tell(&app, &of_kind("JWT")).status, 200);
    assert_eq!(are_in([&browser]), [false]);
}

#[test]
fn a_logout_token_is_no_id_token_and_counts_once() {
    let (idp, app) = App::started();
    // By which the keys are there.
    signed_in(&app, &idp, "alice", "s1");
    app.clock.advance(Duration::from_secs(1));
    let paper = Paper::default();
    app.auth.audit(AuditLog::new(paper.clone()));
    let token = idp.logout_token(|token| token.claim("sub", "alice").claim("jti", "logout-once"));
    assert_eq!((tell(&app, &token).status, tell(&app, &token).status), (200, 400));
    let replayed = &paper.lines(2)[1];
    let told =
        ["event.name", "auth.issuer", "user.id", "error.type", "auth.token.id"].map(|field| replayed[field].as_str());
    assert_eq!(
        told,
        [Some("auth.replayed"), Some(&*idp.url()), Some("alice"), Some("logout_token"), Some("logout-once")]
    );
    app.clock.advance(Duration::from_secs(1));
    let browser = signed_in(&app, &idp, "alice", "s1");
    assert_eq!(tell(&app, &token).status, 400);
    assert_eq!(are_in([&browser]), [true], "who signed in since stays");
    idp.does(Otherwise { id_token: Some(Box::new(|token| token.header("typ", "logout+jwt"))), ..Otherwise::default() });
    assert_page(&app.sign_in(&idp, &app.browser()), 400, "did not say in a valid way who you are");
}

#[test]
fn all_machines_know_and_a_store_that_is_away_is_told_again() {
    let clock = clock();
    let idp = Idp::start(&clock);
    let shelf = Shelf::default();
    let sessions = || Sessions::store(shelf.clone()).key("test", [7; 32]).login(login(&idp));
    let (here, there) = (App::with(&clock, sessions()), App::with(&clock, sessions()));
    let browser = signed_in(&here, &idp, "alice", "s1");
    clock.advance(Duration::from_secs(1));
    let token = idp.logout_token(|token| token.claim("sid", "s1"));
    shelf.is_away(true);
    let away = tell(&there, &token);
    assert_eq!((away.status, away.only("retry-after")), (503, Some("5")));
    assert_eq!(browser.open("/key").status, 503, "nobody is in, and nobody signed out");
    shelf.is_away(false);
    assert_eq!(are_in([&browser]), [true]);
    assert_eq!((tell(&there, &token).status, tell(&here, &token).status), (200, 400));
    assert_eq!(are_in([&browser]), [false]);
}

#[test]
fn of_machines_that_are_told_the_same_at_once_one_takes_it() {
    let clock = clock();
    let idp = Idp::start(&clock);
    let shelf = Shelf::default();
    let sessions = || Sessions::store(shelf.clone()).key("test", [7; 32]).login(login(&idp));
    let machines = [App::with(&clock, sessions()), App::with(&clock, sessions())];
    machines.iter().for_each(|machine| _ = tell(machine, &idp.logout_token(|token| token.claim("sub", "nobody"))));
    for _ in 0..20 {
        let token = idp.logout_token(|token| token.claim("sub", "alice"));
        let servers = machines.each_ref().map(|machine| &machine.server);
        let statuses = std::thread::scope(|scope| {
            let tell = |number: usize| {
                let body = format!("logout_token={token}");
                scope.spawn(move || servers[number % 2].post("/backchannel-logout").send_body(FORM, body).status)
            };
            (0..4).map(tell).collect::<Vec<_>>().into_iter().map(|told| told.join().unwrap()).collect::<Vec<_>>()
        });
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    }
}

#[test]
fn whoever_signs_in_again_and_again_does_not_fill_the_store() {
    let clock = clock();
    let idp = Idp::start(&clock);
    let sessions = Sessions::in_memory().max_per_user(2).capacity(40).absolute(Duration::from_secs(30 * 86_400));
    let app = App::with(&clock, sessions.login(login(&idp)));
    let first = signed_in(&app, &idp, "alice", "s0");
    let mut last = None;
    for number in 1..60 {
        app.clock.advance(Duration::from_secs(660));
        assert!(are_in([&first])[0], "used all the time");
        last = Some(signed_in(&app, &idp, "alice", &format!("s{number}")));
    }
    let last = last.unwrap();
    app.clock.advance(Duration::from_secs(1));
    assert_eq!(tell(&app, &idp.logout_token(|token| token.claim("sid", "s59"))).status, 200);
    assert_eq!(are_in([&last, &first]), [false, true]);
    assert_eq!(tell(&app, &idp.logout_token(|token| token.claim("sid", "s0").claim("sub", "alice"))).status, 200);
    assert_eq!(are_in([&first]), [false]);
}

#[test]
fn a_session_of_the_provider_s_belongs_to_one_person() {
    let (idp, app) = App::started();
    let alice = signed_in(&app, &idp, "alice", "s1");
    let other = signed_in(&app, &idp, "alice", "s2");
    let bob = signed_in(&app, &idp, "bob", "s1");
    assert_eq!(are_in([&alice, &other, &bob]), [false, true, true], "somebody else has taken it over there");
}

/// Who sends a body slowly, or none, waits for itself.
#[test]
fn stalled_requests_keep_nobody_from_signing_in() {
    let (idp, app) = App::started();
    let stalled: Vec<TcpStream> = (0..64)
        .map(|_| {
            let mut connection = TcpStream::connect(app.server.address()).unwrap();
            let head = "POST /backchannel-logout HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 16000\r\n";
            connection.write_all(format!("{head}Content-Type: {FORM}\r\n\r\n").as_bytes()).unwrap();
            connection
        })
        .collect();
    std::thread::sleep(Duration::from_millis(200));
    let alice = signed_in(&app, &idp, "alice", "s1");
    assert_eq!(tell(&app, &idp.logout_token(|token| token.claim("sid", "s9"))).status, 200);
    assert!(are_in([&alice])[0]);
    drop(stalled);
}

#[test]
fn a_logout_token_for_others_besides_is_refused_unless_it_was_issued_to_us() {
    let (idp, app) = App::started();
    let alice = signed_in(&app, &idp, "alice", "s1");
    app.clock.advance(Duration::from_secs(1));
    let both = json!([CLIENT, "billing"]);
    assert_eq!(tell(&app, &idp.logout_token(|token| token.claim("sid", "s1").claim("aud", both.clone()))).status, 400);
    assert!(are_in([&alice])[0]);
    let issued_to_us = idp.logout_token(|token| token.claim("sid", "s1").claim("aud", both).claim("azp", CLIENT));
    assert_eq!(tell(&app, &issued_to_us).status, 200);
    assert!(!are_in([&alice])[0]);
}

#[test]
fn so_many_tokens_of_one_address_are_read_and_no_more() {
    let (_idp, app) = App::started();
    let begun = Instant::now();
    let read = (0..2_000).find(|_| tell(&app, "a.b.c").status == 503).unwrap();
    // Ten a second come back meanwhile.
    let most = 600 + 10 * (begun.elapsed().as_secs() + 1);
    assert!((600..=most).contains(&read), "{read} of {most}");
}
