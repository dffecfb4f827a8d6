//! From what is wanted to a token: remembered, or asked for once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use quick_cache::sync::Cache;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::http::peer::AddressShare;
use crate::outgoing::access_token::AccessToken;
use crate::outgoing::error::OutgoingError;
use crate::outgoing::provider::{ACCESS_TOKEN, EXCHANGE, TokenProvider, TokenRequest};
use crate::outgoing::wanted::{Wanted, add};
use crate::principal::{
    CallerMemory, Confirmation, Forgetful, Forgotten, Generation, MemoryKey, News, Principal, PrincipalKey,
};
use crate::provider::limits::flight::{Fetched, Flight, Flights, landed};
use crate::setting::Setting;
use crate::shares::{FLIGHTS, KnownCallers, Presented};
use crate::telemetry::{OUTGOING_TOKENS, foreign, limited};
use crate::time::UnixTime;

/// The longest that a token is remembered, whatever it says.
const REMEMBER_MAX: Duration = Duration::from_secs(24 * 3600);
/// How long nobody asks again for what was not given.
const HELD_FOR: Duration = Duration::from_secs(1);
/// Of how much is known that it was not given.
const HELD: usize = 10_000;

type Answered = Result<AccessToken, OutgoingError>;
/// What is asked for, and what was forgotten by then.
type Asked = (MemoryKey, Generation);

/// Asks one provider for tokens, and remembers them.
pub(crate) struct Exchange {
    provider: Arc<TokenProvider>,
    memory: CallerMemory<AccessToken>,
    held: Cache<MemoryKey, (OutgoingError, Instant)>,
    flights: Arc<Flights<Asked, Answered>>,
    /// Callers for whom a token was given within the last hour.
    known: KnownCallers,
}

/// Whose token is shown, until when it counts, and who asks.
pub(crate) struct SubjectToken<'a> {
    pub(crate) principal: &'a Principal,
    pub(crate) token: &'a str,
    pub(crate) counts_until: Option<UnixTime>,
    pub(crate) address: AddressShare,
}

/// What is asked for, and for whom.
struct Question {
    key: MemoryKey,
    who: PrincipalKey,
    presented: Presented,
    request: TokenRequest,
}

impl Exchange {
    /// With a memory of its own: what empties that is the business of the one `Auth` whose callers it is for, or of nobody.
    pub(super) fn at(provider: Arc<TokenProvider>) -> Self {
        Self {
            memory: CallerMemory::new(provider.bytes, REMEMBER_MAX),
            provider,
            held: Cache::new(HELD),
            flights: Arc::default(),
            known: KnownCallers::default(),
        }
    }

    pub(super) fn provider(&self) -> &Arc<TokenProvider> {
        &self.provider
    }

    /// What reviewers see of it.
    pub(crate) fn reviewed(&self) -> &[Setting] {
        &self.provider.reviewed
    }

    /// Exchanges a caller's token (RFC 8693).
    pub(crate) async fn exchange(
        self: &Arc<Self>,
        subject: SubjectToken<'_>,
        wanted: Wanted,
        now: UnixTime,
    ) -> Answered {
        let SubjectToken { principal, token, counts_until, address } = subject;
        let mut hash = Sha256::new();
        add(&mut hash, EXCHANGE.as_bytes());
        principal.fingerprint(false, &mut hash);
        add(&mut hash, &Sha256::digest(token));
        let jkt = match principal.confirmation() {
            Some(Confirmation::KeyThumbprint(jkt) | Confirmation::CertificateThumbprint(jkt)) => &**jkt,
            None => "",
        };
        add(&mut hash, jkt.as_bytes());
        wanted.fingerprint(&mut hash);
        let who = principal.key();
        let presented = Presented::new((who.issuer(), who.subject()), (), address);
        let grant = [
            ("grant_type", EXCHANGE),
            ("subject_token_type", ACCESS_TOKEN),
            ("requested_token_type", ACCESS_TOKEN),
            ("subject_token", token),
        ];
        let grant = grant.map(|(name, value)| (name, Zeroizing::new(value.to_owned()))).into();
        let request = TokenRequest { grant, wanted, is_exchange: true, counts_until, now };
        self.fetch(Question { key: hash.finalize().into(), who, presented, request }).await
    }

