//! From a token to its holder: remembered, on its way for another request, or looked up now.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use super::Opaque;
use super::holder::FoundHolder;
use crate::denial::{Reason, Rejection, Unavailable};
use crate::jwt::SCHEME;
use crate::jwt::opaque::OpaqueTokens;
use crate::principal::{CallerMemory, Forgetful, Forgotten, Generation, MemoryKey, News, Principal, Weighed, local};
use crate::provider::limits::flight::{Fetched, Flights, landed};
use crate::revocation::Revocable;
use crate::scheme::api_key::KeyDigest;
use crate::scheme::{Authentication, Context, ExposedCredential, Outcome, SchemeDescription};
use crate::shares::{FLIGHTS, KnownCallers, Lookups, Presented};
use crate::time::UnixTime;

/// What an entry costs beyond what is in it.
const ENTRY_BYTES: usize = 2048;

/// Looks up the tokens of one configuration.
pub(super) struct OpaqueLookup(Arc<Shared>);

struct Shared {
    opaque: Opaque,
    configuration: Option<Arc<str>>,
    /// Who vouches for the holders.
    issuer: Arc<str>,
    memory: CallerMemory<Arc<KnownToken>>,
    flights: Arc<Flights<(MemoryKey, Generation), LookedUp>>,
    lookups: Lookups,
    known: KnownCallers,
}

/// What a lookup brought.
type LookedUp = Result<Result<Arc<KnownToken>, Rejection>, Unavailable>;

/// A token that is good, as far as time and revocations do not tell otherwise.
struct KnownToken {
    principal: Principal,
    expires_at: Option<UnixTime>,
    revocable: Option<Revocable>,
    bytes: usize,
}

impl Weighed for Arc<KnownToken> {
    fn bytes(&self) -> usize {
        self.bytes.saturating_add(ENTRY_BYTES)
    }
}

impl OpaqueLookup {
    pub(super) fn new(opaque: Opaque, configuration: Option<Arc<str>>) -> Self {
        let issuer = local(SCHEME, configuration.as_deref()).into();
        let memory = CallerMemory::new(opaque.cache_bytes, opaque.remember_for);
        let (flights, lookups, known) = (Arc::default(), Lookups::default(), KnownCallers::default());
        Self(Arc::new(Shared { opaque, configuration, issuer, memory, flights, lookups, known }))
    }
}

impl OpaqueTokens for OpaqueLookup {
    fn prefixes(&self) -> &[Box<str>] {
        &self.0.opaque.prefixes
    }

    /// What has a prefix of ours is no JWT.
    fn takes_every_form(&self) -> bool {
        self.0.opaque.looks_up_jwts || !self.0.opaque.prefixes.is_empty()
    }

    fn describe(&self, description: SchemeDescription) -> SchemeDescription {
        description.with_details(self.0.opaque.details)
    }

    fn forgetful(&self) -> Option<Arc<dyn Forgetful>> {
        Some(Arc::<Shared>::clone(&self.0))
    }

    fn judge(&self, token: &[u8], now: UnixTime, context: &Context<'_>) -> Authentication {
        let shared = &self.0;
        if !shared.opaque.has_form(token) {
            return Authentication::refused(Rejection::credentials_wrong());
        }
        let digest = KeyDigest::of(token);
        let key = *digest.as_bytes();
        let recall = || shared.memory.recall(&key, Instant::now()).map(|known| Ok(Ok(known)));
        let asked = || (key, shared.memory.generation(Instant::now()));
        let fetched = shared.flights.fetch(asked, FLIGHTS, recall, |flight| {
            let presented = Presented::unguessable(key, context.address_share());
            let (shared, token) = (Arc::clone(shared), ExposedCredential::new(token));
            tokio::spawn(async move {
                let looked_up = shared.look_up(presented, digest, token).await;
                if let Ok(Ok(known)) = &looked_up {
                    let who = known.principal.key();
                    if shared.check(known, now).is_ok() {
                        let presented = presented.owned_by((who.issuer(), who.subject()));
                        shared.known.insert(presented, Instant::now());
                    }
                    shared.memory.remember(key, &who, known, flight.key().1, Instant::now());
                }
                flight.land(looked_up);
            });
        });
        let told = match fetched {
            Fetched::Known(known) => return shared.judged_or_not(&key, &known, now).into(),
            Fetched::Full => return Authentication::unavailable(Unavailable::lookup()),
            Fetched::UnderWay(told) => told,
        };
        let (shared, clock) = (Arc::clone(shared), Arc::clone(context.clock()));
        Authentication::pending(async move {
            let looked_up = landed(told).await.unwrap_or_else(|| Err(Unavailable::lookup()));
            match clock.now() {
                Ok(now) => shared.judged_or_not(&key, &looked_up, now),
                Err(error) => Outcome::failed(error),
            }
        })
    }
}

