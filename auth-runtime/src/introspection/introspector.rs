//! From an opaque token to a principal: remembered, or asked for once.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use crate::denial::Reason;
use crate::http::peer::AddressShare;
use crate::introspection::answer::{Active, Judge, NoAnswer};
use crate::introspection::breakers::Breakers;
use crate::introspection::endpoint::{Failure, IntrospectionEndpoint};
use crate::introspection::memory::{Memory, TokenHash};
#[cfg(feature = "redis")]
use crate::introspection::shared::Shared;
use crate::jwt::opaque::OpaqueTokens;
use crate::principal::{Forgetful, Forgotten, News, Principal};
use crate::provider::Worker;
use crate::provider::limits::breaker::Cause as _;
use crate::provider::limits::budget::Budget;
use crate::provider::limits::flight::{Fetched, Flights, landed};
use crate::scheme::{Authentication, Context, Outcome};
use crate::shares::{Claimant, Presented, Share};
use crate::telemetry::{INTROSPECTIONS, limited};
use crate::time::UnixTime;

/// How long nobody asks again about a token that failed.
const HELD_FOR: Duration = Duration::from_secs(1);
/// The same where the endpoint says for how long, at most.
const HELD_MAX: Duration = Duration::from_secs(300);
/// What a call brought: a principal, a refusal, or why nothing is known.
type Verdict = Result<Result<Active, Reason>, Reason>;

/// Asks the issuer about the tokens of one configuration.
pub(crate) struct Introspector(pub(crate) Arc<Inquiry>);

/// What it asks with, and what it knows.
pub(crate) struct Inquiry {
    /// Also asks about tokens that have the form of a JWT.
    pub(crate) every_form: bool,
    pub(crate) judge: Judge,
    pub(crate) memory: Memory,
    /// By token, and by the memory's generation when it was asked about.
    pub(crate) flights: Arc<Flights<(TokenHash, u64), Verdict>>,
    pub(crate) budget: Budget,
    pub(crate) breakers: Breakers,
    pub(crate) endpoint: IntrospectionEndpoint,
    pub(crate) worker: Arc<Worker>,
    #[cfg(feature = "redis")]
    pub(crate) shared: Option<Shared>,
}

impl OpaqueTokens for Introspector {
    fn takes_every_form(&self) -> bool {
        self.0.every_form
    }

    fn issuer_name(&self) -> Option<&str> {
        self.0.judge.issuer_name()
    }

    fn forgetful(&self) -> Option<Arc<dyn Forgetful>> {
        Some(Arc::<Inquiry>::clone(&self.0))
    }

    fn judge(&self, token: &[u8], now: UnixTime, context: &Context<'_>) -> Authentication {
        let inquiry = &self.0;
        if token.len() > inquiry.judge.acceptance().max_token_bytes() {
            return Outcome::failed(Reason::TokenTooLong).into();
        }
        let hash = inquiry.memory.hash(token);
        let recall = || inquiry.memory.recall(&hash, Instant::now(), now).map(Ok);
        if let Some(known) = recall() {
            return inquiry.judged(&hash, known, now).into();
        }
        if inquiry.memory.is_held(&hash, Instant::now()) {
            return Outcome::failed(Reason::IntrospectionUnavailable).into();
        }
        let caller = || {
            let address = context.address_share();
            let claimant = inquiry.claimant(hash, address, Instant::now());
            (claimant, blamed(claimant, address))
        };
        if let Some(cause) = inquiry.breakers.refusal(Instant::now(), caller) {
            return Outcome::failed(cause.reason()).into();
        }
        let asked = || (hash, inquiry.memory.generation());
        let fetched = inquiry.flights.fetch(asked, inquiry.budget.flights(), recall, |flight| {
            let (inquiry, token, address) =
                (Arc::clone(inquiry), Zeroizing::new(token.to_vec()), context.address_share());
            // On a thread of its own, which outlives the worker that asked first.
            self.0.worker.spawn(async move {
                let verdict = inquiry.ask(hash, flight.key().1, &token, address, now).await;
                flight.land(verdict);
            });
        });
        let told = match fetched {
            Fetched::Known(known) => return inquiry.judged(&hash, known, now).into(),
            Fetched::Full => return Outcome::failed(Reason::IntrospectionUnavailable).into(),
            Fetched::UnderWay(told) => told,
        };
        let inquiry = Arc::clone(inquiry);
        Authentication::pending(async move {
            let verdict = landed(told).await.unwrap_or(Err(Reason::IntrospectionUnavailable));
            inquiry.judged(&hash, verdict, now)
        })
    }
}

impl Inquiry {
    /// What a verdict is worth now. A token that is not good any more comes first no more.
    fn judged(&self, token: &TokenHash, verdict: Verdict, now: UnixTime) -> Outcome {
        let good = match verdict {
            Ok(said) => said.and_then(|active| self.check(active, now)),
            Err(unknown) => return Outcome::failed(unknown),
        };
        match good {
            Ok(principal) => Outcome::Verified(principal),
            Err(reason) => Outcome::failed(reason).once_good(self.memory.known.forget(token)),
        }
    }

    fn check(&self, active: Active, now: UnixTime) -> Result<Principal, Reason> {
        let Active { principal, times, revocable, .. } = active;
        let acceptance = self.judge.acceptance();
        times.check(now, acceptance.leeway())?;
        acceptance.unrevoked(&principal, revocable.as_ref(), &times, now)?;
        Ok(principal)
    }