    /// A token for this service itself (RFC 6749 section 4.4).
    pub(crate) async fn of_service(self: &Arc<Self>, wanted: Wanted, now: UnixTime) -> Answered {
        let mut hash = Sha256::new();
        add(&mut hash, b"client_credentials");
        wanted.fingerprint(&mut hash);
        let who = PrincipalKey::new(&*self.provider.issuer, &*self.provider.client);
        let presented = Presented::new("client_credentials", (), AddressShare::Unknown);
        let grant = vec![("grant_type", Zeroizing::new("client_credentials".to_owned()))];
        let request = TokenRequest { grant, wanted, is_exchange: false, counts_until: None, now };
        self.fetch(Question { key: hash.finalize().into(), who, presented, request }).await
    }

    /// Forgets all that was given for a caller.
    pub(crate) fn forget_caller(&self, who: PrincipalKey) {
        self.forget(&Forgotten::Callers(&[who].into()));
    }

    async fn fetch(self: &Arc<Self>, question: Question) -> Answered {
        let (key, now, grant) = (question.key, question.request.now, question.request.grant_name());
        let recall = || {
            let given = self.memory.recall(&key, Instant::now());
            let given = given.filter(|token| token.fresh_until().is_some_and(|until| now < until)).map(Ok);
            given.or_else(|| {
                self.held.get(&key).filter(|(_, until)| Instant::now() < *until).map(|(error, _)| Err(error))
            })
        };
        let asked = || (key, self.memory.generation(Instant::now()));
        let fetched = self.flights.fetch(asked, FLIGHTS, recall, |flight: Flight<Asked, Answered>| {
            let exchange = Arc::clone(self);
            // To its end, also where whoever came first goes away.
            self.provider.worker.spawn(async move {
                let answered = exchange.ask(question, flight.key().1).await;
                flight.land(answered);
            });
        });
        match fetched {
            Fetched::Known(known) => known,
            Fetched::Full => Err(counted(grant, OutgoingError::Busy)),
            Fetched::UnderWay(told) => landed(told).await.unwrap_or(Err(OutgoingError::Unavailable)),
        }
    }

    /// Asks the provider once it is the caller's turn, and remembers what came of it.
    async fn ask(&self, question: Question, began: Generation) -> Answered {
        let Question { key, who, presented, request } = question;
        let claimant = self.known.claimant(presented, Instant::now());
        let Ok(_turn) = self.provider.lookups.turn(claimant).await else {
            limited!(
                warn,
                provider = foreign(&self.provider.issuer),
                "more tokens are asked of a provider than it may be asked for at once"
            );
            return Err(counted(request.grant_name(), OutgoingError::Busy));
        };
        match self.provider.ask(&request).await {
            Ok(token) => {
                self.known.insert(presented, Instant::now());
                if token.fresh_until().is_some() {
                    self.memory.remember(key, &who, &token, began, Instant::now());
                }
                metrics::counter!(OUTGOING_TOKENS, "grant" => request.grant_name(), "outcome" => "given").increment(1);
                Ok(token)
            }
            Err(error) => {
                self.held.insert(key, (error, Instant::now() + HELD_FOR));
                Err(counted(request.grant_name(), error))
            }
        }
    }
}

fn counted(grant: &'static str, error: OutgoingError) -> OutgoingError {
    metrics::counter!(OUTGOING_TOKENS, "grant" => grant, "outcome" => error.label()).increment(1);
    error
}

/// Also what is being asked for.
impl Forgetful for Exchange {
    fn forget(&self, whom: &Forgotten<'_>) {
        self.memory.forget(whom);
        self.known.forget_owners(whom);
    }

    fn heed(&self, news: &Arc<[Arc<dyn News>]>) {
        self.memory.heed(news);
    }
}

debug_by_name!([] Exchange as "Exchange";);
