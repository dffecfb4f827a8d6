//! What a scheme finds in a request, to be handed on from step to step.

use std::any::Any;
use std::borrow::Cow;
use std::fmt;

#[cfg(feature = "basic")]
use super::UserPass;
#[cfg(feature = "outgoing")]
use super::{Context, Scheme};
use crate::denial::Rejection;

/// Whether credentials of a scheme are in a request, and how they came to be there.
///
/// What is present decides: say that malformed credentials are there, by [`Evidence::unreadable`], so that they are refused
/// rather than taken for an anonymous caller.
#[derive(Debug)]
#[must_use]
#[non_exhaustive]
pub enum Credentials<'a> {
    /// There are none.
    Absent,
    /// The client put them there on purpose: `Authorization: Bearer`, an API-key header, a query parameter.
    Explicit(Evidence<'a>),
    /// A browser, or a proxy on behalf of one, adds them by itself, also to requests that another site caused: cookies,
    /// Basic, Digest, client certificates. The cross-site rule applies to them.
    Ambient(Evidence<'a>),
}

/// Credentials as they were read: made once, by [`Scheme::find`](super::Scheme::find), and handed back to the same scheme for
/// everything that follows.
///
/// ```
/// use auth_runtime::scheme::Evidence;
///
/// let evidence = Evidence::new("sha256=00ff".to_owned());
/// assert_eq!(evidence.get::<String>().map(String::as_str), Some("sha256=00ff"));
/// assert_eq!(evidence.into_value::<u64>(), None, "another type than was put in");
/// ```
pub struct Evidence<'a>(pub(crate) Read<'a>);

/// What was read. Those of the schemes of this crate borrow from the request, so that handing them on costs nothing.
pub(crate) enum Read<'a> {
    Token {
        carrier: TokenCarrier,
        token: &'a [u8],
    },
    #[cfg(feature = "basic")]
    Password(UserPass),
    Key(Cow<'a, [u8]>),
    /// They are there, and nobody can say what they are.
    Unreadable(Rejection),
    /// Of a scheme that is not named here.
    Own(Box<dyn Any + Send>),
}

/// Where in a request a token was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenCarrier {
    Header,
    Query,
    Cookie,
    /// A field of its own.
    Field,
}

/// The token that a scheme finds in a request: the one that it judges, which nothing else in the request can stand for.
#[cfg(feature = "outgoing")]
pub(crate) fn presented_token<'a>(scheme: &dyn Scheme, context: &Context<'a>) -> Option<&'a [u8]> {
    match scheme.find(context) {
        Credentials::Explicit(Evidence(Read::Token { token, .. }))
        | Credentials::Ambient(Evidence(Read::Token { token, .. })) => Some(token),
        _ => None,
    }
}

impl Evidence<'static> {
    /// What a scheme of your own read: anything that it wants back.
    pub fn new(value: impl Any + Send) -> Self {
        Self(Read::Own(Box::new(value)))
    }

    /// Credentials that are there and cannot be read: the request is refused for this, and the scheme not asked again.
    pub fn unreadable(rejection: impl Into<Rejection>) -> Self {
        Self(Read::Unreadable(rejection.into()))
    }
}

impl Evidence<'_> {
    /// Itself, or why it cannot be read.
    pub(crate) fn readable(self) -> Result<Self, Rejection> {
        match self.0 {
            Read::Unreadable(rejection) => Err(rejection),
            read => Ok(Self(read)),
        }
    }

    pub(crate) fn is_unreadable(&self) -> bool {
        matches!(self.0, Read::Unreadable(_))
    }

    /// What was put in, if it is a `T`.
    pub fn get<T: Any>(&self) -> Option<&T> {
        match &self.0 {
            Read::Own(value) => value.downcast_ref(),
            _ => None,
        }
    }

    /// Takes out what was put in, if it is a `T`.
    pub fn into_value<T: Any>(self) -> Option<T> {
        match self.0 {
            Read::Own(value) => value.downcast().ok().map(|value| *value),
            _ => None,
        }
    }
}

/// Never what was read: it is the caller's secret.
impl fmt::Debug for Evidence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Evidence")
    }
}
