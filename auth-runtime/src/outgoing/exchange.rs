//! From what is wanted to a token: remembered, or asked for once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use quick_cache::sync::Cache;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::http::peer::AddressShare;
use crate::outgoing::access_token::AccessToken;
use crate::outgoing::error::OutgoingError;
use crate::outgoing::wanted::{Wanted, add};
use crate::principal::{
    CallerMemory, Confirmation, Forgetful, Forgotten, Generation, MemoryKey, News, Principal, PrincipalKey,
};
use crate::provider::Worker;
use crate::provider::endpoint::Endpoint;
use crate::provider::fetch_error::{FetchError, Refused};
use crate::provider::granted::Granted;
use crate::provider::limits::flight::{Fetched, Flight, Flights, landed};
use crate::provider::published::Published;
use crate::provider::token_endpoint::TokenAsker;
use crate::setting::Setting;
use crate::shares::{FLIGHTS, KnownCallers, Lookups, Presented};
use crate::telemetry::{OUTGOING_TOKENS, foreign, limited};
use crate::time::UnixTime;

/// The grant of RFC 8693, section 2.1.
const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
/// RFC 8693 section 3.
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";
/// The longest that a token is remembered, whatever it says.
const REMEMBER_MAX: Duration = Duration::from_secs(24 * 3600);
/// How long nobody asks again for what was not given.
const HELD_FOR: Duration = Duration::from_secs(1);
/// Of how much is known that it was not given.
const HELD: usize = 10_000;
/// The longest that a provider is asked, waiting for a turn included.
const LONGEST: Duration = Duration::from_secs(10);

type Answered = Result<AccessToken, OutgoingError>;
/// What is asked for, and what was forgotten by then.
type Asked = (MemoryKey, Generation);

/// Asks one provider for tokens, as one client.
pub(crate) struct Exchange {
    pub(super) issuer: Box<str>,
    pub(super) client: Box<str>,
    /// Whose tokens the provider is shown.
    pub(super) subject_issuers: Vec<Box<str>>,
    pub(super) asker: Arc<TokenAsker>,
    pub(super) endpoint: TokenEndpoint,
    pub(super) worker: Arc<Worker>,
    pub(super) memory: CallerMemory<AccessToken>,
    /// How much it takes.
    pub(super) bytes: usize,
    pub(super) held: Cache<MemoryKey, (OutgoingError, Instant)>,
    pub(super) flights: Arc<Flights<Asked, Answered>>,
    pub(super) lookups: Lookups,
    /// Callers for whom a token was given within the last hour.
    pub(super) known: KnownCallers,
    pub(super) reviewed: Vec<Setting>,
}

/// Where the provider is asked.
#[derive(Clone)]
pub(super) enum TokenEndpoint {
    /// As it was configured.
    At(Endpoint),
    /// As the provider says.
    Published(Arc<Published<Endpoint>>),
}

/// Whose token is shown, until when it counts, and who asks.
pub(crate) struct Subject<'a> {
    pub(crate) principal: &'a Principal,
    pub(crate) token: &'a str,
    pub(crate) counts_until: Option<UnixTime>,
    pub(crate) address: AddressShare,
}

/// What is asked for, to be taken to another thread.
struct Question {
    key: MemoryKey,
    who: PrincipalKey,
    /// Its values are secrets.
    grant: Vec<(&'static str, Zeroizing<String>)>,
    wanted: Wanted,
    is_exchange: bool,
    counts_until: Option<UnixTime>,
    presented: Presented,
    now: UnixTime,
}

impl Exchange {
    pub(super) fn new(
        issuer: Box<str>,
        client: Box<str>,
        asker: TokenAsker,
        endpoint: TokenEndpoint,
        worker: Arc<Worker>,
        bytes: usize,
    ) -> Self {
        Self {
            subject_issuers: vec![issuer.clone()],
            issuer,
            client,
            asker: Arc::new(asker),
            endpoint,
            worker,
            memory: CallerMemory::new(bytes, REMEMBER_MAX),
            bytes,
            held: Cache::new(HELD),
            flights: Arc::default(),
            lookups: Lookups::default(),
            known: KnownCallers::default(),
            reviewed: Vec::new(),
        }
    }

