//! Tokens that are not JWTs, as the floors below those who judge them see them.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use crate::denial::Reason;
use crate::http::peer::AddressShare;
use crate::jwt::error::JwtError;
use crate::principal::Principal;
use crate::revocation::Consulted;
use crate::time::UnixTime;

/// How somebody who judges opaque tokens is configured.
pub(crate) trait OpaqueSettings: fmt::Debug + Send + Sync {
    /// Checks everything. `name` is that of the configuration; `revocations` are consulted unless it has its own.
    fn build(&self, name: Option<Arc<str>>, revocations: Option<&Consulted>)
    -> Result<Box<dyn OpaqueTokens>, JwtError>;
}

/// Who judges opaque tokens.
pub(crate) trait OpaqueTokens: fmt::Debug + Send + Sync {
    /// Whether tokens that have the form of a JWT are judged here too.
    fn takes_every_form(&self) -> bool;

    /// The issuer whose tokens are accepted, where it is named.
    fn issuer_name(&self) -> Option<&str>;

    /// Judges a token, which consists of characters of `b64token`, as of `now`; `from` says as whose the work counts.
    fn judge(&self, token: &[u8], from: &dyn Fn() -> AddressShare, now: UnixTime) -> Judgement;
}

/// What is said of a token.
pub(crate) enum Judgement {
    Known(Result<Principal, Reason>),
    /// Somebody else is asked.
    Asked(Pin<Box<dyn Future<Output = Result<Principal, Reason>> + Send>>),
}
