//! The `Auth` value.

mod authorities;
mod binding;
mod builder;
mod error;
mod mounted;
mod proxies;

use std::fmt;
use std::sync::Arc;

use actix_web::HttpRequest;

use crate::authorities::ReadyLoader;
use crate::guard::{Plans, Settings};
use crate::metadata::Published;
use crate::policy::PolicyTable;
use crate::policy::registry::policies;
use crate::scheme::Scheme;
pub use builder::AuthBuilder;
pub use error::{ConfigError, ConfigFault, RequiredBy};
pub(crate) use mounted::MountedTable;
pub use mounted::{Matches, MountedRoute};

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
pub struct Auth(pub(crate) Arc<Configuration>);

pub(crate) struct Configuration {
    pub(crate) plans: Plans,
    /// Every scheme as it was configured, by the name that policies call it.
    pub(crate) schemes: Vec<(String, Arc<dyn Scheme>)>,
    /// Every function that loads authorities.
    pub(crate) loaders: Vec<Arc<ReadyLoader>>,
    pub(crate) settings: Arc<Settings>,
    pub(crate) published: Option<Arc<Published>>,
    pub(crate) realm: String,
    pub(crate) mounted: MountedTable,
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
        let plans = self.0.plans.enforceable();
        PolicyTable {
            policies: policies().collect(),
            open_to_any_token: plans.filter(|plan| plan.is_open_to_any_token()).map(|plan| plan.spec).collect(),
            hierarchies: &self.0.settings.hierarchies,
        }
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

    pub(crate) fn settings(&self) -> &Arc<Settings> {
        &self.0.settings
    }

    pub(crate) fn schemes(&self) -> impl Iterator<Item = &dyn Scheme> {
        self.0.schemes.iter().map(|(_, scheme)| &**scheme)
    }

    pub(crate) fn plans(&self) -> &Plans {
        &self.0.plans
    }

    /// Whether `other` is this one, or a clone of it.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The plans of the `Auth` that decides about this request.
    pub(crate) fn plans_for(request: &HttpRequest) -> Option<&Plans> {
        request.app_data::<Self>().map(Self::plans)
    }
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Auth").field("policies", &self.0.plans.len()).finish_non_exhaustive()
    }
}
