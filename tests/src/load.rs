//! Callers that never stop asking, and what they were told.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// One request.
#[derive(Clone, Copy, Debug)]
pub struct Told<W> {
    /// What was asked for.
    pub what: W,
    /// When.
    pub asked: Instant,
    /// How long the answer took.
    pub took: Duration,
    /// The status of the answer.
    pub status: u16,
}

/// Callers at work.
pub struct Load<W> {
    done: Arc<AtomicBool>,
    callers: Vec<JoinHandle<Vec<Told<W>>>>,
}

impl<W: Send + 'static> Load<W> {
    /// Each caller makes one request whenever it is called, and says what it asked for and with which status it was answered.
    pub fn start<C: FnMut() -> (W, u16) + Send + 'static>(callers: impl IntoIterator<Item = C>) -> Self {
        let done = Arc::new(AtomicBool::new(false));
        let callers = callers.into_iter().map(|mut call| {
            let done = Arc::clone(&done);
            thread::spawn(move || {
                let mut told = Vec::new();
                while !done.load(Ordering::Relaxed) {
                    let asked = Instant::now();
                    let (what, status) = call();
                    told.push(Told { what, asked, took: asked.elapsed(), status });
                    thread::sleep(Duration::from_millis(2));
                }
                told
            })
        });
        Self { callers: callers.collect(), done }
    }

    /// Ends it. All that was told, in the order in which it was asked.
    pub fn end(self) -> Vec<Told<W>> {
        self.done.store(true, Ordering::Relaxed);
        let mut told: Vec<Told<W>> =
            self.callers.into_iter().flat_map(|caller| caller.join().expect("every request was answered")).collect();
        told.sort_by_key(|told| told.asked);
        told
    }
}

/// The longest that any request took.
pub fn longest<W>(told: &[Told<W>]) -> Duration {
    told.iter().map(|told| told.took).max().expect("requests")
}

/// How many requests had this status.
pub fn having<W>(told: &[Told<W>], status: u16) -> usize {
    told.iter().filter(|told| told.status == status).count()
}
