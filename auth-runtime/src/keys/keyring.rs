//! The keys of one issuer, found by id and algorithm.

use std::sync::Arc;

use crate::crypto::{Algorithm, KeyKind};
use crate::denial::Reason;
use crate::keys::KeyError;
use crate::keys::jwk::{self, Candidate, KeyRules, Standing};
use crate::keys::key::{Key, Loaded};
#[cfg(feature = "jwks")]
use crate::keys::source::Keys;
use crate::keys::source::{self, FileRule, KeySource};
#[cfg(feature = "jwks")]
use crate::keys::{KeySetOptions, Ticket};
#[cfg(feature = "jwks")]
use crate::shares::Claimant;

/// What a token without `kid` may cost: public-key operations an anonymous caller can ask for.
const TRIED_MAX: usize = 4;

/// All keys of one issuer. A token meets no other.
#[derive(Debug)]
pub(crate) struct Keyring {
    /// Fixed keys, then files, then providers.
    sources: Vec<Box<dyn KeySource>>,
    /// Where those begin whose keys change: a token that is known asks no others.
    changing: usize,
}

/// How keys are loaded.
#[derive(Debug, Default)]
pub(crate) struct KeyringOptions {
    pub(crate) rules: KeyRules,
    #[cfg(feature = "jwks")]
    pub(crate) key_sets: KeySetOptions,
    /// Whose keys they are, in logs and metrics.
    #[cfg(feature = "jwks")]
    pub(crate) provider: Option<Arc<str>>,
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
        let rules = &options.rules;
        let mut fixed: Vec<Candidate> = Vec::new();
        let mut paths = Vec::new();
        #[cfg(feature = "jwks")]
        let mut providers = Vec::new();
        for (index, source) in sources.iter().enumerate() {
            match source.load(options).map_err(|fault| KeyringFault::Source(index, fault))? {
                Loaded::File(path) => paths.push((index, path)),
                #[cfg(feature = "jwks")]
                Loaded::Remote(address) => providers.push((index, address)),
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
            _ if rules.secrets_beside_public_keys => FileRule::Anything,
            Kinds { secrets: true, public: true } => return Err(KeyringFault::Mixed),
            Kinds { secrets: true, public: false } => FileRule::OnlySecrets,
            Kinds { public: true, .. } => FileRule::OnlyPublic,
            // Two files could each bring a kind of their own, and change it later.
            _ if paths.len() > 1 => FileRule::OnlyPublic,
            _ => FileRule::OneKind,
        };
        let bound = source::bind(&fixed).map_err(|fault| KeyringFault::Source(0, fault))?;
        let mut sources: Vec<Box<dyn KeySource>> = Vec::new();
        if !bound.is_empty() {
            sources.push(Box::new(bound));
        }
        let changing = sources.len();
        let fixed: Arc<[Candidate]> = fixed.into();
        for (index, path) in paths {
            let file = source::watch(&path, rule, rules.clone(), Arc::clone(&fixed));
            sources.push(Box::new(file.map_err(|fault| KeyringFault::Source(index, fault))?));
        }
        #[cfg(feature = "jwks")]
        for (index, address) in providers {
            let set = source::fetch(address, options, Arc::clone(&fixed));
            sources.push(Box::new(set.map_err(|_| KeyringFault::Source(index, KeyError::NoThread))?));
        }
        Ok(Self { sources, changing })
    }

    /// Whether `signature` over `message` is one of these keys'. `issuer` is the token's.
    ///
    /// A known `kid` leaves only the keys of that id; else keys that have no id of their own are tried.
    pub(crate) fn verify(
        &self,
        issuer: Option<&str>,
        algorithm: Algorithm,
        key_id: Option<&str>,
        message: &[u8],
        signature: &Vec<u8>,
    ) -> Result<(), Reason> {
        let mut current = self.sources.iter().map(|source| source.current());
        // Most keyrings have one source, for which nothing is allocated.
        let first = current.next();
        let others: Vec<_> = current.collect();
        let sets = || first.iter().chain(&others);
        let complete = sets().all(Option::is_some);
        let all = || sets().flatten().flat_map(|keys| keys.iter());
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
        let mut tried = 0;
        for key in eligible().filter(|key| key.key.algorithm() == algorithm) {
            refusal = Reason::SignatureInvalid;
            if tried == TRIED_MAX {
                break;
            }
            if !key.speaks_for(issuer) {
                continue;
            }
            tried += 1;
            if key.key.verify(message, signature) {
                return Ok(());
            }
        }
        // Keys without an id do not stand for the one that is named where it can be asked for.
        refused(if key_id.is_some() && !named && self.is_remote() { Reason::KeyUnknown } else { refusal })
    }

    /// Grows whenever a key file or a provider brings other keys, or keys become too old to count.
    pub(crate) fn generation(&self) -> u64 {
        let changing = self.sources.get(self.changing..).unwrap_or_default();
        changing.iter().map(|source| source.generation()).fold(0, u64::wrapping_add)
    }

    /// Whether keys can be asked for.
    pub(crate) fn is_remote(&self) -> bool {
        self.sources.iter().any(|source| source.is_remote())
    }

    /// Looks at the files now.
    #[cfg(test)]
    pub(crate) fn refresh(&self) {
        self.sources.iter().for_each(|source| source.refresh());
    }
}

/// Keys of providers.
#[cfg(feature = "jwks")]
impl Keyring {
    /// Whether there are keys, those of every provider among them.
    pub(crate) fn is_ready(&self) -> bool {
        let mut sources = self.sources.iter().map(|source| (source.is_remote(), source.current()));
        // One without a usable key cannot verify what its provider signs.
        let is_there = |(remote, keys): (bool, Option<Keys>)| keys.is_some_and(|keys| !remote || !keys.is_empty());
        sources.all(is_there) && self.sources.iter().any(|source| source.current().is_some_and(|keys| !keys.is_empty()))
    }

    /// Whether a key that is lacking may be asked for: not while a provider was never heard, or for too long, for it is asked
    /// anyway.
    pub(crate) fn can_be_asked(&self) -> bool {
        self.is_remote() && self.sources.iter().all(|source| source.current().is_some())
    }

    /// Has the providers looked at now and then, without waiting: one of them may have put another key under a known id.
    pub(crate) fn renew(&self, claimant: Claimant) {
        self.sources.iter().for_each(|source| source.renew(claimant));
    }

    /// Waits until every provider was heard once, well or not.
    pub(crate) async fn first(&self) {
        futures_util::future::join_all(self.sources.iter().map(|source| source.first())).await;
    }

    /// Asks for a key that is not known. `None`: there is nobody to ask.
    pub(crate) fn ask(&self, key_id: &str, claimant: Claimant) -> Option<Asked> {
        if !self.is_remote() {
            return None;
        }
        let answers =
            self.sources.iter().filter(|source| source.is_remote()).map(|source| source.ask(key_id, claimant));
        let mut asked = Asked { tickets: Vec::new(), complete: true };
        for ticket in answers {
            asked.complete &= ticket.is_some();
            asked.tickets.extend(ticket);
        }
        Some(asked)
    }
}

/// Providers that were asked for a key.
#[cfg(feature = "jwks")]
#[derive(Debug)]
pub(crate) struct Asked {
    tickets: Vec<Ticket>,
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

    /// Whether one of them could not be heard.
    pub(crate) fn has_failed(&self) -> bool {
        self.tickets.iter().any(Ticket::has_failed)
    }

    /// No provider had it.
    pub(crate) fn lacking(&self) {
        self.tickets.iter().for_each(Ticket::lacking);
    }
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
