//! The sources of a keyring: keys that are fixed, that a file holds, that a provider publishes.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

#[cfg(feature = "jwks")]
use futures_util::future::{self, BoxFuture};

use crate::crypto::KeyKind;
use crate::crypto::backend::BoundKey;
use crate::file::{FileFault, WatchedFile};
use crate::keys::KeyError;
use crate::keys::jwk::{self, Candidate, KeyRules};
#[cfg(feature = "jwks")]
use crate::keys::keyring::KeyringOptions;
#[cfg(feature = "jwks")]
use crate::keys::observe;
#[cfg(feature = "jwks")]
use crate::keys::remote::KeySet;
#[cfg(feature = "jwks")]
use crate::keys::{KeySetAddress, Ticket};
#[cfg(feature = "jwks")]
use crate::shares::Claimant;
use crate::telemetry::foreign;

/// What a keyring asks of a source of keys.
pub(super) trait KeySource: fmt::Debug + Send + Sync {
    /// The keys in force, which may be none; `None` where they are out of reach. Never waits.
    fn current(&self) -> Option<Keys>;

    /// Changes whenever [`current`](Self::current) does. Read before it, equal generations mean equal keys.
    fn generation(&self) -> u64;

    /// Whether it can be asked for a key that it does not have.
    fn is_remote(&self) -> bool {
        false
    }

    /// Asks for a key that it does not have; `None` if that is not done now.
    #[cfg(feature = "jwks")]
    fn ask(&self, _key_id: &str, _claimant: Claimant) -> Option<Ticket> {
        None
    }

    /// Asks for all its keys anew, if that was not done a while ago. Nobody waits for it.
    #[cfg(feature = "jwks")]
    fn renew(&self, _claimant: Claimant) {}

    /// Waits until it was heard once, well or not.
    #[cfg(feature = "jwks")]
    fn first(&self) -> BoxFuture<'_, ()> {
        Box::pin(future::ready(()))
    }

    /// Looks at a file now.
    #[cfg(test)]
    fn refresh(&self) {}
}

/// The keys of a source at one time.
pub(super) type Keys = Arc<[VerificationKey]>;

/// A key under its id.
#[derive(Debug)]
pub(super) struct VerificationKey {
    pub(super) id: Option<Box<str>>,
    pub(super) key: BoundKey,
    issuer: Option<Box<str>>,
}

impl VerificationKey {
    /// Whether it may vouch for tokens of this issuer: a key that names one vouches for that one only.
    pub(super) fn speaks_for(&self, issuer: Option<&str>) -> bool {
        /// What Entra ID writes into keys that sign for every tenant.
        const ANY_TENANT: &str = "{tenantid}";
        let Some(own) = self.issuer.as_deref() else { return true };
        let Some(issuer) = issuer else { return false };
        let Some((before, after)) = own.split_once(ANY_TENANT) else { return own == issuer };
        let tenant = issuer.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
        tenant.is_some_and(|tenant| {
            !tenant.is_empty() && tenant.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        })
    }
}

/// Keys that the program was given itself.
impl KeySource for Keys {
    fn current(&self) -> Option<Keys> {
        Some(Arc::clone(self))
    }

    fn generation(&self) -> u64 {
        0
    }
}

impl KeySource for WatchedFile<Keys> {
    fn current(&self) -> Option<Keys> {
        Some(Keys::clone(&self.current()))
    }

    fn generation(&self) -> u64 {
        self.generation()
    }

    #[cfg(test)]
    fn refresh(&self) {
        self.refresh();
    }
}

#[cfg(feature = "jwks")]
impl KeySource for KeySet {
    fn current(&self) -> Option<Keys> {
        self.current()
    }

    fn generation(&self) -> u64 {
        self.generation()
    }

    fn is_remote(&self) -> bool {
        true
    }

    fn ask(&self, key_id: &str, claimant: Claimant) -> Option<Ticket> {
        self.ask(key_id, claimant)
    }

    fn renew(&self, claimant: Claimant) {
        self.renew(claimant);
    }

    fn first(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.first())
    }
}

/// What a file may bring, given what else the issuer has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileRule {
    Anything,
    OneKind,
    OnlyPublic,
    OnlySecrets,
}

