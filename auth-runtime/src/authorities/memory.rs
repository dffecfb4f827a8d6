//! What was loaded of one caller.

use std::sync::Arc;

use arc_swap::ArcSwapOption;

use crate::authorities::function::KeptPlace;
use crate::authorities::{Given, LoadFailure};
use crate::denial::Reason;
use crate::principal::{Principal, Rights, Weighed};

/// What an entry costs beyond what is in it: two principals, and the cache's own book-keeping.
const ENTRY_BYTES: usize = 1024;

/// What is known of one caller.
pub(crate) struct Known {
    given: Given,
    /// What the caller takes in memory, by whose request it was loaded.
    caller_bytes: usize,
    /// The caller that it was applied to last: most requests of one caller have the same credentials.
    applied: ArcSwapOption<Principal>,
    /// Of the data that it was loaded out of.
    _places: Vec<KeptPlace>,
}

impl Known {
    /// What a function brought; a caller that it does not know is refused.
    pub(super) fn new(
        given: Option<Given>,
        principal: Option<&Principal>,
        places: Vec<KeptPlace>,
    ) -> Result<Arc<Self>, LoadFailure> {
        let given = given.ok_or(LoadFailure::from(Reason::CallerUnknown))?;
        let caller_bytes = principal.map_or(0, caller_bytes);
        Ok(Arc::new(Self { given, caller_bytes, applied: ArcSwapOption::empty(), _places: places }))
    }

    pub(super) fn rights(&self) -> &Rights {
        &self.given.rights
    }

    /// The same description of a caller with these rights, if that is known.
    pub(super) fn applied_to(&self, principal: &Principal) -> Option<Principal> {
        let applied = self.applied.load();
        applied.as_deref().filter(|known| known.by_credentials().is_same_description(principal)).cloned()
    }

    /// Keeps a caller with these rights, if it takes no more room than was counted.
    pub(super) fn keep(&self, applied: &Principal) {
        if caller_bytes(applied.by_credentials()) <= self.caller_bytes {
            self.applied.store(Some(Arc::new(applied.clone())));
        }
    }
}

impl Weighed for Arc<Known> {
    fn bytes(&self) -> usize {
        // Once as they were given, once in the caller that has them.
        self.given.bytes.saturating_mul(2).saturating_add(self.caller_bytes).saturating_add(ENTRY_BYTES)
    }
}

/// What a caller takes in memory, with what handlers read out of it.
fn caller_bytes(principal: &Principal) -> usize {
    principal.bytes().saturating_mul(2).saturating_add(principal.growth())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::time::{Duration, Instant};

    use super::*;
    use crate::authorities::Authorities;
    use crate::principal::{CallerMemory, Forgotten, MemoryKey, News, PrincipalKey};

    const MINUTE: Duration = Duration::from_secs(60);

    fn key(number: u32) -> MemoryKey {
        let mut key = [0; 32];
        key[..4].copy_from_slice(&number.to_le_bytes());
        key
    }

    fn alice() -> Principal {
        Principal::builder("bearer", "alice").build()
    }

    fn known(details: Authorities<String>) -> Arc<Known> {
        Known::new(Some(details.into()), Some(&alice()), Vec::new()).unwrap()
    }

    fn remember(memory: &CallerMemory<Arc<Known>>, number: u32, details: Authorities<String>, now: Instant) {
        let generation = memory.generation(now);
        memory.remember(key(number), &alice().key(), &known(details), generation, now);
    }

    #[test]
    fn what_is_remembered_is_bounded_by_its_bytes() {
        let (now, bytes) = (Instant::now(), 1024 * 1024);
        let memory = CallerMemory::<Arc<Known>>::new(bytes, MINUTE);
        let text = "x".repeat(8 * 1024);
        for number in 0..1000 {
            remember(&memory, number, Authorities::new(text.clone()).details_bytes(text.len()), now);
        }
        let kept = (0..1000).filter(|&number| memory.recall(&key(number), now).is_some()).count();
        assert!(kept > 10 && kept * text.len() <= bytes, "{kept}");
    }

    #[test]
    fn it_counts_for_as_long_as_was_said() {
        let now = Instant::now();
        let memory = CallerMemory::<Arc<Known>>::new(1024 * 1024, MINUTE);
        remember(&memory, 1, Authorities::default(), now);
        let recall = |after| memory.recall(&key(1), now + after).is_some();
        assert!(recall(Duration::ZERO) && recall(Duration::from_millis(59_999)) && !recall(MINUTE));
    }

    #[test]
    fn what_began_before_something_was_forgotten_is_not_remembered() {
        let now = Instant::now();
        let memory = CallerMemory::<Arc<Known>>::new(1024 * 1024, MINUTE);
        let began = memory.generation(now);
        memory.forget(&Forgotten::Callers(&HashSet::from([PrincipalKey::new("https://idp.example", "bob")])));
        memory.remember(key(1), &alice().key(), &known(Authorities::default()), began, now);
        assert!(memory.recall(&key(1), now).is_none());
        assert!(memory.generation(now) != began);
    }

    /// News that are old for as long as is said.
    struct Lapsing(std::sync::atomic::AtomicU64);

    impl News for Lapsing {
        fn lapse(&self, _: Instant) -> u64 {
            self.0.load(std::sync::atomic::Ordering::Relaxed)
        }
    }

    #[test]
    fn without_news_of_other_processes_nothing_remembered_counts_and_nothing_is_remembered() {
        let now = Instant::now();
        let memory = CallerMemory::<Arc<Known>>::new(1024 * 1024, MINUTE);
        let news = Arc::new(Lapsing(0.into()));
        let lapse = |span| news.0.store(span, std::sync::atomic::Ordering::Relaxed);
        memory.heed(&Arc::from([Arc::clone(&news) as Arc<dyn News>]));
        remember(&memory, 1, Authorities::default(), now);
        let recall = |number| memory.recall(&key(number), now).is_some();
        assert!(recall(1));
        let began = memory.generation(now);
        lapse(1);
        assert!(!recall(1) && memory.generation(now) != began, "loads are not shared with those from before");
        let first = memory.generation(now);
        assert!(memory.generation(now) == first, "nor for longer than a span");
        remember(&memory, 2, Authorities::default(), now);
        lapse(2);
        assert!(memory.generation(now) != first);
        memory.remember(key(3), &alice().key(), &known(Authorities::default()), began, now);
        lapse(0);
        assert!(recall(1) && !recall(2) && !recall(3));
    }

    #[test]
    fn a_caller_is_kept_only_in_the_room_that_was_counted() {
        let small = known(Authorities::default());
        let claims = serde_json::json!({"text": "x".repeat(4096)}).to_string();
        let holder = crate::principal::TokenHolder {
            scheme: "bearer",
            configuration: None,
            issuer: None,
            subject: crate::principal::Subject::Own("alice".into()),
            subject_claim: None,
            scopes: None,
            roles: None,
            expires_at: None,
            confirmation: None,
        };
        let large = holder.with_claims(crate::principal::Claims::of_text(claims, crate::json::Shape::default()));
        small.keep(&large.with_rights(small.rights(), None));
        assert!(small.applied_to(&large).is_none());
        let same = alice();
        small.keep(&same.with_rights(small.rights(), None));
        assert!(small.applied_to(&same).is_some() && small.applied_to(&alice()).is_none());
        // The same caller with other credentials, or the same ones read anew.
        let newer = alice();
        small.keep(&newer.with_rights(small.rights(), None));
        assert!(small.applied_to(&newer).is_some() && small.applied_to(&same).is_none(), "the last one");
    }
}
