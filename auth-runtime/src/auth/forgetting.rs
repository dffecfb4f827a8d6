//! Forgetting callers, here and in other processes.

use std::collections::HashSet;
use std::sync::Arc;

use crate::auth::{Auth, AuthBuilder};
use crate::principal::{Forgetful, Forgotten, News, PrincipalKey};
use crate::revocation::{Forgetting, Revocations};

/// Whatever remembers callers, and how other processes are told whom to forget.
#[derive(Clone, Default)]
pub(crate) struct CallerMemories {
    here: Vec<Arc<dyn Forgetful>>,
    elsewhere: Vec<Forgetting>,
}

impl CallerMemories {
    pub(super) fn add(&mut self, memory: Arc<dyn Forgetful>) {
        self.here.push(memory);
    }

    pub(super) fn share(&mut self, by: Option<Forgetting>) {
        let new = by.filter(|by| !self.elsewhere.iter().any(|known| known.is(by)));
        self.elsewhere.extend(new);
    }

    /// Lets all memories hear whom other processes forget.
    pub(super) fn connected(self) -> Self {
        if !self.elsewhere.is_empty() {
            let news: Arc<[Arc<dyn News>]> = self.elsewhere.iter().map(Forgetting::news).collect();
            for memory in &self.here {
                memory.heed(&news);
                self.elsewhere.iter().for_each(|elsewhere| elsewhere.tell(Arc::downgrade(memory)));
            }
        }
        self
    }

    fn forget(&self, who: PrincipalKey) {
        self.elsewhere.iter().for_each(|elsewhere| elsewhere.send(&who));
        let whom = HashSet::from([who]);
        self.here.iter().for_each(|memory| memory.forget(&Forgotten::Callers(&whom)));
    }
}

impl AuthBuilder {
    /// Lets [`Auth::forget`] reach every process that shares these revocations through Redis, and lets this one hear them. A
    /// store that a bearer configuration consults does so by itself; this is for other schemes.
    ///
    /// While Redis is away, nothing that is remembered of callers counts.
    pub fn forget_through(mut self, store: &impl Revocations) -> Self {
        self.memories.share(store.forgetting());
        self
    }
}

impl Auth {
    /// Forgets what is remembered of a caller: its [authorities](crate::authorities), [tokens of your own](crate::opaque), what an
    /// introspection endpoint said of its tokens, and tokens for calls to other services. Call it when roles have changed or somebody was disabled, after the change is
    /// committed.
    ///
    /// Answers of introspection that processes share through Redis count no more in those that forget, and the issuer is asked anew.
    ///
    /// A load that is under way now is not remembered, and serves no request that comes after this call.
    ///
    /// Where a configuration consults `RedisRevocations` (feature `redis`), or [`forget_through`](AuthBuilder::forget_through)
    /// names one, all processes forget the caller, within the store's maximum staleness. While Redis is away, nobody counts on
    /// what is remembered: every request loads, and what was forgotten meanwhile is told as soon as Redis is back.
    ///
    /// ```
    /// # use auth_runtime::{Auth, Jwt};
    /// use auth_runtime::principal::PrincipalKey;
    ///
    /// # let jwt = Jwt::hs256([7; 32]).issuer("https://idp.example").audience("https://api.example");
    /// # let auth = Auth::builder().bearer(jwt).build().unwrap();
    /// auth.forget(PrincipalKey::new("https://idp.example", "mallory")); // or `&principal`
    /// ```
    pub fn forget(&self, who: impl Into<PrincipalKey>) {
        self.0.memories.forget(who.into());
    }
}
