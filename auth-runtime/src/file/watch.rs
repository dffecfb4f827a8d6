//! The one thread that looks at all files.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use std::{io, thread};

use crate::telemetry::foreign;

/// Time between two looks at a file.
const INTERVAL: Duration = Duration::from_secs(1);

/// A file to look at again and again.
pub(super) trait Look: Send + Sync {
    /// Looks at it, and takes in what has changed.
    fn look(&self);

    fn path(&self) -> &Path;
}

/// What is watched; a thread runs if and only if it is not empty.
static WATCHED: Mutex<Vec<Weak<dyn Look>>> = Mutex::new(Vec::new());

/// Looks at the file once a second, until nobody else holds it.
///
/// # Errors
/// When the process may start no more threads.
pub(super) fn watch(file: &Arc<dyn Look>) -> io::Result<()> {
    let mut watched = WATCHED.lock().unwrap_or_else(PoisonError::into_inner);
    if watched.is_empty() {
        thread::Builder::new().name("auth-files".into()).spawn(run)?;
    }
    watched.push(Arc::downgrade(file));
    Ok(())
}

fn run() {
    loop {
        thread::sleep(INTERVAL);
        let mut watched = WATCHED.lock().unwrap_or_else(PoisonError::into_inner);
        watched.retain(|file| file.strong_count() > 0);
        if watched.is_empty() {
            return;
        }
        let files = watched.clone();
        // Free while files are read: whoever opens one more does not wait.
        drop(watched);
        for file in files.iter().filter_map(Weak::upgrade) {
            // A parser that panics on one content must not end the watch: the next content may be good.
            if catch_unwind(AssertUnwindSafe(|| file.look())).is_err() {
                tracing::error!(file = foreign(file.path().display()), "reading the changed file panicked");
            }
        }
    }
}
