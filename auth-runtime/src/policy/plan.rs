//! A policy bound to the schemes of one `Auth`: everything that can be worked out before a request arrives.

use std::any::TypeId;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderMap, HeaderValue};

use super::{Hide, PolicySpec, canonical_scopes};
use crate::challenge::Challenge;
use crate::config::Settings;
use crate::denial::{Denial, Reason, Rejection};
use crate::observe::{Meter, NO_SCHEME, Observation};
use crate::scheme::{Context, Credentials, Scheme};

/// One policy, ready to decide.
pub(crate) struct Plan {
    pub(crate) spec: &'static PolicySpec,
    pub(crate) settings: Arc<Settings>,
    pub(crate) canonical: Vec<&'static str>,
    alternatives: Vec<Alternative>,
    /// One for each scheme name, in the order in which they are sent.
    challenges: Vec<Prepared>,
    realm: String,
    /// Of a caller that passes without credentials, and of one that does not.
    pub(crate) anonymous: Meter,
    missing: Meter,
    /// The canonical scopes as a challenge names them; empty when there are none.
    scope: String,
}

/// An acceptable scheme of the policy.
pub(crate) struct Alternative {
    pub(crate) kind: TypeId,
    pub(crate) scheme: Arc<dyn Scheme>,
    /// Whether another configuration of the same scheme is acceptable too.
    one_of_several: bool,
    /// Of a caller that it verified and that passes.
    pub(crate) allowed: Meter,
    /// Its challenge, by place in `Plan::challenges`.
    challenge: usize,
    /// Its own challenge: configurations that ask for the same in the same place can be told apart by the credentials.
    asks_for: HeaderValue,
}

struct Prepared {
    challenge: Challenge,
    /// As sent to a caller that sent nothing.
    plain: HeaderValue,
}

