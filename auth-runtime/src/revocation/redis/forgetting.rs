//! Callers whom all processes forget, told by the stream of revocations.
//!
//! Whom to forget is told and not stored: a process that may have missed something, for whatever reason, forgets everybody.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError, Weak};
use std::time::Instant;

use crate::principal::{Forgetful, Forgotten, News, PrincipalKey};
use crate::revocation::ForgetStream;
use crate::revocation::redis::keeper::Write;
use crate::revocation::redis::{Handle, Shared};

/// Who is told, and what the others were not told yet.
#[derive(Default)]
pub(super) struct Memories {
    told: Mutex<Vec<Weak<dyn Forgetful>>>,
    /// Somebody was forgotten here of whom Redis was not told.
    unsent: AtomicBool,
}

/// Whom some changes of the stream say to forget.
#[derive(Default)]
pub(super) struct ToForget {
    pub(super) callers: HashSet<PrincipalKey>,
    pub(super) everybody: bool,
}

impl Memories {
    /// Does what the stream says.
    pub(super) fn forget(&self, whom: &ToForget) {
        match whom {
            ToForget { everybody: true, .. } => self.forget_everybody(),
            ToForget { callers, .. } if !callers.is_empty() => self.tell_all(&Forgotten::Callers(callers)),
            _ => {}
        }
    }

    /// What others forgot meanwhile is not known.
    pub(super) fn forget_everybody(&self) {
        self.tell_all(&Forgotten::Everybody);
    }

    fn tell_all(&self, whom: &Forgotten<'_>) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.retain(|memory| memory.upgrade().map(|memory| memory.forget(whom)).is_some());
    }

    pub(super) fn mark_unsent(&self) {
        self.unsent.store(true, Ordering::Release);
    }

    /// Whether the others must forget everybody, since it is not known any more whom. Asked by who tells them.
    pub(super) fn take_unsent(&self) -> bool {
        self.unsent.swap(false, Ordering::AcqRel)
    }
}

impl ForgetStream for Handle {
    fn send(&self, who: &PrincipalKey) {
        if self.writes.try_send(Write::Forgotten(who.clone())).is_err() {
            self.shared.memories.mark_unsent();
            self.shared.mark_unsent();
        }
    }

    fn tell(&self, memory: Weak<dyn Forgetful>) {
        self.shared.memories.told.lock().unwrap_or_else(PoisonError::into_inner).push(memory);
    }
}

impl News for Handle {
    fn lapse(&self, at: Instant) -> u64 {
        self.shared.lapse(at)
    }
}

impl Shared {
    pub(super) fn lapse(&self, at: Instant) -> u64 {
        let Self { freshness, options, .. } = self;
        if freshness.age(at).is_some_and(|age| age <= options.bound) {
            return 0;
        }
        let spans = freshness.watched_for(at).as_nanos() / options.bound.as_nanos().max(1);
        u64::try_from(spans).unwrap_or(u64::MAX - 1).saturating_add(1)
    }
}
