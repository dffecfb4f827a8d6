//! From what a [`Jwt`](super::Jwt) was told to what verifies: where every mistake comes up, by name.

use std::sync::Arc;
#[cfg(feature = "jwks")]
use std::time::Duration;

use crate::jwt::acceptance::IssuerTerms;
use crate::jwt::claims::Audience;
use crate::jwt::error::JwtError;
use crate::jwt::headers::KnownHeaders;
use crate::jwt::issuer::Issuer;
use crate::jwt::memory::Memory;
use crate::jwt::presentation::Presentation;
use crate::jwt::settings::JwtSettings;
use crate::jwt::verifier::{TrustedIssuer, Verifier};
#[cfg(feature = "jwks")]
use crate::jwt::{KeyError, tenants::Tenants};
#[cfg(feature = "jwks")]
use crate::keys::KeySetOptions;
use crate::keys::jwk::KeyRules;
use crate::keys::keyring::{Keyring, KeyringFault, KeyringOptions};
#[cfg(feature = "jwks")]
use crate::shares::KnownCallers;

impl JwtSettings {
    /// Checks everything.
    pub(crate) fn verifier(self, presented: Presentation) -> Result<Verifier, JwtError> {
        let lists = [&self.key_algorithms].into_iter().chain(self.others.iter().map(|issuer| &issuer.key_algorithms));
        let lists = lists.flatten().filter(|list| list.is_empty());
        let faults = self.others.iter().filter_map(|issuer| issuer.terms.fault());
        let faults =
            faults.chain(lists.map(|_| ("key_algorithms", "the list is empty; name what the issuer signs with")));
        #[cfg(feature = "jwks")]
        let faults = faults.chain(key_set_fault(&self.key_sets)).chain(self.key_sets.transport.fault()).chain(
            // Of a configuration that starts with tenants the first issuer is none.
            (self.key_sets.token_file.is_some() && self.keys.is_empty())
                .then_some(("fetch_with_token_file", "there is no first issuer; say it of each `Issuer`")),
        );
        let mut faults = faults;
        if let Some((option, fault)) = faults.next() {
            return Err(JwtError::OptionInvalid { option, fault });
        }
        drop(faults);
        let (acceptance, first) = self.acceptance.build(presented)?;

        let trust = Trust {
            audience: first.audience.clone(),
            authorized_parties: first.authorized_parties.clone(),
            rules: KeyRules {
                secrets_beside_public_keys: self.secrets_beside_public_keys,
                algorithms: self.key_algorithms.unwrap_or_default().into(),
            },
            #[cfg(feature = "jwks")]
            key_sets: self.key_sets.clone(),
        };
        let first = Some(Issuer {
            terms: first,
            keys: self.keys,
            key_algorithms: None,
            #[cfg(feature = "jwks")]
            token_file: self.key_sets.token_file.clone(),
        });
        // Of a configuration that starts with tenants the first issuer is none.
        #[cfg(feature = "jwks")]
        let first = first.filter(|first| !first.keys.is_empty() || self.tenants.is_none());
        let mut issuers: Vec<TrustedIssuer> = Vec::with_capacity(1 + self.others.len());
        for issuer in first.into_iter().chain(self.others) {
            if issuers.iter().any(|known| known.terms.name == issuer.terms.name) {
                return Err(JwtError::IssuerRepeated { issuer: describe(&issuer) });
            }
            let provider = issuer.terms.name.clone();
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
            acceptance,
            issuers,
            access_token_profile: self.access_token_profile,
            takes_logout_tokens: false,
            memory: Memory::new(self.cache_bytes),
            headers: KnownHeaders::new(),
            #[cfg(feature = "jwks")]
            tenants,
            #[cfg(feature = "jwks")]
            known: KnownCallers::default(),
        })
    }
}

/// What holds for every issuer that does not say otherwise.
struct Trust {
    audience: Option<Audience>,
    authorized_parties: Option<Vec<Box<str>>>,
    rules: KeyRules,
    #[cfg(feature = "jwks")]
    key_sets: KeySetOptions,
}

impl Trust {
    /// Loads an issuer's keys; `provider` is its name in logs and metrics.
    fn in_issuer(&self, issuer: Issuer, provider: Option<Arc<str>>) -> Result<TrustedIssuer, JwtError> {
        #[cfg(not(feature = "jwks"))]
        let _ = provider;
        let algorithms = issuer.key_algorithms.as_ref().map(|own| own.as_slice().into());
        #[cfg(feature = "jwks")]
        let key_sets = KeySetOptions { token_file: issuer.token_file.clone(), ..self.key_sets.clone() };
        let options = KeyringOptions {
            rules: KeyRules {
                algorithms: algorithms.unwrap_or_else(|| Arc::clone(&self.rules.algorithms)),
                ..self.rules
            },
            #[cfg(feature = "jwks")]
            key_sets,
            #[cfg(feature = "jwks")]
            provider,
        };
        let keys = Keyring::load(&issuer.keys, &options).map_err(|fault| key_error(&issuer, fault))?;
        let audience = issuer.terms.audience.or_else(|| self.audience.clone());
        let authorized_parties = issuer.terms.authorized_parties.or_else(|| self.authorized_parties.clone());
        Ok(TrustedIssuer {
            terms: IssuerTerms { audience, authorized_parties, ..issuer.terms },
            keys,
            #[cfg(all(feature = "jwks", feature = "openapi"))]
            is_discovered: issuer.keys.iter().any(|key| key.is_discovered()),
        })
    }
}

#[cfg(feature = "jwks")]
fn key_set_fault(options: &KeySetOptions) -> Option<(&'static str, &'static str)> {
    const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);
    let (least, most) = (*options.refresh.start(), *options.refresh.end());
    let timeouts = Duration::from_millis(10)..=Duration::from_secs(60);
    let checks = [
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
    ];
    checks.into_iter().find(|(wrong, ..)| *wrong).map(|(_, option, fault)| (option, fault))
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
    match &issuer.terms.name {
        Some(name) => format!("issuer `{}`", name.escape_debug()).into(),
        None => "any issuer".into(),
    }
}