impl Plan {
    pub(crate) fn new(
        spec: &'static PolicySpec,
        schemes: Vec<(TypeId, Arc<dyn Scheme>)>,
        default_realm: &str,
        settings: Arc<Settings>,
    ) -> Self {
        let realm = spec.realm.unwrap_or(default_realm).to_owned();
        let canonical = canonical_scopes(spec.requirement);
        let scope = canonical.join(" ");

        let mut challenges: Vec<Challenge> = Vec::new();
        for (_, scheme) in &schemes {
            let challenge = scheme.challenge();
            if !challenges.iter().any(|known| known.scheme().eq_ignore_ascii_case(challenge.scheme())) {
                challenges.push(challenge);
            }
        }
        challenges.sort_by_key(Challenge::rank);

        let alternatives = schemes
            .iter()
            .map(|(kind, scheme)| Alternative {
                asks_for: render(&scheme.challenge(), &realm, &scope, None, None),
                kind: *kind,
                scheme: Arc::clone(scheme),
                allowed: Meter::allowed(spec.handler, scheme.name()),
                one_of_several: schemes.iter().filter(|(other, _)| other == kind).count() > 1,
                challenge: challenges
                    .iter()
                    .position(|known| known.scheme().eq_ignore_ascii_case(scheme.challenge().scheme()))
                    .unwrap_or_default(),
            })
            .collect();

        let challenges = challenges
            .into_iter()
            .map(|challenge| Prepared { plain: render(&challenge, &realm, &scope, None, None), challenge })
            .collect();
        let anonymous = Meter::allowed(spec.handler, NO_SCHEME);
        let missing = Meter::denied(spec.handler, Reason::CredentialsMissing);
        Self { spec, settings, canonical, alternatives, challenges, realm, anonymous, missing, scope }
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

    /// Records a denial; `attempted` is the alternative whose credentials were looked at.
    pub(crate) fn observe_denied(&self, observation: Observation, attempted: Option<usize>, reason: Reason) {
        let scheme = attempted.and_then(|index| self.alternatives.get(index)).map(|tried| tried.scheme.name());
        let meter = (reason == Reason::CredentialsMissing).then_some(&self.missing);
        observation.denied(scheme.unwrap_or(NO_SCHEME), reason, meter);
    }

    /// The denial for a reason; `attempted` is the alternative whose credentials were looked at.
    pub(crate) fn deny(&self, request: &HttpRequest, attempted: Option<usize>, rejection: Rejection) -> Denial {
        let mut denial = Denial::new(rejection.reason);
        denial.headers(rejection.headers);
        self.complete(request, attempted, denial)
    }

    /// Adds all that policy, scheme and application say of every denial: challenges, headers, `hide`, and the
    /// application's own body.
    pub(crate) fn complete(&self, request: &HttpRequest, attempted: Option<usize>, mut denial: Denial) -> Denial {
        match self.spec.hide {
            Hide::Everything => denial.hide(),
            Hide::FromAuthenticated if denial.reason().status() == StatusCode::FORBIDDEN => denial.hide(),
            Hide::FromAuthenticated | Hide::Nothing => {}
        }
        if denial.is_hidden() {
            return denial;
        }
        let attempted = attempted.and_then(|index| self.alternatives.get(index));
        self.add_challenges(&mut denial, attempted.map(|alternative| alternative.challenge));
        if let Some(alternative) = attempted {
            let mut owed = HeaderMap::new();
            alternative.scheme.answer(request, None, &mut owed);
            denial.headers(owed);
        }
        if let Some(hook) = &self.settings.body {
            // The application's own code: when it panics the standard body stays, and the connection with it.
            let written = std::panic::catch_unwind(AssertUnwindSafe(|| hook(request, denial.problem())));
            match written {
                Ok(body) => denial.body(body),
                Err(_) => tracing::error!(policy = self.spec.handler, "the function given to `denial_body` panicked"),
            }
        }
        denial
    }

    /// `attempted` is a place in `challenges`.
    fn add_challenges(&self, denial: &mut Denial, attempted: Option<usize>) {
        let reason = denial.reason();
        match reason.status() {
            StatusCode::UNAUTHORIZED | StatusCode::BAD_REQUEST => {
                for (index, prepared) in self.challenges.iter().enumerate() {
                    let blamed = Some(index) == attempted || reason == Reason::AuthorizationRepeated;
                    let error = reason.oauth_error().filter(|_| blamed && prepared.challenge.is_oauth());
                    let description = error.map(|_| reason.description());
                    if prepared.challenge.is_oauth() && !self.scope.is_empty() {
                        denial.problem_mut().scope = Some(self.scope.clone());
                    }
                    if error.is_some() {
                        denial.problem_mut().error = error;
                        denial.problem_mut().error_description = description;
                    }
                    denial.challenge(match error {
                        None => prepared.plain.clone(),
                        Some(_) => render(&prepared.challenge, &self.realm, &self.scope, error, description),
                    });
                }
            }
            StatusCode::FORBIDDEN if reason == Reason::ScopeMissing => {
                let prepared = attempted.and_then(|index| self.challenges.get(index));
                if let Some(prepared) = prepared.filter(|prepared| prepared.challenge.is_oauth()) {
                    let error = reason.oauth_error();
                    denial.problem_mut().error = error;
                    denial.problem_mut().scope = Some(self.scope.clone());
                    denial.challenge(render(&prepared.challenge, &self.realm, &self.scope, error, None));
                }
            }
            _ => {}
        }
    }
}

fn render(
    challenge: &Challenge,
    realm: &str,
    scope: &str,
    error: Option<&str>,
    description: Option<&str>,
) -> HeaderValue {
    let mut extra = Vec::with_capacity(3);
    if challenge.is_oauth() {
        extra.extend(error.map(|error| ("error", error)));
        extra.extend(description.map(|description| ("error_description", description)));
        extra.extend((!scope.is_empty()).then_some(("scope", scope)));
    }
    challenge.render(realm, &extra)
}
