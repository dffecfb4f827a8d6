//! Measures requests per second over loopback HTTP with keep-alive: rounds of each contender in turn. Prints JSON.
//!
//! `load ROUNDS SECONDS` says how long.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::print_stdout)]

use auth_benches::load::{Suite, rates, serve};
use auth_benches::measured::Load;
use auth_benches::ours::{self, Memory, auth};
use auth_benches::tokens::token;
use auth_benches::{bare, hand_written};
use auth_runtime::Algorithm;

fn main() {
    let argument = |n: usize, otherwise: &str| std::env::args().nth(n).unwrap_or_else(|| otherwise.to_owned());
    let rounds: usize = argument(1, "9").parse().expect("a number of rounds");
    let seconds = argument(2, "2") + "s";
    let field = ("authorization", format!("Bearer {}", token(Algorithm::HS256).sign()));
    let contenders = [
        ("bare handler", serve(bare::mount)),
        ("hand-written", serve(|config| hand_written::mount(config, Algorithm::HS256))),
        ("ours, repeated", {
            let auth = auth(Algorithm::HS256, Memory::On);
            serve(move |config| ours::mount(config, &auth))
        }),
    ];
    let suites = contenders.map(|(_, address)| Suite { address, field: field.clone() });
    let names = contenders.iter().map(|(what, _)| (*what).to_owned());
    let rates = rates(&suites, rounds, &seconds);
    let loads: Vec<Load> =
        names.zip(rates).map(|(what, requests_per_second)| Load { what, requests_per_second }).collect();
    println!("{}", serde_json::to_string(&loads).expect("numbers"));
}
