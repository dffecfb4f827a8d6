//! People who are signed in by `actix-session` or `actix-identity`, and go on here.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_identity::{Identity, IdentityMiddleware};
use actix_session::SessionMiddleware;
use actix_session::storage::{
    CookieSessionStore, LoadError, SaveError, SessionKey, SessionStore, UpdateError, generate_session_key,
};
use actix_web::cookie::{Key, time};
use actix_web::rt::System;
use actix_web::{App, HttpMessage as _, HttpRequest, HttpResponse, Responder, get, post, web};
use auth_runtime::clock::Clock as _;
use auth_runtime::extract::CarryOver;
use auth_runtime::login::OidcLogin;
use auth_runtime::observe::AuditLog;
use auth_runtime::revocation::InMemoryRevocations;
use auth_runtime::session::{OldSessions, Sessions};
use auth_runtime::testing::ManualClock;
use auth_runtime::{Auth, Denial, Principal, SignIn, public, requires};
use tests::{Answer, Denied, Paper, Request, Server};

use crate::app::{COOKIE, NOW, ORIGIN, WithSession as _, cookie, log_out, log_out_everywhere};
use crate::failing::Remote;
use crate::stored::Shelf;

/// `NOW` is 2026-05-28.
const UNTIL: &str = "2026-06-20";

/// Signs in of old.
#[public(reason = "the old application")]
#[post("/old/{user}")]
async fn old_log_in(request: HttpRequest, user: web::Path<String>) -> HttpResponse {
    Identity::login(&request.extensions(), user.into_inner()).unwrap();
    HttpResponse::Ok().finish()
}

#[public(reason = "the old application")]
#[get("/old")]
async fn old_me(user: Option<Identity>) -> String {
    user.map_or("nobody".to_owned(), |user| user.id().unwrap())
}

/// Whom the application has closed out.
#[derive(Clone, Default)]
struct Closed(Arc<Mutex<Vec<String>>>);

impl Closed {
    async fn roles_of(&self, user: &str) -> Result<Option<[&'static str; 1]>, &'static str> {
        match user {
            "unknowable" => Err("the database is away"),
            "slow" => {
                actix_web::rt::time::sleep(Duration::from_millis(500)).await;
                Ok(Some(["viewer"]))
            }
            _ => Ok((!self.0.lock().unwrap().iter().any(|closed| closed == user)).then_some(["viewer"])),
        }
    }
}

#[public(reason = "where people sign in")]
#[get("/login")]
async fn login(
    old: Option<Identity>,
    carry_over: CarryOver,
    closed: web::Data<Closed>,
) -> Result<HttpResponse, Denial> {
    if let Some(old) = old
        && let Ok(user) = old.id()
        && let Some((start, roles)) = carry_over.once(&*user, || old.logout(), closed.roles_of(&user)).await?
    {
        return Ok(start.roles(roles).acr("strong").amr(["pwd"]).finish().await?.into());
    }
    Ok(HttpResponse::Ok().body("the form"))
}

/// The same out of a session without `actix-identity`, which called its user by a number.
#[public(reason = "where people sign in")]
#[get("/login/plain")]
async fn login_plain(old: actix_session::Session, carry_over: CarryOver) -> Result<HttpResponse, Denial> {
    let known = async { Ok::<_, Infallible>(Some(())) };
    if let Ok(Some(user)) = old.get::<i64>("user")
        && let Some((start, ())) = carry_over.once(user.to_string(), || old.purge(), known).await?
    {
        return Ok(start.finish().await?.into());
    }
    Ok(HttpResponse::Ok().body("the form"))
}

#[public(reason = "the old application")]
#[post("/old/plain")]
async fn old_log_in_plain(session: actix_session::Session) -> HttpResponse {
    session.insert("user", 17).unwrap();
    HttpResponse::Ok().finish()
}

#[public(reason = "where people sign in")]
#[post("/login/{user}")]
async fn log_in(sign_in: SignIn, user: web::Path<String>) -> impl Responder {
    sign_in.without_password().subject(&**user).finish().await
}

#[requires(session)]
#[get("/me")]
async fn me(who: Principal) -> String {
    let roles: Vec<&str> = who.roles().into_iter().flatten().collect();
    format!("{} {} {:?} {:?}", who.subject(), roles.join(","), who.acr(), who.auth_time())
}

/// The server's side of old sessions, as `RedisSessionStore` keeps them.
#[derive(Clone, Default)]
struct OldStore {
    sessions: Arc<Mutex<HashMap<String, HashMap<String, String>>>>,
    /// What a purge does not reach, so that only what is noted here keeps a copy out.
    keeps_purged: Arc<AtomicBool>,
}

impl SessionStore for OldStore {
    async fn load(&self, key: &SessionKey) -> Result<Option<HashMap<String, String>>, LoadError> {
        Ok(self.sessions.lock().unwrap().get(key.as_ref()).cloned())
    }

