//! Where keys are looked up.

use std::any::Any;
use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use crate::fault::Misconfiguration;
use crate::file::WatchedFile;
use crate::principal::DetailsType;
use crate::scheme::api_key::file;
use crate::scheme::api_key::key::{Key, KeyDigest};
use crate::scheme::api_key::table::Table;
use crate::scheme::api_key::{LookedUp, SecretLookup};
use crate::scheme::{ExposedCredential, SchemeDescription};
use crate::shares::{KnownCallers, Lookups};

/// Where API keys are looked up, by their digests: a file, a list, or a function of your own.
///
/// ```
/// use auth_runtime::api_key::{Key, KeyDigest, KeyStore};
///
/// // A list, for development:
/// let development = KeyStore::from([(KeyDigest::of("test_0123456789abcdef"), Key::new("development"))]);
///
/// // A function of your own, with what your handlers want to know of a key:
/// struct Customer { key: Key, plan: u8 }
/// impl AsRef<Key> for Customer {
///     fn as_ref(&self) -> &Key {
///         &self.key
///     }
/// }
/// async fn customer(digest: KeyDigest) -> Result<Option<Customer>, std::io::Error> {
///     let row = digest == KeyDigest::of("live_x"); // ask your database for `digest.as_bytes()` here
///     Ok(row.then(|| Customer { key: Key::new("7").with_scopes(["orders:read"]), plan: 3 }))
/// }
/// let customers = KeyStore::lookup(customer);
/// assert!(format!("{customers:?}").contains("function"));
/// ```
#[must_use]
pub struct KeyStore(KeyDirectory);

enum KeyDirectory {
    File(PathBuf),
    Text(String),
    List(Vec<(KeyDigest, Key)>),
    Function(SecretLookup<FoundKey>, DetailsType),
}

/// What a function of the application's own found.
pub(super) struct FoundKey {
    pub(super) key: Key,
    pub(super) details: Arc<dyn Any + Send + Sync>,
}

/// A store in use.
pub(super) enum Store {
    Fixed(Arc<Table>),
    Watched(WatchedFile<Table>),
    Function(Function),
}

/// A function of the application's own.
pub(super) struct Function {
    pub(super) lookup: SecretLookup<FoundKey>,
    pub(super) lookups: Lookups,
    /// Keys that were good within the last hour.
    pub(super) known: Arc<KnownCallers>,
    details: DetailsType,
}

impl Store {
    /// Says which type describes a key to handlers.
    pub(super) fn describe(&self, description: SchemeDescription) -> SchemeDescription {
        match self {
            Self::Fixed(_) => description.details::<Key>().reads("keys", "of a list"),
            Self::Watched(_) => description.details::<Key>().reads("keys", "of a file"),
            Self::Function(function) => {
                let description = description.with_details(function.details).reads("keys", "by a function");
                match function.lookup.is_exposed() {
                    true => description.allows("dangerous_lookup_exposed", "the key itself"),
                    false => description,
                }
            }
        }
    }
}

