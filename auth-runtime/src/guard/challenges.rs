//! What the denials of one policy say: challenges and problem bodies, each written once.

use std::sync::{Arc, OnceLock};

use actix_web::http::StatusCode;
use actix_web::http::header::HeaderValue;

use crate::denial::Challenge;
use crate::denial::{Answer, Problem, Reason};
use crate::guard::observation::Meter;
use crate::guard::plan::AlternativePlace;
use crate::policy::StepUp;

/// The challenges of one policy, one for each scheme name, in the order in which they are sent.
pub(crate) struct Challenges {
    all: Vec<Challenge>,
    realm: Arc<str>,
    /// What each alternative brings.
    offered: Vec<Offered>,
    /// Where the metadata of the resource are (RFC 9728 section 5.1).
    metadata_url: Option<String>,
    policy: &'static str,
    /// By reason and attempted alternative; written as they are first needed. Boxed, because few ever are.
    written: Vec<OnceLock<Box<Written>>>,
}

/// Where a challenge is among those of its policy: alternatives whose schemes have one name share it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ChallengeLine(usize);

/// An alternative's challenge, and the canonical scopes by its names; none where it does not speak of scopes.
pub(crate) struct Offered {
    pub(crate) challenge: Challenge,
    /// Those of its own condition.
    pub(crate) own: Vec<String>,
    /// Those of the condition of all.
    pub(crate) common: Vec<String>,
    /// What is asked of the authentication of its callers.
    pub(crate) step_up: StepUp,
}

/// A denial ready to be sent and counted.
pub(crate) struct Written {
    pub(crate) answer: &'static Answer,
    pub(crate) meter: Meter,
}

impl Challenges {
    pub(crate) fn new(policy: &'static str, realm: &str, metadata_url: Option<String>, offered: Vec<Offered>) -> Self {
        let mut all: Vec<Challenge> = Vec::new();
        for Offered { challenge, .. } in &offered {
            if !all.iter().any(|known| same_scheme(known, challenge)) {
                all.push(challenge.clone());
            }
        }
        all.sort_by_key(Challenge::rank);
        let cells = (Reason::ALL.len() + 1) * (offered.len() + 1);
        let written = (0..cells).map(|_| OnceLock::new()).collect();
        Self { all, realm: realm.into(), offered, metadata_url, policy, written }
    }

    pub(crate) fn realm(&self) -> &Arc<str> {
        &self.realm
    }

    /// What is asked of the authentication of callers by this alternative.
    pub(super) fn step_up(&self, AlternativePlace(index): AlternativePlace) -> Option<&StepUp> {
        self.offered.get(index).map(|offered| &offered.step_up)
    }

    /// The line of a scheme's challenge.
    pub(crate) fn line(&self, challenge: &Challenge) -> Option<ChallengeLine> {
        self.all.iter().position(|known| same_scheme(known, challenge)).map(ChallengeLine)
    }

    /// Whether a denial for this reason has challenges.
    pub(crate) fn are_sent(reason: Reason) -> bool {
        matches!(reason.status(), StatusCode::UNAUTHORIZED | StatusCode::BAD_REQUEST) || reason == Reason::ScopeMissing
    }

    /// The denial for a reason; `alternative` is the one whose credentials were looked at, `blamed` the line of its challenge,
    /// and `scheme` the name under which it is counted.
    pub(crate) fn written(
        &self,
        reason: Reason,
        alternative: Option<AlternativePlace>,
        blamed: Option<ChallengeLine>,
        scheme: &'static str,
    ) -> Option<&Written> {
        let row = alternative.map_or(0, |AlternativePlace(index)| index + 1);
        // A user's own reasons differ in their labels, and there is no telling how many there are.
        if matches!(reason, Reason::Custom(_)) {
            return None;
        }
        let cell = self.written.get(row * (Reason::ALL.len() + 1) + reason.index())?;
        let write = || {
            let answer = self.answer(reason, alternative, blamed, &[]).lasting();
            Box::new(Written { answer, meter: Meter::denied(self.policy, scheme, reason) })
        };
        Some(cell.get_or_init(write))
    }

