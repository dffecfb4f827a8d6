//! Completing a document by what policies demand.

use std::collections::BTreeSet;

use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Components, OpenApi, PathItem};

use crate::auth::Auth;
use crate::guard::Plan;
use crate::openapi::answers::{Answers, SCHEMA, problem};
use crate::openapi::fault::{DescriptionError, DescriptionFault};
use crate::openapi::matching::{Mounted, Routes, template};
use crate::openapi::references::References;
use crate::openapi::schemes::SecuritySchemes;
use crate::openapi::{assertion, operations};
use crate::policy::{Presence, Requirement, Rule, conditions};

/// The whole policy, as an attribute would say it.
const POLICY: &str = "x-policy";
/// The roles in it.
const ROLES: &str = "x-roles";
/// The checks in it.
const CHECKS: &str = "x-checks";
/// Words of ours, which a document has only where that was asked for.
pub(super) const RULES: [&str; 3] = [POLICY, ROLES, CHECKS];

/// How an API is described: for whom, and by which `Auth`s.
///
/// ```
/// # use auth_runtime::{Auth, openapi::Description};
/// # use utoipa::OpenApi;
/// # #[derive(OpenApi)]
/// # struct Document;
/// # fn internal(auth: &Auth, partners: &Auth) -> Result<(), Box<dyn std::error::Error>> {
/// let description = Description::of(auth).and(partners).leave_out("/internal/metrics").with_rules();
/// let document = description.complete(Document::openapi())?;
/// description.assert(&document);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Description<'a> {
    auths: Vec<&'a Auth>,
    left_out: BTreeSet<String>,
    with_rules: bool,
    with_hidden: bool,
}

impl<'a> Description<'a> {
    /// Of what is mounted in the scopes of this `Auth`.
    pub fn of(auth: &'a Auth) -> Self {
        Self { auths: vec![auth], left_out: BTreeSet::new(), with_rules: false, with_hidden: false }
    }

    /// And in those of this one, for an application that has several.
    pub fn and(mut self, auth: &'a Auth) -> Self {
        self.auths.push(auth);
        self
    }

    /// What is mounted at this path, written as in a document, needs no operation.
    pub fn leave_out(mut self, path: &str) -> Self {
        self.left_out.insert(template(path));
        self
    }

    /// Adds the rules that callers cannot see otherwise: `x-policy`, the whole policy as an attribute would say it, `x-roles` and
    /// `x-checks`, which name those in it.
    ///
    /// # Security
    /// For documents that only people of yours can read: names of roles, claims and functions tell an attacker what to look for.
    pub fn with_rules(mut self) -> Self {
        self.with_rules = true;
        self
    }

    /// Describes routes with `hide` too.
    ///
    /// # Security
    /// For documents that only people of yours can read: everyone else is not to know that these routes exist.
    pub fn with_hidden(mut self) -> Self {
        self.with_hidden = true;
        self
    }

    /// Completes a document, when the application has been assembled. A document that is complete already stays as it is.
    ///
    /// # Errors
    /// Where document and application do not fit: all faults at once.
    pub fn complete(&self, api: OpenApi) -> Result<OpenApi, DescriptionError> {
        let mut api = api;
        let routes = Routes::of(self.auths.iter().copied());
        if routes.is_empty() {
            return Err(DescriptionError::new(vec![DescriptionFault::NothingMounted]));
        }
        let mut writing = Writing {
            description: self,
            routes: &routes,
            schemes: SecuritySchemes::default(),
            problems: false,
            removed: References::default(),
            faults: Vec::new(),
        };
        api.paths.paths.retain(|path, item| writing.path(path, item));
        let Writing { schemes, problems, removed, mut faults, .. } = writing;
        let undescribed = routes.undescribed(self.with_hidden);
        faults.extend(undescribed.filter(|found| !self.left_out.contains(found.path())).map(Mounted::undescribed));
        removed.prune(&mut api);
        let components = api.components.get_or_insert_with(Components::new);
        if problems {
            components.schemas.entry(SCHEMA.into()).or_insert_with(|| problem().into());
        }
        let others = schemes.enter(&mut components.security_schemes);
        faults.extend(others.into_iter().map(|name| DescriptionFault::SchemeDiffers { name }));
        if faults.is_empty() { Ok(api) } else { Err(DescriptionError::new(faults)) }
    }

    /// For a test: asserts that a document is as [`complete`](Self::complete) would make it.
    ///
    /// # Panics
    /// When it is not, with all differences.
    #[track_caller]
    pub fn assert(&self, api: &OpenApi) {
        assertion::assert(api, self.complete(api.clone()));
    }
}

/// What is gathered while operations are written.
struct Writing<'a> {
    description: &'a Description<'a>,
    routes: &'a Routes<'a>,
    schemes: SecuritySchemes,
    /// Whether a response refers to the schema of the problem.
    problems: bool,
    /// What the operations that were left out refer to.
    removed: References,
    faults: Vec<DescriptionFault>,
}

