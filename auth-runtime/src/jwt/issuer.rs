//! A further issuer that a configuration trusts.

#[cfg(feature = "jwks")]
use std::path::PathBuf;

use crate::crypto::Algorithm;
use crate::jwt::acceptance::IssuerTerms;
use crate::keys::Key;

/// An issuer with its own keys, trusted beside the first one of a [`Jwt`](super::Jwt).
///
/// Keys belong to their issuer: a token with this `iss` is verified with these keys and no others.
///
/// ```
/// use auth_runtime::{Algorithm, Jwt};
/// use auth_runtime::jwt::{Issuer, Key};
///
/// # let (secret, pem) = ([7; 32], "-----BEGIN PUBLIC KEY-----…");
/// let partner = Issuer::new("https://idp.partner.example", Key::public_pem(Algorithm::ES256, pem))
///     .grantable_scopes(["orders:read"]);
/// let jwt = Jwt::hs256(secret)
///     .issuer("https://idp.example")
///     .audience("https://api.example")
///     .add_issuer(partner);
/// assert!(format!("{jwt:?}").contains("https://idp.partner.example"));
/// ```
#[derive(Clone, Debug)]
pub struct Issuer {
    pub(crate) terms: IssuerTerms,
    pub(crate) keys: Vec<Key>,
    /// Of keys that name none; those of the configuration unless said.
    pub(crate) key_algorithms: Option<Vec<Algorithm>>,
    /// Holds a token that the provider of the keys wants to see.
    #[cfg(feature = "jwks")]
    pub(crate) token_file: Option<PathBuf>,
}

impl Issuer {
    /// Tokens whose `iss` is exactly `name`, signed with `key`. Their audience is that of the [`Jwt`](super::Jwt), unless
    /// [`audience`](Self::audience) or [`client_id`](Self::client_id) says another.
    pub fn new(name: impl Into<Box<str>>, key: Key) -> Self {
        Self {
            terms: IssuerTerms::named(name),
            keys: vec![key],
            key_algorithms: None,
            #[cfg(feature = "jwks")]
            token_file: None,
        }
    }

    /// Tokens whose `iss` is exactly `url`, an OpenID provider or an OAuth authorization server that says itself where its
    /// keys are: `/.well-known/openid-configuration` (OpenID Connect Discovery 1.0), or else
    /// `/.well-known/oauth-authorization-server` (RFC 8414). What it says must name this very issuer, byte for byte. See
    /// [`Key::jwks_url`] for the rest.
    #[cfg(feature = "jwks")]
    pub fn oidc(url: impl Into<Box<str>>) -> Self {
        let url = url.into();
        Self::new(url.clone(), Key::discovered(url))
    }

    /// A further key of this issuer.
    #[must_use]
    pub fn add_key(mut self, key: Key) -> Self {
        self.keys.push(key);
        self
    }

    /// Shows the provider of this issuer's keys the token in this file; see
    /// [`Jwt::fetch_with_token_file`](super::Jwt::fetch_with_token_file).
    ///
    /// # Security
    /// See there.
    #[cfg(feature = "jwks")]
    #[must_use]
    pub fn fetch_with_token_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.token_file = Some(path.into());
        self
    }

    /// The algorithms of this issuer's keys that name none; by default those of the
    /// [`Jwt`](super::Jwt::key_algorithms).
    #[must_use]
    pub fn key_algorithms(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.key_algorithms = Some(algorithms.into_iter().collect());
        self
    }

    /// What this issuer's tokens must name in `aud`; called again, any of the values will do.
    #[must_use]
    pub fn audience(mut self, audience: impl Into<Box<str>>) -> Self {
        self.terms.add_audience(audience.into());
        self
    }

    /// Which client this issuer's tokens must have been issued to, as
    /// [`Jwt::client_id`](super::Jwt::client_id); called again, any of the values will do.
    ///
    /// # Security
    /// See [`Jwt::client_id`](super::Jwt::client_id).
    #[must_use]
    pub fn client_id(mut self, client: impl Into<Box<str>>) -> Self {
        self.terms.add_client(client.into());
        self
    }

    /// The clients whose tokens count, where a token of this issuer has `azp`; see
    /// [`Jwt::authorized_parties`](super::Jwt::authorized_parties), whose list it has by default.
    #[must_use]
    pub fn authorized_parties(mut self, clients: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        self.terms.add_authorized_parties(clients);
        self
    }

    /// The only roles this issuer may grant. Another one in its tokens counts neither as held nor as missing, so that
    /// neither `role(…)` nor `!role(…)` admits for it. Called again, the lists add up.
    #[must_use]
    pub fn grantable_roles(mut self, roles: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        self.terms.add_grantable_roles(roles);
        self
    }

    /// The only scopes this issuer may grant. Another one in its tokens counts neither as held nor as missing, so that
    /// neither `scope(…)` nor `!scope(…)` admits for it. Called again, the lists add up.
    #[must_use]
    pub fn grantable_scopes(mut self, scopes: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        self.terms.add_grantable_scopes(scopes);
        self
    }
}
