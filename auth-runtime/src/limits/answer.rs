//! What is known at once where this process counts, and later where Redis does.

use std::pin::Pin;

/// Whether a request is let in: at once, or once somebody else has said so.
pub(crate) enum Answer<T> {
    Now(T),
    #[cfg_attr(not(feature = "redis"), allow(dead_code, reason = "this process always answers at once"))]
    Asked(Pin<Box<dyn Future<Output = T> + Send>>),
}

impl<T> Answer<T> {
    pub(crate) async fn done(self) -> T {
        match self {
            Self::Now(answer) => answer,
            Self::Asked(answer) => answer.await,
        }
    }
}
