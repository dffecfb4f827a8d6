//! Who may call what, for those who review it.
//!
//! [`Auth::policy_table`](crate::Auth::policy_table) lists every route with who may call it, in words; see
//! [Reviewing policies](crate::manual::review) in the manual.

mod render;
mod table;
mod words;

pub use table::{PolicyRow, PolicyTable};
