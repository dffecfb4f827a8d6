//! Bearer tokens (RFC 6750) that are JWTs.

use std::borrow::Cow;
use std::sync::Arc;

use actix_web::http::header::{HeaderValue, REFERRER_POLICY};

use super::{
    Additions, Authentication, Challenge, Context, CredentialForm, Credentials, Evidence, Outcome, Read, Recognition,
    Response, Scheme, SchemeDescription, TokenCarrier,
};
use crate::denial::{Reason, Rejection};
use crate::http::authorization::{Authorization, authorization};
use crate::http::cookie::{Cookie, cookie};
use crate::http::query::{Parameter, parameter};
#[cfg(feature = "introspection")]
use crate::introspection::Introspector;
#[cfg(feature = "jwks")]
use crate::jwt::LookUp;
use crate::jwt::{SCHEME, Verifier};
#[cfg(feature = "jwks")]
use crate::keys::compact::Compact;
use crate::principal::Principal;
#[cfg(feature = "jwks")]
use crate::time::Clock;

/// The `bearer` scheme of an attribute: a JWT in `Authorization: Bearer`, or where a
/// [`Jwt`](crate::Jwt) also looks for it.
#[derive(Debug)]
pub struct BearerScheme {
    verifier: Arc<Verifier>,
    cookie: Option<Box<str>>,
    query_parameter: Option<Box<str>>,
    /// Who is asked about tokens that are not verified here.
    #[cfg(feature = "introspection")]
    opaque: Option<Introspector>,
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
}

#[diagnostic::do_not_recommend]
impl Scheme for BearerScheme {
    fn name(&self) -> &'static str {
        SCHEME
    }

    fn describe(&self) -> SchemeDescription {
        let mut description = SchemeDescription::new(Challenge::oauth("Bearer")).authorization("Bearer");
        if let Some(name) = &self.query_parameter {
            description = description.query(name);
        }
        if let Some(name) = &self.cookie {
            description = description.cookie(name);
        }
        description = self.verifier.issuer_names().fold(description, SchemeDescription::issuer);
        #[cfg(feature = "introspection")]
        if let Some(opaque) = &self.opaque {
            description =
                opaque.issuer_names().fold(description, SchemeDescription::issuer).form(CredentialForm::Opaque);
            if opaque.takes_every_form() {
                return description;
            }
        }
        for issuer in self.verifier.issuer_names() {
            description = description.form(CredentialForm::JwtOf(issuer.into()));
        }
        if self.verifier.takes_any_issuer() { description.form(CredentialForm::AnyJwt) } else { description }
    }

    /// What a client put there on purpose decides over what a browser added by itself.
    fn find<'a>(&self, context: &Context<'a>) -> Credentials<'a> {
        use TokenCarrier::{Cookie as InCookie, Header, Query};

        let token = |carrier, token| Evidence(Read::Token { carrier, token });
        let header = authorization(context.authorization(), "Bearer");
        let query = self.query_parameter.as_deref().map(|name| parameter(context.query(), name));
        Credentials::Explicit(match (header, query.unwrap_or(Parameter::Absent)) {
            (Authorization::Repeated, _) => Evidence::unreadable(Rejection::authorization_repeated()),
            (Authorization::Present(sent), Parameter::Absent) => token(Header, sent),
            (Authorization::Present(_), _) | (_, Parameter::Repeated) => {
                Evidence::unreadable(Rejection::token_repeated())
            }
            (_, Parameter::Present(Cow::Borrowed(sent))) => token(Query, sent),
            // No token needs encoding, and none may hide behind one.
            (_, Parameter::Present(Cow::Owned(_)) | Parameter::Unreadable) => {
                Evidence::unreadable(Rejection::credentials_malformed())
            }
            (Authorization::Absent, Parameter::Absent) => {
                let cookie = self.cookie.as_deref().map(|name| cookie(context.headers(), name));
                return match cookie.unwrap_or(Cookie::Absent) {
                    Cookie::Absent => Credentials::Absent,
                    Cookie::Unreadable => Credentials::Ambient(Evidence::unreadable(Rejection::cookie_unreadable())),
                    Cookie::Present(sent) => Credentials::Ambient(token(InCookie, sent)),
                };
            }
        })
    }

    /// Whether the unverified `iss` names an issuer of this configuration, or the token is opaque and it asks about such.
    fn recognizes<'a>(&self, context: &Context<'a>, evidence: &Evidence<'a>) -> Recognition {
        let Read::Token { token, .. } = evidence.0 else { return Recognition::No };
        if self.verifier.remembers(token) {
            return Recognition::Mine;
        }
        if self.verifier.check_length(token).is_err() {
            return Recognition::No;
        }
        context.with_compact(token, |compact| {
            #[cfg(feature = "introspection")]
            if self.opaque.as_ref().is_some_and(|opaque| opaque.takes(compact)) {
                return self.recognizes_opaque(compact);
            }
            compact.map_or(Recognition::No, |compact| self.verifier.recognizes(compact))
        })
    }

    fn authenticate<'a>(&self, context: &Context<'a>, evidence: Evidence<'a>) -> Authentication {
        let Read::Token { carrier, token } = evidence.0 else {
            return Authentication::refused(Rejection::credentials_wrong());
        };
        let now = match context.now() {
            Ok(now) => now,
            Err(error) => return Outcome::failed(error).into(),
        };
        // A token that is known is well-formed.
        if let Some(known) = self.verifier.recall(token, now) {
            return Outcome::from(known).into();
        }
        let compact = context.take_compact(token);
        #[cfg(feature = "introspection")]
        if let Some(opaque) = self.opaque.as_ref().filter(|opaque| opaque.takes(compact.as_ref())) {
            return match carrier {
                _ if is_token68(token) => opaque.authenticate(token, now),
                // What is sent on must be no more than a token.
                TokenCarrier::Header | TokenCarrier::Query => {
                    Authentication::refused(Rejection::credentials_malformed())
                }
                TokenCarrier::Cookie => Outcome::failed(Reason::TokenNotJwt).into(),
            };
        }
        let mut compact = match self.verifier.check_length(token).and_then(|()| compact.ok_or(Reason::TokenNotJwt)) {
            Ok(compact) => compact,
            Err(reason) => return refused(carrier, token, reason),
        };
        match self.verifier.verify(&mut compact, now) {
            Ok(principal) => Authentication::verified(principal),
            #[cfg(feature = "jwks")]
            Err(Reason::KeyUnknown | Reason::IssuerWrong) => match self.verifier.look_up(&compact, now) {
                Err(reason) => Outcome::failed(reason).into(),
                Ok(look_up) => {
                    let (verifier, clock) = (Arc::clone(&self.verifier), Arc::clone(context.clock()));
                    Authentication::pending(found(verifier, clock, compact.into_owned(), look_up))
                }
            },
            Err(reason) => refused(carrier, token, reason),
        }
    }

    /// A page whose URL holds a token must not pass it on in `Referer`.
    fn respond(&self, context: &Context<'_>, _: Option<&Principal>) -> Response {
        let in_query = |name: &str| parameter(context.query(), name) != Parameter::Absent;
        if self.query_parameter.as_deref().is_some_and(in_query) {
            Response::Ready(Additions::new().set(REFERRER_POLICY, HeaderValue::from_static("no-referrer")))
        } else {
            Response::Nothing
        }
    }

    /// Whether the keys of every issuer were fetched and are not too old.
    #[cfg(feature = "jwks")]
    fn is_ready(&self) -> bool {
        self.verifier.is_ready()
    }
}

