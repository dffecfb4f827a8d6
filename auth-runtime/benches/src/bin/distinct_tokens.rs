//! From a thousand to a million distinct tokens against one application, each twice: time per request, and resident memory.
//! Prints JSON.
//!
//! A program of its own, so that the process is small when it begins. `distinct_tokens COUNT` says how many, by default a million.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::print_stdout)]

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use auth_benches::measured::{TokenPoint, Tokens, median};
use auth_benches::ours::{self, Memory};
use auth_benches::subject::{Subject, block_on};
use auth_benches::tokens::{anonymous, issuer};
use auth_benches::{bare, hand_written};
use auth_runtime::Algorithm;
use auth_runtime::testing::TestRequestExt as _;

/// The default of `Jwt::cache_bytes`.
const CACHE_BYTES: usize = 32 * 1024 * 1024;
/// Requests of a round.
const BATCH: usize = 50;
/// Rounds of new tokens that a figure is the median of.
const LATEST: usize = 201;
/// Tokens that come again, one after the other.
const RECENT: usize = 1000;

fn main() {
    let most = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(1_000_000);
    let tokens = Tokens { points: block_on(measure(most)), cache_bytes: CACHE_BYTES };
    println!("{}", serde_json::to_string(&tokens).expect("numbers"));
}

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

/// The tokens of a round, for each who answers it in turn.
#[derive(Default)]
struct Stream {
    seen: Cell<usize>,
    round: RefCell<Vec<String>>,
    next: Cell<usize>,
    recent: RefCell<VecDeque<String>>,
}

impl Stream {
    /// Tokens that nobody has seen.
    fn renew(&self) {
        let first = self.seen.get();
        self.seen.set(first + BATCH);
        let mut recent = self.recent.borrow_mut();
        recent.extend((first..first + BATCH).map(sign));
        let forgotten = recent.len().saturating_sub(RECENT);
        recent.drain(..forgotten);
        self.round.replace(recent.iter().rev().take(BATCH).cloned().collect());
    }

    /// Recent ones, from here on.
    fn again(&self) {
        self.round.replace(self.recent.borrow().iter().cloned().collect());
        self.next.set(0);
    }

    fn next(&self) -> String {
        let round = self.round.borrow();
        let next = self.next.get();
        self.next.set(next + 1);
        round[next % round.len()].clone()
    }
}

async fn measure(most: usize) -> Vec<TokenPoint> {
    let stream = Rc::new(Stream::default());
    let source = || {
        let stream = Rc::clone(&stream);
        move || anonymous().bearer(stream.next())
    };
    let jwt = issuer(Algorithm::HS256).jwt().cache_bytes(CACHE_BYTES);
    let contenders = Contenders {
        ours: ours::of(jwt, Memory::On, source()).await,
        bare: bare::subject(source()).await,
        hand_written: hand_written::subject(Algorithm::HS256, source()).await,
    };
    stream.renew();
    for subject in [&contenders.bare, &contenders.hand_written] {
        assert!(subject.status().await.is_success());
        subject.warm_up().await;
    }
    let empty = resident();

    let sizes = std::iter::successors(Some(1000), |size| Some(size * 10)).take_while(move |&size| size < most);
    let mut points = Vec::new();
    for size in sizes.chain([most]) {
        let (mut new, mut second) = (Vec::new(), Vec::new());
        while stream.seen.get() < size {
            let left = (size - stream.seen.get()) / BATCH;
            stream.renew();
            if left < LATEST {
                new.push(contenders.round(&stream, left.is_multiple_of(2)).await);
                second.push(contenders.round(&stream, left.is_multiple_of(2)).await);
            } else {
                contenders.ours.round(2 * BATCH).await;
            }
        }
        points.push(TokenPoint { size, ..again(&stream, &contenders, [&new, &second], empty).await });
    }
    points
}

/// Measured in the same breath: the machine's own moods cancel out.
struct Contenders {
    ours: Subject,
    bare: Subject,
    hand_written: Subject,
}

/// Nanoseconds a request of ours, and as a multiple of the others'.
struct Beside {
    ours: f64,
    over_bare: f64,
    over_hand_written: f64,
}

impl Contenders {
    /// One round of each, over the same tokens; whoever comes second finds the machine warm, so they take turns.
    async fn round(&self, stream: &Stream, ours_first: bool) -> Beside {
        let first = stream.next.get();
        let round = async |subject: &Subject| {
            stream.next.set(first);
            subject.round(BATCH).await
        };
        let (ours, hand_written) = if ours_first {
            let ours = round(&self.ours).await;
            (ours, round(&self.hand_written).await)
        } else {
            let hand_written = round(&self.hand_written).await;
            (round(&self.ours).await, hand_written)
        };
        Beside { ours, over_bare: ours / round(&self.bare).await, over_hand_written: ours / hand_written }
    }
}

/// The figures once so many tokens were seen.
async fn again(stream: &Stream, contenders: &Contenders, [new, second]: [&[Beside]; 2], empty: u64) -> TokenPoint {
    let resident_bytes = resident().saturating_sub(empty);
    stream.again();
    for _ in 0..RECENT / BATCH {
        contenders.ours.round(BATCH).await;
    }
    let mut recent = Vec::new();
    for round in 0..LATEST {
        recent.push(contenders.round(stream, round % 2 == 0).await);
    }
    let of = |times: &[Beside], figure: fn(&Beside) -> f64| median(times.iter().map(figure).collect());
    TokenPoint {
        size: 0,
        new_nanoseconds: of(new, |time| time.ours),
        new_over_bare: of(new, |time| time.over_bare),
        new_over_hand_written: of(new, |time| time.over_hand_written),
        second_nanoseconds: of(second, |time| time.ours),
        second_over_hand_written: of(second, |time| time.over_hand_written),
        recent_nanoseconds: of(&recent, |time| time.ours),
        recent_over_bare: of(&recent, |time| time.over_bare),
        resident_bytes,
    }
}

fn resident() -> u64 {
    memory_stats::memory_stats().map_or(0, |stats| stats.physical_mem as u64)
}
