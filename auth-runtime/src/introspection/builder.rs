//! The builder a user writes: whom to ask, and what the answer must say.

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use zeroize::Zeroizing;

use crate::authorities::{AuthorityLoader, IntoAuthorityLoader};
use crate::introspection::settings::{Asking, IntrospectionSettings};
#[cfg(feature = "redis")]
use crate::introspection::shared::SharedResults;
use crate::jwt::acceptance::AcceptanceSettings;
use crate::jwt::settings::{Carriers, TokenSettings};
use crate::jwt::{Audience, AudienceSaid, Audiences, Clients, IntoSettings, IssuerSaid, Jwt, ReadyJwt, Said, Unsaid};
use crate::provider::client_auth::{Client, PrivateKeyJwt};
use crate::provider::transport::Transport;
use crate::revocation::{Consulted, Revocations};

/// Which tokens the `bearer` scheme accepts on the word of the server that issued them (RFC 7662).
///
/// Say the endpoint, the credentials of this service there, whose tokens are trusted and for whom they must be meant;
/// until all is said, neither `.bearer(…)` nor [`Jwt::opaque`] takes it. A token is good if the answer's `active` is
/// `true`, if `iss`, `aud`, `exp`, `nbf` and `iat` fit, if the answer says that it is an access token, and if it is not
/// bound to a key of the client (`cnf`). Scopes, roles and claims are those of the answer.
///
/// One answer counts for a minute, at most until `exp`. Whoever presents the same token at the same time shares one call.
/// When the endpoint fails, tokens that are not remembered get 503; when it rejects the credentials of this service, 500.
///
/// ```
/// use std::time::Duration;
/// use auth_runtime::{Auth, Jwt};
/// use auth_runtime::introspection::Introspection;
///
/// # let secret = "not a secret";
/// let opaque = Introspection::new("https://idp.example/introspect")
///     .client_secret_basic("orders-api", secret)
///     .issuer("https://idp.example")
///     .audience("https://api.example")
///     .max_staleness(Duration::from_secs(30));
/// assert!(!format!("{opaque:?}").contains(secret), "secrets are never shown");
///
/// // By itself, for every token of a configuration:
/// let auth = Auth::builder().bearer(opaque.clone()).build()?;
///
/// // Or beside JWTs, for the tokens that are none:
/// let jwt = Jwt::hs256([7; 32]).issuer("https://idp.example").audience("https://api.example").opaque(opaque);
/// let auth = Auth::builder().bearer(jwt).build()?;
/// # Ok::<(), auth_runtime::config::ConfigError>(())
/// ```
///
/// An incomplete one is refused by the compiler:
///
/// ```compile_fail
/// use auth_runtime::{Auth, introspection::Introspection};
///
/// // Who are we?
/// Auth::builder().bearer(Introspection::new("https://idp.example/i").dangerous_any_issuer().audience("https://api.example"));
/// ```
#[derive(Clone, Debug)]
pub struct Introspection<I = Unsaid, A = Unsaid, C = Unsaid> {
    pub(super) acceptance: AcceptanceSettings,
    pub(super) carriers: Carriers,
    authorities: Option<AuthorityLoader>,
    pub(super) asking: Asking,
    said: WhatWasSaid<I, A, C>,
}

impl Introspection {
    /// Asks this endpoint: a URL with https, or http to this machine itself and the hosts of
    /// [`dangerous_plain_http`](Self::dangerous_plain_http).
    pub fn new(url: impl Into<Box<str>>) -> Self {
        let asking = Asking {
            url: url.into(),
            transport: Transport::default(),
            client: None,
            max_staleness: Duration::from_secs(60),
            refused_age: Duration::from_secs(10),
            timeout: Duration::from_secs(2),
            calls_per_second: 200,
            calls_at_once: 32,
            failures: 5,
            pause: Duration::from_secs(10),
            cache_bytes: 32 * 1024 * 1024,
            dangerous_any_token_type: false,
            #[cfg(feature = "redis")]
            shared: None,
        };
        Self {
            acceptance: AcceptanceSettings::default(),
            carriers: Carriers::default(),
            authorities: None,
            asking,
            said: PhantomData,
        }
    }
}

