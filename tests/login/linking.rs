//! Somebody who is signed in here signs in at a provider too, and both are one account from then on.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::rt::System;
use actix_web::{Responder, get, post, web};
use auth_runtime::clock::Clock as _;
use auth_runtime::login::{Linking, LoginIdentity, OidcLogin};
use auth_runtime::observe::AuditLog;
use auth_runtime::principal::PrincipalKey;
use auth_runtime::testing::TestToken;

use auth_runtime::{Auth, Authorities, Denial, Principal, Sessions, SignIn, public, requires};
use tests::{Answer, Denied, Paper, Server};

use crate::app::{App, COOKIE, ORIGIN, assert_page, clock};
use crate::browser::Browser;
use crate::idp::{CLIENT, Idp, Otherwise, SECRET};

const OVER: &str = "You are not signed in here any more as you were when you began.";
const TOO_OLD: &str = "a stronger or more recent sign-in";

/// A table of who belongs to which account, with a unique key, and of accounts that are closed.
#[derive(Clone, Default)]
struct Accounts {
    linked: Arc<Mutex<HashMap<PrincipalKey, String>>>,
    closed: Arc<Mutex<Vec<String>>>,
}

impl Accounts {
    /// Whose account a caller has: whoever signs in here is called as it is.
    fn of(&self, who: &Principal) -> Option<String> {
        let account = match who.issuer() {
            Some("local:session") => Some(who.subject().to_owned()),
            _ => self.linked.lock().unwrap().get(&who.key()).cloned(),
        };
        account.filter(|account| !self.closed.lock().unwrap().contains(account))
    }

    /// Whether they belong together by now.
    async fn link(self, account: Principal, who: LoginIdentity) -> Result<bool, &'static str> {
        let account = self.of(&account).ok_or("it has no account")?;
        match &*account {
            "unlucky" => Err("the database is away"),
            "slow" => {
                actix_web::rt::time::sleep(Duration::from_secs(60)).await;
                Ok(true)
            }
            "clumsy" => panic!("the function given to `link` panics: this is part of a test"),
            _ => {
                let key = PrincipalKey::new(who.issuer(), who.subject());
                Ok(*self.linked.lock().unwrap().entry(key).or_insert_with(|| account.clone()) == account)
            }
        }
    }
}

async fn load(who: Principal, accounts: web::Data<Accounts>) -> Result<Option<Authorities>, &'static str> {
    Ok(accounts.of(&who).map(|_| Authorities::default()))
}

#[public(reason = "where people sign in here")]
#[post("/form/{name}")]
async fn form(sign_in: SignIn, name: web::Path<String>) -> Result<impl Responder, Denial> {
    sign_in.without_password().subject(&**name).finish().await
}

#[requires(session, max_age = "5m")]
#[post("/account/link")]
async fn link_here(linking: Linking) -> Result<impl Responder, Denial> {
    linking.to("/account").begin().await
}

/// Whose policy forgets what matters.
#[requires(session)]
#[post("/careless/link")]
async fn careless(linking: Linking) -> Result<impl Responder, Denial> {
    linking.to("https://evil.example/").begin().await
}

#[requires(session)]
#[get("/careless/link")]
async fn careless_get(linking: Linking) -> Result<impl Responder, Denial> {
    linking.begin().await
}

#[requires(session, max_age = "5m")]
#[post("/account/link/{provider}")]
async fn link_at(linking: Linking, provider: web::Path<String>) -> Result<impl Responder, Denial> {
    linking.at(&**provider).begin().await
}

#[requires(session)]
#[get("/account")]
async fn my_account(who: Principal, accounts: web::Data<Accounts>) -> Option<String> {
    accounts.of(&who)
}

struct Linked {
    idp: Idp,
    app: App,
    accounts: Accounts,
}

fn linked() -> Linked {
    let clock = clock();
    let (idp, accounts) = (Idp::start(&clock), Accounts::default());
    let noted = accounts.clone();
    let provider = OidcLogin::new(idp.url(), CLIENT, SECRET).link(move |account, who| noted.clone().link(account, who));
    let other = OidcLogin::new(idp.url(), CLIENT, SECRET).named("other");
    let auth = Auth::builder().realm("shop").public_origin(ORIGIN).clock(clock.clone());
    let sessions = Sessions::in_memory().login(provider).login(other).authorities(load);
    let auth = auth.session(sessions).deadline(Duration::from_millis(500)).dangerous_allow_unconfigured();
    let auth = auth.build().unwrap();
    let (served, data) = (auth.clone(), accounts.clone());
    let server = Server::start(move |app| {
        let scope = served.scope("").service(form).service(link_at).service(link_here).service(my_account);
        let scope = scope.service(careless).service(careless_get);
        app.app_data(web::Data::new(data.clone())).service(served.scheme_routes()).service(scope);
    });
    Linked { idp, app: App { server, auth, clock }, accounts }
}

