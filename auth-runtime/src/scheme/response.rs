//! What a scheme adds to an answer.

use std::fmt;
use std::pin::Pin;

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

use crate::denial::{Reason, Unavailable, may_be_added};

/// What [`Scheme::respond`](super::Scheme::respond) adds to an answer: nothing, this, or what is known later.
#[must_use]
#[non_exhaustive]
pub enum Response {
    /// Nothing.
    Nothing,
    /// This.
    Ready(Additions),
    /// Known after I/O, such as a write to a store. Made by [`pending`](Self::pending).
    Pending(PendingAdditions),
}

/// What a scheme will add to an answer, or why the answer must not go out without it.
pub type PendingAdditions = Pin<Box<dyn Future<Output = Result<Additions, Unavailable>> + Send>>;

impl Response {
    /// Known later: the answer waits for it, whatever the handler has done already.
    ///
    /// # Errors
    /// Where the future fails, the caller gets that failure's 503 or 500 in place of the answer, without what either of them
    /// said, and an event at level `ERROR` names the cause; so it does where the future panics, or takes longer than the
    /// [deadline](crate::config::AuthBuilder::deadline), which is counted anew for it. It is dropped where the caller
    /// leaves: what must happen all the same belongs into a task.
    ///
    /// ```
    /// use actix_web::http::header::{HeaderValue, SET_COOKIE};
    /// use auth_runtime::denial::Unavailable;
    /// use auth_runtime::scheme::{Additions, Response};
    ///
    /// # #[derive(Clone)] struct Store;
    /// # impl Store { async fn renew(&self) -> Result<HeaderValue, std::io::Error> { Ok(HeaderValue::from_static("id=2")) } }
    /// fn respond(store: &Store) -> Response {
    ///     let store = store.clone();
    ///     Response::pending(async move {
    ///         let cookie = store.renew().await.map_err(|error| Unavailable::backend().because(error))?;
    ///         Ok(Additions::new().append(SET_COOKIE, cookie))
    ///     })
    /// }
    /// # assert!(matches!(respond(&Store), Response::Pending(_)));
    /// ```
    pub fn pending(additions: impl Future<Output = Result<Additions, Unavailable>> + Send + 'static) -> Self {
        Self::Pending(Box::pin(additions))
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nothing => "Nothing",
            Self::Ready(_) => "Ready",
            Self::Pending(_) => "Pending",
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
// Boxed, because most answers have none and every one passes them on.
pub struct Additions(Option<Box<Added>>);

#[derive(Debug, Default)]
struct Added {
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

/// A header field of an answer.
type Field = (HeaderName, HeaderValue);

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
        self.0.get_or_insert_default().location = Some(location);
        self
    }

    fn add(mut self, name: HeaderName, value: HeaderValue, replaces: bool) -> Self {
        if may_be_added(&name) {
            self.0.get_or_insert_default().fields.push(Addition { name, value, replaces });
        }
        self
    }

    /// Where to send a caller that would get a 401.
    pub(crate) fn location(&self) -> Option<HeaderValue> {
        self.0.as_ref()?.location.clone()
    }

    /// Adds the fields.
    pub(crate) fn apply(self, headers: &mut HeaderMap) {
        for Addition { name, value, replaces } in self.0.into_iter().flat_map(|added| added.fields) {
            if replaces {
                headers.insert(name, value);
            } else {
                headers.append(name, value);
            }
        }
    }

    /// The fields of an answer that has no others, and where to send a caller that would get a 401; `None` where nothing is
    /// added.
    #[inline]
    pub(crate) fn into_parts(self) -> Option<(Vec<Field>, Option<HeaderValue>)> {
        self.0.map(|added| (*added).into_parts())
    }
}

impl Added {
    fn into_parts(self) -> (Vec<Field>, Option<HeaderValue>) {
        let mut fields: Vec<Field> = Vec::with_capacity(self.fields.len());
        for Addition { name, value, replaces } in self.fields {
            fields.retain(|(known, _)| !replaces || *known != name);
            fields.push((name, value));
        }
        (fields, self.location)
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

#[cfg(test)]
mod tests {
    use actix_web::http::header::{REFERRER_POLICY, SET_COOKIE};

    use super::*;

    #[test]
    fn a_field_that_is_set_takes_the_place_of_its_like_on_a_denial_too() {
        let value = HeaderValue::from_static;
        let additions = Additions::new()
            .append(SET_COOKIE, value("a=1"))
            .append(SET_COOKIE, value("b=2"))
            .append(REFERRER_POLICY, value("origin"))
            .set(REFERRER_POLICY, value("no-referrer"));
        let (fields, location) = additions.into_parts().unwrap();
        let expected =
            [(SET_COOKIE, value("a=1")), (SET_COOKIE, value("b=2")), (REFERRER_POLICY, value("no-referrer"))];
        assert_eq!((fields.as_slice(), location), (expected.as_slice(), None));
        assert!(Additions::new().into_parts().is_none());
    }
}
