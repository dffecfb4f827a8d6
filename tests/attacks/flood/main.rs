//! Floods from strangers, with good callers beside them who are refused at most once in a hundred. A program of its own, since
//! all configurations of one process share the bound on hashing.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod log_lines;
mod lookups;
mod passwords;
mod providers;

use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use tests::load::{Told, having, longest};
use tests::{Connection, Server};

/// Connections of a flood, and for how long good callers are watched beside it.
const CONNECTIONS: usize = 64;
const WINDOW: Duration = Duration::from_secs(10);
/// Where floods come from.
const STRANGERS: [&str; 4] = ["192.0.2.66", "192.0.2.67", "198.51.100.1", "203.0.113.9"];

/// One test at a time: each measures.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// A caller at an address that asks again and again on one connection, after a pause: for a target, with a line that holds the
/// credentials; both by how often it asked before.
fn asks<F>(server: &Server, address: &'static str, pause: Duration, mut what: F) -> impl FnMut() -> ((), u16) + use<F>
where
    F: FnMut(usize) -> (&'static str, String),
{
    let (mut connection, mut asked) = (Connection::open(server.address()), 0);
    move || {
        std::thread::sleep(pause);
        let (target, line) = what(asked);
        asked += 1;
        let head = format!("GET {target} HTTP/1.1\r\nHost: api\r\nX-Forwarded-For: {address}\r\n{line}\r\n\r\n");
        ((), connection.send(head).answer().status)
    }
}

/// Good callers were refused at most once in a hundred, of at least so many requests.
#[track_caller]
fn few_refused(who: &str, told: &[Told<()>], at_least: usize) {
    let refused = told.len() - having(told, 200);
    println!("{who}: {} requests, {refused} refused, slowest {:?}", told.len(), longest(told));
    assert!(told.len() >= at_least && refused * 100 <= told.len(), "{who}: {refused} of {} refused", told.len());
}
