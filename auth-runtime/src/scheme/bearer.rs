//! Bearer tokens (RFC 6750) that are JWTs.

use std::borrow::Cow;
use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderMap, HeaderValue, REFERRER_POLICY};

use crate::denial::Challenge;
use crate::denial::Reason;
use crate::http::authorization::{Authorization, authorization};
use crate::http::cookie::{Cookie, cookie};
use crate::http::query::{Parameter, parameter};
#[cfg(feature = "introspection")]
use crate::introspection::Introspector;
#[cfg(feature = "jwks")]
use crate::jwt::LookUp;
use crate::jwt::{SCHEME, Verifier};
use crate::metadata::Offer;
use crate::principal::Principal;
use crate::scheme::{Authentication, Context, Credentials, Outcome, Scheme};
#[cfg(feature = "jwks")]
use crate::time::Clock;
use crate::time::UnixTime;

/// The `bearer` scheme of an attribute: a JWT in `Authorization: Bearer`, or where a
/// [`Jwt`](crate::jwt::Jwt) also looks for it.
#[derive(Debug)]
pub struct BearerScheme {
    verifier: Arc<Verifier>,
    cookie: Option<Box<str>>,
    query_parameter: Option<Box<str>>,
    /// Who is asked about tokens that are not verified here.
    #[cfg(feature = "introspection")]
    opaque: Option<Introspector>,
}

/// What a request presents.
#[derive(Debug, PartialEq, Eq)]
enum Presented<'a> {
    Nothing,
    Token(Source, &'a [u8]),
    /// Credentials that must not pass for none.
    Refused(Source, Reason),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Header,
    Query,
    Cookie,
}

impl BearerScheme {
    pub(crate) fn new(verifier: Verifier, cookie: Option<Box<str>>, query_parameter: Option<Box<str>>) -> Self {
        Self {
            verifier: Arc::new(verifier),
            cookie,
            query_parameter,
            #[cfg(feature = "introspection")]
            opaque: None,
        }
    }

    #[cfg(feature = "introspection")]
    pub(crate) fn opaque(self, opaque: Option<Introspector>) -> Self {
        Self { opaque, ..self }
    }

    /// The judgement on a token that somebody else must be asked about; `None` where it is verified here.
    #[cfg(feature = "introspection")]
    fn introspect(&self, context: &Context<'_>) -> Option<Authentication> {
        let introspector = self.opaque.as_ref()?;
        let Presented::Token(source, token) = self.presented(context) else { return None };
        if !introspector.takes(token) {
            return None;
        }
        // What is sent on must be no more than a token.
        let malformed = match source {
            Source::Header | Source::Query => Reason::CredentialsMalformed,
            Source::Cookie => Reason::TokenNotJwt,
        };
        Some(match context.now() {
            Ok(_) if !is_token68(token) => Authentication::Ready(Outcome::Rejected(malformed.into())),
            Ok(now) => introspector.authenticate(token, now),
            Err(reason) => Authentication::Ready(Outcome::Unavailable(reason)),
        })
    }

    /// What the resource metadata says of this configuration.
    pub(crate) fn offer(&self) -> Offer {
        let issuers = self.verifier.issuer_names();
        #[cfg(feature = "introspection")]
        let issuers = issuers.chain(self.opaque.iter().flat_map(Introspector::issuer_names));
        Offer { issuers: issuers.map(Into::into).collect(), in_query: self.query_parameter.is_some() }
    }

    /// Finds the token. What a client put there on purpose decides over what a browser added by itself.
    fn presented<'a>(&self, context: &Context<'a>) -> Presented<'a> {
        let request = context.request();
        let header = authorization(context.authorization(), "Bearer");
        let query = self.query_parameter.as_deref().map(|name| parameter(request.query_string(), name));
        match (header, query.unwrap_or(Parameter::Absent)) {
            (Authorization::Repeated, _) => Presented::Refused(Source::Header, Reason::AuthorizationRepeated),
            (Authorization::Present(token), Parameter::Absent) => Presented::Token(Source::Header, token),
            (Authorization::Present(_), _) => Presented::Refused(Source::Header, Reason::TokenRepeated),
            (_, Parameter::Repeated) => Presented::Refused(Source::Query, Reason::TokenRepeated),
            (_, Parameter::Present(Cow::Borrowed(token))) => Presented::Token(Source::Query, token),
            // No token needs encoding, and none may hide behind one.
            (_, Parameter::Present(Cow::Owned(_)) | Parameter::Unreadable) => {
                Presented::Refused(Source::Query, Reason::CredentialsMalformed)
            }
            (Authorization::Absent, Parameter::Absent) => match &self.cookie {
                None => Presented::Nothing,
                Some(name) => match cookie(request, name) {
                    Cookie::Absent => Presented::Nothing,
                    Cookie::Unreadable => Presented::Refused(Source::Cookie, Reason::CookieUnreadable),
                    Cookie::Present(token) => Presented::Token(Source::Cookie, token),
                },
            },
        }
    }

    fn verify(&self, source: Source, token: &[u8], now: UnixTime) -> Result<Principal, Reason> {
        // A token that is known is well-formed.
        if let Some(known) = self.verifier.recall(token, now) {
            return known;
        }
        match self.verifier.verify(token, now) {
            // What is no JWT may also be no token at all, which is the request's fault and not the token's. Looked at last:
            // every JWT is made of such characters.
            Err(Reason::TokenNotJwt | Reason::TokenTooLong) if source != Source::Cookie && !is_token68(token) => {
                Err(Reason::CredentialsMalformed)
            }
            verified => verified,
        }
    }

    fn outcome(&self, context: &Context<'_>) -> Outcome {
        let result = match self.presented(context) {
            Presented::Nothing => return Outcome::Absent,
            Presented::Refused(_, reason) => Err(reason),
            Presented::Token(source, token) => match context.now() {
                Ok(now) => self.verify(source, token, now),
                Err(reason) => return Outcome::Unavailable(reason),
            },
        };
        outcome(result)
    }

    /// Where nothing but the key or the issuer is lacking, which is the `reason`: asks for it, and waits.
    #[cfg(feature = "jwks")]
    fn look_up(&self, context: &Context<'_>, reason: Reason) -> Authentication {
        let (Presented::Token(_, token), Ok(now)) = (self.presented(context), context.now()) else {
            return Authentication::Ready(Outcome::Rejected(reason.into()));
        };
        match self.verifier.look_up(token, now) {
            Err(reason) => Authentication::Ready(outcome(Err(reason))),
            Ok(look_up) => {
                let (verifier, clock) = (Arc::clone(&self.verifier), Arc::clone(context.clock()));
                Authentication::Pending(Box::pin(found(verifier, clock, token.to_vec(), look_up)))
            }
        }
    }
}

