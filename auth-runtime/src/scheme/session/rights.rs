//! Whose rights are not kept in their sessions: those for whom the application is asked with each request.

#[cfg(feature = "login")]
use std::sync::Arc;
#[cfg(feature = "login")]
use std::time::Duration;

use crate::authorities::AuthorityLoader;
#[cfg(feature = "login")]
use crate::authorities::ReadyLoader;
use crate::fault::Misconfiguration;

/// Loaders, and the issuers for whose callers they speak.
pub(crate) type SharedLoaders = [(Vec<Box<str>>, AuthorityLoader)];

/// That the rights of these callers are loaded.
pub(super) struct LoadedRights {
    /// Who vouches for them; `None` stands for all.
    issuer: Option<Box<str>>,
    /// Says whom of them the application knows when they sign in elsewhere. Asked anew by each, so that it remembers nothing.
    #[cfg(feature = "login")]
    gate: Arc<ReadyLoader>,
}

impl LoadedRights {
    /// By the sessions' own loader, or else by those for these issuers of their callers.
    ///
    /// # Errors
    /// Where a loader cannot be used.
    pub(super) fn of(
        own: Option<&AuthorityLoader>,
        issuers: &[&str],
        shared: &SharedLoaders,
    ) -> Result<Vec<Self>, Misconfiguration> {
        let of_issuer = |issuer: &&str| {
            let (_, loader) = shared.iter().find(|(known, _)| known.iter().any(|known| **known == **issuer))?;
            Some((Some((*issuer).into()), loader))
        };
        let loaders: Vec<(Option<Box<str>>, &AuthorityLoader)> = match own {
            Some(own) => vec![(None, own)],
            None => issuers.iter().filter_map(of_issuer).collect(),
        };
        loaders.into_iter().map(|(issuer, loader)| Self::by(issuer, loader)).collect()
    }

    #[cfg(feature = "login")]
    fn by(issuer: Option<Box<str>>, loader: &AuthorityLoader) -> Result<Self, Misconfiguration> {
        let gate = Arc::new(loader.clone().remember_for(Duration::ZERO).build()?);
        Ok(Self { issuer, gate })
    }

    #[cfg(not(feature = "login"))]
    fn by(issuer: Option<Box<str>>, _: &AuthorityLoader) -> Result<Self, Misconfiguration> {
        Ok(Self { issuer })
    }

    pub(super) fn is_for(&self, issuer: &str) -> bool {
        self.issuer.as_deref().is_none_or(|known| known == issuer)
    }

    #[cfg(feature = "login")]
    pub(super) fn gate(&self) -> &Arc<ReadyLoader> {
        &self.gate
    }
}