    /// The same provider for the callers of another `Auth`, with a memory of its own: what empties that is the `Auth`'s business.
    pub(crate) fn for_callers(&self) -> Self {
        Self {
            issuer: self.issuer.clone(),
            client: self.client.clone(),
            subject_issuers: self.subject_issuers.clone(),
            asker: Arc::clone(&self.asker),
            endpoint: self.endpoint.clone(),
            worker: Arc::clone(&self.worker),
            memory: CallerMemory::new(self.bytes, REMEMBER_MAX),
            bytes: self.bytes,
            held: Cache::new(HELD),
            flights: Arc::default(),
            lookups: self.lookups.clone(),
            known: KnownCallers::default(),
            reviewed: self.reviewed.clone(),
        }
    }

    /// Whether the provider may be shown a token of this caller.
    pub(crate) fn check_issuer(&self, principal: &Principal) -> Result<(), OutgoingError> {
        let is_shown = |issuer: &str| self.subject_issuers.iter().any(|known| **known == *issuer);
        if principal.issuer().is_some_and(is_shown) {
            return Ok(());
        }
        limited!(
            error,
            provider = foreign(&self.issuer),
            issuer = principal.issuer().map(foreign),
            remedy = "name the issuer in `.subject_issuers(…)` if the provider may see its tokens",
            "a token of another issuer is not shown to a provider that exchanges tokens"
        );
        Err(OutgoingError::CallerForeign)
    }

    /// Exchanges a caller's token (RFC 8693).
    pub(crate) async fn exchange(self: &Arc<Self>, subject: Subject<'_>, wanted: Wanted, now: UnixTime) -> Answered {
        let Subject { principal, token, counts_until, address } = subject;
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
        let key = hash.finalize().into();
        self.fetch(Question { key, who, grant, wanted, is_exchange: true, counts_until, presented, now }).await
    }

    /// A token for this service itself (RFC 6749 section 4.4).
    pub(crate) async fn of_service(self: &Arc<Self>, wanted: Wanted, now: UnixTime) -> Answered {
        let mut hash = Sha256::new();
        add(&mut hash, b"client_credentials");
        wanted.fingerprint(&mut hash);
        let who = PrincipalKey::new(&*self.issuer, &*self.client);
        let presented = Presented::new("client_credentials", (), AddressShare::Unknown);
        let grant = vec![("grant_type", Zeroizing::new("client_credentials".to_owned()))];
        let key = hash.finalize().into();
        self.fetch(Question { key, who, grant, wanted, is_exchange: false, counts_until: None, presented, now }).await
    }

    /// What reviewers see of it.
    pub(crate) fn reviewed(&self) -> &[Setting] {
        &self.reviewed
    }

    /// Forgets all that was given for a caller.
    pub(crate) fn forget_caller(&self, who: PrincipalKey) {
        self.forget(&Forgotten::Callers(&[who].into()));
    }

