//! Measures what grows: routes, keys, scopes. Prints JSON.
//!
//! Sizes are measured in interleaved rounds, beside the bare handler.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::print_stdout)]

mod keys;
mod routes;
mod scopes;
mod thousand;

use auth_benches::measured::{Growth, Point, median};
use auth_benches::subject::{Subject, block_on};

const ROUNDS: usize = 201;

fn main() {
    let growth = Growth {
        routes: block_on(routes::measure()),
        keys: block_on(keys::measure()),
        scopes: block_on(scopes::measure()),
    };
    println!("{}", serde_json::to_string(&growth).expect("numbers"));
}

/// Measures applications of several sizes in interleaved rounds.
async fn interleaved(subjects: Vec<(&'static str, usize, Subject)>) -> Vec<Point> {
    let mut sizes = Vec::new();
    for (.., subject) in &subjects {
        assert!(subject.status().await.is_success());
        subject.warm_up().await;
        sizes.push(subject.requests_a_round().await);
    }
    let mut times = vec![Vec::new(); subjects.len()];
    for _ in 0..ROUNDS {
        for (((.., subject), size), times) in subjects.iter().zip(&sizes).zip(&mut times) {
            times.push(subject.round(*size).await);
        }
    }
    let points = subjects.into_iter().zip(times);
    points.map(|((what, size, _), times)| Point { what: what.into(), size, nanoseconds: median(times) }).collect()
}