impl Opaque {
    /// What can be said of a token by its text.
    fn has_form(&self, token: &[u8]) -> bool {
        let Some(rest) = (match &*self.prefixes {
            [] => Some(token),
            prefixes => prefixes.iter().find_map(|prefix| token.strip_prefix(prefix.as_bytes())),
        }) else {
            return false;
        };
        self.lengths.contains(&token.len())
            && self.alphabet.as_ref().is_none_or(|known| rest.iter().all(|byte| known.as_bytes().contains(byte)))
    }
}

impl Shared {
    async fn look_up(&self, presented: Presented, digest: KeyDigest, token: ExposedCredential) -> LookedUp {
        let claimant = self.known.claimant(presented, Instant::now());
        let lookup = self.opaque.lookup.clone();
        let found = self.lookups.run(claimant, move || lookup.call(digest, token)).await?;
        Ok(found.map(|found| Arc::new(self.known(&found, digest))))
    }

    fn known(&self, found: &FoundHolder, digest: KeyDigest) -> KnownToken {
        let (principal, bytes) = found.principal(self.configuration.clone(), &self.issuer, digest.to_string());
        let id = found.id.clone().filter(|id| !id.is_empty());
        let revocable = id.map(|token_id| Revocable { token_id, session: None, issued_at: found.issued_at });
        KnownToken { principal, expires_at: found.expires_at, revocable, bytes }
    }

    fn judged_or_not(&self, key: &MemoryKey, looked_up: &LookedUp, now: UnixTime) -> Outcome {
        match looked_up {
            Ok(Ok(known)) => self.judged(key, known, now),
            Ok(Err(rejection)) => Outcome::Refused(rejection.clone().once_good(self.known.forget(key))),
            Err(unavailable) => Outcome::Unavailable(unavailable.clone()),
        }
    }

    /// Whether a token that was found counts now. One that does not any more comes first no more.
    fn judged(&self, key: &MemoryKey, known: &KnownToken, now: UnixTime) -> Outcome {
        match self.check(known, now) {
            Ok(()) => Outcome::Verified(known.principal.clone()),
            Err(reason) => Outcome::failed(reason).once_good(self.known.forget(key)),
        }
    }

    fn check(&self, known: &KnownToken, now: UnixTime) -> Result<(), Reason> {
        if known.expires_at.is_some_and(|at| now >= at) {
            return Err(Reason::TokenExpired);
        }
        let Some(store) = &self.opaque.revocations else { return Ok(()) };
        let revocable = known.revocable.as_ref().ok_or(Reason::ClaimsInvalid)?;
        store.check(&known.principal, revocable, known.expires_at.unwrap_or(UnixTime::MAX), now)
    }
}

impl Forgetful for Shared {
    fn forget(&self, whom: &Forgotten<'_>) {
        self.memory.forget(whom);
        self.known.forget_owners(whom);
    }

    fn heed(&self, news: &Arc<[Arc<dyn News>]>) {
        self.memory.heed(news);
    }
}

