//! Who loads authorities for which configuration.

use std::collections::HashMap;
use std::sync::Arc;

use crate::auth::binding::SchemeKey;
use crate::auth::forgetting::CallerMemories;
use crate::auth::{AuthBuilder, ConfigFault};
use crate::authorities::{AuthorityLoader, IntoAuthorityLoader, ReadyLoader};
use crate::fault::Misconfiguration;
use crate::guard::{AuthoritySource, ConfiguredScheme, LoaderOfDetails};
use crate::principal::local;

/// A function that speaks for the callers of several configurations, and whose callers these are.
pub(super) type Shared = (Vec<Box<str>>, AuthorityLoader);

impl AuthBuilder {
    /// What the application knows of the callers of these issuers: a function that loads their
    /// [authorities](crate::authorities). A configuration with a function of its own asks that one.
    ///
    /// An issuer is what [`PrincipalKey::issuer`](crate::principal::PrincipalKey::issuer) says: the `iss` of tokens, or for
    /// callers without an issuer scheme and configuration, as `local:basic`, `local:api_key("partner")`, `local:session` or `local:digest/staff`; of sessions that
    /// begin at a provider it is that one. Whoever is not named gets none.
    ///
    /// ```
    /// # use std::convert::Infallible;
    /// use auth_runtime::principal::PrincipalKey;
    /// use auth_runtime::{Auth, Authorities, Jwt};
    ///
    /// async fn load(who: PrincipalKey) -> Result<Option<Authorities>, Infallible> {
    ///     Ok(Some(Authorities::default().add_roles(["viewer"])))
    /// }
    ///
    /// let jwt = Jwt::hs256([7; 32]).issuer("https://idp.example").audience("https://api.example");
    /// let auth = Auth::builder().bearer(jwt.clone()).authorities(["https://idp.example"], load).build()?;
    ///
    /// let error = Auth::builder().bearer(jwt).authorities(["https://idp.exmaple"], load).build().unwrap_err();
    /// assert!(error.to_string().contains("no configuration has callers of `https://idp.exmaple`"));
    /// # Ok::<(), auth_runtime::config::ConfigError>(())
    /// ```
    ///
    /// # Errors
    /// [`build`](Self::build) fails on an issuer of whom no configuration has callers, one that is named twice, and a loader
    /// that cannot be used.
    pub fn authorities<Args>(
        mut self,
        issuers: impl IntoIterator<Item = impl Into<Box<str>>>,
        load: impl IntoAuthorityLoader<Args>,
    ) -> Self {
        self.shared_authorities.push((issuers.into_iter().map(Into::into).collect(), load.into_loader()));
        self
    }
}

/// Says of each configuration who loads the authorities of its callers.
pub(super) fn place_authorities(
    schemes: HashMap<SchemeKey, ConfiguredScheme>,
    shared: Vec<Shared>,
    memories: &mut CallerMemories,
    faults: &mut Vec<ConfigFault>,
) -> HashMap<SchemeKey, Arc<ConfiguredScheme>> {
    let mut ready = |loader: AuthorityLoader| {
        let (details, reviewed) = (loader.details(), loader.reviewed());
        let loader = Arc::new(loader.build()?);
        memories.add(Arc::<ReadyLoader>::clone(&loader));
        Ok::<_, Misconfiguration>(LoaderOfDetails { loader, details, reviewed })
    };
    let mut fault = |fault: String| faults.push(ConfigFault::AuthoritiesInvalid { fault });
    let mut by_issuer: Vec<(Box<str>, LoaderOfDetails)> = Vec::new();
    for (issuers, loader) in shared {
        match ready(loader) {
            Ok(loader) => by_issuer.extend(issuers.into_iter().map(|issuer| (issuer, loader.clone()))),
            Err(source) => fault(format!("authorities: {source}")),
        }
    }
    for (place, (issuer, _)) in by_issuer.iter().enumerate() {
        let shown = issuer.escape_debug();
        if by_issuer.iter().take(place).any(|(known, _)| known == issuer) {
            fault(format!("two functions load authorities for `{shown}`; remove one of the two"));
        }
        if !schemes.iter().any(|((_, name), scheme)| scheme.may_know(issuer, name.as_deref())) {
            fault(format!(
                "authorities: no configuration has callers of `{shown}`; write the exact `iss` of the tokens, or scheme and \
                 configuration, as `local:basic`"
            ));
        }
    }
    let mut placed = HashMap::new();
    for (key, mut scheme) in schemes {
        scheme.authorities = match scheme.description.take_authorities().map(&mut ready) {
            Some(Ok(own)) => AuthoritySource::Own(own),
            Some(Err(source)) => {
                fault(format!("authorities of `{}`: {source}", local(scheme.scheme.name(), key.1.as_deref())));
                continue;
            }
            None => {
                let known = by_issuer.iter().filter(|(issuer, _)| scheme.may_know(issuer, key.1.as_deref()));
                let known: Vec<_> = known.cloned().collect();
                if known.is_empty() { AuthoritySource::Nobody } else { AuthoritySource::ByIssuer(known) }
            }
        };
        placed.insert(key, Arc::new(scheme));
    }
    placed
}
