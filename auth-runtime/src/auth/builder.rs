//! The builder of an `Auth`: collects schemes and settings, and checks them against every linked policy.

use std::any::TypeId;
use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpRequest;

use crate::auth::authorities::{Shared, place_authorities};
use crate::auth::binding::{Binding, SchemeKey, Unbound};
use crate::auth::forgetting::CallerMemories;
#[cfg(feature = "session")]
use crate::auth::sessions::SessionsByName;
use crate::auth::tokens::token_scheme;
use crate::auth::words::faults_of_words;
use crate::auth::{Auth, ConfigError, ConfigFault, Configuration, MountedTable};
use crate::denial::{BodyHook, Denial, DenialBody};
use crate::guard::{Audience, ConfiguredScheme, LeftInRequests, Plans, Settings};
use crate::http::forwarded::Proxies;
use crate::http::origin::OriginPolicy;
use crate::limits::Limits;
use crate::metadata::ResourceMetadata;
use crate::policy::registry::{Linked, POLICIES};
use crate::policy::{Hierarchies, SchemeName, SchemeUse, Vocabulary};
use crate::scheme::Scheme;
use crate::scheme::api_key::{ApiKeyScheme, ApiKeys};
#[cfg(feature = "basic")]
use crate::scheme::basic::Passwords;
use crate::scheme::digest::DigestUsers;
use crate::telemetry::EventSource;
use crate::time::{Clock, SystemClock};

/// Builds an [`Auth`]; all faults are reported together by [`build`](Self::build).
#[must_use]
pub struct AuthBuilder {
    realm: String,
    pub(super) schemes: HashMap<SchemeKey, ConfiguredScheme>,
    written: Vec<(String, Arc<dyn Scheme>)>,
    pub(super) hierarchies: Hierarchies,
    pub(super) vocabulary: Vocabulary,
    deadline: Duration,
    pub(super) clock: Arc<dyn Clock>,
    body: Option<Box<BodyHook>>,
    pub(super) public_origin: Option<String>,
    resource_metadata: Option<ResourceMetadata>,
    pub(super) shared_authorities: Vec<Shared>,
    #[cfg(feature = "session")]
    pub(super) sessions: SessionsByName,
    pub(super) memories: CallerMemories,
    #[cfg(feature = "outgoing")]
    pub(super) outgoing: Option<crate::outgoing::OutgoingTokens>,
    pub(super) event_sources: Vec<EventSource>,
    allowed_origins: Vec<String>,
    refuse_without_origin: bool,
    pub(super) proxies: Proxies,
    #[cfg(feature = "certificates")]
    pub(super) certificate_proxies: crate::x509::CertificateProxies,
    pub(super) limits: Limits,
    dangerous_allow_unconfigured: bool,
    pub(super) left: LeftInRequests,
    /// Configurations that were given and cannot be used: that is their fault, and they are not missing.
    unusable: HashSet<SchemeKey>,
    pub(super) faults: Vec<ConfigFault>,
}

/// Names schemes without what they hold.
impl fmt::Debug for AuthBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let schemes: Vec<&str> = self.written.iter().map(|(written, _)| &**written).collect();
        f.debug_struct("AuthBuilder").field("realm", &self.realm).field("schemes", &schemes).finish_non_exhaustive()
    }
}

impl AuthBuilder {
    pub(crate) fn new() -> Self {
        Self {
            realm: "api".into(),
            schemes: HashMap::new(),
            written: Vec::new(),
            hierarchies: Hierarchies::default(),
            vocabulary: Vocabulary::default(),
            deadline: Duration::from_secs(5),
            clock: Arc::new(SystemClock),
            body: None,
            public_origin: None,
            resource_metadata: None,
            shared_authorities: Vec::new(),
            #[cfg(feature = "session")]
            sessions: SessionsByName::default(),
            memories: CallerMemories::default(),
            #[cfg(feature = "outgoing")]
            outgoing: None,
            event_sources: Vec::new(),
            allowed_origins: Vec::new(),
            refuse_without_origin: false,
            proxies: Proxies::default(),
            #[cfg(feature = "certificates")]
            certificate_proxies: Default::default(),
            limits: Limits::in_memory(),
            left: LeftInRequests::default(),
            dangerous_allow_unconfigured: false,
            unusable: HashSet::new(),
            faults: Vec::new(),
        }
    }

