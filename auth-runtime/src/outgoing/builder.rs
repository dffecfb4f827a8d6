//! The builder a user writes: which provider, and which client this service is there.

use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::fault::Misconfiguration;
use crate::outgoing::provider::{TokenEndpoint, TokenProvider};
use crate::outgoing::tokens::OutgoingTokens;
use crate::provider::Worker;
use crate::provider::client_auth::{Client, PrivateKeyJwt};
use crate::provider::discovery::Metadata;
use crate::provider::endpoint::Endpoint;
use crate::provider::fetch_error::{FetchError, NO_CLIENT};
use crate::provider::published::Published;
use crate::provider::token_endpoint::TokenAsker;
use crate::provider::transport::{Transport, transport_options};
use crate::setting::Setting;
use crate::shares::Lookups;
use crate::time::{Clock, SystemClock};

/// How much memory tokens may take: 16 MiB.
const CACHE_BYTES: usize = 16 * 1024 * 1024;

/// A provider that gives tokens, before it is said which client this service is there: [`OutgoingTokens::at`] makes one.
#[derive(Clone)]
#[must_use]
pub struct ProviderWithoutClient(pub(super) Box<str>);

debug_by_name!([] ProviderWithoutClient as "ProviderWithoutClient";);

impl ProviderWithoutClient {
    /// A client that shows its secret in `Authorization` (`client_secret_basic`).
    pub fn client_secret_basic(self, id: impl Into<Box<str>>, secret: impl Into<String>) -> OutgoingTokensBuilder {
        self.client(Client::SecretBasic { id: id.into(), secret: Zeroizing::new(secret.into()) })
    }

    /// A client that shows its secret in the body (`client_secret_post`).
    pub fn client_secret_post(self, id: impl Into<Box<str>>, secret: impl Into<String>) -> OutgoingTokensBuilder {
        self.client(Client::SecretPost { id: id.into(), secret: Zeroizing::new(secret.into()) })
    }

    /// A client that signs with its secret (`client_secret_jwt`, HS256), which must have 32 bytes at least.
    pub fn client_secret_jwt(self, id: impl Into<Box<str>>, secret: impl Into<String>) -> OutgoingTokensBuilder {
        self.client(Client::SecretJwt { id: id.into(), secret: Zeroizing::new(secret.into()) })
    }

    /// A client that signs with a private key (`private_key_jwt`).
    pub fn private_key_jwt(self, key: PrivateKeyJwt) -> OutgoingTokensBuilder {
        self.client(Client::PrivateKey(key))
    }

    fn client(self, client: Client) -> OutgoingTokensBuilder {
        OutgoingTokensBuilder {
            issuer: self.0,
            client,
            token_endpoint: None,
            subject_issuers: Vec::new(),
            cache_bytes: CACHE_BYTES,
            transport: Transport::default(),
            clock: Arc::new(SystemClock),
        }
    }
}

/// What is said of a provider that gives tokens; [`build`](Self::build) makes [`OutgoingTokens`] of it.
#[derive(Clone)]
#[must_use]
pub struct OutgoingTokensBuilder {
    issuer: Box<str>,
    client: Client,
    token_endpoint: Option<Box<str>>,
    subject_issuers: Vec<Box<str>>,
    cache_bytes: usize,
    transport: Transport,
    clock: Arc<dyn Clock>,
}

impl OutgoingTokensBuilder {
    /// Where tokens are asked for; by default where the provider's metadata say.
    pub fn token_endpoint(mut self, url: impl Into<Box<str>>) -> Self {
        self.token_endpoint = Some(url.into());
        self
    }

    /// Other issuers, by the exact `iss` of their tokens, whose tokens this provider exchanges too, as a service for tokens of your own behind several
    /// identity providers does. Called again, adds.
    ///
    /// # Security
    /// The provider is shown these tokens, and could use them.
    pub fn subject_issuers(mut self, issuers: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        self.subject_issuers.extend(issuers.into_iter().map(Into::into));
        self
    }

    /// How many bytes of memory tokens may take; 16 MiB by default, zero remembers none.
    pub fn cache_bytes(mut self, bytes: usize) -> Self {
        self.cache_bytes = bytes;
        self
    }

    /// Another clock for tokens of this service itself, for tests: those of callers go by the clock of the [`Auth`](crate::Auth).
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    transport_options!(
        "Whoever stands between this service and that host reads its secret, and the tokens of its callers."
    );

    /// Checks everything.
    pub(crate) fn tokens(self) -> Result<OutgoingTokens, Misconfiguration> {
        let wrong = |(option, fault): (&str, &str)| {
            Misconfiguration::new(format!("tokens for calls that go on: `{option}`: {fault}"))
        };
        let Self { issuer, client, token_endpoint, subject_issuers, cache_bytes, transport, clock } = self;
        let checked = |option, url: &str| transport.endpoint(url).map_err(|fault| wrong((option, fault.0)));
        checked("at", &issuer)?;
        transport.fault().map_or(Ok(()), |fault| Err(wrong(fault)))?;
        let worker = Worker::shared().map_err(|_| wrong(("at", "the process may start no more threads")))?;
        let asker = TokenAsker::new(&client, ("at", &issuer), &transport, &worker).map_err(wrong)?;
        let endpoint = match token_endpoint {
            Some(url) => TokenEndpoint::At(checked("token_endpoint", &url)?),
            None => {
                let published = Published::new(&issuer, &transport, &worker, read);
                TokenEndpoint::Published(Arc::new(published.map_err(|_| wrong(("at", NO_CLIENT)))?))
            }
        };
        let mut reviewed = vec![Setting::allows("outgoing", &*issuer)];
        reviewed.extend(subject_issuers.iter().map(|shown| Setting::allows("subject_issuer", &**shown).of(&issuer)));
        reviewed.extend(transport.reviewed().iter().map(|setting| setting.of(&issuer)));
        let provider = TokenProvider {
            issuer,
            client: client.id().into(),
            subject_issuers,
            asker,
            endpoint,
            worker,
            lookups: Lookups::default(),
            bytes: cache_bytes,
            reviewed,
        };
        Ok(OutgoingTokens::new(Arc::new(provider), clock))
    }
}

fn read(metadata: &Metadata<'_>) -> Result<Endpoint, FetchError> {
    metadata.endpoint("token_endpoint")?.ok_or(FetchError::Malformed("metadata without an endpoint for tokens"))
}

/// Never a secret.
impl fmt::Debug for OutgoingTokensBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutgoingTokensBuilder")
            .field("issuer", &self.issuer)
            .field("client", &self.client)
            .finish_non_exhaustive()
    }
}
