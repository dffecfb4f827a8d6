//! A policy bound to the schemes of one `Auth`: everything that can be worked out before a request arrives.

use std::any::TypeId;
use std::sync::Arc;

use crate::authorities::ReadyLoader;
use crate::denial::Reason;
use crate::guard::challenges::{ChallengeLine, Challenges, Offered};
use crate::guard::observation::{Meter, NO_SCHEME};
use crate::guard::{Attempted, ConfiguredScheme, Settings};
use crate::http::parts::RequestView;
use crate::policy::{
    Check, CheckResults, Demand, PolicySpec, Presence, Requirement, SchemeName, Step, StepUp, canonical_scopes,
};
use crate::principal::{DetailsType, Principal};
use crate::scheme::{Context, Scheme, SchemeDescription};

/// Where an alternative is among those of its policy, in written order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct AlternativePlace(pub(super) usize);

/// One policy, ready to decide.
pub(crate) struct Plan {
    pub(crate) spec: &'static PolicySpec,
    pub(crate) settings: Arc<Settings>,
    /// Of a caller that passes without credentials.
    anonymous: Meter,
    alternatives: Vec<Alternative>,
    /// Those whose challenges may differ from answer to answer.
    renewing: Vec<AlternativePlace>,
    /// The first whose scheme has something to say to callers without credentials.
    receiving: Option<AlternativePlace>,
    pub(super) challenges: Challenges,
}

/// An acceptable scheme of the policy.
pub(crate) struct Alternative {
    pub(crate) kind: TypeId,
    pub(crate) scheme: Arc<dyn Scheme>,
    /// What is demanded of a caller that it verified.
    pub(crate) demand: Demand,
    /// The scopes of that which a challenge names.
    pub(crate) canonical: Vec<&'static str>,
    /// Of a caller that it verified and that passes.
    pub(crate) allowed: Meter,
    /// Those whose credentials may be in the same place.
    pub(super) rivals: Vec<AlternativePlace>,
    configured: Arc<ConfiguredScheme>,
    /// Whether the application is asked what it knows of callers.
    loads: bool,
    /// The line of its challenge.
    pub(super) challenge: Option<ChallengeLine>,
}

impl Alternative {
    /// Who says what the application knows of a caller, where it is asked.
    pub(super) fn loader(&self, principal: &Principal) -> Option<&Arc<ReadyLoader>> {
        if self.loads { self.configured.loader(principal) } else { None }
    }

    /// The configuration, as policies name it.
    pub(crate) fn name(&self) -> &SchemeName {
        &self.configured.name
    }

    /// Whether the application is asked what it knows of callers.
    pub(crate) fn loads(&self) -> bool {
        self.loads
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
        let described = || schemes.iter().map(|configured| &configured.description);
        let demands = spec.schemes.iter().map(|used| Demand::new(spec, used));
        let realm = spec.realm.unwrap_or(default_realm);
        let offered = described().zip(spec.schemes).map(|(description, used)| {
            let challenge = description.challenge().clone();
            let named = |requirement: &Requirement| match challenge.is_oauth() {
                true => {
                    canonical_scopes(requirement).into_iter().map(|scope| description.asked_for(scope).into()).collect()
                }
                false => Vec::new(),
            };
            let own = used.condition.as_ref().map(named).unwrap_or_default();
            let step_up = StepUp::demanded(Demand::new(spec, used).parts(), &settings.hierarchies.acr);
            Offered { own, common: named(&spec.requirement), step_up, challenge }
        });
        let challenges = Challenges::new(spec.handler, realm, settings.metadata_url.clone(), offered.collect());
        let rivals = |of: usize, own: &SchemeDescription| {
            let others = described().enumerate();
            let sharing = others.filter(|(index, other)| *index != of && other.shares_carrier(own));
            sharing.map(|(index, _)| AlternativePlace(index)).collect()
        };
        let renewing = described().enumerate().filter(|(_, description)| !description.is_challenge_fixed());
        let renewing = renewing.map(|(index, _)| AlternativePlace(index)).collect();
        let receiving = described().position(SchemeDescription::is_for_strangers).map(AlternativePlace);
        let alternatives = schemes
            .iter()
            .zip(demands)
            .enumerate()
            .map(|(index, (configured, demand))| Alternative {
                kind: configured.kind,
                scheme: Arc::clone(&configured.scheme),
                demand,
                canonical: demand.canonical_scopes(),
                allowed: Meter::allowed(spec.handler, configured.scheme.name()),
                rivals: rivals(index, &configured.description),
                configured: Arc::clone(configured),
                loads: configured.loads(spec.without_authorities),
                challenge: challenges.line(configured.description.challenge()),
            })
            .collect();
        let anonymous = Meter::allowed(spec.handler, NO_SCHEME);
        Self { spec, settings, anonymous, alternatives, renewing, receiving, challenges }
    }

