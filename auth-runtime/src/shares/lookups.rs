//! What functions of the application's own look up for callers who may not ask for it.

use std::sync::Arc;
use std::time::Duration;

use tracing::Instrument as _;

use super::{Claimant, Turn, Turns};
use crate::denial::{Reason, Unavailable};

/// How many lookups may run at once, how many may wait in each queue, and for how long.
const AT_ONCE: usize = 32;
const WAITING: usize = 512;
const WAIT: Duration = Duration::from_secs(2);
/// The longest lookup: whoever waits for it has been answered by then.
const LONGEST: Duration = Duration::from_secs(10);
/// How many may be under way or waiting where requests share one: more than wait for turns.
pub(crate) const FLIGHTS: usize = 8 * WAITING;

/// Lookups by one function, at which callers take turns.
#[derive(Clone)]
pub(crate) struct Lookups(Arc<Turns>);

debug_by_name!([] Lookups as "Lookups";);

impl Default for Lookups {
    fn default() -> Self {
        Self::at_once(AT_ONCE)
    }
}

impl Lookups {
    /// At most so many at once.
    pub(crate) fn at_once(most: usize) -> Self {
        Self(Turns::new(most, WAITING, WAIT))
    }

    /// Waits for a turn, to be kept as long as the lookup runs.
    pub(crate) async fn turn(&self, claimant: Claimant) -> Result<Turn, Unavailable> {
        self.0.turn(claimant).await.ok_or_else(Unavailable::lookup)
    }

    /// Runs a lookup once it is this caller's turn, in a task of its own: who hangs up frees no turn while the function is at it.
    pub(crate) async fn run<T, F>(
        &self,
        claimant: Claimant,
        begin: impl FnOnce() -> F + Send + 'static,
    ) -> Result<T, Unavailable>
    where
        F: Future<Output = Result<T, Unavailable>> + Send,
        T: Send + 'static,
    {
        let turn = self.turn(claimant).await?;
        let task = async move {
            let _turn = turn;
            let took_too_long = |_| Err(Unavailable::backend().because("the lookup took too long"));
            tokio::time::timeout(LONGEST, async { begin().await }).await.unwrap_or_else(took_too_long)
        };
        match tokio::spawn(task.in_current_span()).await {
            Ok(found) => found,
            Err(error) if error.is_panic() => Err(Unavailable::of(Reason::Panicked)),
            // The runtime is shutting down.
            Err(_) => Err(Unavailable::lookup()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::FutureExt as _;

    use super::*;
    use crate::shares::Share;

    fn somebody(number: u64) -> Claimant {
        Claimant::stranger(Share::Credential(number))
    }

    #[actix_web::test]
    async fn who_hangs_up_frees_no_turn_while_the_function_is_at_it() {
        let (lookups, begun) = (Lookups::at_once(2), Arc::new(AtomicUsize::new(0)));
        let (release, _) = tokio::sync::broadcast::channel::<()>(1);
        for number in 0..100 {
            let (begun, mut released) = (Arc::clone(&begun), release.subscribe());
            let mut asks = Box::pin(lookups.run(somebody(number), move || async move {
                begun.fetch_add(1, Ordering::SeqCst);
                Ok(released.recv().await.is_ok())
            }));
            let _ = (&mut asks).now_or_never();
            tokio::task::yield_now().await;
        }
        assert_eq!(begun.load(Ordering::SeqCst), 2);
        release.send(()).unwrap();
        assert!(lookups.run(somebody(1), || async { Ok(true) }).await.is_ok());
    }

    #[actix_web::test]
    async fn a_panic_is_told_and_frees_the_turn() {
        let lookups = Lookups::at_once(1);
        let panics = || async { panic!("part of a test") };
        assert_eq!(lookups.run::<(), _>(somebody(1), panics).await.unwrap_err().reason(), Reason::Panicked);
        assert_eq!(lookups.run(somebody(1), || async { Ok(7) }).await.unwrap(), 7);
    }
}
