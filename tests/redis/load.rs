//! Callers that never stop asking, and what they were told.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::processes::Node;

/// One request of a caller.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Told {
    pub(crate) node: usize,
    pub(crate) token: usize,
    pub(crate) asked: Instant,
    pub(crate) took: Duration,
    pub(crate) status: u16,
}

/// Callers at work: one for each node, presenting each token in turn.
pub(crate) struct Load {
    done: Arc<AtomicBool>,
    callers: Vec<JoinHandle<Vec<Told>>>,
}

impl Load {
    pub(crate) fn start(nodes: &[Node], tokens: &[&str]) -> Self {
        let done = Arc::new(AtomicBool::new(false));
        let callers = nodes.iter().enumerate().map(|(node, process)| {
            let mut caller = process.connect();
            let tokens: Vec<String> = tokens.iter().map(|&token| token.to_owned()).collect();
            let done = Arc::clone(&done);
            thread::spawn(move || {
                let mut told = Vec::new();
                while !done.load(Ordering::Relaxed) {
                    for (token, text) in tokens.iter().enumerate() {
                        let asked = Instant::now();
                        let status = caller.get(text).status;
                        told.push(Told { node, token, asked, took: asked.elapsed(), status });
                    }
                    thread::sleep(Duration::from_millis(2));
                }
                told
            })
        });
        Self { callers: callers.collect(), done }
    }

    /// Ends it. All that was told, in the order in which it was asked.
    pub(crate) fn end(self) -> Vec<Told> {
        self.done.store(true, Ordering::Relaxed);
        let mut told: Vec<Told> =
            self.callers.into_iter().flat_map(|caller| caller.join().expect("every request was answered")).collect();
        told.sort_by_key(|told| told.asked);
        told
    }
}

/// The longest that any request took.
pub(crate) fn longest(told: &[Told]) -> Duration {
    told.iter().map(|told| told.took).max().expect("requests")
}
