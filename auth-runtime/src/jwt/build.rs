//! From what a [`Jwt`](super::Jwt) was told to what verifies: where every mistake comes up, by name.

use std::sync::Arc;
#[cfg(feature = "jwks")]
use std::time::Duration;

use crate::jwt::claims::Audience;
use crate::jwt::error::JwtError;
use crate::jwt::headers::KnownHeaders;
use crate::jwt::issuer::Issuer;
use crate::jwt::jwt::JwtSettings;
use crate::jwt::memory::Memory;
use crate::jwt::verifier::{TrustedIssuer, Verifier};
#[cfg(feature = "jwks")]
use crate::jwt::{KeyError, tenants::Tenants};
#[cfg(feature = "jwks")]
use crate::keys::KeySetOptions;
use crate::keys::keyring::{Keyring, KeyringFault, KeyringOptions};
use crate::scheme::BearerScheme;
use crate::time::{LEEWAY_MAX, UnixTime};

impl JwtSettings {
    /// Checks everything and makes the scheme. `name` is that of the configuration, as in `bearer("partner")`.
    pub(crate) fn build(self, name: Option<Arc<str>>) -> Result<BearerScheme, JwtError> {
        let (cookie, query_parameter) = (self.cookie.clone(), self.query_parameter.clone());
        #[cfg(feature = "introspection")]
        let opaque =
            self.opaque.clone().map(|opaque| opaque.consulting(&self.revocations).build(name.clone())).transpose()?;
        let scheme = BearerScheme::new(self.verifier(name)?, cookie, query_parameter);
        #[cfg(feature = "introspection")]
        let scheme = scheme.opaque(opaque);
        Ok(scheme)
    }

    pub(crate) fn verifier(self, name: Option<Arc<str>>) -> Result<Verifier, JwtError> {
        self.check_options()?;

        let mut issuers: Vec<TrustedIssuer> = Vec::with_capacity(1 + self.others.len());
        let default_audience = self.first.audience.clone().unwrap_or(Audience::AnyOf(Vec::new()));
        let trust = Trust {
            audience: default_audience,
            secrets_beside_public_keys: self.secrets_beside_public_keys,
            #[cfg(feature = "jwks")]
            key_sets: self.key_sets.clone(),
        };
        // Of a configuration that starts with tenants the first issuer is none.
        #[cfg(feature = "jwks")]
        let first = Some(self.first).filter(|first| !first.keys.is_empty() || self.tenants.is_none());
        #[cfg(not(feature = "jwks"))]
        let first = Some(self.first);
        for issuer in first.into_iter().chain(self.others) {
            if issuers.iter().any(|known| known.name.as_deref() == issuer.name.as_deref()) {
                return Err(JwtError::IssuerRepeated { issuer: describe(&issuer) });
            }
            let provider = issuer.name.as_deref().map(Arc::from);
            issuers.push(trust.in_issuer(issuer, provider)?);
        }
        #[cfg(feature = "jwks")]
        let tenants = match self.tenants {
            None => None,
            Some(find) => {
                let build = move |issuer| trust.in_issuer(issuer, Some("tenant".into()));
                let tenants = Tenants::new(find, Box::new(build), self.key_sets);
                Some(tenants.map_err(|_| JwtError::Key { key: "tenants".into(), fault: KeyError::NoThread })?)
            }
        };
        Ok(Verifier {
            configuration: name,
            issuers,
            leeway: UnixTime::try_from(self.leeway.as_secs()).unwrap_or(0),
            max_token_bytes: self.max_token_bytes,
            access_token_profile: self.access_token_profile,
            subject_claim: self.subject_claim,
            roles_claim: self.roles_claim,
            revocations: self.revocations,
            memory: Memory::new(self.cache_bytes),
            headers: KnownHeaders::new(),
            #[cfg(feature = "jwks")]
            tenants,
        })
    }