/// Who we are.
impl<I, A> Introspection<I, A, Unsaid> {
    /// Client id and secret in the `Authorization` field (RFC 6749 section 2.3.1): what most servers want.
    pub fn client_secret_basic(self, id: impl Into<Box<str>>, secret: impl Into<String>) -> Introspection<I, A, Said> {
        self.client(Client::SecretBasic { id: id.into(), secret: Zeroizing::new(secret.into()) })
    }

    /// Client id and secret in the body.
    pub fn client_secret_post(self, id: impl Into<Box<str>>, secret: impl Into<String>) -> Introspection<I, A, Said> {
        self.client(Client::SecretPost { id: id.into(), secret: Zeroizing::new(secret.into()) })
    }

    /// An assertion signed by a private key, fresh for each call and good for a minute: no secret travels
    /// (RFC 7523 section 2.2).
    pub fn private_key_jwt(self, key: PrivateKeyJwt) -> Introspection<I, A, Said> {
        self.client(Client::PrivateKey(key))
    }

    fn client(mut self, client: Client) -> Introspection<I, A, Said> {
        self.asking.client = Some(client);
        self.state()
    }
}

/// Whose tokens are trusted.
impl<A, C> Introspection<Unsaid, A, C> {
    /// Tokens whose answer has exactly this `iss`, byte for byte.
    pub fn issuer(mut self, issuer: impl Into<Box<str>>) -> Introspection<Said, A, C> {
        self.acceptance.issuer.name = Some(issuer.into().into());
        self.state()
    }

    /// Tokens of any issuer the endpoint knows, or answers without `iss`, which RFC 7662 allows.
    ///
    /// # Security
    /// A server that speaks for several issuers vouches for the tokens of all of them. Principals have no issuer where the
    /// answer has none.
    pub fn dangerous_any_issuer(self) -> Introspection<Said, A, C> {
        self.state()
    }
}

/// For whom a token must be meant.
impl<I, C> Introspection<I, Unsaid, C> {
    /// Tokens whose answer's `aud` is this or contains it: the name of this service at the issuer. Called again, any of
    /// the values will do.
    pub fn audience(mut self, audience: impl Into<Box<str>>) -> Introspection<I, Audiences, C> {
        self.acceptance.issuer.add_audience(audience.into());
        self.state()
    }

    /// Tokens that were issued to this client, for servers whose answers carry no `aud`. Called again, any of the clients
    /// will do.
    ///
    /// # Security
    /// As for [`Jwt::client_id`]: this tells who asked for the token, not for whom it is meant.
    pub fn issued_to(mut self, client: impl Into<Box<str>>) -> Introspection<I, Clients, C> {
        self.acceptance.issuer.add_client(client.into());
        self.state()
    }

    /// Tokens meant for anybody.
    ///
    /// # Security
    /// A token that was issued for another service, which that service received from its caller, can be used here.
    pub fn dangerous_any_audience(mut self) -> Introspection<I, Said, C> {
        self.acceptance.issuer.audience = Some(Audience::Any);
        self.state()
    }
}

impl<I, C> Introspection<I, Audiences, C> {
    /// A further value that will do for `aud`.
    #[must_use]
    pub fn audience(mut self, audience: impl Into<Box<str>>) -> Self {
        self.acceptance.issuer.add_audience(audience.into());
        self
    }
}

impl<I, C> Introspection<I, Clients, C> {
    /// A further client that will do.
    ///
    /// # Security
    /// As for the first.
    #[must_use]
    pub fn issued_to(mut self, client: impl Into<Box<str>>) -> Self {
        self.acceptance.issuer.add_client(client.into());
        self
    }
}