    fn claimant(&self, token: TokenHash, address: AddressShare, now: Instant) -> Claimant {
        self.memory.known.claimant(Presented::unguessable(token, address), now)
    }

    /// Makes the call, if budget and breaker allow, and remembers what it brought.
    async fn ask(&self, hash: TokenHash, began: u64, token: &[u8], address: AddressShare, now: UnixTime) -> Verdict {
        let asked = Instant::now();
        #[cfg(feature = "redis")]
        if let Some(active) = self.find_shared(hash, began, token, now).await {
            return Ok(Ok(active));
        }
        let presented = Presented::unguessable(hash, address);
        let claimant = self.claimant(hash, address, asked);
        let place = match self.budget.take(claimant, asked) {
            true => self.budget.place(claimant).await,
            false => None,
        };
        let Some(place) = place else {
            metrics::counter!(INTROSPECTIONS, "outcome" => "over_budget").increment(1);
            limited!(warn, "more tokens need introspection than its budget of calls allows");
            return Err(Reason::IntrospectionUnavailable);
        };
        let judged = self.call(token, claimant, blamed(claimant, address), now).await;
        drop(place);
        let outcome = match &judged {
            Ok(Ok(_)) => "active",
            Ok(Err(_)) => "refused",
            Err(failure) => failure.label(),
        };
        metrics::counter!(INTROSPECTIONS, "outcome" => outcome).increment(1);
        let answer = judged.map_err(|failure| {
            self.leave_alone(hash, claimant, failure, Instant::now());
            failure.reason()
        })?;
        if let Ok(active) = &answer {
            let who = active.principal.key();
            self.memory.known.insert(presented.owned_by((who.issuer(), who.subject())), asked);
        }
        self.memory.remember(hash, &answer, asked, began);
        #[cfg(feature = "redis")]
        self.share(token, &answer, now).await;
        Ok(answer)
    }

    /// What the endpoint told another process of this token, judged anew; remembered for what is left of its time.
    #[cfg(feature = "redis")]
    async fn find_shared(&self, hash: TokenHash, began: u64, token: &[u8], now: UnixTime) -> Option<Active> {
        let (shared, looked) = (self.shared.as_ref()?, Instant::now());
        let (text, age) = shared.find(token, now).await?;
        let asked = looked.checked_sub(age)?;
        let active = self.judge.judge(text, now).ok()?.ok()?;
        if !active.lasts(now) || shared.was_forgotten(&active.principal.key(), asked) {
            return None;
        }
        self.memory.remember(hash, &Ok(active.clone()), asked, began);
        Some(active)
    }

    /// Lets other processes know.
    #[cfg(feature = "redis")]
    async fn share(&self, token: &[u8], answer: &Result<Active, Reason>, now: UnixTime) {
        match (&self.shared, answer) {
            (Some(shared), Ok(active)) => shared.store(token, active.principal.claims_text(), now).await,
            (Some(shared), Err(_)) => shared.withdraw(token).await,
            (None, _) => {}
        }
    }

    /// What may be the token's own failure is not asked for again at once; where the endpoint wants to hear less, its callers
    /// are not heard for as long.
    fn leave_alone(&self, hash: TokenHash, claimant: Claimant, failure: Failure, now: Instant) {
        if !failure.may_be_the_tokens() {
            return;
        }
        let mut pause = HELD_FOR;
        if let Failure::Limited(after) = failure {
            pause = after.unwrap_or(pause).clamp(HELD_FOR, HELD_MAX);
            self.budget.back_off(claimant, now + pause);
        }
        self.memory.hold(hash, now + pause);
    }

    /// Asks the endpoint; `blamed` is whose failure it is where the token may have caused it.
    async fn call(
        &self,
        token: &[u8],
        claimant: Claimant,
        blamed: Share,
        now: UnixTime,
    ) -> Result<Result<Active, Reason>, Failure> {
        let permits = self.breakers.admit(claimant, blamed, Instant::now())?;
        let answer = self.endpoint.ask(token, now).await.and_then(|text| {
            self.judge.judge(text, now).map_err(|NoAnswer| {
                limited!(
                    warn,
                    "an answer of the introspection endpoint is not a strict JSON object with `active` in it"
                );
                // What is said of one user must not cut all others off.
                Failure::TokenRefused
            })
        });
        match &answer {
            // The endpoint works, whatever it thinks of this token.
            Ok(_) | Err(Failure::TokenRefused | Failure::Limited(_)) => permits.worked(),
            Err(failure) => permits.failed(Instant::now(), *failure),
        }
        answer
    }
}

impl Forgetful for Inquiry {
    fn forget(&self, whom: &Forgotten<'_>) {
        self.memory.forget(whom);
        #[cfg(feature = "redis")]
        if let (Some(shared), Forgotten::Callers(callers)) = (&self.shared, whom) {
            shared.forget(callers, Instant::now());
        }
    }

    /// What is remembered is the issuer's word, and counts for its time whatever other processes say.
    fn heed(&self, _: &Arc<[Arc<dyn News>]>) {}
}

/// Whose failure it is where the token may have caused it: whoever was good before speaks for itself; strangers may invent as many
/// tokens as they like.
fn blamed(claimant: Claimant, address: AddressShare) -> Share {
    if claimant.is_known() { claimant.share() } else { Share::of_all_at(address) }
}

/// How it is set up, nothing of tokens.
impl fmt::Debug for Introspector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Introspector")
            .field("endpoint", &self.0.endpoint)
            .field("every_form", &self.0.every_form)
            .finish_non_exhaustive()
    }
}
