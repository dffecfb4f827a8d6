//! Judging a token that nobody sent, by the keys at hand.

use std::sync::Arc;

use crate::denial::Reason;
use crate::jwt::Verifier;
use crate::jwt::opaque::OpaqueTokens;
use crate::keys::compact::Compact;
use crate::principal::Principal;
use crate::scheme::Examiner;
use crate::time::UnixTime;

/// Judges the tokens of one configuration, except those that somebody else would have to be asked about.
#[derive(Debug)]
pub(crate) struct TokenExaminer {
    pub(crate) verifier: Option<Arc<Verifier>>,
    pub(crate) opaque: Option<Arc<dyn OpaqueTokens>>,
}

impl Examiner for TokenExaminer {
    fn examine(&self, token: &[u8], now: UnixTime) -> Option<Result<Principal, Reason>> {
        let compact = Compact::split(token);
        if self.opaque.as_ref().is_some_and(|opaque| opaque.takes(compact.as_ref())) {
            return None;
        }
        let Some(verifier) = &self.verifier else { return Some(Err(Reason::TokenNotJwt)) };
        let read = verifier.check_length(token).and_then(|()| compact.ok_or(Reason::TokenNotJwt));
        match read.and_then(|mut compact| verifier.examine(&mut compact, now)) {
            Err(refusal) if verifier.would_ask(refusal) => None,
            judged => Some(judged),
        }
    }
}
