//! The keys of one issuer, found by id and algorithm.

use std::path::Path;
use std::sync::Arc;

use crate::crypto::backend::BoundKey;
use crate::crypto::{Algorithm, KeyKind};
use crate::denial::Reason;
use crate::file::{FileFault, WatchedFile};
use crate::keys::KeyError;
use crate::keys::jwk::{self, Candidate, Standing};
use crate::keys::key::{Key, Loaded};
#[cfg(feature = "jwks")]
use crate::keys::{KeySet, KeySetOptions, KeySource, Ticket};
use crate::telemetry::foreign;

/// What a token without `kid` may cost: public-key operations an anonymous caller can ask for.
const TRIED_MAX: usize = 4;

/// All keys of one issuer. A token meets no other.
#[derive(Debug)]
pub(crate) struct Keyring {
    fixed: Arc<[VerificationKey]>,
    files: Vec<WatchedFile<Arc<[VerificationKey]>>>,
    #[cfg(feature = "jwks")]
    remote: Vec<KeySet<Arc<[VerificationKey]>>>,
}

/// How keys are loaded.
#[derive(Debug, Default)]
pub(crate) struct KeyringOptions {
    pub(crate) secrets_beside_public_keys: bool,
    #[cfg(feature = "jwks")]
    pub(crate) key_sets: KeySetOptions,
    /// Whose keys they are, in logs and metrics.
    #[cfg(feature = "jwks")]
    pub(crate) provider: Option<Arc<str>>,
}

/// A key under its id.
#[derive(Debug)]
struct VerificationKey {
    id: Option<Box<str>>,
    key: BoundKey,
}

/// Why there is no keyring.
#[derive(Debug)]
pub(crate) enum KeyringFault {
    /// The source at this index.
    Source(usize, KeyError),
    Mixed,
    IdRepeated(Box<str>),
}

impl Keyring {
    pub(crate) fn load(sources: &[Key], options: &KeyringOptions) -> Result<Self, KeyringFault> {
        let secrets_beside_public_keys = options.secrets_beside_public_keys;
        let mut fixed: Vec<Candidate> = Vec::new();
        let mut paths = Vec::new();
        #[cfg(feature = "jwks")]
        let mut providers = Vec::new();
        for (index, source) in sources.iter().enumerate() {
            match source.load(secrets_beside_public_keys).map_err(|fault| KeyringFault::Source(index, fault))? {
                Loaded::File(path) => paths.push((index, path)),
                #[cfg(feature = "jwks")]
                Loaded::Remote(source) => providers.push((index, source)),
                Loaded::Fixed(keys) => fixed.extend(keys),
            }
        }
        let standings = jwk::standings(fixed.iter());
        if let Some((key, _)) = fixed.iter().zip(&standings).find(|(_, standing)| **standing == Standing::Ambiguous) {
            return Err(KeyringFault::IdRepeated(key.id.clone().unwrap_or_default()));
        }
        let mut standings = standings.into_iter();
        fixed.retain(|_| standings.next() == Some(Standing::Counts));
        let kinds = Kinds::of(fixed.iter().map(|key| key.algorithm));
        #[cfg(feature = "jwks")]
        let kinds = Kinds { public: kinds.public || !providers.is_empty(), ..kinds };
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
        #[cfg(feature = "jwks")]
        let remote = providers
            .into_iter()
            .map(|(index, source)| {
                let set = fetch(source, options, Arc::clone(&fixed));
                set.map_err(|_| KeyringFault::Source(index, KeyError::NoThread))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            fixed: bound,
            files,
            #[cfg(feature = "jwks")]
            remote,
        })
    }

    /// Whether `signature` over `message` is one of these keys'.
    ///
    /// A known `kid` leaves only the keys of that id; else keys that have no id of their own are tried.
    pub(crate) fn verify(
        &self,
        algorithm: Algorithm,
        key_id: Option<&str>,
        message: &[u8],
        signature: &Vec<u8>,
    ) -> Result<(), Reason> {
        let mut sets: Vec<_> = self.files.iter().map(WatchedFile::current).collect();
        let complete = self.remote(&mut sets);
        let all = || self.fixed.iter().chain(sets.iter().flat_map(|set| set.iter()));
        if all().next().is_none() {
            return Err(Reason::KeysUnavailable);
        }
        // What is out of reach may hold the key.
        let refused = |reason| Err(if complete { reason } else { Reason::KeysUnavailable });
        let named = key_id.is_some_and(|id| all().any(|key| key.id.as_deref() == Some(id)));
        let eligible = || {
            all().filter(|key| match key_id {
                None => true,
                Some(id) if named => key.id.as_deref() == Some(id),
                Some(_) => key.id.is_none(),
            })
        };
        if eligible().next().is_none() {
            return refused(Reason::KeyUnknown);
        }
        let mut refusal = Reason::AlgorithmRefused;
        for key in eligible().filter(|key| key.key.algorithm() == algorithm).take(TRIED_MAX) {
            if key.key.verify(message, signature) {
                return Ok(());
            }
            refusal = Reason::SignatureInvalid;
        }
        // Keys without an id do not stand for the one that is named where it can be asked for.
        refused(if key_id.is_some() && !named && self.is_remote() { Reason::KeyUnknown } else { refusal })
    }

