//! Who the caller is, whatever scheme proved it.

use std::any::Any;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use actix_web::{HttpMessage as _, HttpRequest};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

pub(crate) use self::names::{NameList, Names, NamesIn};
use crate::time::UnixTime;

mod authentication;
mod builder;
mod claims;
mod details;
mod fingerprint;
mod key;
mod memory;
mod names;
mod rights;

use self::authentication::AuthenticationContext;
pub use self::authentication::Confirmation;
pub use self::builder::PrincipalBuilder;
use self::claims::TypedClaims;
pub(crate) use self::claims::{Claims, Unfit};
pub(crate) use self::details::{DetailsType, lacking_details, lacking_tokens};
pub use self::key::PrincipalKey;
pub(crate) use self::key::local;
pub(crate) use self::memory::{CallerMemory, Forgetful, Forgotten, Generation, MemoryKey, News, Weighed};
pub(crate) use self::rights::{Holding, NameChange, Rights};

/// The claim that names the subject of a token (RFC 7519 section 4.1.2).
pub(crate) const SUBJECT_CLAIM: &str = "sub";

/// The caller, independent of the scheme that proved it.
///
/// Cheap to clone. Two principals are equal only if scheme configuration, issuer and subject are, and the claim that the
/// subject came from: the same subject at two issuers is two callers.
///
/// ```
/// use auth_runtime::Principal;
///
/// let caller = Principal::builder("webhook", "sender").scopes(["events:write"]).build();
/// assert_eq!(caller.subject(), "sender");
/// assert!(caller.scopes().unwrap().eq(["events:write"]));
/// assert!(caller.roles().is_none(), "unknown, which is not the same as none");
/// ```
#[derive(Clone)]
pub struct Principal(Arc<Known>);

/// What is known of a caller.
struct Known {
    scheme: &'static str,
    configuration: Option<Arc<str>>,
    issuer: Option<Arc<str>>,
    subject: Subject,
    /// Where the subject of a token was, if not in `sub`.
    subject_claim: Option<Arc<str>>,
    scopes: Option<Claimed>,
    roles: Option<Claimed>,
    claims: Option<Claims>,
    typed_claims: TypedClaims,
    expires_at: Option<UnixTime>,
    authentication: Option<Box<AuthenticationContext>>,
    /// By their types.
    details: Vec<Arc<dyn Any + Send + Sync>>,
    /// The caller as the credentials say it, where the application has given it other rights: what is not said here is said
    /// there.
    by_credentials: Option<Principal>,
}

/// The caller of a request, left in it.
struct Exposed(Principal);

impl Principal {
    /// Who calls, in a request that a policy has let through, where
    /// [`expose_principal`](crate::config::AuthBuilder::expose_principal) is configured: for middleware and services that cannot
    /// take it as an argument. `None` before the decision, after a denial, and for a caller that nobody asked.
    ///
    /// ```standalone_crate
    /// use actix_web::dev::Service as _;
    /// use actix_web::{App, get, test};
    /// use auth_runtime::testing::{TestIssuer, TestRequestExt as _};
    /// use auth_runtime::{Auth, Principal, requires};
    ///
    /// #[requires(bearer)]
    /// #[get("/")]
    /// async fn hello() -> &'static str { "hello" }
    ///
    /// # #[actix_web::main]
    /// # async fn main() {
    /// let issuer = TestIssuer::new();
    /// let auth = Auth::builder().bearer(issuer.jwt()).expose_principal().build().unwrap();
    /// let logged = auth.scope("").service(hello).wrap_fn(|request, service| {
    ///     let answer = service.call(request);
    ///     async move {
    ///         let answer = answer.await?;
    ///         let caller = Principal::of(answer.request()).map(|caller| caller.key().to_string());
    ///         assert!(caller.is_some_and(|key| key.contains("alice")), "who called, for the log");
    ///         Ok(answer)
    ///     }
    /// });
    /// let app = test::init_service(App::new().service(logged)).await;
    /// let request = test::TestRequest::get().bearer(issuer.token().subject("alice").sign()).to_request();
    /// assert_eq!(test::call_service(&app, request).await.status(), 200);
    /// # }
    /// ```
    pub fn of(request: &HttpRequest) -> Option<Self> {
        request.extensions().get::<Exposed>().map(|Exposed(principal)| principal.clone())
    }

    pub(crate) fn expose(&self, request: &HttpRequest) {
        request.extensions_mut().insert(Exposed(self.clone()));
    }

