//! The provider misbehaves, stops and comes back: nobody is let in wrongly, nobody waits past the deadline, and the last good
//! keys serve.

use std::thread;
use std::time::{Duration, Instant};

use tests::Denied;
use tests::load::{Load, Told, having, longest};

use crate::app::{API, App, watchful, with_key_id};
use crate::load;
use crate::process::Provider;
use crate::{DEADLINE, SECOND, SOON, TAKEN_MAX, await_that, events, tell};

/// What the provider can do wrong, and what a fetch then fails for.
const FAULTS: [(&str, &str); 9] = [
    ("silent", "timed_out"),
    ("trickle", "timed_out"),
    ("garbage", "interrupted"),
    ("nonsense", "malformed"),
    ("page", "content_type_wrong"),
    ("huge", "too_large"),
    ("truncated", "interrupted"),
    ("redirect", "redirected"),
    ("error", "status"),
];
/// The longest wait between two attempts.
const RETRY_MAX: Duration = Duration::from_secs(16);

#[test]
fn without_keys_from_the_start_nobody_passes_until_the_provider_mends_its_ways() {
    let _alone = alone!("a provider that misbehaves from the start");
    thread::scope(|threads| {
        for place in ["discovery", "jwks"] {
            threads.spawn(move || misbehaves_from_the_start(place));
        }
    });
}

fn misbehaves_from_the_start(place: &str) {
    let provider = Provider::start();
    let token = provider.token(API, "read");
    let mut waiting = Vec::new();
    for (fault, reason) in FAULTS {
        provider.fault(place, Some(fault));
        let before = events::failed_fetches(&provider.issuer, reason);
        let app = App::start(watchful(&provider));
        let (asked, answer) = (Instant::now(), app.get(&token));
        let took = asked.elapsed();
        Denied::unavailable().check(&answer);
        assert!(took < DEADLINE, "{place}, {fault}: {took:?}");
        await_that("the fetch failed, and why is said", SOON, || {
            events::failed_fetches(&provider.issuer, reason) > before
        });
        assert!(!app.auth.is_ready());
        Denied::unavailable().check(&app.get(&token));
        waiting.push(app);
    }
    provider.fault(place, None);
    let ready = await_that("all have keys", RETRY_MAX + SECOND, || waiting.iter().all(|app| app.auth.is_ready()));
    for app in &waiting {
        app.get(&token).expect("caller");
    }
    let counts = provider.counts();
    assert_eq!(counts.elsewhere, 0, "a redirect was followed");
    assert!(counts.taken < TAKEN_MAX, "{counts:?}");
    tell(&format!(
        "{place} misbehaves in {} ways from the start: 503 each time; mended: all ready {ready:?} later; {} bytes taken of an \
         endless answer",
        FAULTS.len(),
        counts.taken
    ));
}

#[test]
fn the_last_good_keys_serve_while_the_provider_misbehaves() {
    let _alone = alone!("a provider that begins to misbehave");
    thread::scope(|threads| {
        for (fault, reason) in FAULTS {
            threads.spawn(move || begins_to_misbehave(fault, reason));
        }
    });
}

fn begins_to_misbehave(fault: &str, reason: &str) {
    let provider = Provider::start();
    let token = provider.token(API, "read");
    let app = App::ready(watchful(&provider));
    app.get(&token).expect("caller");
    let load = load::of(&app, 2, &token);
    provider.fault("jwks", Some(fault));
    // A key that might be new: nobody can know, and so says no more.
    let (asked, answer) = (Instant::now(), app.get(&with_key_id(&token, "no-such-key")));
    let took = asked.elapsed();
    Denied::unavailable().check(&answer);
    assert!(took < DEADLINE, "{fault}: {took:?}");
    await_that("the interval's fetch fails too", SOON, || events::failed_fetches(&provider.issuer, reason) >= 2);
    provider.rotate();
    let rotated = provider.token(API, "read");
    assert_eq!((app.status(&rotated), app.status(&token)), (503, 200), "{fault}");
    provider.fault("jwks", None);
    let mended = await_that("the new keys come", RETRY_MAX + SECOND, || app.status(&rotated) == 200);
    await_that("the old key is gone", SOON, || app.status(&token) != 200);
    let told = load.end();
    assert!(told.iter().all(|told| [200, 401, 503].contains(&told.status)), "{fault}: {told:?}");
    // Before the old key was withdrawn, nobody noticed.
    let served = told.iter().take_while(|told| told.status == 200).count();
    let slowest = longest(&told);
    tell(&format!(
        "keys {fault}: a new key's token 503 after {took:?}; {served} requests of known keys served meanwhile, slowest of all \
         {slowest:?}; mended: the new key live {mended:?} later"
    ));
    assert!(served > 5 && slowest < DEADLINE, "{fault}: {served} {slowest:?}");
    let counts = provider.counts();
    assert_eq!(counts.elsewhere, 0, "a redirect was followed");
    assert!(counts.taken < TAKEN_MAX, "{counts:?}");
}

