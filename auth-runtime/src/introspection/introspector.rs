//! From an opaque token to a principal: remembered, or asked for once.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use crate::denial::Reason;
use crate::introspection::answer::{Active, Judge, NoAnswer};
use crate::introspection::endpoint::{Failure, IntrospectionEndpoint};
use crate::introspection::memory::{Memory, TokenHash};
#[cfg(feature = "redis")]
use crate::introspection::shared::Shared;
use crate::jwt::opaque::{Judgement, OpaqueTokens};
use crate::principal::Principal;
use crate::provider::Worker;
use crate::provider::limits::breaker::Breaker;
use crate::provider::limits::breaker::Cause as _;
use crate::provider::limits::budget::Budget;
use crate::provider::limits::flight::{Boarding, Flights, landed};
use crate::telemetry::limited;
use crate::time::UnixTime;

/// Counter of calls to introspection endpoints, with the label `outcome`: `active`, `refused`, `over_budget`, or why there
/// was no answer.
const CALLS: &str = "auth_introspections_total";

/// How many calls may be under way or waiting for their turn.
const FLIGHTS: usize = 1024;

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
    pub(crate) flights: Arc<Flights<TokenHash, Verdict>>,
    pub(crate) budget: Budget,
    pub(crate) breaker: Arc<Breaker<Failure>>,
    pub(crate) endpoint: IntrospectionEndpoint,
    /// How long a call may wait for its turn; the client bounds the call itself.
    pub(crate) timeout: Duration,
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

    fn judge(&self, token: &[u8], now: UnixTime) -> Judgement {
        let inquiry = &self.0;
        if token.len() > inquiry.judge.acceptance().max_token_bytes() {
            return Judgement::Known(Err(Reason::TokenTooLong));
        }
        let hash = inquiry.memory.hash(token);
        let recall = || inquiry.memory.recall(&hash, Instant::now(), now);
        if let Some(known) = recall() {
            return Judgement::Known(inquiry.judged(Ok(known), now));
        }
        if let Some(cause) = inquiry.breaker.refusal(Instant::now()) {
            return Judgement::Known(Err(cause.reason()));
        }
        let told = match inquiry.flights.board(hash, FLIGHTS, || recall().map(Ok)) {
            Boarding::Known(known) => return Judgement::Known(inquiry.judged(known, now)),
            Boarding::Full => {
                return Judgement::Known(Err(Reason::IntrospectionUnavailable));
            }
            Boarding::Join(told) => told,
            Boarding::Lead(flight, told) => {
                // On a thread of its own: the answer is for all who wait, also when whoever came first goes away.
                let (inquiry, token) = (Arc::clone(inquiry), Zeroizing::new(token.to_vec()));
                self.0.worker.spawn(async move {
                    let verdict = inquiry.ask(hash, &token, now).await;
                    flight.land(verdict);
                });
                told
            }
        };
        let inquiry = Arc::clone(inquiry);
        Judgement::Asked(Box::pin(async move {
            let verdict = landed(told).await.unwrap_or(Err(Reason::IntrospectionUnavailable));
            inquiry.judged(verdict, now)
        }))
    }
}

impl Inquiry {
    fn judged(&self, verdict: Verdict, now: UnixTime) -> Result<Principal, Reason> {
        let Active { principal, times, revocable, .. } = verdict??;
        let acceptance = self.judge.acceptance();
        times.check(now, acceptance.leeway())?;
        acceptance.unrevoked(&principal, revocable.as_ref(), &times, now)?;
        Ok(principal)
    }

    /// Makes the call, if budget and breaker allow, and remembers what it brought.
    async fn ask(&self, hash: TokenHash, token: &[u8], now: UnixTime) -> Verdict {
        let asked = Instant::now();
        #[cfg(feature = "redis")]
        if let Some(active) = self.find_shared(hash, token, now).await {
            return Ok(Ok(active));
        }
        if !self.budget.take(asked) {
            metrics::counter!(CALLS, "outcome" => "over_budget").increment(1);
            limited!(warn, "more tokens need introspection than its budget of calls allows");
            return Err(Reason::IntrospectionUnavailable);
        }
        let judged = self.call(token, now).await;
        let outcome = match &judged {
            Ok(Ok(_)) => "active",
            Ok(Err(_)) => "refused",
            Err(failure) => failure.label(),
        };
        metrics::counter!(CALLS, "outcome" => outcome).increment(1);
        let answer = judged.map_err(Failure::reason)?;
        self.memory.remember(hash, &answer, asked);
        #[cfg(feature = "redis")]
        self.share(token, &answer, now).await;
        Ok(answer)
    }

    /// What the endpoint told another process of this token, judged anew; remembered for what is left of its time.
    #[cfg(feature = "redis")]
    async fn find_shared(&self, hash: TokenHash, token: &[u8], now: UnixTime) -> Option<Active> {
        let asked = Instant::now();
        let (text, age) = self.shared.as_ref()?.find(token, now).await?;
        let lasts = |answer: &Result<Active, Reason>| answer.as_ref().is_ok_and(|active| active.lasts(now));
        let answer = self.judge.judge(text, now).ok().filter(lasts)?;
        self.memory.remember(hash, &answer, asked.checked_sub(age)?);
        answer.ok()
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

    async fn call(&self, token: &[u8], now: UnixTime) -> Result<Result<Active, Reason>, Failure> {
        let place = tokio::time::timeout(self.timeout, self.budget.place()).await;
        let place = place.map_err(|_| Failure::TimedOut)?.ok_or(Failure::Unreachable)?;
        let permit = self.breaker.admit(Instant::now())?;
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
        drop(place);
        match &answer {
            // The endpoint works, whatever it thinks of this token.
            Ok(_) | Err(Failure::TokenRefused) => permit.worked(),
            Err(failure) => permit.failed(Instant::now(), *failure),
        }
        answer
    }
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