    async fn save(&self, state: HashMap<String, String>, _: &time::Duration) -> Result<SessionKey, SaveError> {
        let key = generate_session_key();
        self.sessions.lock().unwrap().insert(key.as_ref().to_owned(), state);
        Ok(key)
    }

    async fn update(
        &self,
        key: SessionKey,
        state: HashMap<String, String>,
        _: &time::Duration,
    ) -> Result<SessionKey, UpdateError> {
        self.sessions.lock().unwrap().insert(key.as_ref().to_owned(), state);
        Ok(key)
    }

    async fn update_ttl(&self, _: &SessionKey, _: &time::Duration) -> Result<(), anyhow::Error> {
        Ok(())
    }

    async fn delete(&self, key: &SessionKey) -> Result<(), anyhow::Error> {
        if !self.keeps_purged.load(Ordering::SeqCst) {
            self.sessions.lock().unwrap().remove(key.as_ref());
        }
        Ok(())
    }
}

struct Moving {
    server: Server,
    auth: Auth,
    clock: ManualClock,
    closed: Closed,
}

fn in_store() -> OldSessions {
    OldSessions::in_store("id").until(UNTIL)
}

fn in_cookie() -> OldSessions {
    OldSessions::dangerous_in_cookie("id").until(UNTIL)
}

/// Where a restart forgets nothing.
fn kept() -> Sessions {
    Sessions::store(Shelf::default()).key("a", [7; 32])
}

impl Moving {
    fn new(old: OldSessions, store: impl SessionStore + Clone + Send + 'static) -> Self {
        Self::with(kept().carry_over(old), store)
    }

    fn out_of_cookies() -> Self {
        Self::with_cookies(kept().carry_over(in_cookie()))
    }

    fn with(sessions: Sessions, store: impl SessionStore + Clone + Send + 'static) -> Self {
        Self::serving(sessions, move || store.clone())
    }

    fn with_cookies(sessions: Sessions) -> Self {
        Self::serving(sessions, CookieSessionStore::default)
    }

    fn serving<S: SessionStore + 'static>(sessions: Sessions, store: impl Fn() -> S + Clone + Send + 'static) -> Self {
        let (clock, closed) = (ManualClock::at(NOW), Closed::default());
        let provider = OidcLogin::new("https://idp.example", "shop", "secret").logout_path("/oidc/logout");
        let provider = provider.login_path("/oidc/login").callback_path("/oidc/callback");
        let sessions = sessions.login_page("/login").login(provider);
        let auth = Auth::builder().realm("shop").public_origin(ORIGIN).clock(clock.clone());
        let auth = auth.session(sessions).dangerous_allow_unconfigured().build().unwrap();
        let (served, data) = (auth.clone(), closed.clone());
        let server = Server::of(move || {
            let old = SessionMiddleware::builder(store(), Key::from(&[7; 64])).cookie_secure(false).build();
            let scope = served.scope("").service(old_log_in_plain).service(old_log_in).service(old_me);
            let scope = scope.service(login).service(login_plain).service(log_in);
            let scope = scope.service(me).service(log_out).service(log_out_everywhere);
            App::new()
                .app_data(web::Data::new(data.clone()))
                .service(served.scheme_routes())
                .service(scope.wrap(IdentityMiddleware::default()).wrap(old))
        });
        Self { server, auth, clock, closed }
    }