#[cfg(feature = "introspection")]
impl BearerScheme {
    /// A configuration that asks about every token leaves JWTs to those that know their issuer.
    fn recognizes_opaque(&self, compact: Option<&crate::keys::compact::Compact<'_>>) -> Recognition {
        if compact.is_some_and(crate::keys::compact::Compact::is_jwt) { Recognition::No } else { Recognition::Mine }
    }
}

/// What is not a JWT may also be no token at all, which is the request's fault and not the token's. Looked at last: every JWT
/// is made of such characters.
fn refused(carrier: TokenCarrier, token: &[u8], reason: Reason) -> Authentication {
    match reason {
        Reason::TokenNotJwt | Reason::TokenTooLong if carrier != TokenCarrier::Cookie && !is_token68(token) => {
            Authentication::refused(Rejection::credentials_malformed())
        }
        reason => Outcome::failed(reason).into(),
    }
}

/// Verifies a token once its key was asked for.
///
/// The answer to an earlier request may bring the key too, but only one begun after this request proves that there is
/// none; so it is asked twice at most.
#[cfg(feature = "jwks")]
async fn found(
    verifier: Arc<Verifier>,
    clock: Arc<dyn Clock>,
    mut token: Compact<'static>,
    mut look_up: LookUp,
) -> Outcome {
    // A tenant, the answer to an earlier request, the answer to this one.
    for _ in 0..3 {
        let refusal = look_up.wait().await;
        let now = match clock.now() {
            Ok(now) => now,
            Err(reason) => return Outcome::failed(reason),
        };
        match verifier.verify(&mut token, now) {
            Err(reason @ (Reason::KeyUnknown | Reason::IssuerWrong)) if reason == refusal => {
                look_up.lacking();
                return Outcome::failed(reason);
            }
            Err(Reason::IssuerWrong) => break,
            Err(Reason::KeyUnknown) => match look_up.again(&verifier, &token, now) {
                Ok(again) => look_up = again,
                Err(reason) => return Outcome::failed(reason),
            },
            known => return known.into(),
        }
    }
    Outcome::failed(Reason::KeysUnavailable)
}

/// `b64token` of RFC 6750 section 2.1.
fn is_token68(token: &[u8]) -> bool {
    let is_symbol = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/');
    let symbols = token.iter().take_while(|byte| is_symbol(byte)).count();
    symbols > 0 && token.iter().skip(symbols).all(|&byte| byte == b'=')
}
