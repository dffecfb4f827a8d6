//! Strangers who name keys that do not exist: the provider is not asked more for it, and a real new key is still found.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use auth_runtime::Jwt;

use tests::load::{having, longest};

use crate::app::{API, App, with_key_id};
use crate::load;
use crate::process::Provider;
use crate::{DEADLINE, SECOND, await_that, tell};

const CALLERS: usize = 200;
const FLOOD: Duration = Duration::from_secs(10);
/// The bucket of fetches that strangers may cause: so many at once, and one more each period.
const BURST: usize = 2;
const PERIOD: Duration = Duration::from_secs(30);

#[test]
fn a_flood_of_unknown_keys_reaches_the_provider_as_a_drip_and_drowns_no_new_key() {
    let alone = alone!("a flood of unknown keys");
    let provider = Provider::start();
    // Its own interval fetches nothing meanwhile.
    let app = App::ready(Jwt::oidc(&*provider.issuer).audience(API).jwks_refresh(3600 * SECOND..=3600 * SECOND));
    let good = provider.token(API, "read");
    provider.counts();
    let begun = Instant::now();
    let flood = {
        let (token, next) = (good.clone(), std::sync::Arc::new(AtomicUsize::new(0)));
        load::start(&app, CALLERS, move |_, _| {
            with_key_id(&token, &format!("stranger-{}", next.fetch_add(1, Ordering::Relaxed)))
        })
    };
    let honest = load::of(&app, 2, &good);
    thread::sleep(FLOOD);
    let (flood, honest) = (flood.end(), honest.end());
    let fetches = provider.counts().jwks;
    let (slowest, slowest_honest) = (longest(&flood), longest(&honest));
    tell(&format!(
        "{CALLERS} callers with random key ids for {FLOOD:?}: {} requests, {} times 401, {} times 503, slowest {slowest:?}; \
         the provider was asked {fetches} times; {} honest requests beside them, slowest {slowest_honest:?}",
        flood.len(),
        having(&flood, 401),
        having(&flood, 503),
        honest.len(),
    ));
    assert_eq!(having(&flood, 401) + having(&flood, 503), flood.len());
    assert!((1..=BURST).contains(&fetches), "{fetches}");
    assert_eq!(having(&honest, 200), honest.len(), "known keys suffer nothing");
    assert!(longest(&flood).max(slowest_honest) < DEADLINE);

    // The bucket is empty, and the flood named the subject of the new token, from its address: all of it is one caller, who leaves
    // a right to ask to others, and so has to wait until there are two. Others may run meanwhile.
    drop(alone);
    provider.rotate();
    let new = provider.token(API, "read");
    assert_eq!(app.status(&new), 503);
    await_that("the new key is live", BURST as u32 * PERIOD + SECOND, || {
        thread::sleep(SECOND / 10);
        app.status(&new) == 200
    });
    let live = begun.elapsed();
    tell(&format!("a key rotated in after the flood had emptied the bucket: live {live:?} after the flood began"));
    assert!(live > PERIOD - SECOND && live < BURST as u32 * PERIOD + FLOOD / 2, "{live:?}");
    assert_eq!(provider.counts().jwks, 1);
}
