//! Measures nanoseconds per request: all contenders of a situation in interleaved rounds. Prints JSON.

use std::time::Instant;

use auth_benches::cases::{Case, SITUATIONS, Situation};
use auth_benches::measured::{Time, median};
use auth_benches::subject::{Subject, block_on};

/// A round of one contender takes about this long, so that most rounds are not interrupted.
const ROUND: f64 = 400_000.0;

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
        let size = (ROUND / round(&subject, 5).await).clamp(3.0, 120.0) as usize;
        contenders.push((case, subject, size, Vec::new()));
    }
    for _ in 0..rounds {
        for (_, subject, size, times) in &mut contenders {
            times.push(round(subject, *size).await);
        }
    }
    contenders.into_iter().map(|(case, .., times)| Time { case, nanoseconds: median(times) }).collect()
}

/// Nanoseconds per request over one batch.
async fn round(subject: &Subject, size: usize) -> f64 {
    let requests = subject.requests(size);
    let start = Instant::now();
    subject.answer_all(requests).await;
    start.elapsed().as_nanos() as f64 / size as f64
}