impl KeyStore {
    /// Keys of a file with one JSON object a line; empty lines and lines that begin with `#` are skipped.
    ///
    /// ```text
    /// {"id":"billing-7","sha256":"<64 hexadecimal digits>","scopes":["orders:write"],"roles":["ops"],"expires_at":1798761600,"environment":"live"}
    /// ```
    /// `id` and `sha256` are needed; `expires_at` is in seconds since 1970; scopes or roles left out are unknown, so that a
    /// policy that asks for any denies. [`NewKey::line`](super::NewKey::line) writes such a line.
    ///
    /// The file is looked at once a second, and read again when its content has changed; a file that
    /// cannot be used leaves the last good one in force and a warning in the log. Replace it by renaming a complete file
    /// over it.
    ///
    /// # Errors
    /// `Auth::build` fails on a file that cannot be read or holds no key, a line that is malformed or has a member it does
    /// not know, and an id or key given twice, naming file, line and member.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(KeyDirectory::File(path.into()))
    }

    /// Keys as [`file`](Self::file) reads them, from a text.
    pub fn text(text: impl Into<String>) -> Self {
        Self(KeyDirectory::Text(text.into()))
    }

    /// Keys that a function of your own looks up by digest; `Ok(None)` where there is none. The function never sees the key
    /// itself. To refuse a key that it knows, as by [`Rejection::forbidden`](crate::denial::Rejection::forbidden) that of an account
    /// that is suspended, it returns `Ok(Err(rejection))`, of the type `Result<Result<K, Rejection>, E>`. What it returns is what a handler gets as `ApiKey<K>`; its [`Key`] says id, scopes, roles, expiry and
    /// environment, which are checked for you.
    ///
    /// At most 32 calls run at once; callers [take turns](crate::manual::threats#what-a-stranger-can-cause), and who waits longer
    /// than two seconds is answered 503. A call goes on in a task of its own where its caller hangs up, for ten seconds at most.
    ///
    /// # Errors
    /// An error of the function says that it cannot decide, such as a database out of reach: the request is answered 503,
    /// and the error is logged.
    pub fn lookup<F, Answer, Found, K, E>(lookup: F) -> Self
    where
        F: Fn(KeyDigest) -> Answer + Send + Sync + 'static,
        Answer: Future<Output = Result<Found, E>> + Send + 'static,
        Found: LookedUp<K> + 'static,
        K: AsRef<Key> + Send + Sync + 'static,
        E: fmt::Display + 'static,
    {
        Self(KeyDirectory::Function(SecretLookup::digest(lookup, FoundKey::of), DetailsType::of::<K>()))
    }

    /// The same with the key itself, for keys that are not stored by their SHA-256, such as those derived by HMAC.
    ///
    /// ```
    /// use auth_runtime::api_key::{Key, KeyStore};
    /// use auth_runtime::scheme::ExposedCredential;
    ///
    /// async fn derived(key: ExposedCredential) -> Result<Option<Key>, std::io::Error> {
    ///     // Derive what is stored: `hmac(master_key, key.expose())`, and compare in constant time.
    ///     Ok(key.expose().starts_with(b"mrp_").then(|| Key::new("7")))
    /// }
    /// let keys = KeyStore::dangerous_lookup_exposed(derived);
    /// # let _ = keys;
    /// ```
    ///
    /// # Security
    /// The function holds what lets its owner in. A comparison in ordinary time tells whoever measures it the key, byte by byte.
    pub fn dangerous_lookup_exposed<F, Answer, Found, K, E>(lookup: F) -> Self
    where
        F: Fn(ExposedCredential) -> Answer + Send + Sync + 'static,
        Answer: Future<Output = Result<Found, E>> + Send + 'static,
        Found: LookedUp<K> + 'static,
        K: AsRef<Key> + Send + Sync + 'static,
        E: fmt::Display + 'static,
    {
        Self(KeyDirectory::Function(SecretLookup::exposed(lookup, FoundKey::of), DetailsType::of::<K>()))
    }

    pub(super) fn build(self, configuration: Option<Arc<str>>) -> Result<Store, Misconfiguration> {
        let empty = Table::new(configuration.clone());
        Ok(match self.0 {
            KeyDirectory::File(path) => Store::Watched(WatchedFile::load(path, move |content| {
                file::parse(content, Table::new(configuration.clone()))
            })?),
            KeyDirectory::Text(text) => {
                Store::Fixed(Arc::new(file::parse(text.as_bytes(), empty).map_err(|fault| fault.within("key text"))?))
            }
            KeyDirectory::List(keys) => {
                let mut table = empty;
                for (digest, key) in keys {
                    let id = key.id().escape_debug().to_string();
                    table.insert(digest, key).map_err(|fault| Misconfiguration::new(format!("key `{id}`: {fault}")))?;
                }
                Store::Fixed(Arc::new(table))
            }
            KeyDirectory::Function(lookup, details) => {
                let (lookups, known) = (Lookups::default(), Arc::default());
                Store::Function(Function { lookup, lookups, known, details })
            }
        })
    }
}

impl FoundKey {
    fn of<K: AsRef<Key> + Send + Sync + 'static>(found: K) -> Self {
        Self { key: found.as_ref().clone(), details: Arc::new(found) }
    }
}

impl From<HashMap<KeyDigest, Key>> for KeyStore {
    fn from(keys: HashMap<KeyDigest, Key>) -> Self {
        Self(KeyDirectory::List(keys.into_iter().collect()))
    }
}

impl<const N: usize> From<[(KeyDigest, Key); N]> for KeyStore {
    fn from(keys: [(KeyDigest, Key); N]) -> Self {
        Self(KeyDirectory::List(keys.into()))
    }
}

impl From<Vec<(KeyDigest, Key)>> for KeyStore {
    fn from(keys: Vec<(KeyDigest, Key)>) -> Self {
        Self(KeyDirectory::List(keys))
    }
}

impl fmt::Debug for KeyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source: &dyn fmt::Debug = match &self.0 {
            KeyDirectory::File(path) => path,
            KeyDirectory::Text(_) => &"text",
            KeyDirectory::List(_) => &"list",
            KeyDirectory::Function(..) => &"function",
        };
        f.debug_tuple("KeyStore").field(source).finish()
    }
}
