//! From a token to its holder: remembered, on its way for another request, or looked up now.

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use zeroize::Zeroizing;

use super::holder::FoundHolder;
use super::{Lookup, Opaque};
use crate::denial::{Reason, Rejection, Unavailable};
use crate::jwt::SCHEME;
use crate::jwt::opaque::OpaqueTokens;
use crate::principal::{CallerMemory, Forgetful, Forgotten, Generation, MemoryKey, News, Principal, Weighed, local};
use crate::provider::limits::flight::{Boarding, Flights, landed};
use crate::revocation::{Consulted, Revocable};
use crate::scheme::api_key::KeyDigest;
use crate::scheme::{Authentication, Context, ExposedCredential, Outcome, SchemeDescription, backend_failed};
use crate::shares::{Claimant, KnownCallers, Presented, Turns};
use crate::time::UnixTime;

/// What a function of the application's own will have found.
pub(super) type LookupFuture = Pin<Box<dyn Future<Output = Result<Option<FoundHolder>, String>> + Send>>;

/// How many lookups may run at once, how many may wait in each queue, and for how long.
const AT_ONCE: usize = 32;
const WAITING: usize = 512;
const WAIT: Duration = Duration::from_secs(2);
/// How many may be under way: more than wait for turns, which are divided by caller.
const FLIGHTS: usize = 8 * WAITING;
/// The longest lookup: whoever waits for it has been answered by then.
const LOOKUP_MAX: Duration = Duration::from_secs(10);
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
    turns: Arc<Turns>,
    known: KnownCallers,
}

/// What a lookup brought.
type LookedUp = Result<Option<Arc<KnownToken>>, Unavailable>;

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
        let turns = Turns::new(AT_ONCE, WAITING, WAIT);
        let (flights, known) = (Arc::default(), KnownCallers::default());
        Self(Arc::new(Shared { opaque, configuration, issuer, memory, flights, turns, known }))
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
        let recall = || shared.memory.recall(&key, Instant::now());
        if let Some(known) = recall() {
            return shared.judged(&known, now).into();
        }
        let generation = shared.memory.generation(Instant::now());
        let told = match shared.flights.board((key, generation), FLIGHTS, || recall().map(|known| Ok(Some(known)))) {
            Boarding::Known(known) => return shared.judged_or_not(&known, now).into(),
            Boarding::Full => return Authentication::unavailable(Unavailable::lookup()),
            Boarding::Join(told) => told,
            Boarding::Lead(flight, told) => {
                let address = context.address_share();
                let presented = Presented::new(key, (), address);
                let claimant = shared.known.claimant(presented, Instant::now());
                let (shared, token) = (Arc::clone(shared), ExposedCredential::new(token));
                // In a task of its own: it is for all who wait, also when whoever came first goes away.
                tokio::spawn(async move {
                    let looked_up = shared.look_up(claimant, digest, token).await;
                    if let Ok(Some(known)) = &looked_up {
                        shared.known.insert(presented, Instant::now());
                        shared.memory.remember(key, &known.principal.key(), known, generation, Instant::now());
                    }
                    flight.land(looked_up);
                });
                told
            }
        };
        let (shared, clock) = (Arc::clone(shared), Arc::clone(context.clock()));
        Authentication::pending(async move {
            let looked_up = landed(told).await.unwrap_or_else(|| Err(Unavailable::lookup()));
            match clock.now() {
                Ok(now) => shared.judged_or_not(&looked_up, now),
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
    async fn look_up(&self, claimant: Claimant, digest: KeyDigest, token: ExposedCredential) -> LookedUp {
        let Some(_turn) = self.turns.turn(claimant).await else { return Err(Unavailable::lookup()) };
        let secret = Zeroizing::new(String::from_utf8_lossy(token.expose()).into_owned());
        let run = async {
            match &self.opaque.lookup {
                Lookup::Digest(lookup) => lookup(digest).await,
                Lookup::Exposed(lookup) => lookup(token).await,
            }
        };
        let answer = tokio::time::timeout(LOOKUP_MAX, AssertUnwindSafe(run).catch_unwind()).await;
        match answer {
            Ok(Ok(Ok(found))) => Ok(found.map(|found| Arc::new(self.known(&found, digest)))),
            Ok(Ok(Err(error))) => Err(backend_failed(&error, &[&secret])),
            Ok(Err(_)) => Err(Reason::Panicked.rejection().err().unwrap_or_else(Unavailable::backend)),
            Err(_) => Err(Unavailable::backend().because("the lookup took too long")),
        }
    }

    fn known(&self, found: &FoundHolder, digest: KeyDigest) -> KnownToken {
        let (principal, bytes) = found.principal(self.configuration.clone(), &self.issuer, digest.to_string());
        let id = found.id.clone().filter(|id| !id.is_empty());
        let revocable = id.map(|token_id| Revocable { token_id, session: None, issued_at: None });
        KnownToken { principal, expires_at: found.expires_at, revocable, bytes }
    }

    fn judged_or_not(&self, looked_up: &LookedUp, now: UnixTime) -> Outcome {
        match looked_up {
            Ok(Some(known)) => self.judged(known, now),
            Ok(None) => Outcome::Refused(Rejection::credentials_wrong()),
            Err(unavailable) => Outcome::Unavailable(unavailable.clone()),
        }
    }

    /// Whether a token that was found counts now.
    fn judged(&self, known: &KnownToken, now: UnixTime) -> Outcome {
        if known.expires_at.is_some_and(|at| now >= at) {
            return Outcome::failed(Reason::TokenExpired);
        }
        let revoked = |store: &Consulted| {
            let revocable = known.revocable.as_ref().ok_or(Reason::ClaimsInvalid)?;
            store.check(&known.principal, revocable, known.expires_at.unwrap_or(UnixTime::MAX), now)
        };
        match self.opaque.revocations.as_ref().map_or(Ok(()), revoked) {
            Ok(()) => Outcome::Verified(known.principal.clone()),
            Err(reason) => Outcome::failed(reason),
        }
    }
}

impl Forgetful for Shared {
    fn forget(&self, whom: &Forgotten<'_>) {
        self.memory.forget(whom);
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