impl Writing<'_> {
    /// Completes the operations of one path; whether any is left, or there was none.
    fn path(&mut self, path: &str, item: &mut PathItem) -> bool {
        let mut is_left = false;
        let operations = operations::take(item);
        let there_was_none = operations.is_empty();
        for (method, mut operation) in operations {
            let answering = self.routes.answering(&method, path);
            if answering.is_empty() {
                self.faults.push(DescriptionFault::OperationUnmounted { method, path: path.to_owned() });
                continue;
            }
            let is_shown = |found: &&&Mounted<'_>| self.description.with_hidden || !found.is_hidden();
            let shown: Vec<_> = answering.iter().filter(is_shown).copied().collect();
            if shown.is_empty() {
                self.removed.add(&operation);
                continue;
            }
            let fault = self.operation(&method, path, &mut operation, &shown);
            self.faults.extend(fault);
            operations::put(item, &method, operation);
            is_left = true;
        }
        is_left || there_was_none
    }

    /// Completes one operation by the policies of the routes that answer it.
    fn operation(
        &mut self,
        method: &str,
        path: &str,
        operation: &mut Operation,
        routes: &[&Mounted<'_>],
    ) -> Option<DescriptionFault> {
        let mut security: Vec<SecurityRequirement> = Vec::new();
        let (mut is_open, mut answers, mut rules) = (false, Answers::default(), Rules::default());
        for mounted in routes {
            let spec = mounted.route.policy();
            rules.add(mounted);
            let plan = mounted.route.policy_type.and_then(|policy| mounted.auth.plan(policy));
            let guarding = plan.filter(|plan| plan.spec.presence() != Presence::Public);
            is_open |= spec.is_none_or(|spec| spec.presence() != Presence::Required);
            let Some(plan) = guarding else { continue };
            answers.refuse_by(plan);
            for requirement in self.demanded(mounted.auth, plan) {
                if !security.contains(&requirement) {
                    security.push(requirement);
                }
            }
        }
        if is_open && !security.is_empty() {
            security.push(SecurityRequirement::default());
        }
        self.problems |= answers.have_problems();
        answers.enter(&mut operation.responses);
        rules.enter(self.description.with_rules, &mut operation.extensions);
        match operation.security.replace(security) {
            Some(written) if Some(&written) != operation.security.as_ref() => Some(DescriptionFault::SecurityDiffers {
                method: method.to_owned(),
                path: path.to_owned(),
                written: json(&written),
                demanded: json(&operation.security),
            }),
            _ => None,
        }
    }

    /// Each way to be let in, with the scopes that a challenge names.
    fn demanded(&mut self, auth: &Auth, plan: &Plan) -> Vec<SecurityRequirement> {
        let own = self.description.auths.iter().position(|known| known.is(auth)).unwrap_or_default();
        let mut demanded = Vec::new();
        for (by, used) in plan.alternatives().iter().zip(plan.spec.schemes()) {
            let scopes: Vec<_> = by.canonical.iter().map(|scope| by.description().asked_for(scope)).collect();
            for name in self.schemes.names(own, used, by.description()) {
                demanded.push(SecurityRequirement::new(name, scopes.iter().cloned()));
            }
        }
        demanded
    }
}

/// The rules of one operation that callers cannot see otherwise.
#[derive(Default)]
struct Rules {
    policies: BTreeSet<String>,
    roles: BTreeSet<String>,
    checks: BTreeSet<String>,
}

impl Rules {
    fn add(&mut self, mounted: &Mounted<'_>) {
        let Some(spec) = mounted.route.policy() else { return };
        self.policies.insert(Rule::from(spec).to_string());
        self.checks.extend(spec.check_after().map(|check| check.name()));
        let own = spec.schemes().iter().filter_map(|used| used.condition());
        for condition in own.chain([spec.requirement()]).flat_map(conditions) {
            match condition {
                Requirement::Role(role) | Requirement::Not(Requirement::Role(role)) => {
                    self.roles.insert(role.as_str().to_owned());
                }
                Requirement::Check(check) => {
                    self.checks.insert(check.name());
                }
                _ => {}
            }
        }
    }

    fn enter(self, said: bool, extensions: &mut Option<Extensions>) {
        let mut own = extensions.take().unwrap_or_default();
        own.retain(|name, _| !RULES.contains(&&**name));
        if said {
            let policies: Vec<_> = self.policies.into_iter().collect();
            own.insert(POLICY.into(), policies.join("; or ").into());
            for (name, words) in [(ROLES, self.roles), (CHECKS, self.checks)] {
                if !words.is_empty() {
                    own.insert(name.into(), words.into_iter().collect::<Vec<_>>().into());
                }
            }
        }
        *extensions = (!own.is_empty()).then_some(own);
    }
}

/// As in the document.
pub(super) fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
