//! What a scheme adds to an answer.

use std::fmt;

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

use crate::denial::{Reason, may_be_added};

/// What [`Scheme::respond`](super::Scheme::respond) adds to an answer: nothing, or this.
#[must_use]
#[non_exhaustive]
pub enum Response {
    /// Nothing.
    Nothing,
    /// This.
    Ready(Additions),
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nothing => "Nothing",
            Self::Ready(_) => "Ready",
        })
    }
}

/// Header fields for an answer, and a redirect in place of a 401. Status, body and challenges are not a scheme's to change:
/// `WWW-Authenticate`, `Cache-Control`, `Location`, `Content-…` and fields of one connection are left out.
///
/// ```
/// use actix_web::http::header::{HeaderMap, HeaderValue, REFERRER_POLICY, WWW_AUTHENTICATE};
/// use auth_runtime::scheme::Additions;
///
/// let additions = Additions::new()
///     .set(REFERRER_POLICY, HeaderValue::from_static("no-referrer"))
///     .append(WWW_AUTHENTICATE, HeaderValue::from_static("Other")); // left out
/// assert!(format!("{additions:?}").contains("no-referrer") && !format!("{additions:?}").contains("Other"));
/// ```
#[derive(Debug, Default)]
#[must_use]
pub struct Additions {
    fields: Vec<Addition>,
    location: Option<HeaderValue>,
}

#[derive(Debug)]
struct Addition {
    name: HeaderName,
    value: HeaderValue,
    /// Whether it takes the place of what the handler said.
    replaces: bool,
}

impl Additions {
    /// Nothing so far.
    pub fn new() -> Self {
        Self::default()
    }

    /// A field in place of what the handler said under this name.
    pub fn set(self, name: HeaderName, value: HeaderValue) -> Self {
        self.add(name, value, true)
    }

    /// A field beside what the handler said under this name, such as another `Set-Cookie`.
    pub fn append(self, name: HeaderName, value: HeaderValue) -> Self {
        self.add(name, value, false)
    }

    /// Sends a caller that would get a 401 to this address, by a 303; ignored on every other answer.
    pub fn see_other(mut self, location: HeaderValue) -> Self {
        self.location = Some(location);
        self
    }

    fn add(mut self, name: HeaderName, value: HeaderValue, replaces: bool) -> Self {
        if may_be_added(&name) {
            self.fields.push(Addition { name, value, replaces });
        }
        self
    }

    /// Adds the fields, and says where to send a caller that would get a 401.
    pub(crate) fn apply(self, headers: &mut HeaderMap) -> Option<HeaderValue> {
        for Addition { name, value, replaces } in self.fields {
            if replaces {
                headers.insert(name, value);
            } else {
                headers.append(name, value);
            }
        }
        self.location
    }
}

/// A refusal that is about to be answered, as a scheme may know it.
#[derive(Clone, Copy, Debug)]
pub struct Refusal {
    reason: Reason,
    attempted: bool,
}

impl Refusal {
    pub(crate) fn new(reason: Reason, attempted: bool) -> Self {
        Self { reason, attempted }
    }

    /// Why.
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// Whether it was credentials of this scheme that were refused.
    pub fn is_of_this_scheme(&self) -> bool {
        self.attempted
    }
}
