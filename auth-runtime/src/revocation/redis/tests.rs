//! What holds without Redis; the rest is tested end to end, on the real one.

use std::net::{Ipv4Addr, TcpListener};
use std::thread::sleep;

use crate::revocation::memory::LONGEST;
use crate::revocation::redis::builder::WAITING_MAX;
use crate::revocation::redis::*;

const NOW: UnixTime = 1_767_225_600;

struct Fixed;

impl Clock for Fixed {
    fn read(&self) -> std::time::SystemTime {
        std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(NOW.unsigned_abs())
    }
}

/// A server that accepts and never answers, as a stopped Redis does.
fn silent() -> (TcpListener, String) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = format!("redis://{}", listener.local_addr().unwrap());
    (listener, url)
}

/// An address where nothing listens.
fn nowhere() -> String {
    silent().1
}

fn start(url: String) -> RedisRevocations {
    RedisRevocations::builder(url).clock(Fixed).start().unwrap()
}

fn token(token_id: &str) -> Presented<'_> {
    Presented {
        issuer: "i",
        subject: "alice",
        token_id,
        session: None,
        issued_at: Some(NOW),
        expires_at: NOW + 600,
        now: NOW,
    }
}

/// Awaits without timers and I/O: the answer needs none of its own.
fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(future)
}

fn fault(builder: RedisRevocationsBuilder) -> RedisRevocationsError {
    builder.start().map(drop).unwrap_err()
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let good = || RedisRevocations::builder("redis://127.0.0.1:1");
    let option = |builder, expected| match fault(builder) {
        RedisRevocationsError::OptionInvalid { option, .. } => assert_eq!(option, expected),
        other => panic!("{other}"),
    };
    option(good().prefix(""), "prefix");
    option(good().prefix("a{b"), "prefix");
    option(good().prefix("a}b"), "prefix");
    option(good().max_staleness(Duration::from_millis(99)), "max_staleness");
    option(good().max_staleness(Duration::from_secs(61)), "max_staleness");
    option(good().grace(Duration::from_secs(3_601)), "grace");
    option(good().max_token_lifetime(Duration::ZERO), "max_token_lifetime");
    option(good().withdrawals([7; 31]), "withdrawals");
    #[cfg(feature = "redis-tls")]
    option(RedisRevocations::builder(Redis::at("rediss://127.0.0.1:1").root_certificate("none")), "root_certificate");
    for url in ["", "nonsense", "http://127.0.0.1", "redis://"] {
        assert!(matches!(fault(RedisRevocations::builder(url)), RedisRevocationsError::UrlInvalid { .. }), "{url}");
    }
}

#[test]
fn no_password_is_ever_shown() {
    let builder = RedisRevocations::builder("redis://user:hunter2@127.0.0.1:1");
    assert!(!format!("{builder:?}").contains("hunter2"));
    assert!(!format!("{:?}", builder.start().unwrap()).contains("hunter2"));
    for url in ["nonsense://user:hunter2@127.0.0.1:1", "redis://user:hunter2@127.0.0.1:port", "rediss://u:hunter2@h"] {
        let shown = RedisRevocations::builder(url).start().map(drop);
        assert!(!format!("{shown:?}").contains("hunter2"), "{shown:?}");
    }
}

#[test]
fn it_starts_outside_of_any_runtime_and_is_closed_until_redis_was_reached() {
    for url in [nowhere(), silent().1] {
        let revocations = start(url);
        assert_eq!(revocations.age(), None);
        assert!(!revocations.is_current());
        assert_eq!(revocations.standing(&token("t")), Standing::Unknown);
    }
}

#[test]
fn a_revocation_is_in_force_here_at_once_and_its_answer_says_that_it_is_not_stored() {
    let (listener, paused) = silent();
    for url in [nowhere(), paused] {
        let revocations = start(url);
        let begun = Instant::now();
        let answers = [
            revocations.revoke_token("i", "t", NOW + 600),
            revocations.revoke_subject("i", "bob", NOW),
            revocations.revoke_session("i", "s", NOW + 600),
        ];
        assert_eq!(revocations.standing(&token("t")), Standing::Revoked, "closed or not");
        assert_eq!(revocations.len(), 3);
        assert!(begun.elapsed() < Duration::from_millis(500), "nothing was awaited");
        for answer in answers {
            assert_eq!(wait(answer), Err(RevokeError::Unreachable));
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "no answer is awaited for ever");
        assert_eq!(revocations.standing(&token("t")), Standing::Revoked);
    }
    drop(listener);
}