    async fn fetch(self: &Arc<Self>, question: Question) -> Answered {
        let (key, now, grant) = (question.key, question.now, question.grant_name());
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
            self.worker.spawn(async move {
                let answered = exchange.ask(question, flight.key().1).await;
                flight.land(answered);
            });
        });
        match fetched {
            Fetched::Known(known) => known,
            Fetched::Full => Err(self.counted(grant, OutgoingError::Busy)),
            Fetched::UnderWay(told) => landed(told).await.unwrap_or(Err(OutgoingError::Unavailable)),
        }
    }

    /// Asks the provider once it is the caller's turn, and remembers what came of it.
    async fn ask(&self, question: Question, began: Generation) -> Answered {
        let claimant = self.known.claimant(question.presented, Instant::now());
        let Ok(_turn) = self.lookups.turn(claimant).await else {
            limited!(
                warn,
                provider = foreign(&self.issuer),
                "more tokens are asked of a provider than it may be asked for at once"
            );
            return Err(self.counted(question.grant_name(), OutgoingError::Busy));
        };
        let asked = tokio::time::timeout(LONGEST, self.granted(&question)).await;
        let granted = asked.unwrap_or(Err(FetchError::TimedOut)).map_err(|error| self.refused(error));
        match granted.and_then(|granted| self.judged(&question, granted)) {
            Ok(token) => {
                self.known.insert(question.presented, Instant::now());
                if token.fresh_until().is_some() {
                    self.memory.remember(question.key, &question.who, &token, began, Instant::now());
                }
                metrics::counter!(OUTGOING_TOKENS, "grant" => question.grant_name(), "outcome" => "given").increment(1);
                Ok(token)
            }
            Err(error) => {
                self.held.insert(question.key, (error, Instant::now() + HELD_FOR));
                Err(self.counted(question.grant_name(), error))
            }
        }
    }

    fn counted(&self, grant: &'static str, error: OutgoingError) -> OutgoingError {
        metrics::counter!(OUTGOING_TOKENS, "grant" => grant, "outcome" => error.label()).increment(1);
        error
    }

    async fn granted(&self, question: &Question) -> Result<Granted, FetchError> {
        let published;
        let endpoint = match &self.endpoint {
            TokenEndpoint::At(endpoint) => endpoint,
            TokenEndpoint::Published(known) => {
                published = known.get().await?;
                &published
            }
        };
        let wanted = question.wanted.parameters();
        let wanted = wanted.iter().map(|(name, value)| (*name, &**value));
        let grant = question.grant.iter().map(|(name, value)| (*name, &***value));
        self.asker.ask(endpoint, &grant.chain(wanted).collect::<Vec<_>>(), question.now).await
    }

    /// What an answer is worth.
    fn judged(&self, question: &Question, granted: Granted) -> Answered {
        let fault = if !question.wanted.covers(granted.scope.as_ref()) {
            Some("more scopes than were asked for; ask for those too that the provider always gives")
        } else if question.is_exchange && !matches!(granted.issued_token_type.as_deref(), Some(ACCESS_TOKEN | JWT)) {
            Some("`issued_token_type` does not say that it is an access token (RFC 8693 section 2.2.1)")
        } else {
            None
        };
        if let Some(fault) = fault {
            let (provider, scope) =
                (foreign(&self.issuer), granted.scope.as_ref().and_then(Value::as_str).map(foreign));
            limited!(
                error,
                provider,
                fault,
                scope,
                "an answer of a provider does not fit the token that was asked for"
            );
            return Err(OutgoingError::AnswerUnfit);
        }
        let fresh_until = granted.fresh_until(question.now);
        let fresh_until = fresh_until.map(|until| until.min(question.counts_until.unwrap_or(UnixTime::MAX)));
        Ok(AccessToken::new(granted.access_token, fresh_until))
    }

    fn refused(&self, error: FetchError) -> OutgoingError {
        let refused = match error {
            FetchError::Refused(Refused::Grant | Refused::Request | Refused::Access) => OutgoingError::CallerRefused,
            FetchError::Refused(Refused::Target) => OutgoingError::TargetRefused,
            FetchError::Refused(Refused::Scope) => OutgoingError::ScopeRefused,
            FetchError::Refused(Refused::GrantType) | FetchError::Status(401 | 403) => OutgoingError::ClientRejected,
            FetchError::Malformed(_) | FetchError::TooLarge | FetchError::ContentTypeWrong => {
                OutgoingError::AnswerUnfit
            }
            _ => OutgoingError::Unavailable,
        };
        let (provider, error) = (foreign(&self.issuer), foreign(error));
        match refused {
            OutgoingError::ClientRejected => limited!(
                error,
                provider,
                error,
                remedy =
                    "correct client id, secret or key, and method, and let the provider allow this client the grant",
                "a provider does not give this service tokens"
            ),
            OutgoingError::CallerRefused | OutgoingError::TargetRefused | OutgoingError::ScopeRefused => {
                limited!(warn, provider, error, "a provider refuses a token for a call to another service");
            }
            _ => limited!(error, provider, error, "a provider gives no token for a call to another service"),
        }
        refused
    }
}

impl Question {
    /// In metrics.
    fn grant_name(&self) -> &'static str {
        if self.is_exchange { "token_exchange" } else { "client_credentials" }
    }
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
