//! Counts instructions per batch of requests with callgrind, through gungraun.
#![allow(missing_docs)]

use std::hint::black_box;

use actix_http::Request;
use actix_web::rt::{System, SystemRunner};
use auth_benches::cases::{self, Case};
use auth_benches::measured::BATCH;
use auth_benches::subject::Subject;
use gungraun::prelude::*;

fn prepare(case: Case) -> (SystemRunner, Subject, Vec<Request>) {
    let system = System::new();
    let subject = system.block_on(case.prepare());
    let requests = subject.requests(BATCH);
    (system, subject, requests)
}

#[library_benchmark]
#[benches::guarded(iter = cases::guarded(), setup = prepare)]
#[benches::other(iter = cases::others(), setup = prepare)]
fn batch((system, subject, requests): (SystemRunner, Subject, Vec<Request>)) -> (SystemRunner, Subject) {
    system.block_on(subject.answer_all(black_box(requests)));
    (system, subject)
}

library_benchmark_group!(name = requests, benchmarks = [batch]);

main!(library_benchmark_groups = requests);