    fn check_options(&self) -> Result<(), JwtError> {
        let issuers = || std::iter::once(&self.first).chain(&self.others);
        let empty_name = |issuer: &Issuer| issuer.name.as_deref() == Some("");
        let empty_audience = |issuer: &Issuer| match &issuer.audience {
            Some(Audience::AnyOf(names) | Audience::Client(names)) => names.iter().any(|name| name.is_empty()),
            Some(Audience::Any) | None => false,
        };
        let is_token = |name: &str| !name.is_empty() && name.bytes().all(is_token_byte);
        let checks = [
            (issuers().any(empty_name), "issuer", "the name is empty; give the exact `iss` of the tokens"),
            (issuers().any(empty_audience), "audience", "the value is empty; give what the tokens have in `aud`"),
            (self.leeway > LEEWAY_MAX, "leeway", "more than an hour; correct the clocks and use seconds"),
            (self.max_token_bytes == 0, "max_token_bytes", "no token has 0 bytes; give a limit such as 16384"),
            (
                self.subject_claim.is_empty(),
                "subject_claim",
                "the name is empty; give the claim that identifies the caller",
            ),
            (self.roles_claim.is_empty(), "roles_claim", "the path is empty; name the claim that holds the roles"),
            (
                self.cookie.as_deref().is_some_and(|name| !is_token(name)),
                "cookie",
                "not the name of a cookie; use letters, digits, `-` and `_`",
            ),
            (
                self.query_parameter
                    .as_deref()
                    .is_some_and(|name| !is_token(name) || name.contains(['&', '%', '+', '#'])),
                "dangerous_query_parameter",
                "a name that is never sent like this; use letters, digits, `-` and `_`",
            ),
        ];
        #[cfg(feature = "jwks")]
        let checks = checks.into_iter().chain(check_key_sets(&self.key_sets));
        match checks.into_iter().find(|(wrong, ..)| *wrong) {
            Some((_, option, fault)) => Err(JwtError::OptionInvalid { option, fault }),
            None => Ok(()),
        }
    }
}

/// What holds for every issuer that does not say otherwise.
struct Trust {
    audience: Audience,
    secrets_beside_public_keys: bool,
    #[cfg(feature = "jwks")]
    key_sets: KeySetOptions,
}

impl Trust {
    /// Loads an issuer's keys; `provider` is its name in logs and metrics.
    fn in_issuer(&self, issuer: Issuer, provider: Option<Arc<str>>) -> Result<TrustedIssuer, JwtError> {
        #[cfg(not(feature = "jwks"))]
        let _ = provider;
        let options = KeyringOptions {
            secrets_beside_public_keys: self.secrets_beside_public_keys,
            #[cfg(feature = "jwks")]
            key_sets: self.key_sets.clone(),
            #[cfg(feature = "jwks")]
            provider,
        };
        let keys = Keyring::load(&issuer.keys, &options).map_err(|fault| key_error(&issuer, fault))?;
        Ok(TrustedIssuer {
            name: issuer.name.map(Arc::from),
            keys,
            audience: issuer.audience.unwrap_or_else(|| self.audience.clone()),
            grantable_roles: issuer.grantable_roles,
            grantable_scopes: issuer.grantable_scopes,
        })
    }
}

#[cfg(feature = "jwks")]
fn check_key_sets(options: &KeySetOptions) -> [(bool, &'static str, &'static str); 3] {
    const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);
    let (least, most) = (*options.refresh.start(), *options.refresh.end());
    let timeouts = Duration::from_millis(10)..=Duration::from_secs(60);
    [
        (
            least > most || least < Duration::from_secs(1) || most > WEEK,
            "jwks_refresh",
            "no range within a second and a week; give bounds such as one minute to one hour",
        ),
        (options.stale_limit > WEEK, "jwks_max_staleness", "more than a week; give a limit such as one hour"),
        (
            !timeouts.contains(&options.timeout),
            "provider_timeout",
            "not within 10 ms and a minute; give a time such as 5 s",
        ),
    ]
}

fn key_error(issuer: &Issuer, fault: KeyringFault) -> JwtError {
    match fault {
        KeyringFault::Mixed => JwtError::KeysMixed { issuer: describe(issuer) },
        KeyringFault::IdRepeated(id) => JwtError::KeyIdRepeated { issuer: describe(issuer), id },
        KeyringFault::Source(index, fault) => {
            let source = issuer.keys.get(index).map(|key| key.describe()).unwrap_or_default();
            let key = format!("key {} of {}, {source}", index + 1, describe(issuer)).into();
            JwtError::Key { key, fault }
        }
    }
}

fn describe(issuer: &Issuer) -> Box<str> {
    match &issuer.name {
        Some(name) => format!("issuer `{}`", name.escape_debug()).into(),
        None => "any issuer".into(),
    }
}

/// `tchar` of RFC 9110 section 5.6.2.
fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}
