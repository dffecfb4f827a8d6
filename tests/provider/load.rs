//! Callers that never stop asking, and what they were told.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tests::Connection;

use crate::app::App;

/// One request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Told {
    pub(crate) asked: Instant,
    pub(crate) took: Duration,
    pub(crate) status: u16,
}

/// Callers at work, each on a connection of its own.
pub(crate) struct Load {
    done: Arc<AtomicBool>,
    callers: Vec<JoinHandle<Vec<Told>>>,
}

impl Load {
    /// So many callers who present what `token` gives them for each request, told who asks and how often before.
    pub(crate) fn start(
        app: &App,
        callers: usize,
        token: impl Fn(usize, usize) -> String + Clone + Send + 'static,
    ) -> Self {
        let (address, done) = (app.server.address(), Arc::new(AtomicBool::new(false)));
        let callers = (0..callers).map(|caller| {
            let (token, done) = (token.clone(), Arc::clone(&done));
            thread::spawn(move || {
                let (mut connection, mut told) = (Connection::open(address), Vec::new());
                while !done.load(Ordering::Relaxed) {
                    let token = token(caller, told.len());
                    let request = format!("GET /orders HTTP/1.1\r\nHost: api\r\nAuthorization: Bearer {token}\r\n\r\n");
                    let asked = Instant::now();
                    let status = connection.send(request).answer().status;
                    told.push(Told { asked, took: asked.elapsed(), status });
                    thread::sleep(Duration::from_millis(2));
                }
                told
            })
        });
        Self { callers: callers.collect(), done }
    }

    /// Callers of one token.
    pub(crate) fn of(app: &App, callers: usize, token: &str) -> Self {
        let token = token.to_owned();
        Self::start(app, callers, move |_, _| token.clone())
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

/// How many requests had this status.
pub(crate) fn having(told: &[Told], status: u16) -> usize {
    told.iter().filter(|told| told.status == status).count()
}
