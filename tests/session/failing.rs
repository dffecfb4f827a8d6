//! A store that cannot be asked, and one that cannot be trusted.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::rt::System;
use auth_runtime::Auth;
use auth_runtime::config::AuthBuilder;
use auth_runtime::session::{
    Added, NewSession, SessionKey, SessionStore, Sessions, StoreAnswer, StoredSession, SubjectKey,
};
use tests::{Denied, Late};

use crate::app::{App, User, WithSession as _, cookie, issuer, sessions};
use crate::stored::Shelf;

/// Counts what it is asked, and can be away.
#[derive(Clone, Default)]
pub(crate) struct Remote {
    shelf: Shelf,
    pub(crate) is_away: Arc<AtomicBool>,
    found: Arc<AtomicUsize>,
    touched: Arc<AtomicUsize>,
}

impl Remote {
    fn answer<T: Send + 'static>(&self, answer: StoreAnswer<T>) -> StoreAnswer<T> {
        let is_away = self.is_away.load(Ordering::SeqCst);
        StoreAnswer::pending(async move {
            tokio::task::yield_now().await;
            match answer {
                StoreAnswer::Ready(answer) if !is_away => Ok(answer),
                _ => Err("connection refused"),
            }
        })
    }
}

impl SessionStore for Remote {
    fn find(&self, key: SessionKey) -> StoreAnswer<Option<StoredSession>> {
        self.found.fetch_add(1, Ordering::SeqCst);
        self.answer(self.shelf.find(key))
    }

    fn put(&self, new: NewSession) -> StoreAnswer<Added> {
        if self.is_away.load(Ordering::SeqCst) {
            return self.answer(StoreAnswer::Ready(Added::Full));
        }
        self.answer(self.shelf.put(new))
    }

    fn touch(&self, session: StoredSession) -> StoreAnswer<bool> {
        self.touched.fetch_add(1, Ordering::SeqCst);
        self.answer(self.shelf.touch(session))
    }

    fn remove(&self, key: SessionKey) -> StoreAnswer<bool> {
        if self.is_away.load(Ordering::SeqCst) {
            return self.answer(StoreAnswer::Ready(false));
        }
        self.answer(self.shelf.remove(key))
    }

    fn of_subject(&self, subject: SubjectKey) -> StoreAnswer<Vec<StoredSession>> {
        self.answer(self.shelf.of_subject(subject))
    }

    fn bar(&self, subject: SubjectKey, at: u64) -> StoreAnswer<()> {
        self.answer(self.shelf.bar(subject, at))
    }

    fn end_all(&self, subject: SubjectKey, at: u64) -> StoreAnswer<usize> {
        self.answer(self.shelf.end_all(subject, at))
    }
}

fn kept_in(store: impl SessionStore) -> Sessions {
    Sessions::store(store).key("2026-11", [7; 32]).login_page("/login").details::<User>()
}

#[test]
fn a_store_that_is_away_is_a_503_and_nobody_is_signed_in_or_out() {
    let store = Remote::default();
    let app = App::with(kept_in(store.clone()));
    let id = app.sign_in("alice");
    assert!(app.passes(&id));
    store.is_away.store(true, Ordering::SeqCst);
    for answer in [
        app.get("/me").session(&id).send(),
        app.navigate("/me").session(&id).send(),
        app.get("/maybe").session(&id).send(),
        app.post("/logout").session(&id).send(),
        app.log_in(app.post("/login"), "alice", "right", "viewer"),
    ] {
        Denied::unavailable().check(&answer);
        assert_eq!(answer.only("set-cookie"), None);
    }
    app.get("/maybe").send().expect("nobody");
    store.is_away.store(false, Ordering::SeqCst);
    assert!(app.passes(&id));
}

#[test]
fn a_request_reads_once_and_one_that_asks_for_no_session_not_at_all() {
    let store = Remote::default();
    let app = App::with(kept_in(store.clone()));
    let id = app.sign_in("alice");
    let reads = |request: tests::Request| {
        let before = store.found.load(Ordering::SeqCst);
        request.session(&id).send();
        store.found.load(Ordering::SeqCst) - before
    };
    assert_eq!(reads(app.get("/me")), 1);
    assert_eq!(reads(app.get("/edit")), 1);
    assert_eq!(reads(app.get("/login")), 0);
    assert_eq!(reads(app.get("/bearer").bearer(issuer().token().sign())), 0);
    assert_eq!(reads(app.get("/either").bearer(issuer().token().sign())), 0);
}