    /// Signs in of old, and gives the cookie.
    #[track_caller]
    fn of_old(&self, user: &str) -> String {
        let answer = self.server.post(&format!("/old/{user}")).send();
        let line = answer.only("set-cookie").unwrap();
        line.split(';').next().unwrap().to_owned()
    }

    /// As a browser that has followed a link of this service's own.
    fn comes(&self, target: &str, old: &str) -> Request {
        self.server.get(target).header("Sec-Fetch-Site", "same-origin").header("Cookie", old)
    }

    fn is_carried_over(&self, old: &str) -> bool {
        is_carried_over(&self.comes("/login", old).send())
    }

    fn post(&self, target: &str, id: &str) -> Answer {
        self.server.post(target).header("Sec-Fetch-Site", "same-origin").session(id).send()
    }

    #[track_caller]
    fn me(&self, id: &str) -> String {
        let answer = self.server.get("/me").session(id).send();
        assert_eq!(answer.status, 200, "{answer:#?}");
        answer.text().to_owned()
    }
}

#[track_caller]
fn is_carried_over(answer: &Answer) -> bool {
    match answer.status {
        303 => true,
        200 => {
            assert_eq!(answer.text(), "the form");
            assert!(!answer.all("set-cookie").iter().any(|line| line.starts_with(COOKIE)));
            false
        }
        other => panic!("{other} {answer:#?}"),
    }
}

/// The id out of an answer that takes the old cookie, too.
#[track_caller]
fn new_id(answer: &Answer) -> String {
    let lines = answer.all("set-cookie");
    assert!(lines.iter().any(|line| line.starts_with("id=;") && line.contains("Max-Age=0")), "{lines:?}");
    let line = lines.iter().find_map(|line| line.strip_prefix("__Host-session=")).unwrap();
    line.split(';').next().unwrap().to_owned()
}

#[test]
fn whoever_was_signed_in_of_old_goes_on_in_a_session_of_ours() {
    for app in [Moving::new(in_store(), OldStore::default()), Moving::out_of_cookies()] {
        let old = app.of_old("alice");
        let answer = app.comes("/login?to=%2Fme", &old).send();
        assert_eq!((answer.status, answer.only("location")), (303, Some("https://shop.example/me")));
        assert_eq!(
            app.me(&new_id(&answer)),
            "alice viewer None None",
            "the roles that the application knows today; how and when she signed in is not known"
        );
    }
}