    /// Another policy of the same alternatives, bound to the same schemes.
    #[cfg(feature = "testing")]
    pub(crate) fn rewritten(&self, spec: &'static PolicySpec) -> Self {
        let schemes = self.alternatives.iter().map(|by| Arc::clone(&by.configured)).collect();
        Self::new(spec, schemes, self.realm(), Arc::clone(&self.settings))
    }

    /// Whether authorities are loaded for the holder of any token, whatever its scopes.
    pub(crate) fn is_open_to_any_token(&self) -> bool {
        self.alternatives.iter().any(|by| by.loads && by.is_oauth() && !by.demand.is_of_a_scope())
    }

    /// The first scheme that does not give these details to every caller.
    pub(crate) fn lacking(&self, wanted: &DetailsType) -> Option<&'static str> {
        let gives = |by: &Alternative| by.configured.gives(wanted, self.spec.without_authorities);
        self.alternatives.iter().zip(self.spec.schemes).find(|(by, _)| !gives(by)).map(|(_, used)| used.keyword)
    }

    pub(crate) fn alternatives(&self) -> &[Alternative] {
        &self.alternatives
    }

    /// Whether any challenge may differ from answer to answer.
    pub(super) fn renews_challenges(&self) -> bool {
        !self.renewing.is_empty()
    }

    /// Those whose challenges may.
    pub(super) fn renewing(&self) -> impl Iterator<Item = &Alternative> {
        self.renewing.iter().filter_map(|&place| self.alternative(place))
    }

    /// The alternative whose scheme receives callers without credentials.
    pub(super) fn receiving(&self) -> Option<&Alternative> {
        self.receiving.and_then(|place| self.alternative(place))
    }

    /// The same, each with its place.
    pub(super) fn places(&self) -> impl Iterator<Item = (AlternativePlace, &Alternative)> {
        self.alternatives.iter().enumerate().map(|(index, alternative)| (AlternativePlace(index), alternative))
    }

    pub(super) fn alternative(&self, AlternativePlace(index): AlternativePlace) -> Option<&Alternative> {
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

    /// Whether nobody need call.
    pub(super) fn admits_nobody(&self) -> Result<(), Reason> {
        match self.spec.presence {
            Presence::Optional => Ok(()),
            Presence::Required | Presence::Public => Err(Reason::CredentialsMissing),
        }
    }

    /// Whether a caller whom this alternative has verified satisfies the policy, as far as these checks say: the check that
    /// decides next, if one does, or why it does not.
    pub(super) fn weigh(
        &self,
        by: Attempted,
        principal: &Principal,
        checks: &CheckResults,
    ) -> Result<Option<&'static Check>, Reason> {
        let (by, standard) = (by.alternative(self).ok_or(Reason::CheckFailed)?, self.settings.standard());
        match by.demand.evaluate(principal, standard, checks) {
            Step::Holds => Ok(None),
            Step::Needs(check) => Ok(Some(check)),
            Step::Fails => Err(by.demand.first_failure(&by.canonical, principal, standard, checks)),
        }
    }

    /// What schemes may look at in this request.
    pub(crate) fn context<'a>(&'a self, request: impl Into<RequestView<'a>>) -> Context<'a> {
        let context = Context::new(request, &self.settings.clock)
            .with_realm(self.realm())
            .with_public_origin(self.settings.origins.ours())
            .with_proxies(&self.settings.proxies)
            .with_attempts(&self.settings.attempts);
        #[cfg(feature = "certificates")]
        let context = context.with_certificate_proxies(&self.settings.certificate_proxies);
        context
    }
}
