//! Where passwords are hashed: off the event loop, a few at a time.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::thread;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task;
use tokio::time;

use crate::denial::Reason;

/// Longest wait for a turn.
const WAIT: Duration = Duration::from_secs(2);
/// How many may wait for each that may run. At a quarter of a second a hash, more would wait in vain.
const WAITING_PER_PERMIT: usize = 16;

/// A bound on concurrent password hashing, and on the queue before it.
///
/// The permit travels inside the job: when the request that asked for it is gone, the job still holds it until it ends, so
/// callers that connect, ask and hang up cannot start more jobs than there are permits.
pub(crate) struct Hashing {
    permits: Arc<Semaphore>,
    waiting: AtomicUsize,
    waiting_max: usize,
    wait: Duration,
    /// Jobs that were started.
    started: AtomicU64,
}

impl Hashing {
    /// The bound that all configurations of this process share: half the cores, at least one.
    pub(crate) fn shared() -> Arc<Self> {
        static SHARED: LazyLock<Arc<Hashing>> = LazyLock::new(|| {
            let cores = thread::available_parallelism().map_or(1, usize::from);
            let permits = (cores / 2).max(1);
            Arc::new(Hashing::new(permits, permits.saturating_mul(WAITING_PER_PERMIT), WAIT))
        });
        Arc::clone(&SHARED)
    }

    pub(crate) fn new(permits: usize, waiting_max: usize, wait: Duration) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(permits)),
            waiting: AtomicUsize::new(0),
            waiting_max,
            wait,
            started: AtomicU64::new(0),
        }
    }

    /// Runs `job` on a blocking thread once it is its turn.
    ///
    /// # Errors
    /// [`Reason::HashingBusy`] when too many wait already or the turn does not come in time; [`Reason::Panicked`].
    pub(crate) async fn run<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Result<T, Reason> {
        let place = QueuePlace::take(self).ok_or(Reason::HashingBusy)?;
        let turn = time::timeout(self.wait, Arc::clone(&self.permits).acquire_owned()).await;
        let Ok(Ok(permit)) = turn else { return Err(Reason::HashingBusy) };
        drop(place);
        self.started.fetch_add(1, Ordering::Relaxed);
        let job = task::spawn_blocking(move || {
            let _permit = permit;
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
        self.waiting.load(Ordering::Relaxed)
    }
}

/// A place in the queue, given back when dropped.
struct QueuePlace<'a>(&'a AtomicUsize);

impl<'a> QueuePlace<'a> {
    fn take(hashing: &'a Hashing) -> Option<Self> {
        let place = Self(&hashing.waiting); // counted before it is judged, so that no two take the last one
        (hashing.waiting.fetch_add(1, Ordering::Relaxed) < hashing.waiting_max).then_some(place)
    }
}

impl Drop for QueuePlace<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use futures_util::FutureExt;
    use futures_util::future::join_all;

    use super::*;

    #[actix_web::test]
    async fn no_more_jobs_run_than_there_are_permits() {
        let hashing = Hashing::new(2, 100, WAIT);
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let results = join_all((0..20).map(|_| {
            let (running, most) = (Arc::clone(&running), Arc::clone(&most));
            hashing.run(move || {
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
            let mut request = Box::pin(hashing.run(move || {
                let _ = wait.lock().unwrap().recv();
            }));
            let _ = (&mut request).now_or_never();
        }
        assert_eq!(hashing.started(), 2);
        assert_eq!(hashing.waiting(), 0, "a dropped request leaves the queue");
        drop(release);
        assert!(hashing.run(|| ()).await.is_ok(), "the permits come back when the jobs end");
    }

    #[actix_web::test]
    async fn a_full_queue_refuses_at_once() {
        let hashing = Hashing::new(1, 3, WAIT);
        let (release, wait) = mpsc::channel::<()>();
        let mut running = Box::pin(hashing.run(move || wait.recv().is_err()));
        assert!((&mut running).now_or_never().is_none());
        let mut queued: Vec<_> = (0..3).map(|_| Box::pin(hashing.run(|| ()))).collect();
        for request in &mut queued {
            assert!(request.now_or_never().is_none());
        }
        assert_eq!(hashing.run(|| ()).now_or_never(), Some(Err(Reason::HashingBusy)));
        queued.pop();
        let mut next = Box::pin(hashing.run(|| ()));
        assert!((&mut next).now_or_never().is_none(), "a place was free again");
        drop((release, queued));
        assert!(running.await.is_ok() && next.await.is_ok());
    }

    #[actix_web::test]
    async fn who_waits_too_long_is_refused() {
        let hashing = Hashing::new(1, 3, Duration::from_millis(20));
        let (release, wait) = mpsc::channel::<()>();
        let mut running = Box::pin(hashing.run(move || wait.recv().is_err()));
        assert!((&mut running).now_or_never().is_none());
        assert_eq!(hashing.run(|| ()).await, Err(Reason::HashingBusy));
        assert_eq!(hashing.waiting(), 0);
        drop(release);
        assert!(running.await.is_ok());
    }

    #[actix_web::test]
    async fn a_panic_in_a_job_is_told_and_frees_its_permit() {
        let hashing = Hashing::new(1, 3, WAIT);
        assert_eq!(hashing.run(|| panic!("boom")).await, Err::<(), _>(Reason::Panicked));
        assert_eq!(hashing.run(|| 7).await, Ok(7));
    }
}
