//! What an [`Introspection`](super::Introspection) was told, and what is made of it: where every mistake comes up, by name.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::authorities::AuthorityLoader;
use crate::introspection::answer::Judge;
use crate::introspection::breakers::Breakers;
use crate::introspection::endpoint::IntrospectionEndpoint;
use crate::introspection::introspector::{Inquiry, Introspector};
use crate::introspection::memory::Memory;
#[cfg(feature = "redis")]
use crate::introspection::shared::SharedResults;
use crate::jwt::acceptance::AcceptanceSettings;
use crate::jwt::opaque::{OpaqueSettings, OpaqueTokens};
use crate::jwt::{JwtError, Presentation};
use crate::provider::Worker;
use crate::provider::client_auth::Client;
use crate::provider::fetch_error::NO_CLIENT;
use crate::provider::limits::budget::Budget;
use crate::provider::limits::flight::Flights;
use crate::provider::transport::Transport;
use crate::revocation::Consulted;
use crate::setting::{ANY, Setting};

/// The longest answer that is read: 64 KiB.
pub(crate) const ANSWER_BYTES: usize = 64 * 1024;
/// No answer counts for longer: a revoked token would live on.
const MAX_AGE_MAX: Duration = Duration::from_secs(3600);
const TIMEOUT_MAX: Duration = Duration::from_secs(30);

/// All that it was told.
#[derive(Clone, Debug)]
pub struct IntrospectionSettings {
    pub(crate) acceptance: AcceptanceSettings,
    /// Taken out by whatever configuration it becomes part of.
    pub(crate) authorities: Option<AuthorityLoader>,
    pub(crate) asking: Asking,
    /// Also of tokens that have the form of a JWT.
    pub(crate) every_form: bool,
}

/// How the endpoint is asked.
#[derive(Clone, Debug)]
pub(crate) struct Asking {
    pub(crate) url: Box<str>,
    pub(crate) transport: Transport,
    pub(crate) client: Option<Client>,
    pub(crate) max_staleness: Duration,
    pub(crate) refused_age: Duration,
    pub(crate) timeout: Duration,
    pub(crate) calls_per_second: u32,
    pub(crate) calls_at_once: usize,
    pub(crate) failures: u32,
    pub(crate) pause: Duration,
    pub(crate) cache_bytes: usize,
    pub(crate) dangerous_any_token_type: bool,
    #[cfg(feature = "redis")]
    pub(crate) shared: Option<SharedResults>,
}

impl OpaqueSettings for IntrospectionSettings {
    fn reviewed(&self) -> Vec<Setting> {
        let asking = &self.asking;
        let mut settings = self.acceptance.reviewed();
        settings.extend(asking.transport.reviewed());
        let url = asking.url.split(['?', '#']).next().unwrap_or_default();
        settings.push(Setting::allows("introspection", url));
        settings.push(Setting::at_most("introspection_staleness", asking.max_staleness.as_secs(), "s"));
        settings.extend(asking.dangerous_any_token_type.then(|| Setting::allows("dangerous_any_token_type", ANY)));
        settings.extend(self.every_form.then(|| Setting::allows("form", "of a JWT, too")));
        settings
    }

    fn revocations(&self) -> Option<&Consulted> {
        self.acceptance.revocations.as_ref()
    }

    fn build(
        &self,
        presented: Presentation,
        revocations: Option<&Consulted>,
    ) -> Result<Box<dyn OpaqueTokens>, JwtError> {
        let Self { acceptance, asking, every_form, .. } = self;
        asking.check_options()?;
        let url =
            asking.transport.endpoint(&asking.url).map_err(|fault| JwtError::EndpointInvalid { fault: fault.0 })?;
        let unusable = |fault| JwtError::EndpointInvalid { fault };
        let worker =
            Worker::shared().map_err(|_| unusable("the process may start no more threads; raise its limit"))?;
        let client = worker
            .client(&asking.transport)
            .map_err(|_| unusable(NO_CLIENT))?
            .timeout(asking.timeout)
            .answer_bytes(ANSWER_BYTES);
        let prover = match &asking.client {
            Some(client) => client.prover(url.url().as_str()),
            None => Err(("client_secret_basic", "no credentials were given; every server demands some")),
        };
        let prover = prover.map_err(|(option, fault)| JwtError::OptionInvalid { option, fault })?;
        #[cfg(feature = "redis")]
        let shared = {
            let client = asking.client.as_ref().map_or("", Client::id);
            let open = |shared: &SharedResults| shared.open(&[url.url().as_str(), client], asking.max_staleness);
            let opened = asking.shared.as_ref().map(open).transpose();
            opened.map_err(|fault| JwtError::OptionInvalid { option: "shared", fault })?.flatten()
        };
        let refused_age = asking.refused_age.min(asking.max_staleness);
        let memory = Memory::new(asking.cache_bytes, asking.max_staleness, refused_age)
            .map_err(|_| unusable("the system has no randomness for the key of the memory"))?;
        let mut acceptance = acceptance.clone();
        acceptance.revocations = acceptance.revocations.or_else(|| revocations.cloned());
        Ok(Box::new(Introspector(Arc::new(Inquiry {
            every_form: *every_form,
            judge: Judge::new(acceptance.build(presented)?, asking.dangerous_any_token_type),
            memory,
            flights: Arc::new(Flights::default()),
            budget: Budget::new(asking.calls_per_second, asking.calls_at_once, asking.timeout, Instant::now()),
            breakers: Breakers::new(asking.failures, asking.pause),
            endpoint: IntrospectionEndpoint::new(url, client, prover),
            worker,
            #[cfg(feature = "redis")]
            shared,
        }))))
    }
}

impl Asking {
    fn check_options(&self) -> Result<(), JwtError> {
        let checks = [
            (
                self.max_staleness > MAX_AGE_MAX,
                "max_staleness",
                "more than an hour, in which no revocation counts; use seconds",
            ),
            (
                self.timeout.is_zero() || self.timeout > TIMEOUT_MAX,
                "timeout",
                "a caller waits for as long; give more than nothing and at most 30 seconds",
            ),
            (self.calls_per_second == 0, "calls_per_second", "no token could ever be asked about; give 1 or more"),
            (self.calls_at_once == 0, "calls_at_once", "no token could ever be asked about; give 1 or more"),
            (self.failures == 0, "breaker", "it would never close; give 1 failure or more"),
            (self.pause > MAX_AGE_MAX, "breaker", "a pause of more than an hour; use seconds"),
        ];
        let wrong = checks.into_iter().find(|(wrong, ..)| *wrong).map(|(_, option, fault)| (option, fault));
        match wrong.or_else(|| self.transport.fault()) {
            Some((option, fault)) => Err(JwtError::OptionInvalid { option, fault }),
            None => Ok(()),
        }
    }
}
