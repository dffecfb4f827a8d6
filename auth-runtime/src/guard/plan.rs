//! A policy bound to the schemes of one `Auth`: everything that can be worked out before a request arrives.

use std::any::TypeId;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderMap, HeaderValue};

use crate::guard::Settings;
use crate::guard::challenges::Challenges;
use crate::guard::observation::{Meter, NO_SCHEME};
use crate::policy::{PolicySpec, canonical_scopes};
use crate::principal::Principal;
use crate::scheme::{Context, Credentials, Scheme};

/// One policy, ready to decide.
pub(crate) struct Plan {
    pub(crate) spec: &'static PolicySpec,
    pub(crate) settings: Arc<Settings>,
    pub(crate) canonical: Vec<&'static str>,
    /// Of a caller that passes without credentials.
    pub(crate) anonymous: Meter,
    alternatives: Vec<Alternative>,
    pub(super) challenges: Challenges,
}

/// An acceptable scheme of the policy.
pub(crate) struct Alternative {
    pub(crate) kind: TypeId,
    pub(crate) scheme: Arc<dyn Scheme>,
    /// Of a caller that it verified and that passes.
    pub(crate) allowed: Meter,
    /// Whether another configuration of the same scheme is acceptable too.
    one_of_several: bool,
    /// The place of its challenge.
    pub(super) challenge: Option<usize>,
    /// Its own challenge: configurations that ask for the same in the same place can be told apart by the credentials.
    asks_for: HeaderValue,
}

impl Alternative {
    /// Lets the scheme put on an answer what it owes it. A scheme is foreign code: when it panics the answer goes out
    /// without, and the connection stays.
    pub(crate) fn settle(&self, request: &HttpRequest, principal: Option<&Principal>, headers: &mut HeaderMap) {
        let settled = std::panic::catch_unwind(AssertUnwindSafe(|| self.scheme.answer(request, principal, headers)));
        if settled.is_err() {
            tracing::error!(scheme = self.scheme.name(), "a scheme panicked; the answer lacks what the scheme owes it");
        }
    }
}

impl Plan {
    pub(crate) fn new(
        spec: &'static PolicySpec,
        schemes: Vec<(TypeId, Arc<dyn Scheme>)>,
        default_realm: &str,
        settings: Arc<Settings>,
    ) -> Self {
        let canonical = canonical_scopes(spec.requirement);
        let offered = schemes.iter().map(|(_, scheme)| scheme.challenge()).collect();
        let realm = spec.realm.unwrap_or(default_realm);
        let challenges =
            Challenges::new(spec.handler, realm, canonical.join(" "), settings.metadata_url.clone(), offered);
        let alternatives = schemes
            .iter()
            .map(|(kind, scheme)| {
                let challenge = scheme.challenge();
                Alternative {
                    kind: *kind,
                    scheme: Arc::clone(scheme),
                    allowed: Meter::allowed(spec.handler, scheme.name()),
                    one_of_several: schemes.iter().filter(|(other, _)| other == kind).count() > 1,
                    asks_for: challenges.plain(&challenge),
                    challenge: challenges.place(&challenge),
                }
            })
            .collect();
        let anonymous = Meter::allowed(spec.handler, NO_SCHEME);
        Self { spec, settings, canonical, anonymous, alternatives, challenges }
    }

    /// The alternative whose credentials decide: the first explicit one, else the first ambient one.
    pub(crate) fn decisive(&self, context: &Context<'_>) -> Option<(usize, Credentials)> {
        let mut ambient = None;
        for (index, alternative) in self.alternatives.iter().enumerate() {
            match alternative.scheme.credentials(context) {
                Credentials::Explicit => {
                    return Some((self.recognizing(index, context, Credentials::Explicit), Credentials::Explicit));
                }
                Credentials::Ambient if ambient.is_none() => ambient = Some(index),
                Credentials::Ambient | Credentials::Absent => {}
            }
        }
        ambient.map(|index| (self.recognizing(index, context, Credentials::Ambient), Credentials::Ambient))
    }

    /// Among several configurations of the scheme at `first` that ask for the same, the one that the credentials were made
    /// for.
    fn recognizing(&self, first: usize, context: &Context<'_>, found: Credentials) -> usize {
        match self.alternatives.get(first) {
            Some(chosen) if chosen.one_of_several => self
                .alternatives
                .iter()
                .position(|other| {
                    other.kind == chosen.kind
                        && other.asks_for == chosen.asks_for
                        && other.scheme.credentials(context) == found
                        && other.scheme.recognizes(context)
                })
                .unwrap_or(first),
            _ => first,
        }
    }

    pub(crate) fn alternative(&self, index: usize) -> Option<&Alternative> {
        self.alternatives.get(index)
    }
}
