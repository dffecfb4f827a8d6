//! Where tokens for calls to other services come from.

use std::sync::Arc;

use crate::auth::error::{ConfigError, ConfigFault};
use crate::auth::{Auth, AuthBuilder};
use crate::guard::ConfiguredScheme;
use crate::outgoing::{OutgoingTokens, OutgoingTokensBuilder};
use crate::principal::DetailsType;

impl AuthBuilder {
    /// Lets handlers take [`OutgoingToken`](crate::outgoing::OutgoingToken): `tokens` names the provider that exchanges their callers' tokens. Called
    /// again, the last counts.
    pub fn outgoing(mut self, tokens: OutgoingTokens) -> Self {
        let tokens = tokens.for_callers();
        self.memories.add(Arc::clone(&tokens.exchange) as _);
        self.outgoing = Some(tokens);
        self
    }
}

impl Auth {
    pub(crate) fn outgoing(&self) -> Option<&OutgoingTokens> {
        self.0.outgoing.as_ref()
    }
}

impl OutgoingTokensBuilder {
    /// Finishes it. The provider is asked nothing yet.
    ///
    /// # Errors
    /// Where no provider could be asked so: an issuer or a URL that is not https, a client without an id or secret, a key that does not fit its
    /// algorithm, a proxy or a certificate that is none.
    pub fn build(self) -> Result<OutgoingTokens, ConfigError> {
        self.tokens().map_err(|fault| ConfigError::new(vec![ConfigFault::OutgoingInvalid { source: Box::new(fault) }]))
    }
}

/// Says of a configuration that its callers have tokens which a provider exchanges.
pub(super) fn exchangeable(scheme: ConfiguredScheme) -> ConfiguredScheme {
    match scheme.description.carries_tokens() {
        true => {
            ConfiguredScheme { description: scheme.description.with_details(DetailsType::exchangeable()), ..scheme }
        }
        false => scheme,
    }
}
