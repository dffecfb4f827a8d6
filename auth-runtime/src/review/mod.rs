//! Who may call what, for those who review it.
//!
//! [`Auth::policy_table`](crate::Auth::policy_table) lists every route with who may call it, in words;
//! [`Auth::meaning_of`](crate::Auth::meaning_of) compares policies; [`page`](page()) shows them in a browser. See [Reviewing policies](crate::manual::review) in the manual.

pub(crate) mod kept;
mod lock;
mod meaning;
mod page;
mod render;
mod table;
mod words;

pub use crate::policy::meaning::{Caller, Counterexample, Meaning, MinimalCallers, MinimalFailures, TooComplex};
pub use lock::assert_matches;
pub use page::{PolicyPage, page};
#[cfg(feature = "testing")]
pub(crate) use render::route;
pub use table::{PolicyRow, PolicyTable};
