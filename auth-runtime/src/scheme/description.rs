//! What a scheme says of itself, once.

use std::borrow::Cow;
use std::sync::Arc;

use actix_web::http::Uri;
use actix_web::http::header::{AUTHORIZATION, COOKIE, HeaderMap, HeaderValue};

use crate::authorities::{AuthorityLoader, IntoAuthorityLoader};
use crate::denial::Challenge;
use crate::http::parts::Redaction;
use crate::principal::DetailsType;
use crate::scheme::{CredentialForm, Examiner, ScopeNames};
use crate::setting::Setting;

/// What a configuration of a scheme says of itself: where its credentials are, which of them are its own, and how it asks for
/// them. Read when the [`Auth`](crate::Auth) is built, for challenges, metadata, the policy table, and to refuse
/// configurations that cannot be told apart.
///
/// ```
/// use auth_runtime::scheme::{Challenge, SchemeDescription};
///
/// let description = SchemeDescription::new(Challenge::new("Webhook")).header("X-Signature");
/// assert_eq!(description.challenge().scheme(), "Webhook");
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct SchemeDescription {
    challenge: Challenge,
    pub(super) carriers: Vec<Carrier>,
    pub(super) forms: Vec<CredentialForm>,
    pub(super) issuers: Vec<Box<str>>,
    /// Those of the issuers that publish where their keys are.
    #[cfg(feature = "openapi")]
    discovered: Vec<Box<str>>,
    details: Vec<DetailsType>,
    authorities: Option<AuthorityLoader>,
    scope_names: ScopeNames,
    /// The field in which proofs of credentials come, and the algorithms that they may be signed by.
    pub(super) proof: Option<(&'static str, Vec<&'static str>)>,
    /// Whether proxies set its fields, for whoever a cookie of theirs says is calling.
    is_set_by_proxies: bool,
    /// Whether its callers have tokens, which a provider can exchange.
    #[cfg(feature = "outgoing")]
    carries_tokens: bool,
    /// Whether its credentials are shown when a connection begins.
    #[cfg(feature = "openapi")]
    pub(super) is_of_connection: bool,
    /// Whether [`Scheme::challenges`](super::Scheme::challenges) is never asked.
    is_challenge_fixed: bool,
    /// Whether wrong credentials are counted, and too many of them answered 429.
    is_counted: bool,
    /// Whether answers to its callers are stored nowhere, also not by their browsers.
    is_never_stored: bool,
    /// Whether [`Scheme::respond`](super::Scheme::respond) is asked for callers without any credentials.
    receives_strangers: bool,
    pub(super) settings: Vec<Setting>,
    examiner: Option<Arc<dyn Examiner>>,
}

/// Where in a request credentials are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Carrier {
    /// The `Authorization` field under this scheme word, in lower case.
    Authorization(Box<str>),
    /// This field, in lower case.
    Header(Box<str>),
    Query(Box<str>),
    Cookie(Box<str>),
}

/// What was found where credentials would be, to tell whether others are there now. It shares the request's bytes.
#[derive(Default, PartialEq, Eq)]
pub(crate) struct Carried {
    fields: Vec<HeaderValue>,
    target: Option<Uri>,
}

impl SchemeDescription {
    /// A scheme that asks for its credentials by this challenge. By default it claims whatever is in its carriers.
    pub fn new(challenge: Challenge) -> Self {
        Self {
            challenge,
            carriers: Vec::new(),
            forms: Vec::new(),
            issuers: Vec::new(),
            #[cfg(feature = "openapi")]
            discovered: Vec::new(),
            details: Vec::new(),
            authorities: None,
            scope_names: ScopeNames::default(),
            proof: None,
            is_set_by_proxies: false,
            #[cfg(feature = "outgoing")]
            carries_tokens: false,
            #[cfg(feature = "openapi")]
            is_of_connection: false,
            is_challenge_fixed: false,
            is_never_stored: false,
            is_counted: false,
            receives_strangers: false,
            settings: Vec::new(),
            examiner: None,
        }
    }

    /// Its callers have tokens, which a provider can exchange.
    #[cfg(feature = "outgoing")]
    pub(crate) fn with_tokens(mut self) -> Self {
        self.carries_tokens = true;
        self
    }

    #[cfg(feature = "outgoing")]
    pub(crate) fn carries_tokens(&self) -> bool {
        self.carries_tokens
    }

    /// Proxies set its fields, for whoever a cookie of theirs says is calling.
    pub(crate) fn set_by_proxies(mut self) -> Self {
        self.is_set_by_proxies = true;
        self
    }

