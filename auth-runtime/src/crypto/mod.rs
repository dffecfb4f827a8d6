//! Signature algorithms, and the one place that calls the cryptography behind them.

mod algorithm;
pub(crate) mod backend;

pub use algorithm::Algorithm;
pub(crate) use algorithm::KeyKind;
#[cfg(any(feature = "testing", feature = "introspection"))]
pub(crate) use backend::PROVIDER;