/// Everything else, with safe defaults.
impl<I, A, C> Introspection<I, A, C> {
    /// How long an answer counts, in time since it was asked for; by default 60 s, zero asks each time. No answer counts
    /// past its `exp`.
    ///
    /// # Security
    /// A revoked token stays usable for as long. More than an hour is refused in `Auth::build()`.
    #[must_use]
    pub fn max_staleness(mut self, max_staleness: Duration) -> Self {
        self.asking.max_staleness = max_staleness;
        self
    }

    /// How long a token that was refused stays so without asking again; by default 10 s, at most
    /// [`max_staleness`](Self::max_staleness). Up to 10 000 such tokens are remembered.
    #[must_use]
    pub fn inactive_age(mut self, age: Duration) -> Self {
        self.asking.refused_age = age;
        self
    }

    /// How long a call may take, and how long it may wait for its turn before; by default 2 s each. Keep the double of it
    /// below the deadline of the decision (`AuthBuilder::deadline`).
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.asking.timeout = timeout;
        self
    }

    /// How many calls may begin in a second; by default 200. What is beyond gets 503, tokens that are remembered do not. A quarter
    /// is kept for tokens that were active within the last hour, and of the rest one caller leaves
    /// [as many as it takes](crate::manual::threats#what-a-stranger-can-cause) to the others; callers are told apart by address.
    #[must_use]
    pub fn calls_per_second(mut self, calls: u32) -> Self {
        self.asking.calls_per_second = calls;
        self
    }

    /// How many calls may be under way at the same time; by default 32. Of further ones eight for each wait, and callers take
    /// turns.
    #[must_use]
    pub fn calls_at_once(mut self, calls: usize) -> Self {
        self.asking.calls_at_once = calls;
        self
    }

    /// After how many failures in a row the endpoint is left alone, and for how long before one call tries again; by default 5
    /// failures and 10 s. What may come from a token (no answer, an error) counts once for each caller; what is about one token
    /// (429, a redirect, a page, an answer that cannot be read) does not count. Failures of strangers count for strangers alone: whose
    /// token was active within the last hour is still asked about.
    #[must_use]
    pub fn breaker(mut self, failures: u32, pause: Duration) -> Self {
        self.asking.failures = failures;
        self.asking.pause = pause;
        self
    }

    /// Shares what the endpoint says with other processes (feature `redis`); by default nothing is shared, and nothing where
    /// [`max_staleness`](Self::max_staleness) is less than two seconds.
    #[cfg(feature = "redis")]
    #[must_use]
    pub fn shared(mut self, results: SharedResults) -> Self {
        self.asking.shared = Some(results);
        self
    }

    /// Accepts answers that do not say which kind of token they are about. By default one of `token_type` (`Bearer`),
    /// `token_use` (`access_token`) and `typ` (`Bearer`, `at+jwt`) must say that it is an access token. Another kind is
    /// refused in any case.
    ///
    /// # Security
    /// Endpoints know refresh tokens and others too, and call them active. Without a word on the kind, whatever was issued
    /// for the audience passes for an access token.
    #[must_use]
    pub fn dangerous_any_token_type(mut self) -> Self {
        self.asking.dangerous_any_token_type = true;
        self
    }

    /// How many bytes of memory the answers about good tokens may take; by default 32 MiB, zero remembers none.
    #[must_use]
    pub fn cache_bytes(mut self, bytes: usize) -> Self {
        self.asking.cache_bytes = bytes;
        self
    }

    /// How far the issuer's clock may be off; see [`Jwt::leeway`]. What is remembered ends with `exp` all the same.
    ///
    /// # Security
    /// See [`Jwt::leeway`].
    #[must_use]
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.acceptance.leeway = leeway;
        self
    }

    /// Consults this store of revocations with every request, also while an answer is remembered; see
    /// [`Jwt::revocations`]. Beside a [`Jwt`] that consults one, that one counts unless another is said.
    ///
    /// Every answer then needs a `jti`.
    #[must_use]
    pub fn revocations(mut self, store: impl Revocations) -> Self {
        self.acceptance.revocations = Some(Consulted::new(store));
        self
    }

    /// The only roles the issuer may grant; see [`Jwt::grantable_roles`].
    #[must_use]
    pub fn grantable_roles(mut self, roles: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        self.acceptance.issuer.add_grantable_roles(roles);
        self
    }

    /// The only scopes the issuer may grant; see [`Jwt::grantable_scopes`].
    #[must_use]
    pub fn grantable_scopes(mut self, scopes: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        self.acceptance.issuer.add_grantable_scopes(scopes);
        self
    }

    /// The longest token that is asked about, in bytes; by default 16 KiB.
    #[must_use]
    pub fn max_token_bytes(mut self, bytes: usize) -> Self {
        self.acceptance.max_token_bytes = bytes;
        self
    }

    /// What the application itself knows of the callers: a function that loads their [authorities](crate::authorities), such as
    /// roles out of a database. It is asked after the endpoint has called a token good, on every route. Called again, the last counts.
    #[must_use]
    pub fn authorities<Args>(mut self, load: impl IntoAuthorityLoader<Args>) -> Self {
        self.authorities = Some(load.into_loader());
        self
    }

    fn state<J, B, D>(self) -> Introspection<J, B, D> {
        let Self { acceptance, carriers, authorities, asking, .. } = self;
        Introspection { acceptance, carriers, authorities, asking, said: PhantomData }
    }
}