    /// The challenge is the same in every answer: the scheme need not be asked for those of each.
    pub(crate) fn with_fixed_challenge(mut self) -> Self {
        self.is_challenge_fixed = true;
        self
    }

    /// Its credentials can be guessed, so that wrong ones are counted.
    pub(crate) fn counts_attempts(mut self) -> Self {
        self.is_counted = true;
        self
    }

    pub(crate) fn is_counted(&self) -> bool {
        self.is_counted
    }

    pub(crate) fn is_challenge_fixed(&self) -> bool {
        self.is_challenge_fixed
    }

    /// What its callers get is theirs as long as they are signed in, and stored nowhere.
    #[cfg(feature = "session")]
    pub(crate) fn never_stored(mut self) -> Self {
        self.is_never_stored = true;
        self
    }

    pub(crate) fn is_never_stored(&self) -> bool {
        self.is_never_stored
    }

    /// The scheme has something to say to callers without any credentials, such as where to get some.
    #[cfg(feature = "session")]
    pub(crate) fn receives_strangers(mut self) -> Self {
        self.receives_strangers = true;
        self
    }

    pub(crate) fn is_for_strangers(&self) -> bool {
        self.receives_strangers
    }

    /// Credentials are in the `Authorization` field under this scheme word, such as `Bearer`.
    pub fn authorization(mut self, scheme: &str) -> Self {
        self.carriers.push(Carrier::Authorization(scheme.to_ascii_lowercase().into()));
        self
    }

    /// Credentials are in this field, where clients put them on purpose.
    pub fn header(mut self, name: &str) -> Self {
        self.carriers.push(Carrier::Header(name.to_ascii_lowercase().into()));
        self
    }

    /// Credentials are in this parameter of the query.
    pub fn query(mut self, name: &str) -> Self {
        self.carriers.push(Carrier::Query(name.into()));
        self
    }

    /// Credentials are in this cookie.
    pub fn cookie(mut self, name: &str) -> Self {
        self.carriers.push(Carrier::Cookie(name.into()));
        self
    }

    /// Credentials of this form are recognized as this configuration's own. Called again, those of either.
    ///
    /// Needed where a policy names several configurations whose credentials are in one place:
    /// [`build`](crate::config::AuthBuilder::build) refuses two that would both claim the same.
    pub fn form(mut self, form: CredentialForm) -> Self {
        self.forms.push(form);
        self
    }

    /// Who issues the credentials, for the metadata of the resource (RFC 9728). Called again, adds.
    pub fn issuer(mut self, issuer: impl Into<Box<str>>) -> Self {
        self.issuers.push(issuer.into());
        self
    }

    /// Metadata of this issuer say where its keys are, and where tokens can be had.
    #[cfg(all(feature = "jwks", feature = "openapi"))]
    pub(crate) fn discovered(mut self, issuer: &str) -> Self {
        self.discovered.push(issuer.into());
        self
    }

