//! A token for calls to other services.

use std::fmt;
use std::sync::Arc;

use actix_web::http::header::HeaderValue;
use zeroize::Zeroizing;

use crate::principal::Weighed;
use crate::provider::granted::Granted;
use crate::time::UnixTime;

/// How long before it expires an access token is replaced, in seconds: what it is sent to needs it for a moment yet. Half its life, where that
/// is less.
const BEFORE: UnixTime = 30;
/// What an entry of the memory costs beyond the token, in bytes.
const ENTRY_BYTES: usize = 512;

/// An access token of a provider's. It is not shown unless it is [exposed](Self::expose).
#[derive(Clone)]
pub struct AccessToken(Arc<Given>);

struct Given {
    token: Zeroizing<String>,
    /// From when on another one is asked for, in seconds since 1970; `None` where it does not say when it expires.
    fresh_until: Option<UnixTime>,
}

impl AccessToken {
    pub(crate) fn new(token: Zeroizing<String>, fresh_until: Option<UnixTime>) -> Self {
        Self(Arc::new(Given { token, fresh_until }))
    }

    pub(crate) fn fresh_until(&self) -> Option<UnixTime> {
        self.0.fresh_until
    }

    /// The token itself.
    pub fn expose(&self) -> &str {
        &self.0.token
    }

    /// The value of `Authorization`: `Bearer` with the token, marked as sensitive.
    pub fn authorization(&self) -> HeaderValue {
        let value = Zeroizing::new(format!("Bearer {}", self.expose()));
        // What a provider gives was read from JSON: it may be no field's value.
        let mut value = HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static("Bearer"));
        value.set_sensitive(true);
        value
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken(…)")
    }
}

impl Weighed for AccessToken {
    fn bytes(&self) -> usize {
        self.expose().len().saturating_add(ENTRY_BYTES)
    }
}

impl Granted {
    /// From when on another access token is asked for, if it says when it expires.
    pub(crate) fn fresh_until(&self, now: UnixTime) -> Option<UnixTime> {
        self.expires_in.map(|life| now.saturating_add(life - BEFORE.min(life / 2)))
    }
}