    /// Starts a principal that the scheme named `scheme` verified.
    pub fn builder(scheme: &'static str, subject: impl Into<Box<str>>) -> PrincipalBuilder {
        PrincipalBuilder(Known {
            scheme,
            configuration: None,
            issuer: None,
            subject: Subject::Own(subject.into()),
            subject_claim: None,
            scopes: None,
            roles: None,
            claims: None,
            typed_claims: TypedClaims::default(),
            expires_at: None,
            authentication: None,
            details: Vec::new(),
            by_credentials: None,
        })
    }

    /// Name of the scheme that verified the caller: `bearer`, `basic`, `api_key` or a user's own.
    pub fn scheme(&self) -> &'static str {
        self.0.scheme
    }

    /// The named configuration that verified the caller, as in `bearer("partner")`.
    pub fn configuration(&self) -> Option<&str> {
        self.0.configuration.as_deref()
    }

    /// Who vouches for the subject: the token's `iss`. For Digest, whose users are others in each realm, configuration and
    /// realm, as `local:digest/staff`; `None` for Basic and API keys.
    pub fn issuer(&self) -> Option<&str> {
        self.0.issuer.as_deref()
    }

    /// The caller's identifier at its issuer: a token's `sub`, a user name, the id of an API key.
    pub fn subject(&self) -> &str {
        match &self.0.subject {
            Subject::Own(subject) => subject,
            Subject::Place(place) => self.0.claims_text().get(place.clone()).unwrap_or_default(),
        }
    }

    /// The claim that the subject of a token came from: `sub`, or what `subject_claim` of the configuration names; `None` for
    /// schemes without claims.
    pub fn subject_claim(&self) -> Option<&str> {
        let claims = self.said().claims.as_ref();
        claims.map(|_| self.0.subject_claim.as_deref().unwrap_or(SUBJECT_CLAIM))
    }

    /// The scopes granted, as far as they are known; `None` when the credentials say nothing about scopes.
    pub fn scopes(&self) -> Option<impl Iterator<Item = &str>> {
        self.scope_set().map(|scopes| scopes.granted.iter())
    }

    /// The roles held, before the hierarchy, as far as they are known; `None` when the credentials say nothing about roles.
    pub fn roles(&self) -> Option<impl Iterator<Item = &str>> {
        self.role_set().map(|roles| roles.granted.iter())
    }

    /// All claims of a token; `None` for schemes that have none.
    pub fn claims(&self) -> Option<&Map<String, Value>> {
        self.said().claims.as_ref().map(Claims::map)
    }

    /// When the credentials expire, in seconds since 1970; `None` when they do not say.
    pub fn expires_at(&self) -> Option<UnixTime> {
        self.0.expires_at
    }

    /// What the scheme found beyond this view, by its type, such as the value a user's own verification function returned.
    pub fn details<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        let details = self.0.details.iter().chain(self.0.by_credentials.iter().flat_map(|caller| &caller.0.details));
        details.into_iter().find_map(|details| Arc::clone(details).downcast().ok())
    }

    /// The claims as `C`, read once for each principal; `None` for schemes that have none.
    pub(crate) fn claims_as<C>(&self) -> Option<Result<Arc<C>, Unfit>>
    where
        C: DeserializeOwned + Send + Sync + 'static,
    {
        let said = self.said();
        said.claims.as_ref().map(|claims| said.typed_claims.read(claims))
    }

    /// Length in bytes of what a token made it hold: the claims as text, and scopes and roles.
    pub(crate) fn bytes(&self) -> usize {
        let text = self.0.claims_text().len();
        [&self.0.scopes, &self.0.roles].into_iter().flatten().map(Claimed::bytes).fold(text, usize::saturating_add)
    }

    /// How many bytes more it takes once handlers have read its claims, beyond what an ordinary one does.
    pub(crate) fn growth(&self) -> usize {
        self.0.claims.as_ref().map_or(0, Claims::growth)
    }

    /// The token, where it was kept to be known again.
    pub(crate) fn token(&self) -> &[u8] {
        self.0.claims.as_ref().map_or(&[], |claims| claims.token().as_bytes())
    }

    /// The claims as the text they came in.
    pub(crate) fn claims_text(&self) -> &str {
        self.0.claims_text()
    }

    pub(crate) fn scope_set(&self) -> Option<ClaimedIn<'_>> {
        self.0.scopes.as_ref().map(|scopes| scopes.within(self.0.claims_text()))
    }

    pub(crate) fn role_set(&self) -> Option<ClaimedIn<'_>> {
        self.0.roles.as_ref().map(|roles| roles.within(self.0.claims_text()))
    }
}

