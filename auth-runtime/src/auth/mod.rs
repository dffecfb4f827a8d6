//! The `Auth` value.

mod builder;
mod error;

use std::any::TypeId;
use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use crate::denial::Reason;
use crate::guard::Plan;
use crate::guard::Settings;
use crate::metadata::Published;
use crate::policy::PolicyTable;
use crate::policy::registry::policies;
use crate::scheme::Scheme;
pub use builder::AuthBuilder;
pub use error::{ConfigError, ConfigFault};

/// Everything the guards of an application need: schemes, keys, hierarchies.
///
/// Built once, cheap to clone, and attached to routes by [`Auth::scope`].
///
/// ```
/// use auth_runtime::{Auth, Jwt};
///
/// let jwt = Jwt::hs256([7; 32]).issuer("https://idp.example").audience("https://api.example");
/// let auth = Auth::builder().realm("orders").bearer(jwt).build()?;
///
/// let weak = Jwt::hs256("guess me").issuer("https://idp.example").audience("https://api.example");
/// let error = Auth::builder().bearer(weak).build().unwrap_err();
/// assert!(error.to_string().contains("HS256 needs 32 random bytes or more"));
/// # Ok::<_, auth_runtime::config::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct Auth(pub(crate) Arc<Inner>);

/// The plan of each linked policy, or why it has none.
pub(crate) type Plans = HashMap<TypeId, Result<Arc<Plan>, Reason>, BuildHasherDefault<TypeIdHasher>>;

pub(crate) struct Inner {
    pub(crate) plans: Plans,
    /// Every scheme as it was configured, by the name that policies call it.
    pub(crate) schemes: Vec<(String, Arc<dyn Scheme>)>,
    pub(crate) settings: Arc<Settings>,
    pub(crate) published: Option<Arc<Published>>,
}

impl Auth {
    /// Starts a configuration.
    pub fn builder() -> AuthBuilder {
        AuthBuilder::new()
    }

    /// Who may call what, over every handler linked into the program: print it, review it, keep it in a snapshot test.
    ///
    /// # Security
    /// It lists hidden routes too: it is for the developers, not for callers.
    pub fn policy_table(&self) -> PolicyTable<'_> {
        PolicyTable { policies: policies().collect(), hierarchies: &self.0.settings.hierarchies }
    }

    /// Whether every scheme can decide: the keys of all identity providers were fetched and are not too old. For the
    /// answer of a health check; the server starts and answers 503 where they are lacking.
    pub fn is_ready(&self) -> bool {
        self.0.schemes.iter().all(|(_, scheme)| scheme.is_ready())
    }

    /// Which schemes cannot decide, as a policy writes them: `bearer`, `bearer("partner")`.
    pub fn not_ready(&self) -> impl Iterator<Item = &str> {
        self.0.schemes.iter().filter(|(_, scheme)| !scheme.is_ready()).map(|(name, _)| name.as_str())
    }

    pub(crate) fn published(&self) -> Option<&Arc<Published>> {
        self.0.published.as_ref()
    }

    /// The plan of the policy whose type is `policy`.
    pub(crate) fn plan(&self, policy: TypeId) -> Result<&Arc<Plan>, Reason> {
        match self.0.plans.get(&policy) {
            Some(Ok(plan)) => Ok(plan),
            Some(Err(reason)) => Err(*reason),
            None => Err(Reason::PolicyUnlinked),
        }
    }
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Auth").field("policies", &self.0.plans.len()).finish_non_exhaustive()
    }
}

/// Takes a `TypeId` for the hash that it already is: the lookup is on the path of every request.
#[derive(Default)]
pub(crate) struct TypeIdHasher(u64);

impl Hasher for TypeIdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 ^= hash;
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }
}
