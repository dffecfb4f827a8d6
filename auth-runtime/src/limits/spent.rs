//! What a caller is told who comes too often.

use std::time::Duration;

use actix_web::http::header::{HeaderName, HeaderValue, RETRY_AFTER};

use crate::denial::{Reason, Rejection};
use crate::time::whole_seconds;

/// A limit that is used up for a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spent {
    /// What is counted.
    pub(crate) what: &'static str,
    /// So many of it in a window.
    pub(crate) quota: u32,
    pub(crate) window: Duration,
    /// When the caller may come again.
    pub(crate) after: Duration,
}

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// Credentials that are not looked at.
impl From<Spent> for Rejection {
    fn from(spent: Spent) -> Self {
        Self::too_often(Reason::TooManyAttempts, spent.headers())
    }
}

impl Spent {
    /// When to come again (RFC 9110 section 10.2.3), and by which rule (draft-ietf-httpapi-ratelimit-headers-10 sections 3 and 4).
    pub(crate) fn headers(&self) -> Vec<(HeaderName, HeaderValue)> {
        let Self { what, quota, window, after } = self;
        let (window, after) = (whole_seconds(*window), whole_seconds(*after));
        let list = |text: String| HeaderValue::from_str(&text).ok();
        let policy = list(format!("\"{what}\";q={quota};w={window}"));
        let limit = list(format!("\"{what}\";r=0;t={after}"));
        let said = policy.map(|policy| (POLICY, policy)).into_iter().chain(limit.map(|limit| (LIMIT, limit)));
        [(RETRY_AFTER, after.into())].into_iter().chain(said).collect()
    }
}