/// How it is set up, nothing of tokens.
impl fmt::Debug for OpaqueLookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OpaqueLookup").field(&self.0.opaque).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use actix_web::test::TestRequest;

    use super::*;
    use crate::http::peer::AddressShare;
    use crate::opaque::Holder;
    use crate::principal::PrincipalKey;
    use crate::revocation::InMemoryRevocations;
    use crate::time::{Clock, SystemClock};

    const TOKEN: &[u8] = b"pat_0123456789abcdef";
    const NOW: UnixTime = 1_780_000_000;

    /// Good until then, if it is there.
    fn lookup(is_there: &Arc<AtomicBool>, expires_at: UnixTime) -> OpaqueLookup {
        let is_there = Arc::clone(is_there);
        let find = move |_: KeyDigest| {
            let holder = is_there.load(Ordering::SeqCst).then(|| Holder::new("alice").expires_at(expires_at));
            async move { Ok::<_, std::io::Error>(holder) }
        };
        OpaqueLookup::new(Opaque::lookup(find), None)
    }

    async fn is_good(lookup: &OpaqueLookup) -> bool {
        let (request, clock) = (TestRequest::default().to_http_request(), Arc::new(SystemClock) as Arc<dyn Clock>);
        let outcome = match lookup.judge(TOKEN, NOW, &Context::new(&request, &clock)) {
            Authentication::Ready(outcome) => outcome,
            Authentication::Pending(outcome) => outcome.await,
        };
        matches!(outcome, Outcome::Verified(_))
    }

    fn comes_first(lookup: &OpaqueLookup) -> bool {
        let elsewhere = AddressShare::of(Some(([192, 0, 2, 1], 1).into()));
        let presented = Presented::unguessable(KeyDigest::of(TOKEN).as_bytes(), elsewhere);
        lookup.0.known.claimant(presented, Instant::now()).is_known()
    }

    #[actix_web::test]
    async fn a_token_comes_first_wherever_it_comes_from_until_it_is_found_no_more() {
        let is_there = Arc::new(AtomicBool::new(true));
        let lookup = lookup(&is_there, UnixTime::MAX);
        assert!(!comes_first(&lookup) && is_good(&lookup).await && comes_first(&lookup));
        is_there.store(false, Ordering::SeqCst);
        assert!(!is_good(&lookup).await && !comes_first(&lookup));
        is_there.store(true, Ordering::SeqCst);
        assert!(is_good(&lookup).await && comes_first(&lookup));
        lookup.0.forget(&Forgotten::Callers(&[PrincipalKey::new("local:bearer", "alice")].into()));
        assert!(!comes_first(&lookup));
    }

    #[actix_web::test]
    async fn what_was_issued_to_a_subject_since_is_not_revoked_with_what_was_before() {
        let (store, now) = (InMemoryRevocations::new(), SystemClock.now().unwrap());
        let of = |issued_at: Option<UnixTime>| {
            let find = move |_: KeyDigest| {
                let holder = Holder::new("alice").id("7").expires_at(now + 600);
                let holder = issued_at.into_iter().fold(holder, Holder::issued_at);
                async move { Ok::<_, std::io::Error>(Some(holder)) }
            };
            OpaqueLookup::new(Opaque::lookup(find).revocations(store.clone()), None)
        };
        let tokens = [of(Some(now - 60)), of(Some(now - 10)), of(None)];
        for token in &tokens {
            assert!(is_good(token).await);
        }
        store.revoke_subject("local:bearer", "alice", now - 30);
        let mut good = Vec::new();
        for token in &tokens {
            good.push(is_good(token).await);
        }
        assert_eq!(good, [false, true, false]);
    }

    #[test]
    fn details_take_the_room_that_they_say() {
        let bytes = |holder: Holder<String>| FoundHolder::from(holder).principal(None, &"i".into(), String::new()).1;
        let holder = || Holder::new("alice").details("x".repeat(10_000));
        assert_eq!(bytes(holder().details_bytes(10_000)) - bytes(holder()), 10_000 - 512);
    }

    #[actix_web::test]
    async fn a_token_that_has_expired_never_comes_first() {
        let lookup = lookup(&Arc::new(AtomicBool::new(true)), NOW - 80_000_000);
        assert!(!is_good(&lookup).await && !comes_first(&lookup));
    }
}
