//! Bearer tokens (RFC 6750): JWTs, and opaque ones that somebody else judges.

use std::borrow::Cow;
use std::sync::Arc;

use actix_web::http::header::{HeaderValue, REFERRER_POLICY};

use super::{
    Additions, Authentication, Challenge, Context, CredentialForm, Credentials, Evidence, Outcome, Read, Recheck,
    Recognition, Response, Scheme, SchemeDescription, TokenCarrier,
};
use crate::authorities::AuthorityLoader;
use crate::denial::{Reason, Rejection};
use crate::http::authorization::{Authorization, authorization};
use crate::http::cookie::{Cookie, cookie};
use crate::http::query::{Parameter, parameter};
use crate::jwt::opaque::OpaqueTokens;
use crate::jwt::settings::{BearerSettings, Carriers, JwtSettings, TokenHeader};
use crate::jwt::{JwtError, Presentation, SCHEME, TokenExaminer, Verifier};
use crate::principal::{Forgetful, Principal};
use crate::revocation::{Consulted, Revocable};
use crate::setting::Setting;
use crate::time::UnixTime;

/// The `bearer` scheme of an attribute: a JWT in `Authorization: Bearer`, or where a
/// [`Jwt`](crate::Jwt) also looks for it.
#[derive(Debug)]
pub struct BearerScheme {
    carriers: Carriers,
    authorities: Option<AuthorityLoader>,
    /// Of JWTs. `None` where somebody else judges every token.
    verifier: Option<Arc<Verifier>>,
    /// Who is asked about tokens that are not verified here.
    opaque: Option<Arc<dyn OpaqueTokens>>,
    /// What any of them consults.
    revocations: Box<[Consulted]>,
    reviewed: Vec<Setting>,
}

impl BearerSettings {
    /// Checks everything and makes the scheme. `name` is that of the configuration, as in `bearer("partner")`.
    pub(crate) fn build(self, name: Option<Arc<str>>) -> Result<BearerScheme, JwtError> {
        self.carriers.check()?;
        let mut reviewed: Vec<_> =
            self.jwt.iter().flat_map(JwtSettings::reviewed).chain(self.carriers.reviewed()).collect();
        reviewed.extend(self.opaque.iter().flat_map(|opaque| opaque.reviewed()));
        let presented = Presentation::bearer(name);
        let consulted = self.revocations().cloned().collect();
        let revocations = self.jwt.as_ref().and_then(|jwt| jwt.acceptance.revocations.as_ref());
        let opaque = self.opaque.map(|opaque| opaque.build(presented.clone(), revocations)).transpose()?;
        Ok(BearerScheme {
            carriers: self.carriers,
            authorities: self.authorities,
            verifier: self.jwt.map(|jwt| jwt.verifier(presented).map(Arc::new)).transpose()?,
            opaque: opaque.map(Arc::from),
            revocations: consulted,
            reviewed,
        })
    }
}