    /// Grows whenever a key file or a provider brings other keys, or keys become too old to count.
    pub(crate) fn generation(&self) -> u64 {
        let generation = self.files.iter().map(WatchedFile::generation).fold(0, u64::wrapping_add);
        #[cfg(feature = "jwks")]
        let generation = self.remote.iter().map(KeySet::generation).fold(generation, u64::wrapping_add);
        generation
    }

    /// Adds what providers publish; whether all of it is there.
    #[cfg_attr(not(feature = "jwks"), allow(clippy::unused_self, reason = "there are none"))]
    fn remote(&self, sets: &mut Vec<Arc<Arc<[VerificationKey]>>>) -> bool {
        let _ = &sets;
        #[cfg_attr(not(feature = "jwks"), allow(unused_mut))]
        let mut complete = true;
        #[cfg(feature = "jwks")]
        for set in &self.remote {
            match set.current() {
                Some(keys) => sets.push(keys),
                None => complete = false,
            }
        }
        complete
    }

    /// Whether keys can be asked for.
    #[cfg_attr(not(feature = "jwks"), allow(clippy::unused_self, reason = "none can"))]
    pub(crate) fn is_remote(&self) -> bool {
        #[cfg(feature = "jwks")]
        return !self.remote.is_empty();
        #[cfg(not(feature = "jwks"))]
        false
    }

    /// Looks at the files now.
    #[cfg(test)]
    pub(crate) fn refresh(&self) {
        self.files.iter().for_each(WatchedFile::refresh);
    }
}

/// Keys of providers.
#[cfg(feature = "jwks")]
impl Keyring {
    /// Whether every provider's keys are there.
    pub(crate) fn is_ready(&self) -> bool {
        self.remote.iter().all(|set| set.current().is_some())
    }

    /// Waits until every provider was heard once, well or not.
    pub(crate) async fn first(&self) {
        futures_util::future::join_all(self.remote.iter().map(KeySet::first)).await;
    }

    /// Asks for a key that is not known. `None`: there is nobody to ask.
    pub(crate) fn ask(&self, key_id: &str) -> Option<Asked> {
        if self.remote.is_empty() {
            return None;
        }
        let tickets: Vec<_> = self.remote.iter().filter_map(|set| set.ask(key_id)).collect();
        Some(Asked { complete: tickets.len() == self.remote.len(), tickets })
    }
}

/// Providers that were asked for a key.
#[cfg(feature = "jwks")]
#[derive(Debug)]
pub(crate) struct Asked {
    tickets: Vec<Ticket<Arc<[VerificationKey]>>>,
    complete: bool,
}

#[cfg(feature = "jwks")]
impl Asked {
    /// Whether nobody could be asked now.
    pub(crate) fn is_refused(&self) -> bool {
        self.tickets.is_empty()
    }

    /// Waits for the answers. Whether a key that is still unknown is one that no provider had after it was asked for.
    pub(crate) async fn wait(&self) -> bool {
        let answers = futures_util::future::join_all(self.tickets.iter().map(Ticket::wait)).await;
        self.complete && answers.into_iter().all(|conclusive| conclusive)
    }

    /// Asks once more for the same request: an answer that had been under way before proves nothing.
    pub(crate) fn again(&self) -> Self {
        let tickets: Vec<_> = self.tickets.iter().filter_map(Ticket::again).collect();
        Self { complete: self.complete && tickets.len() == self.tickets.len(), tickets }
    }

    /// No provider had it.
    pub(crate) fn lacking(&self) {
        self.tickets.iter().for_each(Ticket::lacking);
    }
}

/// Starts to fetch a provider's keys.
#[cfg(feature = "jwks")]
fn fetch(
    source: KeySource,
    options: &KeyringOptions,
    fixed: Arc<[Candidate]>,
) -> std::io::Result<KeySet<Arc<[VerificationKey]>>> {
    let provider = options.provider.clone().unwrap_or_else(|| source.to_string().into());
    KeySet::start(provider, source, options.key_sets.clone(), move |content| read_url(content, &fixed))
}

/// The usable keys of a provider's set, which may be none: what it took out must not stay.
#[cfg(feature = "jwks")]
fn read_url(content: &[u8], fixed: &[Candidate]) -> Result<Arc<[VerificationKey]>, FileFault> {
    let whole = |fault: KeyError| FileFault::whole(fault.to_string());
    let mut set = jwk::set(content, true).map_err(whole)?;
    for skipped in &set.skipped {
        tracing::warn!(skipped = foreign(skipped), "a key of a provider's JWK set cannot be used");
    }
    set.keys.retain(|key| {
        let fault = match key.algorithm.kind() {
            KeyKind::Secret => "a shared secret, which is none once it is published",
            _ if fixed.iter().any(|other| jwk::conflict(key, other)) => "another key has the same `kid` and `alg`",
            _ => return true,
        };
        let id = foreign(key.id.as_deref().unwrap_or_default());
        tracing::warn!(kid = id, fault, "a key of a provider's JWK set cannot be used");
        false
    });
    bind(&set.keys).map_err(whole)
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

fn bind(keys: &[Candidate]) -> Result<Arc<[VerificationKey]>, KeyError> {
    keys.iter()
        .map(|key| {
            let bound = key.material.bind(key.algorithm)?;
            Ok(VerificationKey { id: key.id.clone(), key: bound })
        })
        .collect()
}