#[test]
fn without_redis_or_without_a_secret_nothing_is_withdrawn() {
    let url = nowhere();
    for (builder, expected) in [
        (RedisRevocations::builder(&*url), WithdrawError::SecretMissing),
        (RedisRevocations::builder(&*url).withdrawals([7; 32]), WithdrawError::Unreachable),
    ] {
        let revocations = builder.clock(Fixed).start().unwrap();
        drop(revocations.revoke_token("i", "t", NOW + 600));
        assert_eq!(wait(revocations.withdraw_token("i", "t")), Err(expected));
        assert_eq!(revocations.standing(&token("t")), Standing::Revoked);
    }
}

#[test]
fn a_revocation_counts_although_its_answer_is_dropped() {
    let revocations = start(nowhere());
    drop(revocations.revoke_token("i", "t", NOW + 600));
    assert_eq!(revocations.clone().standing(&token("t")), Standing::Revoked);
}

#[test]
fn more_than_can_wait_is_refused_at_once_and_in_force_all_the_same() {
    let (_listener, url) = silent();
    let revocations = start(url);
    let answers: Vec<_> =
        (0..WAITING_MAX + 1_000).map(|n| revocations.revoke_token("i", &n.to_string(), NOW + 600)).collect();
    let busy = answers.iter().filter(|answer| answer.is_known()).count();
    assert!(busy > 0);
    assert_eq!(revocations.len(), WAITING_MAX + 1_000);
    assert_eq!(wait(answers.into_iter().last().unwrap()), Err(RevokeError::Busy));
    assert!(revocations.0.shared.unsent.load(std::sync::atomic::Ordering::Acquire), "it will be sent again");
}

#[test]
fn past_bound_and_grace_nobody_passes_and_not_before() {
    let shared = |stay_open| Shared {
        memories: Memories::default(),
        view: View::new(),
        freshness: Freshness::new(Instant::now()),
        unsent: AtomicBool::new(false),
        unstored: Unstored::default(),
        options: Options {
            keys: Keys::new("auth"),
            bound: Duration::from_secs(1),
            grace: Duration::from_secs(5),
            longest: LONGEST,
            stay_open,
            withdrawals: None,
            clock: Arc::new(Fixed),
        },
    };
    let (closing, open) = (shared(false), shared(true));
    let at = Instant::now();
    assert_eq!(closing.standing(&token("t"), at), Standing::Unknown, "never proven");
    assert!(closing.lapse(at) != 0 && open.lapse(at) != 0, "open or not, whom others forget is not known");
    assert_eq!(open.standing(&token("t"), at), Standing::Good, "as was asked for, loudly");
    closing.freshness.prove(at);
    for (after, expected) in [
        (0, Standing::Good),
        (1_000, Standing::Good),
        (6_000, Standing::Good),
        (6_001, Standing::Unknown),
        (600_000, Standing::Unknown),
    ] {
        assert_eq!(closing.standing(&token("t"), at + Duration::from_millis(after)), expected, "after {after} ms");
    }
    let lapse = |after| closing.lapse(at + Duration::from_millis(after));
    assert_eq!((lapse(0), lapse(1_000)), (0, 0), "no grace for what is remembered");
    assert!(
        lapse(1_001) != 0 && lapse(1_001) != lapse(2_001) && lapse(2_001) < lapse(3_001),
        "nothing is shared for longer"
    );
    closing.view.add(&Record::token("i", "t", NOW + 600), Some(NOW), at);
    assert_eq!(closing.standing(&token("t"), at + Duration::from_secs(600)), Standing::Revoked);
}

#[test]
fn a_token_that_lives_too_long_is_no_matter_of_redis() {
    let revocations = RedisRevocations::builder(nowhere())
        .max_token_lifetime(Duration::from_secs(599))
        .dangerous_stay_open_when_stale()
        .start()
        .unwrap();
    assert_eq!(revocations.standing(&token("t")), Standing::LivesTooLong);
}

#[test]
fn the_thread_ends_with_the_last_clone() {
    let (_listener, paused) = silent();
    for url in [nowhere(), paused] {
        let revocations = start(url);
        let shared = Arc::downgrade(&revocations.0.shared);
        let clone = revocations.clone();
        drop(revocations);
        sleep(Duration::from_millis(50));
        assert!(shared.upgrade().is_some());
        drop(clone);
        let gone = (0..1_000).any(|_| {
            sleep(Duration::from_millis(10));
            shared.strong_count() == 0
        });
        assert!(gone, "the thread still holds what it shared");
    }
}

#[test]
fn errors_say_what_holds() {
    for error in [RevokeError::Unreachable, RevokeError::Refused, RevokeError::Busy, RevokeError::Ended] {
        assert!(error.to_string().contains("in force in this process only"), "{error}");
    }
}
