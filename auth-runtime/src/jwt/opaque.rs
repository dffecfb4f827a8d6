//! Tokens that are not JWTs, as the floors below those who judge them see them.

use std::fmt;
use std::sync::Arc;

use crate::jwt::error::JwtError;
use crate::jwt::presentation::Presentation;
use crate::keys::compact::Compact;
use crate::principal::Forgetful;
use crate::revocation::Consulted;
use crate::scheme::{Authentication, Context, SchemeDescription};
use crate::setting::Setting;
use crate::time::UnixTime;

/// How somebody who judges opaque tokens is configured.
pub(crate) trait OpaqueSettings: fmt::Debug + Send + Sync {
    /// The store of revocations that is consulted, if it has its own.
    fn revocations(&self) -> Option<&Consulted>;

    /// What reviewers see of it.
    fn reviewed(&self) -> Vec<Setting>;

    /// Checks everything; `revocations` are consulted unless it has its own.
    fn build(
        &self,
        presented: Presentation,
        revocations: Option<&Consulted>,
    ) -> Result<Box<dyn OpaqueTokens>, JwtError>;
}

/// Who judges opaque tokens.
pub(crate) trait OpaqueTokens: fmt::Debug + Send + Sync {
    /// Which tokens are judged here, where they have a form of their own; else whatever is not a JWT.
    fn prefixes(&self) -> &[Box<str>] {
        &[]
    }

    /// Whether tokens that have the form of a JWT are judged here too.
    fn takes_every_form(&self) -> bool;

    /// Whether a token is judged here: told by its form, before anything in it is verified.
    fn takes(&self, compact: Option<&Compact<'_>>) -> bool {
        self.takes_every_form() || !compact.is_some_and(Compact::is_jwt)
    }

    /// The issuer whose tokens are accepted, where it is named.
    fn issuer_name(&self) -> Option<&str> {
        None
    }

    /// Says which details its callers bring.
    fn describe(&self, description: SchemeDescription) -> SchemeDescription {
        description
    }

    /// What remembers callers.
    fn forgetful(&self) -> Option<Arc<dyn Forgetful>> {
        None
    }

    /// Judges a token, which consists of characters of `b64token`, as of `now`.
    fn judge(&self, token: &[u8], now: UnixTime, context: &Context<'_>) -> Authentication;
}
