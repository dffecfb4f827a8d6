//! The keys of one issuer, found by id and algorithm.

use std::path::Path;
use std::sync::Arc;

use super::algorithm::{Algorithm, KeyKind};
use super::backend::BoundKey;
use super::error::KeyError;
use super::jwk::{self, Candidate};
use super::key::{Key, Loaded};
use crate::config::{FileFault, WatchedFile};
use crate::denial::Reason;

/// What a token without `kid` may cost: public-key operations an anonymous caller can ask for.
const TRIED_MAX: usize = 4;

/// All keys of one issuer. A token meets no other.
#[derive(Debug)]
pub(super) struct Keyring {
    fixed: Arc<[VerificationKey]>,
    files: Vec<WatchedFile<Arc<[VerificationKey]>>>,
}

/// A key under its id.
#[derive(Debug)]
struct VerificationKey {
    id: Option<Box<str>>,
    key: BoundKey,
}

/// Why there is no keyring.
#[derive(Debug)]
pub(super) enum KeyringFault {
    /// The source at this index.
    Source(usize, KeyError),
    Mixed,
    IdRepeated(Box<str>),
}

impl Keyring {
    pub(super) fn load(sources: &[Key], secrets_beside_public_keys: bool) -> Result<Self, KeyringFault> {
        let mut fixed: Vec<Candidate> = Vec::new();
        let mut paths = Vec::new();
        for (index, source) in sources.iter().enumerate() {
            match source.load(secrets_beside_public_keys).map_err(|fault| KeyringFault::Source(index, fault))? {
                Loaded::File(path) => paths.push((index, path)),
                Loaded::Fixed(keys) => {
                    for key in keys {
                        if let Some(other) = fixed.iter().find(|other| jwk::conflict(&key, other)) {
                            return Err(KeyringFault::IdRepeated(other.id.clone().unwrap_or_default()));
                        }
                        if !fixed.iter().any(|other| jwk::same(&key, other)) {
                            fixed.push(key);
                        }
                    }
                }
            }
        }
        let kinds = Kinds::of(fixed.iter().map(|key| key.algorithm));
        let rule = match kinds {
            _ if secrets_beside_public_keys => FileRule::Anything,
            Kinds { secrets: true, public: true } => return Err(KeyringFault::Mixed),
            Kinds { secrets: true, public: false } => FileRule::OnlySecrets,
            Kinds { public: true, .. } => FileRule::OnlyPublic,
            // Two files could each bring a kind of their own, and change it later.
            _ if paths.len() > 1 => FileRule::OnlyPublic,
            _ => FileRule::OneKind,
        };
        let bound = bind(&fixed).map_err(|fault| KeyringFault::Source(0, fault))?;
        let fixed: Arc<[Candidate]> = fixed.into();
        let mut files = Vec::with_capacity(paths.len());
        for (index, path) in paths {
            let file = watch(&path, rule, Arc::clone(&fixed));
            files.push(file.map_err(|fault| KeyringFault::Source(index, fault))?);
        }
        Ok(Self { fixed: bound, files })
    }

    /// Whether `signature` over `message` is one of these keys'.
    ///
    /// A known `kid` leaves only the keys of that id; else keys that have no id of their own are tried.
    pub(super) fn verify(
        &self,
        algorithm: Algorithm,
        key_id: Option<&str>,
        message: &[u8],
        signature: &Vec<u8>,
    ) -> Result<(), Reason> {
        let files: Vec<_> = self.files.iter().map(WatchedFile::current).collect();
        let all = || self.fixed.iter().chain(files.iter().flat_map(|file| file.iter()));
        if all().next().is_none() {
            return Err(Reason::KeysUnavailable);
        }
        let named = key_id.is_some_and(|id| all().any(|key| key.id.as_deref() == Some(id)));
        let eligible = || {
            all().filter(|key| match key_id {
                None => true,
                Some(id) if named => key.id.as_deref() == Some(id),
                Some(_) => key.id.is_none(),
            })
        };
        if eligible().next().is_none() {
            return Err(Reason::KeyUnknown);
        }
        let mut refusal = Reason::AlgorithmRefused;
        for key in eligible().filter(|key| key.key.algorithm() == algorithm).take(TRIED_MAX) {
            if key.key.verify(message, signature) {
                return Ok(());
            }
            refusal = Reason::SignatureInvalid;
        }
        Err(refusal)
    }

    /// Grows whenever a key file brings other keys.
    pub(super) fn generation(&self) -> u64 {
        self.files.iter().map(WatchedFile::generation).fold(0, u64::wrapping_add)
    }

    /// Looks at the files now.
    #[cfg(test)]
    pub(super) fn refresh(&self) {
        self.files.iter().for_each(WatchedFile::refresh);
    }
}

/// What a file may bring, given what else the issuer has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FileRule {
    Anything,
    OneKind,
    OnlyPublic,
    OnlySecrets,
}

#[derive(Clone, Copy, Default)]
struct Kinds {
    secrets: bool,
    public: bool,
}

impl Kinds {
    fn of(algorithms: impl Iterator<Item = Algorithm>) -> Self {
        algorithms.fold(Self::default(), |kinds, algorithm| match algorithm.kind() {
            KeyKind::Secret => Self { secrets: true, ..kinds },
            _ => Self { public: true, ..kinds },
        })
    }
}

fn watch(
    path: &Path,
    rule: FileRule,
    fixed: Arc<[Candidate]>,
) -> Result<WatchedFile<Arc<[VerificationKey]>>, KeyError> {
    let file = WatchedFile::load(path, move |content| read_file(content, rule, &fixed))
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
fn read_file(content: &[u8], rule: FileRule, fixed: &[Candidate]) -> Result<Arc<[VerificationKey]>, FileFault> {
    let whole = |fault: KeyError| FileFault::whole(fault.to_string());
    let mut set = jwk::set(content, rule == FileRule::Anything).map_err(whole)?;
    let mut skipped = set.skipped;
    set.keys.retain(|key| {
        let secret = key.algorithm.kind() == KeyKind::Secret;
        let fault = match rule {
            FileRule::OnlyPublic if secret => "a shared secret beside public keys",
            FileRule::OnlySecrets if !secret => "a public key beside shared secrets",
            _ if fixed.iter().any(|other| jwk::conflict(key, other)) => "another key has the same `kid` and `alg`",
            _ => return true,
        };
        skipped.push(format!("kid `{}`: {fault}", key.id.as_deref().unwrap_or_default().escape_debug()).into());
        false
    });
    if set.keys.is_empty() && !skipped.is_empty() {
        return Err(whole(KeyError::SetEmpty { skipped }));
    }
    for skipped in &skipped {
        tracing::warn!(%skipped, "a key of a JWK set file cannot be used");
    }
    bind(&set.keys).map_err(whole)
}

fn bind(keys: &[Candidate]) -> Result<Arc<[VerificationKey]>, KeyError> {
    keys.iter()
        .map(|key| {
            let bound = key.material.bind(key.algorithm)?;
            Ok(VerificationKey { id: key.id.clone(), key: bound })
        })
        .collect()
}
