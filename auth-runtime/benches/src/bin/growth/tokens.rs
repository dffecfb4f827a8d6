//! From one to a million distinct tokens against one application: time per request, and resident memory.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use auth_benches::measured::{TokenPoint, median};
use auth_benches::ours::{self, Memory};
use auth_benches::subject::Subject;
use auth_benches::tokens::{anonymous, issuer, with_bearer};
use auth_benches::{bare, hand_written};
use auth_runtime::Algorithm;
use auth_runtime::testing::TestRequestExt as _;

/// The default of `Jwt::cache_bytes`.
pub(crate) const CACHE_BYTES: usize = 32 * 1024 * 1024;
/// Requests of a round.
const BATCH: usize = 50;
/// Rounds of new tokens that a figure is the median of.
const LATEST: usize = 201;
/// Tokens that come again, one after the other.
const RECENT: usize = 1000;

fn sign(n: usize) -> String {
    issuer(Algorithm::HS256)
        .token()
        .subject(n.to_string())
        .scope("profile orders:read orders:write admin")
        .role("ops")
        .claim("tenant", "acme")
        .expires_in(86_400)
        .sign()
}

/// New tokens, one after the other, or recent ones again.
struct Stream {
    seen: Cell<usize>,
    recent: RefCell<Vec<String>>,
    again: Cell<Option<usize>>,
}

impl Stream {
    fn next(&self) -> String {
        let mut recent = self.recent.borrow_mut();
        if let Some(index) = self.again.get() {
            self.again.set(Some(index + 1));
            return recent[index % recent.len()].clone();
        }
        let n = self.seen.get();
        self.seen.set(n + 1);
        let token = sign(n);
        if recent.len() < RECENT {
            recent.push(token.clone())
        } else {
            recent[n % RECENT].clone_from(&token)
        }
        token
    }
}

pub(crate) async fn measure(most: usize) -> Vec<TokenPoint> {
    let stream = Rc::new(Stream { seen: Cell::new(0), recent: RefCell::default(), again: Cell::new(None) });
    let source = Rc::clone(&stream);
    let jwt = issuer(Algorithm::HS256).jwt().cache_bytes(CACHE_BYTES);
    let ours = ours::of(jwt, Memory::On, move || anonymous().bearer(source.next())).await;
    let others = Others {
        bare: bare::subject(with_bearer(sign(0))).await,
        // It remembers nothing: any token is new to it.
        hand_written: hand_written::subject(Algorithm::HS256, with_bearer(sign(0))).await,
    };
    assert!(ours.status().await.is_success());
    others.bare.warm_up().await;
    others.hand_written.warm_up().await;
    let empty = resident();

    let sizes = std::iter::successors(Some(1000), |size| Some(size * 10)).take_while(move |&size| size < most);
    let mut points = Vec::new();
    for size in sizes.chain([most]) {
        let mut new = Vec::new();
        while stream.seen.get() < size {
            let left = (size - stream.seen.get()) / BATCH;
            let time = ours.round(BATCH).await;
            if left < LATEST {
                new.push(others.beside(time).await);
            }
        }
        points.push(TokenPoint { size, ..again(&stream, &ours, &others, &new, empty).await });
    }
    points
}

/// Measured in the same breath: the machine's own moods cancel out.
struct Others {
    bare: Subject,
    hand_written: Subject,
}

/// Nanoseconds a request of ours, and as a multiple of the others'.
struct Beside {
    ours: f64,
    over_bare: f64,
    over_hand_written: f64,
}

impl Others {
    async fn beside(&self, ours: f64) -> Beside {
        let over_bare = ours / self.bare.round(BATCH).await;
        Beside { ours, over_bare, over_hand_written: ours / self.hand_written.round(BATCH).await }
    }
}

/// The figures once so many tokens were seen.
async fn again(stream: &Stream, ours: &Subject, others: &Others, new: &[Beside], empty: u64) -> TokenPoint {
    let resident_bytes = resident().saturating_sub(empty);
    stream.again.set(Some(0));
    for _ in 0..RECENT / BATCH {
        ours.round(BATCH).await;
    }
    let mut recent = Vec::new();
    for _ in 0..LATEST {
        let time = ours.round(BATCH).await;
        recent.push(others.beside(time).await);
    }
    stream.again.set(None);
    let of = |times: &[Beside], figure: fn(&Beside) -> f64| median(times.iter().map(figure).collect());
    TokenPoint {
        size: 0,
        new_nanoseconds: of(new, |time| time.ours),
        new_over_bare: of(new, |time| time.over_bare),
        new_over_hand_written: of(new, |time| time.over_hand_written),
        recent_nanoseconds: of(&recent, |time| time.ours),
        recent_over_bare: of(&recent, |time| time.over_bare),
        resident_bytes,
    }
}

fn resident() -> u64 {
    memory_stats::memory_stats().map_or(0, |stats| stats.physical_mem as u64)
}