impl Linked {
    fn browser_of(&self, name: &str) -> Browser<'_> {
        let browser = self.app.browser();
        assert_eq!(browser.post(&format!("/form/{name}")).status, 303);
        browser
    }

    /// Where the provider sends the browser back to.
    #[track_caller]
    fn there(&self, browser: &Browser<'_>) -> String {
        let answer = browser.post("/account/link");
        assert_eq!((answer.status, answer.only("cache-control")), (303, Some("no-store")), "{answer:#?}");
        let there = answer.only("location").unwrap();
        assert_eq!(self.idp.asked(there).1["max_age"], "0", "whoever is signed in there proves it again");
        self.idp.consent(there)
    }

    fn is_anybody_linked(&self) -> bool {
        !self.accounts.linked.lock().unwrap().is_empty()
    }
}

fn is_as(subject: &str) -> Otherwise {
    Otherwise { subject: Some(subject.to_owned()), ..Otherwise::default() }
}

fn id(browser: &Browser<'_>) -> String {
    browser.header().split("; ").find(|pair| pair.starts_with(COOKIE)).unwrap().to_owned()
}

/// They are signed in as before.
#[track_caller]
fn assert_not_linked(answer: &Answer, status: u16, sentence: &str) {
    assert_eq!(answer.status, status, "{answer:#?}");
    let text = answer.text();
    assert!(text.contains("<h1>Not linked</h1>") && text.contains(sentence), "{text}");
    assert!(text.contains("<a href=\"/\">Back</a>"), "{text}");
    assert!(!answer.all("set-cookie").iter().any(|line| line.starts_with(COOKIE)), "{answer:#?}");
}

#[test]
fn who_is_signed_in_links_a_provider_and_lands_at_the_account_from_there() {
    let Linked { idp, app, .. } = &linked();
    idp.does(is_as("248289761001"));
    assert_page(&app.sign_in(idp, &app.browser()), 403, "have no account on this site");

    let these = linked();
    let Linked { idp, app, .. } = &these;
    idp.does(is_as("248289761001"));
    let (browser, paper) = (these.browser_of("alice"), Paper::default());
    app.auth.audit(AuditLog::new(paper.clone()));
    let before = id(&browser);
    let back = browser.open(&these.there(&browser));
    assert_eq!((back.status, back.only("location")), (303, Some("https://shop.example/account")), "{back:#?}");
    assert_eq!(id(&browser), before, "the session is as it was");
    assert!(browser.cookies("__Host-login").is_empty());
    assert_eq!(browser.open("/account").text(), "alice");
    let line = &paper.lines(1)[0];
    let told = ["event.name", "auth.issuer", "user.id", "client.address"].map(|field| line[field].as_str());
    assert_eq!(told, [Some("auth.linked"), Some(&*idp.url()), Some("248289761001"), Some("127.0.0.1")]);
    let sessions = System::new().block_on(app.auth.sessions_of("alice").list()).unwrap();
    assert_eq!(line["session.id"].as_str(), Some(sessions[0].id()));

    let other = app.browser();
    assert_eq!(app.sign_in(idp, &other).status, 303);
    assert_eq!(other.open("/account").text(), "alice", "who has signed in at the provider");
    assert_eq!(browser.open(&these.there(&browser)).status, 303, "again, which changes nothing");
    assert_eq!(other.post("/careless/link").status, 403, "how recently is not known");
}

#[test]
fn a_provider_that_has_asked_nobody_anew_and_says_so_links_nobody() {
    let these = linked();
    let now = these.app.clock.now().unwrap();
    let browser = these.browser_of("alice");
    for (at, status) in [(now - 3_600, 403), (now - 61, 403), (now - 60, 303)] {
        let id_token = Box::new(move |token: TestToken| token.claim("auth_time", at));
        these.idp.does(Otherwise { id_token: Some(id_token), ..is_as("mallory") });
        let answer = browser.open(&these.there(&browser));
        assert_eq!((answer.status, these.is_anybody_linked()), (status, status == 303), "{at}: {answer:#?}");
    }
}