fn outcome(result: Result<Principal, Reason>) -> Outcome {
    match result {
        Ok(principal) => Outcome::Verified(principal),
        Err(reason @ (Reason::KeysUnavailable | Reason::ClockUnreadable | Reason::RevocationsStale)) => {
            Outcome::Unavailable(reason)
        }
        Err(reason) => Outcome::Rejected(reason.into()),
    }
}

/// Verifies a token once its key was asked for.
///
/// The answer to an earlier request may bring the key too, but only one begun after this request proves that there is
/// none; so it is asked twice at most.
#[cfg(feature = "jwks")]
async fn found(verifier: Arc<Verifier>, clock: Arc<dyn Clock>, token: Vec<u8>, mut look_up: LookUp) -> Outcome {
    // A tenant, the answer to an earlier request, the answer to this one.
    for _ in 0..3 {
        let refusal = look_up.wait().await;
        let now = match clock.now() {
            Ok(now) => now,
            Err(error) => return Outcome::Unavailable(error.into()),
        };
        match verifier.verify(&token, now) {
            Err(reason @ (Reason::KeyUnknown | Reason::IssuerWrong)) if reason == refusal => {
                look_up.lacking();
                return Outcome::Rejected(reason.into());
            }
            Err(Reason::IssuerWrong) => break,
            Err(Reason::KeyUnknown) => match look_up.again(&verifier, &token, now) {
                Ok(again) => look_up = again,
                Err(reason) => return outcome(Err(reason)),
            },
            known => return outcome(known),
        }
    }
    Outcome::Unavailable(Reason::KeysUnavailable)
}

#[diagnostic::do_not_recommend]
impl Scheme for BearerScheme {
    fn name(&self) -> &'static str {
        SCHEME
    }

    fn credentials(&self, context: &Context<'_>) -> Credentials {
        match self.presented(context) {
            Presented::Nothing => Credentials::Absent,
            Presented::Token(Source::Cookie, _) | Presented::Refused(Source::Cookie, _) => Credentials::Ambient,
            Presented::Token(..) | Presented::Refused(..) => Credentials::Explicit,
        }
    }

    /// Whether the unverified `iss` names an issuer of this configuration, or the token is opaque and it asks about such.
    fn recognizes(&self, context: &Context<'_>) -> bool {
        let Presented::Token(_, token) = self.presented(context) else { return false };
        #[cfg(feature = "introspection")]
        if let Some(opaque) = self.opaque.as_ref().filter(|opaque| opaque.takes(token)) {
            return opaque.recognizes(token);
        }
        self.verifier.recognizes(token)
    }

    fn authenticate(&self, context: &Context<'_>) -> Authentication {
        #[cfg(feature = "introspection")]
        if let Some(introspected) = self.introspect(context) {
            return introspected;
        }
        match self.outcome(context) {
            #[cfg(feature = "jwks")]
            Outcome::Rejected(rejection) if matches!(rejection.reason(), Reason::KeyUnknown | Reason::IssuerWrong) => {
                self.look_up(context, rejection.reason())
            }
            outcome => Authentication::Ready(outcome),
        }
    }

    /// Whether the keys of every issuer were fetched and are not too old.
    #[cfg(feature = "jwks")]
    fn is_ready(&self) -> bool {
        self.verifier.is_ready()
    }

    fn challenge(&self) -> Challenge {
        Challenge::oauth("Bearer")
    }

    /// A page whose URL holds a token must not pass it on in `Referer`.
    fn answer(&self, request: &HttpRequest, _: Option<&Principal>, headers: &mut HeaderMap) {
        let in_query = |name: &str| parameter(request.query_string(), name) != Parameter::Absent;
        if self.query_parameter.as_deref().is_some_and(in_query) {
            headers.insert(REFERRER_POLICY, NO_REFERRER);
        }
    }
}

const NO_REFERRER: HeaderValue = HeaderValue::from_static("no-referrer");

/// `b64token` of RFC 6750 section 2.1.
fn is_token68(token: &[u8]) -> bool {
    let is_symbol = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/');
    let symbols = token.iter().take_while(|byte| is_symbol(byte)).count();
    symbols > 0 && token.iter().skip(symbols).all(|&byte| byte == b'=')
}