#[test]
fn a_session_without_actix_identity_is_carried_over_too() {
    let app = Moving::new(in_store(), OldStore::default());
    let answer = app.server.post("/old/plain").send();
    let old = answer.only("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let answer = app.comes("/login/plain", &old).send();
    assert_eq!(app.me(&new_id(&answer)), "17  None None");
    assert_eq!(app.comes("/login/plain", &old).send().text(), "the form");
}

#[test]
fn the_old_session_is_purged() {
    let app = Moving::new(in_store(), OldStore::default());
    let old = app.of_old("alice");
    assert_eq!(app.comes("/old", &old).send().text(), "alice");
    assert!(app.is_carried_over(&old));
    assert_eq!(app.comes("/old", &old).send().text(), "nobody");
}

#[test]
fn an_old_session_counts_once_however_its_cookie_is_spelt() {
    let store = OldStore::default();
    store.keeps_purged.store(true, Ordering::SeqCst);
    for app in [Moving::new(in_store(), store), Moving::out_of_cookies()] {
        let old = app.of_old("alice");
        assert!(app.is_carried_over(&old));
        let value = old.strip_prefix("id=").unwrap();
        let first = format!("%{:02x}{}", value.as_bytes()[0], &value[1..]);
        for again in [
            old.clone(),
            format!("id=\"{value}\""),
            format!("%69d={value}"),
            format!("id={first}"),
            format!("id=x; id={value}"),
            format!("%69d={value}; id=x"),
            format!("\u{a0}id={value}; id=x"),
        ] {
            assert!(!app.is_carried_over(&again), "{again}");
        }
        assert!(app.is_carried_over(&app.of_old("alice")), "another browser of hers");
    }
}

#[test]
fn an_old_session_that_comes_again_stands_in_the_audit_log() {
    let (app, paper) = (Moving::out_of_cookies(), Paper::default());
    app.auth.audit(AuditLog::new(paper.clone()));
    let old = app.of_old("alice");
    let id = new_id(&app.comes("/login", &old).send());
    assert!(!app.is_carried_over(&old));
    // A copy of it that comes when she has signed out is no less of a sign that there is one.
    assert_eq!(app.post("/logout", &id).status, 303);
    assert!(!app.is_carried_over(&old));
    let lines = paper.lines(4);
    let names: Vec<_> = lines.iter().map(|line| line["event.name"].as_str().unwrap()).collect();
    assert_eq!(names, ["auth.signed_in", "auth.replayed", "auth.signed_out", "auth.replayed"]);
    for replayed in [&lines[1], &lines[3]] {
        let told = ["auth.issuer", "user.id", "error.type", "client.address"].map(|field| replayed[field].as_str());
        assert_eq!(told, [Some("local:session"), Some("alice"), Some("old_session"), Some("127.0.0.1")]);
    }
    assert!(!format!("{lines:?}").contains(old.strip_prefix("id=").unwrap()));
}

#[test]
fn of_many_requests_at_once_one_is_carried_over() {
    let app = Moving::out_of_cookies();
    let old = app.of_old("alice");
    let open: Vec<_> = (0..16).map(|_| app.comes("/login", &old).open()).collect();
    let carried = open.into_iter().map(|mut open| open.answer()).filter(is_carried_over).count();
    assert_eq!(carried, 1);
}

#[test]
fn what_one_machine_has_carried_over_no_other_does() {
    let store = Remote::default();
    let machine = || Moving::with_cookies(Sessions::store(store.clone()).key("a", [7; 32]).carry_over(in_cookie()));
    let (one, other) = (machine(), machine());
    let old = one.of_old("alice");
    let answer = one.comes("/login", &old).send();
    assert!(!other.is_carried_over(&old));
    let (alice, bob) = (one.of_old("alice"), one.of_old("bob"));
    assert_eq!(one.post("/logout", &new_id(&answer)).status, 303);
    assert!(!other.is_carried_over(&alice), "she has signed out on the other machine");
    assert!(other.is_carried_over(&bob));
}

#[test]
fn where_the_store_is_away_nobody_is_carried_over_and_the_old_session_stays() {
    let store = Remote::default();
    let sessions = Sessions::store(store.clone()).key("a", [7; 32]).carry_over(in_store());
    let app = Moving::with(sessions, OldStore::default());
    let old = app.of_old("alice");
    store.is_away.store(true, Ordering::SeqCst);
    let answer = app.comes("/login", &old).send();
    assert_eq!(answer.status, 503);
    assert_eq!(answer.all("set-cookie"), [] as [&str; 0]);
    store.is_away.store(false, Ordering::SeqCst);
    assert_eq!(app.comes("/old", &old).send().text(), "alice");
    assert!(app.is_carried_over(&old));
}

#[test]
fn another_site_cannot_have_somebody_carried_over() {
    let app = Moving::out_of_cookies();
    let old = app.of_old("alice");
    for site in ["cross-site", "same-site"] {
        let led = app.server.get("/login").header("Sec-Fetch-Site", site).header("Cookie", &old).send();
        assert!(!is_carried_over(&led));
        assert_eq!(led.all("set-cookie"), [] as [&str; 0], "the old session is left alone");
    }
    let silent = app.server.get("/login").header("Cookie", &old).send();
    assert!(!is_carried_over(&silent), "who knows what led here?");
    assert!(app.is_carried_over(&old));
}

#[test]
fn after_the_day_nobody_is_carried_over() {
    let app = Moving::out_of_cookies();
    let old = app.of_old("alice");
    // 2026-06-20, midnight in UTC.
    app.clock.set(1_781_913_600 - 1);
    assert!(app.is_carried_over(&app.of_old("bob")));
    app.clock.advance(Duration::from_secs(1));
    assert!(!app.is_carried_over(&old));
}

#[test]
fn the_application_says_who_is_still_good() {
    let app = Moving::new(in_store(), OldStore::default());
    let old = app.of_old("alice");
    app.closed.0.lock().unwrap().push("alice".to_owned());
    assert!(!app.is_carried_over(&old));
    assert_eq!(app.comes("/old", &old).send().text(), "nobody", "the old session has ended with that");
    app.closed.0.lock().unwrap().clear();
    let cookies = Moving::out_of_cookies();
    let copied = cookies.of_old("alice");
    cookies.closed.0.lock().unwrap().push("alice".to_owned());
    assert!(!cookies.is_carried_over(&copied));
    cookies.closed.0.lock().unwrap().clear();
    assert!(!cookies.is_carried_over(&copied), "it was used, whoever is good again since");
    let old = app.of_old("unknowable");
    let answer = app.comes("/login", &old).send();
    assert_eq!(answer.status, 503);
    assert_eq!(app.comes("/old", &old).send().text(), "unknowable");
}

#[test]
fn whoever_has_signed_out_is_not_carried_over_by_what_is_left_of_old_sessions() {
    for (way, out) in ["/logout", "/logout/everywhere", "/oidc/logout", "all", "others", "one"].into_iter().zip(1..) {
        for app in [Moving::new(in_store(), OldStore::default()), Moving::out_of_cookies()] {
            let (left, other) = (app.of_old("alice"), app.of_old("bob"));
            let answer = app.server.post("/login/alice").header("Sec-Fetch-Site", "same-origin").send();
            let id = cookie(&answer);
            app.clock.advance(Duration::from_secs(out));
            let hers = app.auth.sessions_of("alice");
            let nobody = Principal::builder("session", "nobody").build();
            match way {
                "all" => assert_eq!(System::new().block_on(hers.end_all()).unwrap(), 1),
                "others" => assert_eq!(System::new().block_on(hers.end_others(&nobody)).unwrap(), 1),
                "one" => System::new().block_on(async {
                    let listed = hers.list().await.unwrap();
                    assert!(hers.end(listed[0].id()).await.unwrap());
                }),
                path => assert_eq!(app.post(path, &id).status, 303),
            }
            app.clock.advance(Duration::from_secs(3600));
            assert!(!app.is_carried_over(&left), "{way}");
            assert!(app.is_carried_over(&other), "{way}");
        }
    }
}

#[test]
fn a_revoked_subject_is_not_carried_over() {
    let revocations = InMemoryRevocations::new();
    let app = Moving::with_cookies(kept().carry_over(in_cookie()).revocations(revocations.clone()));
    let (old, other) = (app.of_old("alice"), app.of_old("bob"));
    let now = app.clock.now().unwrap();
    revocations.revoke_subject("local:session", "alice", now - 60);
    assert!(!app.is_carried_over(&old), "whenever that session began");
    assert!(app.is_carried_over(&other));
}

#[test]
fn whoever_is_in_a_session_stays_who_it_is() {
    let app = Moving::out_of_cookies();
    let old = app.of_old("alice");
    let answer = app.server.post("/login/bob").header("Sec-Fetch-Site", "same-origin").send();
    let id = cookie(&answer);
    let both = format!("{old}; {COOKIE}={id}");
    assert!(!app.is_carried_over(&both));
    assert_eq!(app.me(&id), "bob  None Some(1780000000)");
    assert_eq!(app.post("/logout", &id).status, 303);
    assert!(app.is_carried_over(&both), "bob has signed out, alice has not");
}

#[test]
fn without_old_sessions_in_the_configuration_that_is_our_fault() {
    let app = Moving::with_cookies(Sessions::in_memory());
    let answer = app.comes("/login", &app.of_old("alice")).send();
    Denied::failed().check(&answer);
}

#[test]
fn old_sessions_that_cannot_be_meant_are_refused() {
    let build = |origin: &str, sessions: Sessions, old: OldSessions| {
        let built = Auth::builder().public_origin(origin).clock(ManualClock::at(NOW)).session(sessions.carry_over(old));
        built.dangerous_allow_unconfigured().build()
    };
    for (old, said) in [
        (OldSessions::in_store("id"), "`carry_over` has no end; add `.until("),
        (in_store().until("soon"), "`soon` in `until` is not a day; write it like `2026-12-24`"),
        (in_store().until("2026-06-31"), "not a day"),
        (in_store().until("2026-06-28"), "more than 30 days"),
        (OldSessions::in_store("a b").until(UNTIL), "`a b` is not the name of a cookie"),
    ] {
        let fault = build(ORIGIN, kept(), old).unwrap_err().to_string();
        assert!(fault.contains(said), "{fault}");
    }
    for old in [in_store(), in_cookie()] {
        let forgets = build(ORIGIN, Sessions::in_memory(), old.clone()).unwrap_err().to_string();
        assert!(
            forgets.contains("a restart would forget which old ones were carried over and who has signed out"),
            "{forgets}"
        );
        assert!(build("http://127.0.0.1:8080", Sessions::in_memory(), old).is_ok(), "where one tries it");
    }
}

/// The application takes its time to say who somebody is, and meanwhile that one signs out elsewhere.
#[test]
fn whoever_signs_out_while_somebody_is_carried_over_ends_that_too() {
    for way in ["/logout", "/logout/everywhere"] {
        let store = Shelf::default();
        let sessions = || Sessions::store(store.clone()).key("a", [7; 32]).carry_over(in_store());
        let app = Moving::with(sessions(), OldStore::default());
        let old = app.of_old("slow");
        let id = cookie(&app.server.post("/login/slow").header("Sec-Fetch-Site", "same-origin").send());
        let mut under_way = app.comes("/login", &old).open();
        std::thread::sleep(Duration::from_millis(150));
        app.clock.advance(Duration::from_secs(1));
        assert_eq!(app.post(way, &id).status, 303);
        let answer = under_way.answer();
        assert_eq!(answer.status, 403, "{answer:#?}");
        let left = System::new().block_on(app.auth.sessions_of("slow").list()).unwrap();
        assert!(left.is_empty(), "{way} {left:?}");
        assert!(!app.is_carried_over(&app.of_old("slow")));
    }
}

#[test]
fn that_somebody_has_signed_out_counts_under_another_key_too() {
    let store = Shelf::default();
    let under = |key: &str, secret: u8| Sessions::store(store.clone()).key(key, [secret; 32]).carry_over(in_cookie());
    let before = Moving::with_cookies(under("a", 1));
    let (one, left) = (before.of_old("alice"), before.of_old("alice"));
    let id = new_id(&before.comes("/login", &one).send());
    assert_eq!(before.post("/logout", &id).status, 303);
    let after = Moving::with_cookies(under("b", 2));
    assert!(!after.is_carried_over(&left) && !after.is_carried_over(&one));
}
