//! Bearer tokens (RFC 6750): JWTs, and opaque ones that somebody else judges.

use std::borrow::Cow;
use std::sync::Arc;

use actix_web::http::header::{HeaderValue, REFERRER_POLICY};

use super::{
    Additions, Authentication, Challenge, Context, Credentials, Evidence, Read, Recheck, Recognition, Response, Scheme,
    SchemeDescription, TokenCarrier,
};
use crate::authorities::AuthorityLoader;
use crate::denial::Rejection;
use crate::http::authorization::{Authorization, authorization};
use crate::http::cookie::{Cookie, cookie};
use crate::http::field::Field;
use crate::http::query::{Parameter, parameter};
use crate::jwt::settings::{Carriers, TokenHeader, TokenSettings};
use crate::jwt::{AcceptedTokens, JwtError, Presentation, SCHEME};
use crate::principal::{Forgetful, Principal};
use crate::time::UnixTime;

/// The `bearer` scheme of an attribute: a JWT in `Authorization: Bearer`, or where a
/// [`Jwt`](crate::Jwt) also looks for it.
#[derive(Debug)]
pub struct BearerScheme {
    carriers: Carriers,
    authorities: Option<AuthorityLoader>,
    tokens: AcceptedTokens,
}

impl TokenSettings {
    /// Checks everything and makes the scheme. `name` is that of the configuration, as in `bearer("partner")`.
    pub(crate) fn build(mut self, name: Option<Arc<str>>) -> Result<BearerScheme, JwtError> {
        self.carriers.check()?;
        let (carriers, authorities) = (self.carriers.clone(), self.authorities.take());
        Ok(BearerScheme { carriers, authorities, tokens: self.accepted(Presentation::bearer(name))? })
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
            .loaded_by(self.authorities.clone());
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
        self.tokens.describe(description)
    }

    fn recheck(&self, principal: &Principal, now: UnixTime) -> Recheck {
        self.tokens.recheck(principal, now)
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
        match evidence.0 {
            Read::Token { token, .. } => self.tokens.recognizes(context, token),
            _ => Recognition::No,
        }
    }

    fn authenticate<'a>(&self, context: &Context<'a>, evidence: Evidence<'a>) -> Authentication {
        let Read::Token { carrier, token } = evidence.0 else {
            return Authentication::refused(Rejection::credentials_wrong());
        };
        let judged = self.tokens.judge(context, carrier, token);
        #[cfg(feature = "certificates")]
        let judged = super::client_certificate::held_by_caller(judged, context);
        judged
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
        self.tokens.is_ready()
    }
}

impl BearerScheme {
    /// What stands in a field of its own. A proxy puts it there, for whoever a cookie says is calling, so it is ambient.
    fn find_in_field<'a>(&self, context: &Context<'a>, header: &TokenHeader) -> Credentials<'a> {
        let in_query = |name: &str| parameter(context.query(), name) != Parameter::Absent;
        let is_in_query = || self.carriers.query_parameter.as_deref().is_some_and(in_query);
        let evidence = match Field::read(context.headers(), &*header.name) {
            Field::Absent => return Credentials::Absent,
            Field::Line(line) if !is_in_query() => {
                Evidence(Read::Token { carrier: TokenCarrier::Field, token: line.as_bytes() })
            }
            Field::Line(_) | Field::Repeated => Evidence::unreadable(Rejection::token_repeated()),
        };
        if header.set_by_client { Credentials::Explicit(evidence) } else { Credentials::Ambient(evidence) }
    }

    /// What remembers callers.
    pub(crate) fn forgetful(&self) -> Option<Arc<dyn Forgetful>> {
        self.tokens.forgetful()
    }
}