/// Watches a file, which must have keys now.
pub(super) fn watch(
    path: &Path,
    rule: FileRule,
    rules: KeyRules,
    fixed: Arc<[Candidate]>,
) -> Result<WatchedFile<Keys>, KeyError> {
    let rules = KeyRules { secrets_beside_public_keys: rule == FileRule::Anything, ..rules };
    let file = WatchedFile::load(path, move |content| read_file(content, rule, &rules, &fixed))
        .map_err(|fault| KeyError::FileUnusable { cause: fault.to_string().into() })?;
    if file.current().is_empty() {
        return Err(KeyError::FileUnusable {
            cause: format!("{}: {}", path.display(), KeyError::SetEmpty { skipped: Vec::new() }).into(),
        });
    }
    Ok(file)
}

/// The usable keys of a file's content. Where one has the id and algorithm of a key that the program was given itself, that
/// one stays.
fn read_file(content: &[u8], rule: FileRule, rules: &KeyRules, fixed: &[Candidate]) -> Result<Keys, FileFault> {
    let whole = |fault: KeyError| FileFault::whole(fault.to_string());
    let mut set = jwk::set(content, rules).map_err(whole)?;
    let mut skipped = set.skipped;
    set.keys.retain(|key| {
        let secret = key.algorithm.kind() == KeyKind::Secret;
        let fault = match rule {
            FileRule::OnlyPublic if secret => "a shared secret beside public keys",
            FileRule::OnlySecrets if !secret => "a public key beside shared secrets",
            _ if fixed.iter().any(|other| jwk::conflict(key, other)) => "another key has the same `kid` and `alg`",
            _ => return true,
        };
        skipped.push(format!("kid `{}`: {fault}", foreign(key.id.as_deref().unwrap_or_default())).into());
        false
    });
    if set.keys.is_empty() && !skipped.is_empty() {
        return Err(whole(KeyError::SetEmpty { skipped }));
    }
    for skipped in &skipped {
        tracing::warn!(skipped = foreign(skipped), "a key of a JWK set file cannot be used");
    }
    bind(&set.keys).map_err(whole)
}

/// Starts to fetch a provider's keys.
#[cfg(feature = "jwks")]
pub(super) fn fetch(
    address: KeySetAddress,
    options: &KeyringOptions,
    fixed: Arc<[Candidate]>,
) -> std::io::Result<KeySet> {
    let provider = options.provider.clone().unwrap_or_else(|| address.to_string().into());
    // Secrets are told apart below.
    let rules = KeyRules { secrets_beside_public_keys: true, ..options.rules.clone() };
    KeySet::start(Arc::clone(&provider), address, options.key_sets.clone(), move |content| {
        read_url(content, &provider, &rules, &fixed)
    })
}

/// The usable keys of a provider's set, which may be none: what it took out must not stay.
#[cfg(feature = "jwks")]
fn read_url(content: &[u8], provider: &str, rules: &KeyRules, fixed: &[Candidate]) -> Result<Keys, FileFault> {
    let whole = |fault: KeyError| FileFault::whole(fault.to_string());
    let mut set = jwk::set(content, rules).map_err(whole)?;
    set.keys.retain(|key| {
        let fault = match key.algorithm.kind() {
            KeyKind::Secret => "a shared secret, which is none once it is published",
            _ if fixed.iter().any(|other| jwk::conflict(key, other)) => "another key has the same `kid` and `alg`",
            _ => return true,
        };
        set.skipped.push(format!("kid `{}`: {fault}", foreign(key.id.as_deref().unwrap_or_default())).into());
        false
    });
    if set.keys.is_empty() {
        observe::unusable(provider, &KeyError::SetEmpty { skipped: set.skipped });
    } else {
        for skipped in &set.skipped {
            tracing::warn!(
                provider = foreign(provider),
                skipped = foreign(skipped),
                "a key of a provider's JWK set cannot be used"
            );
        }
    }
    bind(&set.keys).map_err(whole)
}

/// Makes keys ready to verify, each for its algorithm.
pub(super) fn bind(keys: &[Candidate]) -> Result<Keys, KeyError> {
    keys.iter()
        .map(|key| {
            let bound = key.material.bind(key.algorithm)?;
            Ok(VerificationKey { id: key.id.clone(), key: bound, issuer: key.issuer.clone() })
        })
        .collect()
}
