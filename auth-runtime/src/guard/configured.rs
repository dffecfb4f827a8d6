//! A scheme as an `Auth` was given it.

use std::any::TypeId;
use std::sync::Arc;

use crate::authorities::ReadyLoader;
use crate::policy::SchemeName;
use crate::principal::{DetailsType, Principal, local};
use crate::scheme::{ApiKeyScheme, DigestScheme, Scheme, SchemeDescription};
use crate::setting::Setting;

/// A configuration of a scheme, with what it says of itself.
pub(crate) struct ConfiguredScheme {
    /// The scheme's type.
    pub(crate) kind: TypeId,
    pub(crate) name: SchemeName,
    pub(crate) scheme: Arc<dyn Scheme>,
    pub(crate) description: SchemeDescription,
    pub(crate) authorities: AuthoritySource,
}

/// Who loads the authorities of a configuration's callers.
pub(crate) enum AuthoritySource {
    Nobody,
    /// A function of its own.
    Own(LoaderOfDetails),
    /// Those that were given to the `Auth`, each for issuers.
    ByIssuer(Vec<(Box<str>, LoaderOfDetails)>),
}

/// A function that loads authorities, and the type of the details it brings.
#[derive(Clone)]
pub(crate) struct LoaderOfDetails {
    pub(crate) loader: Arc<ReadyLoader>,
    pub(crate) details: DetailsType,
    pub(crate) reviewed: Vec<Setting>,
}

impl ConfiguredScheme {
    /// Without authorities.
    pub(crate) fn new(kind: TypeId, name: SchemeName, scheme: Arc<dyn Scheme>) -> Self {
        let description = scheme.describe();
        Self { kind, name, scheme, description, authorities: AuthoritySource::Nobody }
    }

    /// What reviewers see of it.
    pub(crate) fn reviewed(&self) -> Vec<Setting> {
        let mut reviewed = self.description.reviewed();
        match &self.authorities {
            AuthoritySource::Nobody => {}
            AuthoritySource::Own(own) => reviewed.extend(own.reviewed.iter().cloned()),
            AuthoritySource::ByIssuer(shared) => {
                let of_each = shared
                    .iter()
                    .flat_map(|(issuer, loader)| loader.reviewed.iter().map(move |setting| setting.of(issuer)));
                reviewed.extend(of_each);
            }
        }
        reviewed
    }

    /// Who loads the authorities of this caller.
    pub(crate) fn loader(&self, principal: &Principal) -> Option<&Arc<ReadyLoader>> {
        match &self.authorities {
            AuthoritySource::Nobody => None,
            AuthoritySource::Own(own) => Some(&own.loader),
            AuthoritySource::ByIssuer(shared) => {
                let key = principal.key();
                shared.iter().find(|(issuer, _)| **issuer == *key.issuer()).map(|(_, shared)| &shared.loader)
            }
        }
    }

    /// Whether a caller of this configuration may have `issuer` in its key.
    pub(crate) fn may_know(&self, issuer: &str, configuration: Option<&str>) -> bool {
        let description = &self.description;
        if issuer.starts_with("local:") {
            let own = local(self.scheme.name(), configuration);
            let rest = issuer.strip_prefix(&*own);
            return rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        }
        description.issuers().iter().any(|known| **known == *issuer)
            || self.has_issuers() && description.takes_any_issuer()
    }

    /// Whether a caller of this configuration may have scopes: one with a password has none but those that the application
    /// gives.
    pub(crate) fn may_have_scopes(&self, without_authorities: bool) -> bool {
        self.loads(without_authorities) || !self.is_by_password()
    }

    /// Whether the application is asked what it knows of callers.
    pub(crate) fn loads(&self, without_authorities: bool) -> bool {
        !without_authorities && !matches!(self.authorities, AuthoritySource::Nobody)
    }

    fn is_by_password(&self) -> bool {
        #[cfg(feature = "basic")]
        if self.kind == TypeId::of::<crate::scheme::BasicScheme>() {
            return true;
        }
        self.kind == TypeId::of::<DigestScheme>()
    }

    /// Whether somebody beside this service may vouch for its callers.
    fn has_issuers(&self) -> bool {
        #[cfg(feature = "session")]
        if self.kind == TypeId::of::<crate::scheme::SessionScheme>() {
            return false;
        }
        self.kind != TypeId::of::<ApiKeyScheme>() && !self.is_by_password()
    }

    /// Whether every caller brings details of this type; `without` says that authorities are not loaded.
    pub(crate) fn gives(&self, wanted: &DetailsType, without: bool) -> bool {
        let is_wanted = |given: &DetailsType| given.id == wanted.id;
        if self.description.details_types().iter().any(is_wanted) {
            return true;
        }
        match &self.authorities {
            _ if without => false,
            AuthoritySource::Nobody => false,
            AuthoritySource::Own(own) => is_wanted(&own.details),
            AuthoritySource::ByIssuer(shared) => {
                let gives = |issuer: &str| {
                    shared.iter().any(|(known, loader)| **known == *issuer && is_wanted(&loader.details))
                };
                let mut issuers = self.description.issuers().iter();
                if self.description.issuers().is_empty() {
                    return shared.iter().all(|(_, loader)| is_wanted(&loader.details));
                }
                !self.description.takes_any_issuer() && issuers.all(|issuer| gives(issuer))
            }
        }
    }
}
