//! Counts allocations per request, with an allocator that counts. Prints JSON.
#![allow(clippy::expect_used, clippy::print_stdout)]

use std::cell::Cell;

use allocation_counter::measure;
use auth_benches::cases;
use auth_benches::measured::Allocation;

/// Enough for allocations that happen only now and then to show.
const REQUESTS: usize = 64;

fn main() {
    let counts: Vec<Allocation> = cases::all()
        .into_iter()
        .map(|case| {
            let system = actix_web::rt::System::new();
            let subject = system.block_on(case.prepare());
            let requests = Cell::new(subject.requests(REQUESTS));
            let info = measure(|| system.block_on(subject.answer_all(requests.take())));
            // What the runtime and the batch themselves need.
            let harness = measure(|| system.block_on(subject.answer_all(Vec::new())));
            let per_request = |total: u64, harness: u64| (total - harness) as f64 / REQUESTS as f64;
            Allocation {
                case,
                allocations: per_request(info.count_total, harness.count_total),
                bytes: per_request(info.bytes_total, harness.bytes_total),
            }
        })
        .collect();
    println!("{}", serde_json::to_string(&counts).expect("numbers"));
}
