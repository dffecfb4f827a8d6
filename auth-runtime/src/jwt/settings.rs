//! What a [`Jwt`](super::Jwt) was told: keys, acceptance, carriers.

use std::sync::Arc;

use crate::authorities::AuthorityLoader;
use crate::crypto::Algorithm;
use crate::denial::is_token;
use crate::jwt::acceptance::AcceptanceSettings;
use crate::jwt::error::JwtError;
use crate::jwt::issuer::Issuer;
use crate::jwt::opaque::OpaqueSettings;
#[cfg(feature = "jwks")]
use crate::jwt::tenants::Find;
use crate::keys::Key;
#[cfg(feature = "jwks")]
use crate::keys::KeySetOptions;
use crate::revocation::Consulted;
use crate::scheme::ScopeNames;

/// How much memory verified tokens may take: 32 MiB.
const CACHE_BYTES: usize = 32 * 1024 * 1024;

/// How JWTs are verified, and what is demanded of them.
#[derive(Clone, Debug)]
pub(crate) struct JwtSettings {
    /// Of the first issuer.
    pub(crate) keys: Vec<Key>,
    pub(crate) acceptance: AcceptanceSettings,
    /// Issuers beside the first.
    pub(crate) others: Vec<Issuer>,
    pub(crate) access_token_profile: bool,
    pub(crate) secrets_beside_public_keys: bool,
    /// Of keys that name none.
    pub(crate) key_algorithms: Option<Vec<Algorithm>>,
    pub(crate) cache_bytes: usize,
    #[cfg(feature = "jwks")]
    pub(crate) key_sets: KeySetOptions,
    #[cfg(feature = "jwks")]
    pub(crate) tenants: Option<Find>,
}

impl JwtSettings {
    pub(crate) fn new(keys: Vec<Key>) -> Self {
        Self {
            keys,
            acceptance: AcceptanceSettings::default(),
            others: Vec::new(),
            access_token_profile: false,
            secrets_beside_public_keys: false,
            key_algorithms: None,
            cache_bytes: CACHE_BYTES,
            #[cfg(feature = "jwks")]
            key_sets: KeySetOptions::default(),
            #[cfg(feature = "jwks")]
            tenants: None,
        }
    }
}

/// Where tokens may be, and how they are asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Carriers {
    /// In place of `Authorization`.
    pub(crate) header: Option<TokenHeader>,
    pub(crate) scope_names: ScopeNames,
    pub(crate) cookie: Option<Box<str>>,
    pub(crate) query_parameter: Option<Box<str>>,
}

impl Carriers {
    /// Takes the token from this field; who sets it was or is said apart.
    pub(crate) fn take_from(&mut self, name: impl Into<Box<str>>) {
        let set_by_client = self.header.as_ref().is_some_and(|header| header.set_by_client);
        self.header = Some(TokenHeader { name: name.into(), set_by_client });
    }

    /// Says that clients set that field themselves.
    pub(crate) fn set_by_client(&mut self) {
        let name = self.header.take().map_or_else(Box::default, |header| header.name);
        self.header = Some(TokenHeader { name, set_by_client: true });
    }

    pub(crate) fn check(&self) -> Result<(), JwtError> {
        if let Some(fault) = self.header.as_ref().and_then(TokenHeader::fault).or_else(|| self.scope_names.fault()) {
            return Err(JwtError::OptionInvalid { option: fault.0, fault: fault.1 });
        }
        let (option, fault) = if self.cookie.as_deref().is_some_and(|name| !is_token(name.as_bytes())) {
            ("cookie", "not the name of a cookie; use letters, digits, `-` and `_`")
        } else if self
            .query_parameter
            .as_deref()
            .is_some_and(|name| !is_token(name.as_bytes()) || name.contains(['&', '%', '+', '#']))
        {
            ("dangerous_query_parameter", "a name that is never sent like this; use letters, digits, `-` and `_`")
        } else {
            return Ok(());
        };
        Err(JwtError::OptionInvalid { option, fault })
    }
}

/// A field that holds the token and nothing else.
#[derive(Clone, Debug)]
pub(crate) struct TokenHeader {
    pub(crate) name: Box<str>,
    /// Whether the client itself puts it there.
    pub(crate) set_by_client: bool,
}

impl TokenHeader {
    fn fault(&self) -> Option<(&'static str, &'static str)> {
        const TAKEN: [&str; 5] = ["authorization", "proxy-authorization", "cookie", "host", "origin"];
        if TAKEN.iter().any(|taken| self.name.eq_ignore_ascii_case(taken)) {
            return Some((
                "header",
                "the field means something else; name the one that the proxy sets, or leave it out for `Authorization`",
            ));
        }
        (!is_token(self.name.as_bytes())).then_some(("header", "not the name of a field; write it like `X-Edge-Token`"))
    }
}

/// All that one configuration was told of tokens, and where they are. One of the two judges at least is there.
#[derive(Clone, Debug)]
pub struct TokenSettings {
    pub(crate) carriers: Carriers,
    pub(crate) authorities: Option<AuthorityLoader>,
    pub(crate) jwt: Option<JwtSettings>,
    pub(crate) opaque: Option<Arc<dyn OpaqueSettings>>,
}

impl TokenSettings {
    /// The stores of revocations that are consulted.
    pub(crate) fn revocations(&self) -> impl Iterator<Item = &Consulted> {
        let of_jwt = self.jwt.iter().filter_map(|jwt| jwt.acceptance.revocations.as_ref());
        of_jwt.chain(self.opaque.iter().filter_map(|opaque| opaque.revocations()))
    }
}