#[test]
fn a_link_belongs_to_the_session_that_asked_for_it() {
    let these = linked();
    let Linked { app, .. } = &these;
    // Mallory has her own code brought to Alice's browser, and into it what her own browser was given.
    let (alice, mallory) = (these.browser_of("alice"), these.browser_of("mallory"));
    let theirs = these.there(&mallory);
    assert_page(&alice.open(&theirs), 400, "was not begun in this browser");
    let theirs = these.there(&mallory);
    alice.steal(&mallory, "__Host-login");
    assert_not_linked(&alice.open(&theirs), 403, OVER);

    type Meanwhile = fn(&Linked, &Browser<'_>);
    let out: Meanwhile = |_, browser| assert_eq!(browser.post("/logout").status, 303);
    let somebody_else: Meanwhile = |_, browser| assert_eq!(browser.post("/form/bob").status, 303);
    let again: Meanwhile = |_, browser| assert_eq!(browser.post("/form/alice").status, 303);
    let ended: Meanwhile =
        |these, _| assert!(System::new().block_on(these.app.auth.sessions_of("alice").end_all()).unwrap() > 0);
    let idle: Meanwhile = |these, _| these.app.clock.advance(Duration::from_secs(599));
    for (meanwhile, sentence) in [(out, OVER), (somebody_else, OVER), (again, OVER), (ended, OVER), (idle, TOO_OLD)] {
        app.clock.advance(Duration::from_secs(1));
        let browser = these.browser_of("alice");
        let back = these.there(&browser);
        meanwhile(&these, &browser);
        assert_not_linked(&browser.open(&back), 403, sentence);
    }
    let closed = these.browser_of("carol");
    let back = these.there(&closed);
    these.accounts.closed.lock().unwrap().push("carol".to_owned());
    assert_not_linked(&closed.open(&back), 403, "have no account on this site");
    assert!(!these.is_anybody_linked());
}

#[test]
fn whoever_links_was_authenticated_a_moment_ago_before_and_after() {
    let these = linked();
    let Linked { app, .. } = &these;
    let browser = these.browser_of("alice");
    app.clock.advance(Duration::from_secs(290));
    let (in_time, late) = (these.there(&browser), these.there(&browser));
    app.clock.advance(Duration::from_secs(10));
    assert_eq!(browser.open(&in_time).status, 303);
    these.accounts.linked.lock().unwrap().clear();
    app.clock.advance(Duration::from_secs(1));
    assert_not_linked(&browser.open(&late), 403, TOO_OLD);
    assert!(browser.post("/account/link").only("www-authenticate").unwrap().contains("max_age=\"300\""));
    Denied::forbidden("sign in again, and link within five minutes").check(&browser.post("/careless/link"));
    assert!(!these.is_anybody_linked());
}

#[test]
fn no_other_site_and_no_link_begins_one() {
    let these = linked();
    let browser = these.browser_of("alice");
    for site in ["cross-site", "same-site"] {
        let by_another = these.app.server.post("/account/link").header("Sec-Fetch-Site", site);
        assert_eq!(browser.send(by_another).status, 403, "{site}");
    }
    assert_eq!(browser.open("/careless/link").status, 403, "an address that is opened");
    assert_eq!(these.app.browser().post("/account/link").status, 401);
    assert!(browser.cookies("__Host-login").is_empty());
}

#[test]
fn the_application_says_who_may_be_linked() {
    let these = linked();
    let [alice, bob] = ["alice", "bob"].map(|name| these.browser_of(name));
    assert_eq!(alice.open(&these.there(&alice)).status, 303);
    assert_not_linked(&bob.open(&these.there(&bob)), 403, "It may belong to another one.");
    for (name, status) in [("unlucky", 503), ("slow", 503), ("clumsy", 500)] {
        let browser = these.browser_of(name);
        let back = these.there(&browser);
        let sentence = if status == 503 { "in a moment" } else { "Something went wrong on this site." };
        assert_not_linked(&browser.open(&back), status, sentence);
        assert_eq!(browser.open("/account").text(), name, "still signed in");
    }
    let linked = these.accounts.linked.lock().unwrap().clone();
    assert_eq!(linked.into_values().collect::<Vec<_>>(), ["alice"]);
}

#[test]
fn what_goes_wrong_there_links_nobody() {
    let these = linked();
    let browser = these.browser_of("alice");
    let came_with = browser.post("/account/link").only("location").unwrap().to_owned();
    let refused = browser.open(&these.idp.refuse(&came_with, "access_denied"));
    assert_not_linked(&refused, 403, "The sign-in was cancelled or refused.");
    these.idp.does(Otherwise { id_token: Some(Box::new(|token| token.wrong_audience())), ..Otherwise::default() });
    assert_not_linked(&browser.open(&these.there(&browser)), 400, "did not say in a valid way who you are");
    these.idp.does(Otherwise::default());
    let back = these.there(&browser);
    assert_eq!(browser.open(&back).status, 303);
    these.accounts.linked.lock().unwrap().clear();
    assert_page(&browser.open(&back), 400, "was not begun in this browser, or is over already");
    assert!(!these.is_anybody_linked());
}

#[test]
fn a_provider_for_which_nobody_has_said_so_links_nobody() {
    let these = linked();
    let browser = these.browser_of("alice");
    for provider in ["other", "unknown"] {
        Denied::failed().check(&browser.post(&format!("/account/link/{provider}")));
    }
}

#[test]
fn nobody_is_led_to_another_site() {
    let these = linked();
    let browser = these.browser_of("alice");
    let there = browser.post("/careless/link").only("location").unwrap().to_owned();
    assert_eq!(browser.open(&these.idp.consent(&there)).only("location"), Some("https://shop.example/"));
}