#[test]
fn use_is_noted_once_a_minute() {
    let store = Remote::default();
    let app = App::with(kept_in(store.clone()));
    let id = app.sign_in("alice");
    for _ in 0..5 {
        assert!(app.passes(&id));
    }
    assert_eq!(store.touched.load(Ordering::SeqCst), 0);
    app.clock.advance(Duration::from_secs(61));
    for _ in 0..5 {
        assert!(app.passes(&id));
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(store.touched.load(Ordering::SeqCst), 1);
}

/// A request that has read a session notes it as seen after a sign-in has put another one in its place.
#[test]
fn a_write_that_comes_late_brings_no_session_back() {
    for by in ["seen", "rights"] {
        let store = Late::of(Shelf::default());
        let app = App::with(kept_in(store.clone()));
        let old = app.sign_in("alice");
        app.clock.advance(Duration::from_secs(61));
        let mut new = None;
        std::thread::scope(|scope| {
            store.hold_back(|| {
                match by {
                    "seen" => assert!(app.passes(&old)),
                    _ => _ = scope.spawn(|| System::new().block_on(app.auth.set_rights("alice", ["editor"]))),
                }
                store.await_one();
                app.clock.advance(Duration::from_secs(1));
                let again = app.log_in(app.post("/login").session(&old), "alice", "right", "viewer");
                new = Some(cookie(&again));
            });
        });
        assert!(!app.passes(&old), "{by}");
        let mut new = new.unwrap();
        if by == "rights" {
            new = cookie(&app.get("/edit").session(&new).send());
        }
        assert!(app.passes(&new), "{by}");
        let (listed, ended) = System::new().block_on(async {
            let hers = app.auth.sessions_of("alice");
            (hers.list().await.unwrap().len(), hers.end_all().await.unwrap())
        });
        assert_eq!((listed, ended), (1, 1), "{by}");
        assert!(!app.passes(&old) && !app.passes(&new), "{by}");
    }
}

#[test]
fn what_a_store_makes_up_is_nobody() {
    let store = Shelf::default();
    let app = App::with(kept_in(store.clone()));
    let (alice, bob) = (app.sign_in_as("alice", "viewer"), app.sign_in_as("bob", "editor"));
    let [one, other] = store.all().try_into().unwrap();
    // Bob's rights under Alice's id, and a record of the store's own.
    let swapped =
        StoredSession::new(one.key(), one.subject(), one.version(), one.seen_at(), one.expires_at(), other.content());
    store.force(swapped);
    let own = br#"{"sid":"s","subject":"root","created_at":1780000000,"began_at":1,"seen_at":1780000000,"auth_time":1780000000}"#;
    store.force(StoredSession::new(
        other.key(),
        other.subject(),
        1,
        other.seen_at(),
        other.expires_at(),
        own.as_slice(),
    ));
    assert!(!app.passes(&alice) && !app.passes(&bob));
}

#[test]
fn another_service_on_the_same_store_knows_nobody() {
    let store = Shelf::default();
    let shop = App::with(kept_in(store.clone()));
    let id = shop.sign_in("alice");
    assert!(App::with(kept_in(store.clone())).passes(&id), "another process of the same one does");
    let with = |configure: fn(Sessions) -> Sessions| App::with(configure(kept_in(store.clone())));
    assert!(with(|sessions| sessions.key("2026-12", [8; 32])).passes(&id), "a further key");
    let rotated = Sessions::store(store.clone()).key("2026-12", [8; 32]).key("2026-11", [7; 32]).details::<User>();
    let rotated = App::with(rotated);
    assert!(rotated.passes(&id));
    let renewed = cookie(&rotated.log_in(rotated.post("/login"), "bob", "right", "viewer"));
    let only_new = App::with(Sessions::store(store.clone()).key("2026-12", [8; 32]).details::<User>());
    assert!(only_new.passes(&renewed) && !only_new.passes(&id));
}

#[test]
fn an_id_at_another_service_on_the_same_store_is_nobodys_and_ends_nothing() {
    let store = Shelf::default();
    let shop = App::with(kept_in(store.clone()));
    let other = |builder: AuthBuilder| builder.public_origin("https://other.example").session(kept_in(store.clone()));
    let other = App::built(other);
    let id = shop.sign_in("alice");
    assert!(!other.passes(&id));
    cookie(&other.log_in(other.post("/login").session(&id), "alice", "right", "viewer"));
    assert_eq!(store.all().len(), 2, "nothing came into the place of the first");
    assert!(shop.passes(&id));
}

#[test]
fn a_memory_that_is_full_keeps_who_is_in() {
    let app = App::with(sessions().capacity(2));
    let (alice, bob) = (app.sign_in("alice"), app.sign_in("bob"));
    let answer = app.log_in(app.post("/login"), "carol", "right", "viewer");
    Denied::unavailable().check(&answer);
    assert!(app.passes(&alice) && app.passes(&bob));
    app.post("/logout").session(&alice).send();
    assert!(app.passes(&app.sign_in("carol")));
    app.clock.advance(Duration::from_secs(86_400));
    assert!(app.passes(&app.sign_in("dave")), "what has expired makes room");
}

/// Each sign-in leaves something in the place of the session before, and nothing where there was none.
#[test]
fn whoever_signs_in_again_and_again_takes_nobody_elses_room() {
    let app = App::with(sessions().capacity(3).max_per_user(1));
    let mut id = app.sign_in("alice");
    let sign_in = |by: &str| cookie(&app.log_in(app.post("/login").session(by), "alice", "right", "viewer"));
    for number in 0..10 {
        sign_in(&format!("{number:042}0"));
        id = sign_in(&id);
    }
    assert!(app.passes(&id) && app.passes(&app.sign_in("bob")));
}

#[test]
fn a_memory_that_is_full_lets_sessions_move_and_whoever_is_in_sign_in_anew() {
    let app = App::with(sessions().capacity(2));
    let (alice, bob) = (app.sign_in("alice"), app.sign_in("bob"));
    assert_eq!(System::new().block_on(app.auth.set_rights("alice", ["editor"])).unwrap(), 1);
    let moved = app.get("/edit").session(&alice).send();
    moved.expect("editing");
    app.clock.advance(Duration::from_secs(1));
    let anew = app.post("/login").session(&cookie(&moved));
    assert!(app.passes(&cookie(&app.log_in(anew, "alice", "right", "viewer"))) && app.passes(&bob));
    Denied::unavailable().check(&app.log_in(app.post("/login"), "carol", "right", "viewer"));
}

#[test]
fn sessions_that_protect_nobody_are_refused() {
    let fault = |sessions: Sessions| {
        let builder = Auth::builder().public_origin("https://shop.example").dangerous_allow_unconfigured();
        builder.session(sessions).build().unwrap_err().to_string()
    };
    let memory = Sessions::in_memory;
    for (sessions, says) in [
        (memory().max_per_user(0), "`max_per_user` is 0"),
        (memory().capacity(0), "`capacity` is 0"),
        (memory().idle(Duration::from_secs(60)), "`idle` is less than two minutes"),
        (memory().absolute(Duration::from_secs(600)), "`absolute` is less than `idle`"),
        (memory().absolute(Duration::from_secs(500 * 86_400)), "400 days"),
        (memory().login_page("https://idp.example/login"), "`login_page` is not a path"),
        (Sessions::store(Shelf::default()), "add `.key("),
        (Sessions::store(Shelf::default()).key("a", "short"), "shorter than 32 bytes"),
    ] {
        let fault = fault(sessions);
        assert!(fault.contains(says) && fault.contains("session"), "{fault}");
    }
    let nowhere = Auth::builder().dangerous_allow_unconfigured().session(memory()).build().unwrap_err().to_string();
    assert!(nowhere.contains("`public_origin` is not said"), "{nowhere}");
    let at = |origin: &str| {
        let builder = Auth::builder().dangerous_allow_unconfigured().public_origin(origin).session(memory());
        builder.build().unwrap_err().to_string()
    };
    assert!(at("http://shop.example").contains("plain http"));
    for origin in ["shop", "HTTPS://Shop.Example:443", "ftp://shop.example"] {
        let fault = at(origin);
        assert!(fault.contains("public_origin") && !fault.contains("plain http"), "{fault}");
    }
    let twice = Auth::builder().dangerous_allow_unconfigured().public_origin("https://shop.example");
    let twice = twice.session(memory()).session(memory()).build().unwrap_err().to_string();
    assert!(twice.contains("session"), "{twice}");
}
