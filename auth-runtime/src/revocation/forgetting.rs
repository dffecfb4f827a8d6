//! Callers whom all processes forget.

use std::fmt;
use std::sync::{Arc, Weak};

use crate::principal::{Forgetful, News, PrincipalKey};

/// How a store of revocations tells other processes whom to forget; see
/// [`Revocations::forgetting`](super::Revocations::forgetting).
#[derive(Clone)]
pub struct Forgetting(Arc<dyn ForgetStream>);

/// Carries from each process to all others whom it forgets.
pub(crate) trait ForgetStream: News {
    /// Tells the others, now or as soon as they can be told.
    fn send(&self, who: &PrincipalKey);

    /// Tells this memory whom others forget, for as long as it is there.
    fn tell(&self, memory: Weak<dyn Forgetful>);
}

impl Forgetting {
    #[cfg(feature = "redis")]
    pub(super) fn new(stream: Arc<impl ForgetStream + 'static>) -> Self {
        Self(stream)
    }

    pub(crate) fn send(&self, who: &PrincipalKey) {
        self.0.send(who);
    }

    pub(crate) fn tell(&self, memory: Weak<dyn Forgetful>) {
        self.0.tell(memory);
    }

    pub(crate) fn news(&self) -> Arc<dyn News> {
        Arc::<dyn ForgetStream>::clone(&self.0)
    }

    /// Whether both reach the others by the same way.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for Forgetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Forgetting")
    }
}
