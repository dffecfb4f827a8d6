//! Schemes whose credentials are tokens of an issuer.

use std::any::TypeId;

use crate::auth::{AuthBuilder, ConfigFault};
use crate::fault::Misconfiguration;
use crate::jwt::ReadyJwt;
use crate::jwt::settings::TokenSettings;
use crate::metadata::TokenScheme;
use crate::revocation::Consulted;
use crate::scheme::dpop::{DpopTokens, ReadyDpop};
use crate::scheme::{BearerScheme, DpopScheme};

/// Which scheme of OAuth this is, if it is one of ours.
pub(super) fn token_scheme(kind: TypeId) -> Option<TokenScheme> {
    let ours = [(TypeId::of::<BearerScheme>(), TokenScheme::Bearer), (TypeId::of::<DpopScheme>(), TokenScheme::Dpop)];
    ours.into_iter().find(|(known, _)| *known == kind).map(|(_, scheme)| scheme)
}

impl AuthBuilder {
    /// The `bearer` scheme: JSON Web Tokens (RFC 6750, RFC 7519).
    pub fn bearer(self, jwt: impl ReadyJwt) -> Self {
        self.built_bearer(None, jwt.into_settings())
    }

    /// Another configuration of the `bearer` scheme, for policies that say `bearer("name")`.
    pub fn bearer_named(self, name: &str, jwt: impl ReadyJwt) -> Self {
        self.built_bearer(Some(name), jwt.into_settings())
    }

    /// The `dpop` scheme: tokens that are bound to a key of the client, each request with a proof of that key (RFC 9449). See
    /// [`dpop`](crate::dpop). Needs [`public_origin`](Self::public_origin), for which proofs are made.
    pub fn dpop(self, tokens: impl ReadyDpop) -> Self {
        self.built_dpop(None, tokens.into_dpop())
    }

    /// Another configuration of the `dpop` scheme, for policies that say `dpop("name")`.
    pub fn dpop_named(self, name: &str, tokens: impl ReadyDpop) -> Self {
        self.built_dpop(Some(name), tokens.into_dpop())
    }

    fn built_bearer(mut self, name: Option<&str>, settings: TokenSettings) -> Self {
        settings.revocations().for_each(|store| self.consults(store));
        let scheme = settings.build(name.map(Into::into));
        scheme.iter().filter_map(BearerScheme::forgetful).for_each(|memory| self.memories.add(memory));
        self.built("bearer", name, scheme)
    }

    fn built_dpop(mut self, name: Option<&str>, tokens: DpopTokens) -> Self {
        tokens.revocations().for_each(|store| self.consults(store));
        let scheme = tokens.build(name.map(Into::into));
        scheme.iter().filter_map(DpopScheme::forgetful).for_each(|memory| self.memories.add(memory));
        self.built("dpop", name, scheme)
    }

    /// A proof is for a URL, and what a request says of its host is its sender's word.
    pub(super) fn check_dpop(&mut self) {
        let configured = self.schemes.iter().filter(|((kind, _), _)| *kind == TypeId::of::<DpopScheme>());
        if let (None, Some((_, first))) = (&self.public_origin, configured.min_by_key(|((_, name), _)| name.clone())) {
            let fault = "proofs are made for the URL of this service; add `.public_origin(\"https://…\")`";
            let source = Box::new(Misconfiguration::new(fault));
            self.faults.push(ConfigFault::Scheme { scheme: first.name.to_string(), source });
        }
    }

    /// A store of revocations that a configuration consults: through it others hear whom to forget, and audit logs what is revoked.
    pub(super) fn consults(&mut self, store: &Consulted) {
        self.memories.share(store.forgetting());
        self.event_sources.extend(store.events());
    }
}