#[diagnostic::do_not_recommend]
impl Scheme for BearerScheme {
    fn name(&self) -> &'static str {
        SCHEME
    }

    fn describe(&self) -> SchemeDescription {
        let description = SchemeDescription::new(Challenge::oauth("Bearer"))
            .with_fixed_challenge()
            .loaded_by(self.authorities.clone())
            .examined_by(Arc::new(TokenExaminer { verifier: self.verifier.clone(), opaque: self.opaque.clone() }))
            .told(self.reviewed.iter().cloned());
        let mut description = match &self.carriers.header {
            Some(header) if header.set_by_client => description.header(&header.name),
            Some(header) => description.header(&header.name).set_by_proxies(),
            None => description.authorization("Bearer"),
        };
        description = description.scope_names(self.carriers.scope_names.clone());
        if let Some(name) = &self.carriers.query_parameter {
            description = description.query(name);
        }
        if let Some(name) = &self.carriers.cookie {
            description = description.cookie(name);
        }
        if let Some(verifier) = &self.verifier {
            description = verifier.issuer_names().fold(description, SchemeDescription::issuer);
            #[cfg(all(feature = "jwks", feature = "openapi"))]
            {
                description = verifier.discovered_issuers().fold(description, SchemeDescription::discovered);
            }
        }
        if let Some(opaque) = &self.opaque {
            description =
                opaque.describe(opaque.issuer_name().into_iter().fold(description, SchemeDescription::issuer));
            let prefixes = opaque.prefixes();
            description =
                prefixes.iter().cloned().map(CredentialForm::Prefix).fold(description, SchemeDescription::form);
            if prefixes.is_empty() {
                description = description.form(CredentialForm::Opaque);
            }
        }
        let Some(verifier) = &self.verifier else { return description };
        for issuer in verifier.issuer_names() {
            description = description.form(CredentialForm::JwtOf(issuer.into()));
        }
        if verifier.takes_any_issuer() { description.form(CredentialForm::AnyJwt) } else { description }
    }

    fn recheck(&self, principal: &Principal, now: UnixTime) -> Recheck {
        if self.revocations.is_empty() {
            return Recheck::UntilExpiry;
        }
        let revocable = Revocable::of_claims(principal);
        let expires_at = principal.expires_at().unwrap_or(UnixTime::MAX);
        let counts = |store: &Consulted| store.check(principal, &revocable, expires_at, now).is_ok();
        Recheck::of(self.revocations.iter().all(counts))
    }

    /// What a client put there on purpose decides over what a browser added by itself.
    fn find<'a>(&self, context: &Context<'a>) -> Credentials<'a> {
        use TokenCarrier::{Cookie as InCookie, Header, Query};

        if let Some(header) = &self.carriers.header {
            let found = self.find_in_field(context, header);
            if !matches!(found, Credentials::Absent) {
                return found;
            }
        }

        let token = |carrier, token| Evidence(Read::Token { carrier, token });
        let header = match &self.carriers.header {
            Some(_) => Authorization::Absent,
            None => authorization(context.authorization(), "Bearer"),
        };
        let query = self.carriers.query_parameter.as_deref().map(|name| parameter(context.query(), name));
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
                let cookie = self.carriers.cookie.as_deref().map(|name| cookie(context.headers(), name));
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
        if let Some(verifier) = &self.verifier {
            if let Some(recognition) = verifier.remembers(token) {
                return recognition;
            }
            if verifier.check_length(token).is_err() {
                return Recognition::No;
            }
        }
        context.with_compact(token, |compact| {
            if self.takes_opaque(compact) {
                return self.recognizes_opaque(token, compact);
            }
            self.verifier
                .as_ref()
                .zip(compact)
                .map_or(Recognition::No, |(verifier, compact)| verifier.recognizes(compact))
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
        if let Some((verifier, known)) = self.verifier.as_ref().and_then(|by| Some((by, by.recall(token, now)?))) {
            return match known {
                Ok(principal) => Authentication::verified(principal),
                Err(reason) => Outcome::failed(reason).once_good(verifier.mark(token)).into(),
            };
        }
        let compact = context.take_compact(token);
        if let Some(opaque) = self.opaque.as_ref().filter(|_| self.takes_opaque(compact.as_ref())) {
            return match carrier {
                _ if is_token68(token) => opaque.judge(token, now, context),
                // What is sent on must be no more than a token.
                TokenCarrier::Header | TokenCarrier::Query | TokenCarrier::Field => {
                    Authentication::refused(Rejection::credentials_malformed())
                }
                TokenCarrier::Cookie => Outcome::failed(Reason::TokenNotJwt).into(),
            };
        }
        let Some(verifier) = &self.verifier else { return Outcome::failed(Reason::TokenNotJwt).into() };
        let mut compact = match verifier.check_length(token).and_then(|()| compact.ok_or(Reason::TokenNotJwt)) {
            Ok(compact) => compact,
            Err(reason) => return refused(carrier, token, reason),
        };
        match verifier.verify(&mut compact, now) {
            Ok(principal) => {
                #[cfg(feature = "jwks")]
                verifier.succeeded(&principal, || context.address_share());
                Authentication::verified(principal)
            }
            #[cfg(feature = "jwks")]
            Err(Reason::SignatureInvalid) => {
                verifier.doubt(&compact, context.address_share(), now);
                Outcome::failed(Reason::SignatureInvalid).into()
            }
            #[cfg(feature = "jwks")]
            Err(refusal @ (Reason::KeyUnknown | Reason::IssuerWrong | Reason::KeysUnavailable)) => {
                let address = context.address_share();
                match verifier.look_up(&compact, verifier.claimant(&compact, address), now, refusal) {
                    Err(reason) => Outcome::failed(reason).into(),
                    Ok(look_up) => {
                        let (verifier, clock) = (Arc::clone(verifier), Arc::clone(context.clock()));
                        let compact = compact.into_owned();
                        Authentication::pending(async move {
                            let verified = verifier.verify_once_found(compact, look_up, &*clock, address).await;
                            verified.map_or_else(Outcome::failed, Outcome::Verified)
                        })
                    }
                }
            }
            // The signature comes before the times.
            Err(reason @ Reason::TokenExpired) => {
                Outcome::failed(reason).once_good(verifier.mark_of_expected(&compact)).into()
            }
            Err(reason) => refused(carrier, token, reason),
        }
    }

    /// A page whose URL holds a token must not pass it on in `Referer`.
    fn respond(&self, context: &Context<'_>, _: Option<&Principal>) -> Response {
        let in_query = |name: &str| parameter(context.query(), name) != Parameter::Absent;
        if self.carriers.query_parameter.as_deref().is_some_and(in_query) {
            Response::Ready(Additions::new().set(REFERRER_POLICY, HeaderValue::from_static("no-referrer")))
        } else {
            Response::Nothing
        }
    }

    /// Whether the keys of every issuer were fetched and are not too old.
    #[cfg(feature = "jwks")]
    fn is_ready(&self) -> bool {
        self.verifier.as_ref().is_none_or(|verifier| verifier.is_ready())
    }
}

