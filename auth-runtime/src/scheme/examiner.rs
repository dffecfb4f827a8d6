//! Judging a token that nobody sent.

use std::fmt;

use crate::denial::Reason;
use crate::principal::Principal;
use crate::time::UnixTime;

/// Judges tokens by what is at hand: nobody is asked, and nothing is counted, remembered or told of.
pub(crate) trait Examiner: fmt::Debug + Send + Sync {
    /// What becomes of this token as of `now`; `None` where nobody can say without asking.
    fn examine(&self, token: &[u8], now: UnixTime) -> Option<Result<Principal, Reason>>;
}