impl Principal {
    /// What the credentials say, whatever rights the application has given.
    fn said(&self) -> &Known {
        self.0.by_credentials.as_ref().map_or(&*self.0, |caller| &*caller.0)
    }
}

impl Known {
    /// Empty where there is none.
    fn claims_text(&self) -> &str {
        self.claims.as_ref().map_or("", Claims::text)
    }
}

/// The caller's identifier.
pub(crate) enum Subject {
    Own(Box<str>),
    /// It stands there in the text of the claims.
    Place(Range<usize>),
}

/// Names that credentials claim.
#[derive(Default)]
pub(crate) struct Claimed {
    pub(crate) granted: Names,
    pub(crate) disputed: Option<Box<Names>>,
    /// Whether there may be more: a part of what the credentials should tell is not there, or the application added some to what they
    /// do not tell.
    pub(crate) is_open: bool,
}

/// The same with the text they are in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClaimedIn<'a> {
    pub(crate) granted: NamesIn<'a>,
    /// Those that their issuer may not grant, neither held nor known not to be held: `!scope("x")` must not admit a caller
    /// whose token claims `x`.
    pub(crate) disputed: NamesIn<'a>,
    /// Whether nothing is known of all other names.
    pub(crate) is_open: bool,
}

impl Claimed {
    fn within<'a>(&'a self, claims: &'a str) -> ClaimedIn<'a> {
        let disputed = self.disputed.as_ref().map(|disputed| disputed.within(claims)).unwrap_or_default();
        ClaimedIn { granted: self.granted.within(claims), disputed, is_open: self.is_open }
    }

    fn bytes(&self) -> usize {
        self.granted.bytes().saturating_add(self.disputed.as_ref().map_or(0, |disputed| disputed.bytes()))
    }
}

impl<N: AsRef<str>> FromIterator<N> for Claimed {
    fn from_iter<I: IntoIterator<Item = N>>(names: I) -> Self {
        Self { granted: names.into_iter().collect(), ..Self::default() }
    }
}

/// The caller as a verified token describes it.
pub(crate) struct TokenHolder {
    pub(crate) scheme: &'static str,
    pub(crate) configuration: Option<Arc<str>>,
    pub(crate) issuer: Option<Arc<str>>,
    pub(crate) subject: Subject,
    /// Where it was, if not in `sub`.
    pub(crate) subject_claim: Option<Arc<str>>,
    pub(crate) scopes: Option<Claimed>,
    pub(crate) roles: Option<Claimed>,
    pub(crate) expires_at: Option<UnixTime>,
    /// What the token is bound to. The scheme lets the caller in only after it has checked the proof.
    pub(crate) confirmation: Option<Confirmation>,
}

impl TokenHolder {
    /// The principal with all claims, read when somebody asks for them.
    pub(crate) fn with_claims(self, claims: Claims) -> Principal {
        let Self { scheme, configuration, issuer, subject, subject_claim, scopes, roles, expires_at, confirmation } =
            self;
        Principal(Arc::new(Known {
            scheme,
            configuration,
            issuer,
            subject,
            subject_claim,
            scopes,
            roles,
            claims: Some(claims),
            typed_claims: TypedClaims::default(),
            expires_at,
            authentication: confirmation.map(AuthenticationContext::confirmed).map(Box::new),
            details: Vec::new(),
            by_credentials: None,
        }))
    }
}

impl PartialEq for Principal {
    fn eq(&self, other: &Self) -> bool {
        self.scheme() == other.scheme()
            && self.configuration() == other.configuration()
            && self.issuer() == other.issuer()
            && self.subject() == other.subject()
            && self.0.subject_claim == other.0.subject_claim
    }
}

impl Eq for Principal {}

/// Claims are left out: they may hold personal data, and logs outlive requests.
impl fmt::Debug for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Principal")
            .field("scheme", &self.0.scheme)
            .field("configuration", &self.0.configuration)
            .field("issuer", &self.0.issuer)
            .field("subject", &self.subject())
            .field("scopes", &self.scope_set().map(|scopes| scopes.granted))
            .field("roles", &self.role_set().map(|roles| roles.granted))
            .field("expires_at", &self.0.expires_at)
            .finish_non_exhaustive()
    }
}
