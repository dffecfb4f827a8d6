//! Answers that go on, and WebSockets, end with the credentials.

use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use actix_web::rt::System;
use auth_runtime::revocation::InMemoryRevocations;
use auth_runtime::session::Sessions;
use tests::Request;

use crate::app::{App, NOW, User, WithSession as _, sessions};
use crate::failing::Remote;

/// What goes on in a thread of its own until the server ends it.
struct Open(Receiver<String>);

impl Open {
    fn ticks(request: Request) -> Self {
        let (ended, end) = mpsc::channel();
        std::thread::spawn(move || {
            let answer = request.send();
            assert_eq!(answer.status, 200);
            let _ = ended.send(answer.text().to_owned());
        });
        let open = Self(end);
        open.goes_on(Duration::from_millis(300));
        open
    }

    #[track_caller]
    fn goes_on(&self, time: Duration) {
        assert!(self.0.recv_timeout(time).is_err(), "it has ended");
    }

    /// Ends within so many seconds, and a second for a busy machine.
    #[track_caller]
    fn ends_within(&self, seconds: u64) {
        let text = self.0.recv_timeout(Duration::from_secs(seconds + 1)).expect("it has not ended");
        assert!(text.starts_with("tick tick "), "{text}");
    }
}

#[test]
fn a_stream_ends_when_its_user_signs_out_and_nobody_elses_does() {
    let app = App::new();
    let (here, there, other) = (app.sign_in("alice"), app.sign_in("alice"), app.sign_in("bob"));
    let streams = [&here, &there, &other].map(|id| Open::ticks(app.get("/ticks").session(id)));
    app.post("/logout").session(&here).send();
    streams[0].ends_within(1);
    streams[1].goes_on(Duration::from_millis(1500));
    app.post("/logout/everywhere").session(&there).send();
    streams[1].ends_within(1);
    streams[2].goes_on(Duration::from_millis(1500));
}

#[test]
fn a_stream_ends_when_the_session_is_not_used_or_too_old_and_is_no_use_of_it() {
    let app = App::with(sessions().idle(Duration::from_secs(600)));
    let (used, unused) = (app.sign_in("alice"), app.sign_in("alice"));
    let streams = [&used, &unused].map(|id| Open::ticks(app.get("/ticks").session(id)));
    for _ in 0..73 {
        app.clock.advance(Duration::from_secs(590));
        assert!(app.passes(&used));
    }
    streams[1].ends_within(1);
    streams[0].goes_on(Duration::from_millis(1500));
    app.clock.advance(Duration::from_secs(200));
    streams[0].ends_within(1);
}

#[test]
fn a_stream_ends_with_other_roles_and_with_a_revocation() {
    let revocations = InMemoryRevocations::new();
    let app = App::with(sessions().revocations(revocations.clone()));
    let ids = [app.sign_in("alice"), app.sign_in("bob"), app.sign_in("carol")];
    let streams = ids.each_ref().map(|id| Open::ticks(app.get("/ticks").session(id)));
    System::new().block_on(app.auth.set_rights("alice", ["editor"])).unwrap();
    revocations.revoke_subject("local:session", "bob", NOW);
    streams[0].ends_within(1);
    streams[1].ends_within(1);
    streams[2].goes_on(Duration::from_millis(1500));
}

#[test]
fn a_stream_ends_when_a_store_elsewhere_says_so_or_cannot_be_asked_for_long() {
    let remote = Remote::default();
    let app = App::with(Sessions::store(remote.clone()).details::<User>().key("k", [7; 32]));
    let (ended, kept) = (app.sign_in("alice"), app.sign_in("bob"));
    let streams = [&ended, &kept].map(|id| Open::ticks(app.get("/ticks").session(id)));
    app.post("/logout").session(&ended).send();
    streams[0].ends_within(5);
    remote.is_away.store(true, Ordering::SeqCst);
    let began = Instant::now();
    streams[1].ends_within(16);
    assert!(began.elapsed() > Duration::from_secs(8), "a store that is away for a moment ends nothing");
}

#[test]
fn a_websocket_is_closed_when_the_session_ends() {
    let app = App::new();
    let id = app.sign_in("alice");
    let upgrade = app.get("/socket").session(&id).header("Origin", crate::app::ORIGIN);
    let upgrade = upgrade.header("Connection", "Upgrade").header("Upgrade", "websocket");
    let mut socket =
        upgrade.header("Sec-WebSocket-Version", "13").header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==").open();
    assert_eq!(socket.answer().status, 101);
    app.post("/logout").session(&id).send();
    let began = Instant::now();
    assert_eq!(socket.bytes(4), [0x88, 2, 0x03, 0xF0], "closed: policy");
    assert!(began.elapsed() < Duration::from_secs(2));
}
