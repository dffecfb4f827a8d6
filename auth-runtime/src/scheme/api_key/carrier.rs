//! Where in a request a key travels.

use std::borrow::Cow;

use actix_web::http::header::{self, HeaderName, HeaderValue, REFERRER_POLICY};

use crate::denial::{Rejection, is_token};
use crate::fault::Misconfiguration;
use crate::http::authorization::{Authorization, authorization};
use crate::http::cookie::{Cookie, cookie};
use crate::http::field::Field;
use crate::http::query::{Parameter, parameter};
use crate::scheme::{Challenge, Context, SchemeDescription};

/// The place of a key in a request.
#[derive(Clone, Debug)]
pub(super) enum Carrier {
    Header {
        /// As configured, since field names lose their case.
        written: Box<str>,
        name: HeaderName,
    },
    /// The `Authorization` field under this word.
    Authorization(Box<str>),
    Query(Box<str>),
    Cookie(Box<str>),
}

/// What stands in that place.
#[derive(Debug)]
pub(super) enum Sent<'a> {
    Absent,
    /// Nobody can say what was meant.
    Unreadable(Rejection),
    Present(Cow<'a, [u8]>),
}

/// Fields that mean something else; a key in `Authorization` would be read by other schemes too.
const TAKEN: [HeaderName; 8] = [
    header::AUTHORIZATION,
    header::PROXY_AUTHORIZATION,
    header::COOKIE,
    header::HOST,
    header::ORIGIN,
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::CONNECTION,
];

/// Schemes of others (IANA's registry), which say what else stands in the field.
const TAKEN_WORDS: [&str; 12] = [
    "Bearer",
    "Basic",
    "Digest",
    "DPoP",
    "GNAP",
    "HOBA",
    "Mutual",
    "Negotiate",
    "OAuth",
    "PrivateToken",
    "SCRAM-SHA-256",
    "vapid",
];

impl Carrier {
    pub(super) fn header(name: &str) -> Result<Self, Misconfiguration> {
        let shown = name.escape_debug();
        match HeaderName::from_bytes(name.as_bytes()) {
            Ok(taken) if TAKEN.contains(&taken) => Err(Misconfiguration::new(format!(
                "header `{shown}` means something else; choose one of your own, such as `X-API-Key`"
            ))),
            Ok(parsed) => Ok(Self::Header { written: name.into(), name: parsed }),
            Err(_) => Err(Misconfiguration::new(format!("`{shown}` is not a header name; write it like `X-API-Key`"))),
        }
    }

    /// A scheme word of one's own (RFC 9110 section 11.1).
    pub(super) fn authorization(word: &str) -> Result<Self, Misconfiguration> {
        let shown = word.escape_debug();
        if !is_token(word.as_bytes()) {
            let fault = format!("`{shown}` is not a word for `Authorization`; write it like `Token`");
            return Err(Misconfiguration::new(fault));
        }
        if TAKEN_WORDS.iter().any(|taken| taken.eq_ignore_ascii_case(word)) {
            return Err(Misconfiguration::new(format!(
                "`{shown}` in `Authorization` means something else; choose another word, such as `Token`, or look up Bearer \
                 tokens of your own by `Opaque`"
            )));
        }
        Ok(Self::Authorization(word.into()))
    }

    /// Unreserved characters only (RFC 3986 section 2.3), which nobody encodes.
    pub(super) fn query(name: &str) -> Result<Self, Misconfiguration> {
        let good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
        if !name.is_empty() && name.bytes().all(good) {
            return Ok(Self::Query(name.into()));
        }
        let shown = name.escape_debug();
        Err(Misconfiguration::new(format!("`{shown}` is not a name for a parameter; write it like `api_key`")))
    }

    /// A token (RFC 6265 section 4.1.1).
    pub(super) fn cookie(name: &str) -> Result<Self, Misconfiguration> {
        if is_token(name.as_bytes()) {
            return Ok(Self::Cookie(name.into()));
        }
        let shown = name.escape_debug();
        Err(Misconfiguration::new(format!("`{shown}` is not a cookie name; write it like `__Host-key`")))
    }

    pub(super) fn sent<'a>(&self, context: &Context<'a>) -> Sent<'a> {
        match self {
            Self::Header { name, .. } => match Field::read(context.headers(), name) {
                Field::Absent => Sent::Absent,
                Field::Repeated => Sent::Unreadable(Rejection::credentials_wrong()),
                Field::Line(key) => Sent::Present(Cow::Borrowed(key.as_bytes())),
            },
            Self::Authorization(word) => match authorization(context.authorization(), word) {
                Authorization::Absent => Sent::Absent,
                Authorization::Repeated => Sent::Unreadable(Rejection::authorization_repeated()),
                Authorization::Present(key) => Sent::Present(Cow::Borrowed(key)),
            },
            Self::Query(name) => match parameter(context.query(), name) {
                Parameter::Absent => Sent::Absent,
                Parameter::Repeated | Parameter::Unreadable => Sent::Unreadable(Rejection::credentials_wrong()),
                Parameter::Present(value) => Sent::Present(value),
            },
            Self::Cookie(name) => match cookie(context.headers(), name) {
                Cookie::Absent => Sent::Absent,
                Cookie::Unreadable => Sent::Unreadable(Rejection::cookie_unreadable()),
                Cookie::Present(value) => Sent::Present(Cow::Borrowed(value)),
            },
        }
    }

    /// Whether a browser adds the key by itself.
    pub(super) fn is_ambient(&self) -> bool {
        matches!(self, Self::Cookie(_))
    }

    pub(super) fn describe(&self) -> SchemeDescription {
        let (place, name) = match self {
            Self::Header { written, .. } => ("header", written),
            Self::Authorization(word) => {
                return SchemeDescription::new(Challenge::new(word.to_string())).authorization(word);
            }
            Self::Query(name) => ("query", name),
            Self::Cookie(name) => ("cookie", name),
        };
        let challenge = Challenge::new("ApiKey").parameter("in", place).parameter("name", &**name);
        let description = SchemeDescription::new(challenge);
        match self {
            Self::Header { name, .. } => description.header(name.as_str()),
            Self::Authorization(word) => description.authorization(word),
            Self::Query(name) => description.query(name),
            Self::Cookie(name) => description.cookie(name),
        }
    }

    /// What every answer must carry: a key in the query must not leave with a `Referer` field.
    pub(super) fn owed(&self) -> Option<(HeaderName, HeaderValue)> {
        match self {
            Self::Query(_) => Some((REFERRER_POLICY, HeaderValue::from_static("no-referrer"))),
            Self::Header { .. } | Self::Authorization(_) | Self::Cookie(_) => None,
        }
    }
}
