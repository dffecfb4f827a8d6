//! How faults are gathered, worded and shown.

mod sink;
mod suggest;
mod text;

pub(crate) use sink::Sink;
pub(crate) use suggest::remedy;
pub(crate) use text::written;