    /// Writes the denial for a reason; `fresh` has challenges for this answer only, by the line that they replace.
    pub(crate) fn answer(
        &self,
        reason: Reason,
        alternative: Option<AlternativePlace>,
        blamed: Option<ChallengeLine>,
        fresh: &[(ChallengeLine, Vec<Challenge>)],
    ) -> Answer {
        let at = |line: ChallengeLine| match fresh.iter().find(|(of, _)| *of == line) {
            Some((_, challenges)) => challenges.as_slice(),
            None => self.all.get(line.0).map(std::slice::from_ref).unwrap_or_default(),
        };
        let mut problem = Problem::of(reason);
        let mut lines = Vec::new();
        let step_up = alternative.and_then(|place| self.step_up(place)).filter(|_| reason.asks_for_step_up());
        match reason.status() {
            StatusCode::UNAUTHORIZED | StatusCode::BAD_REQUEST => {
                let all = (0..self.all.len()).map(ChallengeLine);
                let challenges = all.flat_map(|line| at(line).iter().map(move |challenge| (line, challenge)));
                for (line, challenge) in challenges {
                    let is_blamed = Some(line) == blamed || reason == Reason::AuthorizationRepeated;
                    // A client must know what is wanted of its credentials, of whatever scheme, which are good.
                    let has_error = challenge.is_oauth() || step_up.is_some();
                    let error = reason.oauth_error().filter(|_| is_blamed && has_error);
                    let description = error.map(|_| reason.description());
                    let step_up = step_up.filter(|_| error.is_some());
                    let scope = match step_up {
                        None => self.scope_before(challenge, alternative),
                        // Whoever has all of them is not to think that one is missing.
                        Some(_) if reason == Reason::AuthenticationTooWeak => String::new(),
                        Some(_) => self.scope_after(alternative),
                    };
                    let scope = &*scope;
                    if challenge.is_oauth() {
                        name_scope(&mut problem, scope);
                    }
                    if error.is_some() {
                        problem.error = error;
                        problem.error_description = description;
                    }
                    lines.push(self.render(challenge, scope, error, description, step_up));
                }
            }
            StatusCode::FORBIDDEN if reason == Reason::ScopeMissing => {
                let challenges = blamed.map(at).unwrap_or_default();
                if let Some(challenge) = challenges.iter().find(|challenge| challenge.is_oauth()) {
                    let scope = &*self.scope_after(alternative);
                    problem.error = reason.oauth_error();
                    name_scope(&mut problem, scope);
                    lines.push(self.render(challenge, scope, reason.oauth_error(), None, None));
                }
            }
            _ => {}
        }
        Answer::new(problem, lines)
    }

    /// The scopes of a challenge while the caller is not known: those of all alternatives of its scheme, then those of the
    /// policy's condition, by the names of the alternative that was attempted, or else of the first that speaks of scopes:
    /// clients take the first challenge they know.
    fn scope_before(&self, challenge: &Challenge, attempted: Option<AlternativePlace>) -> String {
        let own = self.offered.iter().filter(|offered| same_scheme(&offered.challenge, challenge));
        let attempted = attempted
            .and_then(|AlternativePlace(index)| self.offered.get(index))
            .filter(|offered| !offered.common.is_empty());
        let common = attempted.or_else(|| self.offered.iter().find(|offered| !offered.common.is_empty()));
        joined(own.flat_map(|offered| &offered.own).chain(common.into_iter().flat_map(|offered| &offered.common)))
    }

    /// Those that a caller lacks whom this alternative has verified.
    fn scope_after(&self, alternative: Option<AlternativePlace>) -> String {
        let by = alternative.and_then(|AlternativePlace(index)| self.offered.get(index));
        joined(by.into_iter().flat_map(|Offered { own, common, .. }| own.iter().chain(common)))
    }

    fn render(
        &self,
        challenge: &Challenge,
        scope: &str,
        error: Option<&str>,
        description: Option<&str>,
        step_up: Option<&StepUp>,
    ) -> HeaderValue {
        let mut extra = Vec::with_capacity(6);
        let acr = step_up.and_then(|step_up| step_up.acr.as_deref());
        let max_age = step_up.and_then(|step_up| step_up.max_age).map(|age| age.as_secs().to_string());
        extra.extend(error.map(|error| ("error", error)));
        extra.extend(description.map(|description| ("error_description", description)));
        extra.extend(acr.map(|acr| ("acr_values", acr)));
        extra.extend(max_age.as_deref().map(|age| ("max_age", age)));
        if challenge.is_oauth() {
            extra.extend((!scope.is_empty()).then_some(("scope", scope)));
            extra.extend(self.metadata_url.as_deref().map(|url| ("resource_metadata", url)));
        }
        // Of the scheme's own parameters none stands there twice.
        extra.retain(|(name, _)| !challenge.has(name));
        challenge.render(&self.realm, &extra)
    }
}

/// Each once.
fn joined<'a>(scopes: impl Iterator<Item = &'a String>) -> String {
    let mut each: Vec<&str> = Vec::new();
    for scope in scopes {
        if !each.contains(&scope.as_str()) {
            each.push(scope);
        }
    }
    each.join(" ")
}

fn name_scope(problem: &mut Problem, scope: &str) {
    if !scope.is_empty() {
        problem.scope = Some(scope.to_owned());
    }
}

/// Scheme names are compared without regard to case (RFC 9110 section 11.1).
fn same_scheme(one: &Challenge, other: &Challenge) -> bool {
    one.scheme().eq_ignore_ascii_case(other.scheme())
}
