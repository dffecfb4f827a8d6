//! Where passwords are hashed: off the event loop, a few at a time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::thread;
use std::time::Duration;

use tokio::task;

use crate::denial::Reason;
use crate::shares::{Claimant, Turns};

/// Longest wait for a turn.
const WAIT: Duration = Duration::from_secs(2);
/// How many may wait for each that may run. At a quarter of a second a hash, more would wait in vain.
const WAITING_PER_TURN: usize = 16;

/// A bound on concurrent password hashing, in which callers take turns.
///
/// The turn travels inside the job: when the request that asked for it is gone, the job still holds it until it ends, so
/// callers that connect, ask and hang up cannot start more jobs than there are turns.
pub(crate) struct Hashing {
    turns: Arc<Turns>,
    /// Jobs that were started.
    started: AtomicU64,
}

impl Hashing {
    /// The bound that all configurations of this process share: half the cores, at least one.
    pub(crate) fn shared() -> Arc<Self> {
        static SHARED: LazyLock<Arc<Hashing>> = LazyLock::new(|| {
            let cores = thread::available_parallelism().map_or(1, usize::from);
            let at_once = (cores / 2).max(1);
            Arc::new(Hashing::new(at_once, at_once.saturating_mul(WAITING_PER_TURN), WAIT))
        });
        Arc::clone(&SHARED)
    }

    pub(crate) fn new(at_once: usize, waiting_max: usize, wait: Duration) -> Self {
        Self { turns: Turns::new(at_once, waiting_max, wait), started: AtomicU64::new(0) }
    }

    /// Runs `job` on a blocking thread once it is its turn.
    ///
    /// # Errors
    /// [`Reason::HashingBusy`] when too many wait already or the turn does not come in time; [`Reason::Panicked`].
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        claimant: Claimant,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Reason> {
        let turn = self.turns.turn(claimant).await.ok_or(Reason::HashingBusy)?;
        self.started.fetch_add(1, Ordering::Relaxed);
        let job = task::spawn_blocking(move || {
            let _turn = turn;
            job()
        });
        job.await.map_err(|error| match error.is_panic() {
            true => Reason::Panicked,
            false => Reason::HashingBusy, // the runtime is shutting down
        })
    }

    #[cfg(test)]
    pub(crate) fn started(&self) -> u64 {
        self.started.load(Ordering::Relaxed)
    }

    #[cfg(test)]
    pub(crate) fn waiting(&self) -> usize {
        self.turns.waiting()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;
    use std::sync::mpsc;

    use futures_util::FutureExt;
    use futures_util::future::join_all;

    use super::*;
    use crate::http::peer::AddressShare;
    use crate::shares::Share;

    fn somebody() -> Claimant {
        Claimant::stranger(Share::of(AddressShare::Unknown, ()))
    }

    #[actix_web::test]
    async fn no_more_jobs_run_than_there_are_permits() {
        let hashing = Hashing::new(2, 100, WAIT);
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let results = join_all((0..20).map(|_| {
            let (running, most) = (Arc::clone(&running), Arc::clone(&most));
            hashing.run(somebody(), move || {
                most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                thread::sleep(Duration::from_millis(2));
                running.fetch_sub(1, Ordering::SeqCst);
            })
        }))
        .await;
        assert!(results.iter().all(Result::is_ok));
        assert!((1..=2).contains(&most.load(Ordering::SeqCst)));
        assert_eq!(hashing.waiting(), 0);
    }

    #[actix_web::test]
    async fn dropped_requests_leave_no_more_jobs_than_permits() {
        let hashing = Hashing::new(2, 1000, WAIT);
        let (release, wait) = mpsc::channel::<()>();
        let wait = Arc::new(std::sync::Mutex::new(wait));
        for _ in 0..500 {
            let wait = Arc::clone(&wait);
            let mut request = Box::pin(hashing.run(somebody(), move || {
                let _ = wait.lock().unwrap().recv();
            }));
            let _ = (&mut request).now_or_never();
        }
        assert_eq!(hashing.started(), 2);
        assert_eq!(hashing.waiting(), 0, "a dropped request leaves the queue");
        drop(release);
        assert!(hashing.run(somebody(), || ()).await.is_ok(), "the permits come back when the jobs end");
    }

    #[actix_web::test]
    async fn a_full_queue_refuses_at_once() {
        let hashing = Hashing::new(1, 3, WAIT);
        let (release, wait) = mpsc::channel::<()>();
        let mut running = Box::pin(hashing.run(somebody(), move || wait.recv().is_err()));
        assert!((&mut running).now_or_never().is_none());
        let mut queued: Vec<_> = (0..3).map(|_| Box::pin(hashing.run(somebody(), || ()))).collect();
        for request in &mut queued {
            assert!(request.now_or_never().is_none());
        }
        assert_eq!(hashing.run(somebody(), || ()).now_or_never(), Some(Err(Reason::HashingBusy)));
        queued.pop();
        let mut next = Box::pin(hashing.run(somebody(), || ()));
        assert!((&mut next).now_or_never().is_none(), "a place was free again");
        drop((release, queued));
        assert!(running.await.is_ok() && next.await.is_ok());
    }

    #[actix_web::test]
    async fn who_waits_too_long_is_refused() {
        let hashing = Hashing::new(1, 3, Duration::from_millis(20));
        let (release, wait) = mpsc::channel::<()>();
        let mut running = Box::pin(hashing.run(somebody(), move || wait.recv().is_err()));
        assert!((&mut running).now_or_never().is_none());
        assert_eq!(hashing.run(somebody(), || ()).await, Err(Reason::HashingBusy));
        assert_eq!(hashing.waiting(), 0);
        drop(release);
        assert!(running.await.is_ok());
    }

    #[actix_web::test]
    async fn a_panic_in_a_job_is_told_and_frees_its_permit() {
        let hashing = Hashing::new(1, 3, WAIT);
        assert_eq!(hashing.run(somebody(), || panic!("boom")).await, Err::<(), _>(Reason::Panicked));
        assert_eq!(hashing.run(somebody(), || 7).await, Ok(7));
    }
}