    /// The realm that challenges name where the policy says nothing else; `api` by default. Given again, the last counts.
    ///
    /// # Errors
    /// [`build`](Self::build) fails on a realm that is empty or has characters other than printable ASCII, `"` and `\\`
    /// excluded.
    pub fn realm(mut self, realm: impl Into<String>) -> Self {
        self.realm = realm.into();
        self
    }

    /// The `basic` scheme: user name and password (RFC 7617).
    #[cfg(feature = "basic")]
    pub fn basic<U: Send + Sync + 'static>(self, passwords: Passwords<U>) -> Self {
        let scheme = passwords.build(None);
        self.built("basic", None, scheme)
    }

    /// Another configuration of the `basic` scheme, for policies that say `basic("name")`.
    #[cfg(feature = "basic")]
    pub fn basic_named<U: Send + Sync + 'static>(self, name: &str, passwords: Passwords<U>) -> Self {
        let scheme = passwords.build(Some(name.into()));
        self.built("basic", Some(name), scheme)
    }

    /// The `digest` scheme: user name, and proof of a password that is not sent (RFC 7616).
    pub fn digest<U: Send + Sync + 'static>(self, users: DigestUsers<U>) -> Self {
        let scheme = users.build(None);
        self.built("digest", None, scheme)
    }

    /// Another configuration of the `digest` scheme, for policies that say `digest("name")`.
    pub fn digest_named<U: Send + Sync + 'static>(self, name: &str, users: DigestUsers<U>) -> Self {
        let scheme = users.build(Some(name.into()));
        self.built("digest", Some(name), scheme)
    }

    /// The `api_key` scheme: keys in a header, the query or a cookie.
    pub fn api_key(self, keys: ApiKeys) -> Self {
        self.built_keys(None, keys)
    }

    /// Another configuration of the `api_key` scheme, for policies that say `api_key("name")`.
    pub fn api_key_named(self, name: &str, keys: ApiKeys) -> Self {
        self.built_keys(Some(name), keys)
    }

    /// A scheme of the application's own, keyed by its type: `#[requires(my::Webhook)]` uses the value given here.
    pub fn scheme<S: Scheme>(self, scheme: S) -> Self {
        self.built::<S, Infallible>(std::any::type_name::<S>(), None, Ok(scheme))
    }

    /// Another configuration of a scheme of the application's own, for policies that say `my::Webhook("name")`.
    pub fn scheme_named<S: Scheme>(self, name: &str, scheme: S) -> Self {
        self.built::<S, Infallible>(std::any::type_name::<S>(), Some(name), Ok(scheme))
    }

    fn built_keys(mut self, name: Option<&str>, keys: ApiKeys) -> Self {
        let scheme = keys.build(name.map(Into::into));
        scheme.iter().filter_map(ApiKeyScheme::forgetful).for_each(|memory| self.memories.add(memory));
        self.built("api_key", name, scheme)
    }

    /// Adds a configuration of scheme `S`, or what is wrong with it.
    pub(super) fn built<S: Scheme, E>(mut self, keyword: &str, name: Option<&str>, scheme: Result<S, E>) -> Self
    where
        E: std::error::Error + Send + Sync + 'static,
    {
        if let Some(name) = name.filter(|name| name.is_empty() || name.chars().any(char::is_control)) {
            self.faults.push(ConfigFault::NameInvalid { scheme: keyword.to_owned(), name: name.to_owned() });
        }
        let named = SchemeName { keyword: keyword.to_owned(), configuration: name.map(str::to_owned) };
        let written = named.to_string();
        match scheme {
            Ok(scheme) => {
                let scheme: Arc<dyn Scheme> = Arc::new(scheme);
                let kind = TypeId::of::<S>();
                self.written.push((written.clone(), Arc::clone(&scheme)));
                let configured = ConfiguredScheme::new(kind, named, scheme);
                if self.schemes.insert((kind, name.map(Into::into)), configured).is_some() {
                    self.faults.push(ConfigFault::Repeated { scheme: written });
                }
            }
            Err(fault) => {
                self.unusable.insert((TypeId::of::<S>(), name.map(Into::into)));
                self.faults.push(ConfigFault::Scheme { scheme: written, source: Box::new(fault) });
            }
        }
        self
    }

    /// The origin under which browsers reach this service, such as `https://api.example`.
    ///
    /// A browser's request with ambient credentials (cookie, Basic) that changes something must say
    /// `Sec-Fetch-Site: same-origin`, or where the browser does not send that field, come from this origin or an
    /// [allowed](Self::allow_origin) one; a WebSocket upgrade must come from one of them always.
    ///
    /// # Errors
    /// [`build`](Self::build) fails on what no browser sends as an origin: a path, capital letters, a default port.
    ///
    /// # Security
    /// It is never taken from `Host` or `X-Forwarded-Host`, which are the caller's words.
    pub fn public_origin(mut self, origin: impl Into<String>) -> Self {
        self.public_origin = Some(origin.into());
        self
    }

    /// Metadata of this service (RFC 9728), by which a client finds the authorization server on its own: every OAuth
    /// challenge then names it in `resource_metadata`, and
    /// [`Auth::resource_metadata_service`] serves it. Needs [`public_origin`](Self::public_origin).
    ///
    /// # Security
    /// The document is public; see [`Auth::resource_metadata_service`] for what it tells.
    pub fn resource_metadata(mut self, metadata: ResourceMetadata) -> Self {
        self.resource_metadata = Some(metadata);
        self
    }

    /// Another origin whose pages may open WebSockets with ambient credentials, and send them along with requests that
    /// change something where the browser sends no `Sec-Fetch-Site`.
    ///
    /// Browsers send that field to `https` and to the own machine, and where they do, only requests of the own origin
    /// count, whatever is allowed here: pages of another origin should send a token in `Authorization`.
    ///
    /// # Security
    /// Whoever controls that origin acts with the rights of each of its visitors.
    pub fn allow_origin(mut self, origin: impl Into<String>) -> Self {
        self.allowed_origins.push(origin.into());
        self
    }

    /// Also refuses ambient credentials on requests that change something when the caller sends neither `Sec-Fetch-Site`
    /// nor `Origin`, which no current browser does.
    pub fn refuse_ambient_without_origin(mut self) -> Self {
        self.refuse_without_origin = true;
        self
    }

    /// The longest a decision may take, checks included; 5 s by default. Past it the answer is 503. What a scheme then adds to
    /// the answer, by [`Response::pending`](crate::scheme::Response::pending), has as long again.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Where the requests that a `limit` lets in are counted; [in this process](Limits::in_memory) by default. Given again, the last
    /// counts.
    ///
    /// # Errors
    /// [`build`](Self::build) fails on a Redis that cannot be used as it is described.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Another clock, for tests.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Replaces the body of every denial and its media type, a [`Denial`] that a handler or a check returns included; status
    /// and challenges stay, and hidden denials keep the body of an unknown route. The default is `application/problem+json` (RFC 9457). See the
    /// [manual](crate::manual::how_to::refusals#a-body-of-your-own) for an example.
    pub fn denial_body(mut self, body: impl Fn(&HttpRequest, &Denial) -> DenialBody + Send + Sync + 'static) -> Self {
        self.body = Some(Box::new(body));
        self
    }

    /// Lets [`build`](Self::build) succeed although a linked policy names a scheme that is not configured.
    ///
    /// # Security
    /// Such routes answer 500, never the handler. For programs that link the policies of several services.
    pub fn dangerous_allow_unconfigured(mut self) -> Self {
        self.dangerous_allow_unconfigured = true;
        self
    }

    /// Finishes the configuration, and checks it against every policy linked into the program.
    ///
    /// # Errors
    /// Lists everything that is wrong: unusable keys and files, circles in a hierarchy, words of policies that no caller can
    /// be granted, and each scheme that is not configured, with the handlers, by file and line, whose policies name it.
    pub fn build(mut self) -> Result<Auth, ConfigError> {
        #[cfg(feature = "session")]
        {
            self = self.with_sessions();
        }
        self.check_dpop();
        if self.realm.is_empty() || !self.realm.chars().all(|c| matches!(c, ' '..='~') && c != '"' && c != '\\') {
            self.faults.push(ConfigFault::RealmInvalid { realm: self.realm.clone() });
        }
        let allowed = self.allowed_origins.iter().map(String::as_str);
        let origins = OriginPolicy::new(self.public_origin.as_deref(), allowed, self.refuse_without_origin)
            .unwrap_or_else(|fault| {
                self.faults.push(ConfigFault::OriginInvalid { source: Box::new(fault) });
                OriginPolicy::default()
            });
        let metadata = self.resource_metadata.map(|metadata| metadata.place(self.public_origin.as_deref()));
        let metadata = metadata.transpose().unwrap_or_else(|fault| {
            self.faults.push(ConfigFault::ResourceMetadataInvalid { source: Box::new(fault) });
            None
        });
        let (limiter, attempts) = self.limits.build().unwrap_or_else(|fault| {
            self.faults.push(ConfigFault::LimitsInvalid { source: Box::new(fault) });
            Default::default()
        });
        let described: Vec<_> = self.written.iter().map(|(_, scheme)| scheme.describe()).collect();
        let clock = self.clock;
        let settings = Arc::new(Settings {
            clock: Arc::clone(&clock),
            deadline: self.deadline,
            hierarchies: self.hierarchies,
            body: self.body,
            origins,
            proxies: self.proxies,
            #[cfg(feature = "certificates")]
            certificate_proxies: self.certificate_proxies,
            limiter,
            attempts: Arc::new(attempts),
            metadata_url: metadata.as_ref().map(|placed| placed.url.clone()),
            audience: Audience::new(&described, clock, self.event_sources),
            left: self.left,
        });
        #[cfg(feature = "outgoing")]
        if self.outgoing.is_some() {
            let exchangeable = |(key, scheme)| (key, super::outgoing::exchangeable(scheme));
            self.schemes = self.schemes.into_iter().map(exchangeable).collect();
        }
        let schemes = place_authorities(self.schemes, self.shared_authorities, &mut self.memories, &mut self.faults);
        let binding =
            Binding { configured: &schemes, unusable: &self.unusable, realm: &self.realm, settings: &settings };
        let mut plans = Plans::default();
        let mut unbound = Unbound::default();
        for linked in POLICIES.iter() {
            plans.insert(linked.kind(), binding.bind(linked, &mut unbound));
        }
        if !self.dangerous_allow_unconfigured {
            self.faults.extend(unbound.into_faults());
        }
        let bound = POLICIES.iter().filter(|linked| plans.plan(linked.kind()).is_ok());
        self.faults.extend(faults_of_words(&self.vocabulary, bound.map(Linked::spec)));
        if self.faults.is_empty() {
            let published = metadata.map(|placed| {
                let bound = |linked: &&Linked| plans.plan(linked.kind()).is_ok();
                let policies: Vec<_> = POLICIES.iter().filter(bound).map(Linked::spec).collect();
                let offers = schemes.iter().filter_map(|((kind, name), scheme)| {
                    Some(((token_scheme(*kind)?, name.clone()), scheme.description.clone()))
                });
                let scheme_of = |used: &SchemeUse| token_scheme((used.kind)());
                Arc::new(placed.publish(&policies, &offers.collect(), scheme_of))
            });
            Ok(Auth(Arc::new(Configuration {
                plans,
                schemes: self.written,
                configured: schemes.into_values().collect(),
                allows_unconfigured: self.dangerous_allow_unconfigured,
                memories: self.memories.connected(),
                settings,
                published,
                #[cfg(feature = "outgoing")]
                outgoing: self.outgoing,
                realm: self.realm,
                #[cfg(feature = "session")]
                sessions: self.sessions.live,
                mounted: MountedTable::default(),
            })))
        } else {
            Err(ConfigError::new(self.faults))
        }
    }
}