/// Of issuer, audience and client.
type WhatWasSaid<I, A, C> = PhantomData<fn() -> (I, A, C)>;

mod sealed {
    use super::IntrospectionSettings;

    pub trait IntoOpaque {
        #[doc(hidden)]
        fn into_opaque(self) -> IntrospectionSettings;
    }
}

use sealed::IntoOpaque;

/// An [`Introspection`] that says who we are, whose tokens it trusts and for whom they must be meant.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a complete introspection",
    label = "credentials, issuer or audience missing",
    note = "say all: `Introspection::new(url).client_secret_basic(id, secret).issuer(\"https://…\").audience(\"https://…\")`"
)]
pub trait ReadyIntrospection: IntoOpaque {}

impl<I: IssuerSaid, A: AudienceSaid> ReadyIntrospection for Introspection<I, A, Said> {}

impl<I: IssuerSaid, A: AudienceSaid> IntoOpaque for Introspection<I, A, Said> {
    fn into_opaque(self) -> IntrospectionSettings {
        let Self { acceptance, authorities, asking, .. } = self;
        IntrospectionSettings { acceptance, authorities, asking, every_form: false }
    }
}

impl<I: IssuerSaid, A: AudienceSaid> IntoSettings for Introspection<I, A, Said> {
    /// By itself it is asked about every token.
    fn into_settings(self) -> TokenSettings {
        let carriers = self.carriers.clone();
        let mut opaque = IntrospectionSettings { every_form: true, ..self.into_opaque() };
        let authorities = opaque.authorities.take();
        TokenSettings { carriers, authorities, jwt: None, opaque: Some(Arc::new(opaque)) }
    }
}

impl<I: IssuerSaid, A: AudienceSaid> ReadyJwt for Introspection<I, A, Said> {}

impl<I, A> Jwt<I, A> {
    /// Also takes opaque tokens, which their issuer is asked about (RFC 7662).
    ///
    /// A token goes by its form: what is a JWT by its form (three segments, the first a JSON object) is verified here,
    /// also where the other side might know it; everything else is introspected. None is tried both ways.
    ///
    /// A configuration has one function that loads authorities, for tokens of both forms: the one that was given last.
    #[must_use]
    pub fn opaque(mut self, introspection: impl ReadyIntrospection) -> Self {
        let mut settings = introspection.into_opaque();
        self.authorities = settings.authorities.take().or(self.authorities);
        self.opaque = Some(Arc::new(settings));
        self
    }
}
