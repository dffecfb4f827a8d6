//! An application, a real identity provider (`oidc-provider`, which the OpenID Foundation certified) and real clients, over
//! real connections and through outages.
//!
//! Every test starts its own provider, in a process of its own, and ends it. They run one after the other, so that what is
//! measured is not the other tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

/// Returns from a test that cannot run.
macro_rules! alone {
    ($test:literal) => {
        match crate::alone($test) {
            Some(alone) => alone,
            None => return,
        }
    };
}

mod app;
mod clients;
mod dpop;
mod events;
mod flood;
mod load;
mod opaque;
mod outages;
mod outgoing;
mod process;
mod tokens;

use std::io::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tests::await_that;

use crate::process::FOLDER;

const SECOND: Duration = Duration::from_secs(1);
/// The deadline of a decision.
const DEADLINE: Duration = Duration::from_secs(5);
/// Within which something happens that nothing hinders, on a busy machine.
const SOON: Duration = Duration::from_secs(20);
/// What may be taken of an endless answer, in bytes: the buffers of the system hold some, of which nothing is read.
const TAKEN_MAX: usize = 16 * 1024 * 1024;

/// The right to run alone, or nothing where there is no Node and there need be none.
fn alone(test: &str) -> Option<MutexGuard<'static, ()>> {
    static ALONE: Mutex<()> = Mutex::new(());
    let installed = |package: &str| std::path::Path::new(FOLDER).join("node_modules").join(package).is_dir();
    if ["oidc-provider", "oauth4webapi", "@modelcontextprotocol/sdk"].into_iter().all(installed) {
        events::listen();
        return Some(ALONE.lock().unwrap_or_else(PoisonError::into_inner));
    }
    assert!(std::env::var_os("FULL_TESTS").is_none(), "`npm ci` was not run in tests/provider");
    tell(&format!("NOT TESTED: {test}: there is no identity provider here; `bash tests/full` installs it"));
    None
}

/// Shown also when the test passes.
fn tell(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
