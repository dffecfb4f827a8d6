//! Measures nanoseconds per request: all contenders of a situation in interleaved rounds. Prints JSON.
#![allow(clippy::expect_used, clippy::print_stdout)]

use auth_benches::cases::{Case, SITUATIONS, Situation};
use auth_benches::measured::{Time, median};
use auth_benches::subject::block_on;

fn main() {
    let rounds = std::env::args().nth(1).and_then(|rounds| rounds.parse().ok()).unwrap_or(101);
    let mut times = Vec::new();
    for situation in SITUATIONS {
        times.extend(block_on(measure(situation, rounds)));
    }
    println!("{}", serde_json::to_string(&times).expect("numbers"));
}

async fn measure(situation: Situation, rounds: usize) -> Vec<Time> {
    let mut contenders = Vec::new();
    for &contender in situation.contenders() {
        let case = Case { situation, contender };
        let subject = case.prepare().await;
        let size = subject.requests_a_round().await;
        contenders.push((case, subject, size, Vec::new()));
    }
    for _ in 0..rounds {
        for (_, subject, size, times) in &mut contenders {
            times.push(subject.round(*size).await);
        }
    }
    contenders.into_iter().map(|(case, .., times)| Time { case, nanoseconds: median(times) }).collect()
}