#[test]
fn a_slow_provider_delays_only_those_who_need_it() {
    let _alone = alone!("a slow provider");
    let provider = Provider::start();
    let app = App::ready(watchful(&provider).provider_timeout(DEADLINE));
    let known = provider.token(API, "read");
    provider.fault("jwks", Some("held"));
    // The new keys stand beside the old for as long as the fetch takes.
    provider.rotate();
    let new = provider.token(API, "read");
    provider.counts();
    thread::scope(|threads| {
        let waits = threads.spawn(|| app.status(&new));
        await_that("the keys are being fetched", SOON, || provider.counts().jwks > 0);
        for _ in 0..50 {
            assert_eq!(app.status(&known), 200);
        }
        assert!(!waits.is_finished(), "its key cannot be there");
        provider.fault("jwks", None);
        assert_eq!(waits.join().unwrap(), 200);
    });
    tell("a provider that holds its answer back: 50 requests of known keys are answered before a new key's first");
}

#[test]
fn killed_and_restarted_under_load_the_provider_is_missed_by_nobody() {
    let _alone = alone!("a provider that is killed and restarted");
    let mut provider = Provider::start();
    let app = App::ready(watchful(&provider));
    // It relies on keys for two seconds at most after the provider was last heard.
    let strict = App::ready(watchful(&provider).jwks_max_staleness(SECOND));
    let (good, lacking) = (provider.token(API, "read"), provider.token(API, "write"));
    let elsewhere = provider.token("https://other.example/ES256", "read");
    let loads = [&good, &lacking, &elsewhere].map(|token| load::of(&app, 4, token));
    let strangers = {
        let token = good.clone();
        load::start(&app, 4, move |caller, number| with_key_id(&token, &format!("{caller}-{number}")))
    };
    let watched = load::of(&strict, 2, &good);
    thread::sleep(SECOND);

    provider.kill();
    let killed = Instant::now();
    thread::sleep(4 * SECOND);
    Denied::unavailable().check(&strict.get(&good));
    provider.restart();
    let restarted = Instant::now();
    await_that("its keys are fetched again", RETRY_MAX + SECOND, || strict.status(&good) == 200);
    let back = restarted.elapsed();
    provider.rotate();
    let gone = await_that("a withdrawn key is gone", RETRY_MAX + SECOND, || app.status(&good) != 200);
    let rotated = Instant::now() - gone;
    app.get(&provider.token(API, "read")).expect("caller");

    let [good, lacking, elsewhere] = loads.map(Load::end);
    let (strangers, watched) = (strangers.end(), watched.end());
    let slowest = [&good, &lacking, &elsewhere, &strangers, &watched].map(|told| longest(told));
    let slowest = slowest.into_iter().max().unwrap();
    let closed: Vec<_> = watched.iter().filter(|told| told.status == 503 && told.asked < restarted).collect();
    let closed_after = closed.first().expect("it closed").asked - killed;
    tell(&format!(
        "provider killed for 4 s and restarted under load: {} good requests, {} without scope, {} for another audience, {} of \
         unknown keys ({} times 401, {} times 503); slowest {slowest:?}; with a stale limit of 1 s closed {closed_after:?} \
         after the kill and open again {back:?} after the restart; a key withdrawn then was gone {gone:?} later",
        good.len(),
        lacking.len(),
        elsewhere.len(),
        strangers.len(),
        having(&strangers, 401),
        having(&strangers, 503),
    ));
    let unchanged = good.iter().filter(|told| told.asked + told.took < rotated);
    assert!(
        unchanged.clone().count() > 100 && unchanged.clone().all(|told| told.status == 200),
        "the last good keys serve"
    );
    let known = |told: &&Told<()>| told.asked + told.took < rotated;
    assert!(lacking.iter().filter(known).all(|told| told.status == 403));
    assert!(elsewhere.iter().filter(known).all(|told| told.status == 401));
    assert_eq!([&lacking, &elsewhere, &strangers].map(|told| having(told, 200)), [0; 3], "accepted wrongly");
    assert!(strangers.iter().all(|told| [401, 503].contains(&told.status)));
    assert!(closed_after < 4 * SECOND, "{closed_after:?}");
    assert!(slowest < DEADLINE, "{slowest:?}");
}
