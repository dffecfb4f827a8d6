//! A policy bound to the schemes of one `Auth`: everything that can be worked out before a request arrives.

use std::any::TypeId;
use std::sync::Arc;

use crate::authorities::ReadyLoader;
use crate::denial::Reason;
use crate::guard::challenges::Challenges;
use crate::guard::observation::{Meter, NO_SCHEME};
use crate::guard::{Attempted, AuthoritySource, ConfiguredScheme, Settings};
use crate::http::parts::RequestView;
use crate::policy::{CheckResults, PolicySpec, Step, canonical_scopes, demands_scope, evaluate, first_failure};
use crate::principal::Principal;
use crate::scheme::{Context, Scheme, SchemeDescription};

/// One policy, ready to decide.
pub(crate) struct Plan {
    pub(crate) spec: &'static PolicySpec,
    pub(crate) settings: Arc<Settings>,
    pub(crate) canonical: Vec<&'static str>,
    /// Of a caller that passes without credentials.
    anonymous: Meter,
    alternatives: Vec<Alternative>,
    pub(super) challenges: Challenges,
}

/// An acceptable scheme of the policy.
pub(crate) struct Alternative {
    pub(crate) kind: TypeId,
    pub(crate) scheme: Arc<dyn Scheme>,
    /// Of a caller that it verified and that passes.
    pub(crate) allowed: Meter,
    /// Those whose credentials may be in the same place.
    pub(crate) rivals: Vec<usize>,
    configured: Arc<ConfiguredScheme>,
    /// Whether the application is asked what it knows of callers.
    loads: bool,
    /// The place of its challenge.
    pub(super) challenge: Option<usize>,
}

impl Alternative {
    /// Who says what the application knows of a caller, where it is asked.
    pub(super) fn loader(&self, principal: &Principal) -> Option<&Arc<ReadyLoader>> {
        if self.loads { self.configured.loader(principal) } else { None }
    }

    /// Whether its scheme is one of OAuth.
    pub(super) fn is_oauth(&self) -> bool {
        self.description().challenge().is_oauth()
    }

    /// What its scheme says of itself.
    pub(crate) fn description(&self) -> &SchemeDescription {
        &self.configured.description
    }
}

impl Plan {
    pub(crate) fn new(
        spec: &'static PolicySpec,
        schemes: Vec<Arc<ConfiguredScheme>>,
        default_realm: &str,
        settings: Arc<Settings>,
    ) -> Self {
        let canonical = canonical_scopes(&spec.requirement);
        let described = || schemes.iter().map(|configured| &configured.description);
        let offered = described().map(|description| description.challenge().clone()).collect();
        let realm = spec.realm.unwrap_or(default_realm);
        let scopes = described().map(|description| match description.challenge().is_oauth() {
            true => canonical.iter().map(|scope| description.asked_for(scope)).collect::<Vec<_>>().join(" "),
            false => String::new(),
        });
        let challenges = Challenges::new(spec.handler, realm, scopes.collect(), settings.metadata_url.clone(), offered);
        let rivals = |of: usize, own: &SchemeDescription| {
            let others = described().enumerate();
            others.filter(|(index, other)| *index != of && other.shares_carrier(own)).map(|(index, _)| index).collect()
        };
        let alternatives = schemes
            .iter()
            .enumerate()
            .map(|(index, configured)| Alternative {
                kind: configured.kind,
                scheme: Arc::clone(&configured.scheme),
                allowed: Meter::allowed(spec.handler, configured.scheme.name()),
                rivals: rivals(index, &configured.description),
                configured: Arc::clone(configured),
                loads: !spec.without_authorities && !matches!(configured.authorities, AuthoritySource::Nobody),
                challenge: challenges.place(configured.description.challenge()),
            })
            .collect();
        let anonymous = Meter::allowed(spec.handler, NO_SCHEME);
        Self { spec, settings, canonical, anonymous, alternatives, challenges }
    }

    /// Whether authorities are loaded for the holder of any token, whatever its scopes.
    pub(crate) fn is_open_to_any_token(&self) -> bool {
        let loads_for_tokens = |by: &Alternative| by.loads && by.is_oauth();
        self.alternatives.iter().any(loads_for_tokens) && !demands_scope(&self.spec.requirement)
    }

    pub(crate) fn alternatives(&self) -> &[Alternative] {
        &self.alternatives
    }

    pub(crate) fn alternative(&self, index: usize) -> Option<&Alternative> {
        self.alternatives.get(index)
    }

    /// Of a caller that passes by this alternative, or without credentials.
    pub(crate) fn meter_of(&self, attempted: Attempted) -> &Meter {
        attempted.alternative(self).map_or(&self.anonymous, |alternative| &alternative.allowed)
    }

    /// The realm of its challenges, in which its callers are known.
    pub(crate) fn realm(&self) -> &Arc<str> {
        self.challenges.realm()
    }

    /// Whether this caller satisfies the policy, as far as these checks say.
    pub(super) fn weigh(&self, principal: &Principal, checks: &CheckResults) -> Step {
        evaluate(&self.spec.requirement, principal, &self.settings.hierarchies, checks)
    }

    /// Why it does not.
    pub(super) fn failure(&self, principal: &Principal, checks: &CheckResults) -> Reason {
        first_failure(&self.spec.requirement, &self.canonical, principal, &self.settings.hierarchies, checks)
    }

    /// What schemes may look at in this request.
    pub(crate) fn context<'a>(&'a self, request: impl Into<RequestView<'a>>) -> Context<'a> {
        Context::new(request, &self.settings.clock)
            .with_realm(self.realm())
            .with_public_origin(self.settings.origins.ours())
            .with_proxies(&self.settings.proxies)
    }
}