    /// Every principal carries [details](crate::principal::PrincipalBuilder::details) of this type, which handlers take as
    /// [`Details<T>`](crate::Details). Called again with another type, adds.
    pub fn details<T: Send + Sync + 'static>(self) -> Self {
        self.with_details(DetailsType::of::<T>())
    }

    pub(crate) fn with_details(mut self, details: DetailsType) -> Self {
        self.details.push(details);
        self
    }

    /// Who its callers are to the application: what a function of yours adds to what the credentials say. See
    /// [`authorities`](crate::authorities). Called again, the last counts.
    pub fn authorities<Args>(self, load: impl IntoAuthorityLoader<Args>) -> Self {
        self.loaded_by(Some(load.into_loader()))
    }

    pub(crate) fn loaded_by(mut self, authorities: Option<AuthorityLoader>) -> Self {
        self.authorities = authorities;
        self
    }

    /// Who judges its tokens where nobody sent them.
    pub(crate) fn examined_by(mut self, examiner: Arc<dyn Examiner>) -> Self {
        self.examiner = Some(examiner);
        self
    }

    pub(crate) fn examiner(&self) -> Option<&dyn Examiner> {
        self.examiner.as_deref()
    }

    pub(crate) fn details_types(&self) -> &[DetailsType] {
        &self.details
    }

    pub(crate) fn take_authorities(&mut self) -> Option<AuthorityLoader> {
        self.authorities.take()
    }

    /// How the scopes of policies are called by who asks for tokens.
    pub(crate) fn scope_names(mut self, names: ScopeNames) -> Self {
        self.scope_names = names;
        self
    }

    /// What clients shall ask for where a policy demands this scope.
    pub(crate) fn asked_for<'a>(&self, scope: &'a str) -> Cow<'a, str> {
        self.scope_names.asked_for(scope)
    }

    /// How the scheme asks for credentials.
    pub fn challenge(&self) -> &Challenge {
        &self.challenge
    }

    /// The forms of credentials that it claims; none where that is any.
    #[cfg(feature = "testing")]
    pub(crate) fn forms(&self) -> &[CredentialForm] {
        &self.forms
    }

    pub(crate) fn issuers(&self) -> &[Box<str>] {
        &self.issuers
    }

    #[cfg(feature = "openapi")]
    pub(crate) fn discovered_issuers(&self) -> &[Box<str>] {
        &self.discovered
    }

    pub(crate) fn carriers(&self) -> &[Carrier] {
        &self.carriers
    }

    /// Whether no credentials of another form are recognized.
    #[cfg(feature = "openapi")]
    pub(crate) fn holds_jwts_only(&self) -> bool {
        let is_jwt = |form: &CredentialForm| matches!(form, CredentialForm::JwtOf(_) | CredentialForm::AnyJwt);
        !self.forms.is_empty() && self.forms.iter().all(is_jwt)
    }

    /// Whether callers may have issuers that are not named.
    pub(crate) fn takes_any_issuer(&self) -> bool {
        self.issuers.is_empty() || self.forms.contains(&CredentialForm::AnyJwt)
    }

    /// Whether credentials may be where a request can have them malformed or twice.
    pub(crate) fn is_in_authorization_or_query(&self) -> bool {
        self.is_in_query() || self.carriers.iter().any(|carrier| matches!(carrier, Carrier::Authorization(_)))
    }

    /// Whether a browser may send credentials that no script set: cookies, Basic, Digest, and tokens in a field that proxies
    /// fill.
    pub(crate) fn may_be_ambient(&self) -> bool {
        let scheme = self.challenge.scheme();
        ["Basic", "Digest"].iter().any(|ambient| scheme.eq_ignore_ascii_case(ambient))
            || self.carriers.iter().any(|carrier| match carrier {
                Carrier::Cookie(_) => true,
                Carrier::Header(_) => self.is_set_by_proxies,
                Carrier::Authorization(_) | Carrier::Query(_) => false,
            })
    }

    pub(crate) fn is_in_query(&self) -> bool {
        self.carriers.iter().any(|carrier| matches!(carrier, Carrier::Query(_)))
    }

    /// What a request holds where the credentials of this configuration would be, whatever it is.
    pub(crate) fn carried(&self, headers: &HeaderMap, uri: &Uri) -> Carried {
        let mut carried = Carried::default();
        for carrier in &self.carriers {
            match carrier {
                Carrier::Authorization(_) => carried.fields.extend(headers.get_all(AUTHORIZATION).cloned()),
                Carrier::Header(name) => carried.fields.extend(headers.get_all(&**name).cloned()),
                Carrier::Cookie(_) => carried.fields.extend(headers.get_all(COOKIE).cloned()),
                Carrier::Query(_) => carried.target = Some(uri.clone()),
            }
        }
        carried.fields.extend(self.proof.iter().flat_map(|(field, _)| headers.get_all(*field)).cloned());
        carried
    }

    /// Names the places in which credentials may be.
    pub(crate) fn redact(&self, redaction: &mut Redaction) {
        for carrier in &self.carriers {
            match carrier {
                Carrier::Header(name) => redaction.field(name),
                Carrier::Query(name) => redaction.parameter(name),
                // Never told of.
                Carrier::Authorization(_) | Carrier::Cookie(_) => {}
            }
        }
    }

    /// Whether credentials of both may be in the same place.
    pub(crate) fn shares_carrier(&self, other: &Self) -> bool {
        self.carriers.iter().any(|carrier| other.carriers.contains(carrier))
    }

    /// Why nobody could say which of the two some credentials in one place were made for; `None` where their form tells.
    pub(crate) fn conflict(&self, other: &Self) -> Option<String> {
        let shared = self.carriers.iter().find(|carrier| other.carriers.contains(carrier))?;
        if let Carrier::Header(name) = shared
            && self.is_set_by_proxies != other.is_set_by_proxies
        {
            return Some(format!("field `{name}` is set by a proxy for one, and by clients for the other"));
        }
        let any = [CredentialForm::Any];
        let of = |forms: &'_ [CredentialForm]| if forms.is_empty() { any.to_vec() } else { forms.to_vec() };
        let (ours, theirs) = (of(&self.forms), of(&other.forms));
        ours.iter().find_map(|one| theirs.iter().find_map(|two| one.conflict(two)))
    }
}