impl BearerScheme {
    /// What stands in a field of its own. A proxy puts it there, for whoever a cookie says is calling, so it is ambient.
    fn find_in_field<'a>(&self, context: &Context<'a>, header: &TokenHeader) -> Credentials<'a> {
        let mut lines = context.headers().get_all(&*header.name);
        let (line, further) = (lines.next(), lines.next());
        let in_query = |name: &str| parameter(context.query(), name) != Parameter::Absent;
        let evidence = match line {
            None => return Credentials::Absent,
            Some(_) if further.is_some() || self.carriers.query_parameter.as_deref().is_some_and(in_query) => {
                Evidence::unreadable(Rejection::token_repeated())
            }
            Some(line) => Evidence(Read::Token { carrier: TokenCarrier::Field, token: line.as_bytes() }),
        };
        if header.set_by_client { Credentials::Explicit(evidence) } else { Credentials::Ambient(evidence) }
    }
}

impl BearerScheme {
    /// What remembers callers.
    pub(crate) fn forgetful(&self) -> Option<Arc<dyn Forgetful>> {
        self.opaque.as_ref()?.forgetful()
    }

    /// Whether somebody else is asked about a token.
    fn takes_opaque(&self, compact: Option<&crate::keys::compact::Compact<'_>>) -> bool {
        self.opaque.as_ref().is_some_and(|opaque| opaque.takes(compact))
    }

    /// By the prefix, where there is one. A configuration that asks about every token leaves JWTs to those that know their
    /// issuer.
    fn recognizes_opaque(&self, token: &[u8], compact: Option<&crate::keys::compact::Compact<'_>>) -> Recognition {
        let prefixes = self.opaque.as_ref().map_or(&[][..], |opaque| opaque.prefixes());
        if !prefixes.is_empty() {
            let is_ours = prefixes.iter().any(|prefix| token.starts_with(prefix.as_bytes()));
            return if is_ours { Recognition::Mine } else { Recognition::No };
        }
        if compact.is_some_and(crate::keys::compact::Compact::is_jwt) { Recognition::No } else { Recognition::Perhaps }
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

/// `b64token` of RFC 6750 section 2.1.
fn is_token68(token: &[u8]) -> bool {
    let is_symbol = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/');
    let symbols = token.iter().take_while(|byte| is_symbol(byte)).count();
    symbols > 0 && token.iter().skip(symbols).all(|&byte| byte == b'=')
}
