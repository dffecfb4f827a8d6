//! Binding the policies of the program to the schemes that are configured.

use std::any::TypeId;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use crate::auth::error::{ConfigFault, RequiredBy};
use crate::denial::Reason;
use crate::guard::{ConfiguredScheme, Plan, Settings};
use crate::policy::registry::Linked;
use crate::policy::{
    AcrOrders, Check, Demand, DetailsUse, PolicySpec, Requirement, SchemeUse, built_in, classes_of_all, condition,
    conditions,
};
use crate::principal::DetailsType;

/// A scheme of an `Auth`, by its type and the name of its configuration.
pub(super) type SchemeKey = (TypeId, Option<Box<str>>);

/// A scheme that a policy names, with its configuration.
type Used<'a> = (&'a ConfiguredScheme, &'static SchemeUse);

/// What policies can be bound to.
pub(super) struct Binding<'a> {
    pub(super) configured: &'a HashMap<SchemeKey, Arc<ConfiguredScheme>>,
    /// Configurations that were given and cannot be used: that is their fault, and they are not missing.
    pub(super) unusable: &'a HashSet<SchemeKey>,
    pub(super) realm: &'a str,
    pub(super) settings: &'a Arc<Settings>,
}

/// Why policies could not be bound.
#[derive(Default)]
pub(super) struct Unbound {
    /// By scheme, which tells what to add.
    missing: BTreeMap<(String, TypeId), Missing>,
    /// Policies that cannot be bound to schemes that are there.
    unfit: Vec<(RequiredBy, ConfigFault)>,
}

struct Missing {
    remedy: String,
    required_by: Vec<RequiredBy>,
}

impl Binding<'_> {
    /// Binds a policy to its schemes.
    ///
    /// # Errors
    /// Where some are missing, unusable or cannot be told apart, or do not give what the handler takes.
    pub(super) fn bind(&self, linked: &Linked, unbound: &mut Unbound) -> Result<Arc<Plan>, Reason> {
        let spec = linked.spec();
        let mut schemes = Vec::new();
        for wanted in spec.schemes {
            let key = ((wanted.kind)(), wanted.configuration.map(Into::into));
            match self.configured.get(&key) {
                Some(scheme) => schemes.push(Arc::clone(scheme)),
                None if self.unusable.contains(&key) => {}
                None => unbound.missing(spec, wanted),
            }
        }
        if schemes.len() != spec.schemes.len() || unbound.indistinct(spec, &schemes) {
            return Err(Reason::SchemeUnconfigured);
        }
        let used: Vec<Used<'_>> = schemes.iter().map(Arc::as_ref).zip(spec.schemes).collect();
        if unbound.lacking_details(spec, &used) {
            return Err(Reason::IdentityUnfit);
        }
        unbound.lacking_scopes(spec, &used);
        unbound.lacking_order(spec, &self.settings.hierarchies.acr);
        Ok(Arc::new(Plan::new(spec, schemes, self.realm, Arc::clone(self.settings))))
    }
}

impl Unbound {
    fn missing(&mut self, spec: &PolicySpec, wanted: &SchemeUse) {
        let key = (as_written(wanted), (wanted.kind)());
        let missing = || Missing { remedy: remedy(wanted), required_by: Vec::new() };
        self.missing.entry(key).or_insert_with(missing).required_by.push(RequiredBy::of(spec));
    }

    /// Whether two schemes of the policy claim the same credentials.
    fn indistinct(&mut self, spec: &PolicySpec, schemes: &[Arc<ConfiguredScheme>]) -> bool {
        let before = self.unfit.len();
        let described: Vec<_> = schemes.iter().map(|configured| &configured.description).zip(spec.schemes).collect();
        for (place, (one, used)) in described.iter().enumerate() {
            for (other, another) in described.iter().skip(place + 1) {
                if let Some(cause) = one.conflict(other) {
                    let fault = ConfigFault::SchemesIndistinct {
                        handler: spec.handler,
                        file: spec.file,
                        line: spec.line,
                        schemes: [as_written(used), as_written(another)],
                        cause,
                    };
                    self.unfit.push((RequiredBy::of(spec), fault));
                }
            }
        }
        self.unfit.len() > before
    }

    /// Whether the handler or a check takes details that a scheme of the policy does not give.
    fn lacking_details(&mut self, spec: &'static PolicySpec, used: &[Used<'_>]) -> bool {
        let before = self.unfit.len();
        for wanted in spec.details.iter().flatten().map(DetailsUse::details) {
            self.ungiven(spec, None, &wanted, used);
        }
        if let Some(check) = spec.check_after() {
            for wanted in check.details() {
                self.ungiven(spec, Some(check), &wanted, used);
            }
        }
        for (condition, used) in conditions_of(spec, used) {
            let Requirement::Check(check) = condition else { continue };
            for wanted in check.details() {
                self.ungiven(spec, Some(check), &wanted, used);
            }
        }
        self.unfit.len() > before
    }

    fn ungiven(&mut self, spec: &PolicySpec, check: Option<&Check>, wanted: &DetailsType, used: &[Used<'_>]) {
        for (_, used) in used.iter().filter(|(scheme, _)| !scheme.gives(wanted, spec.without_authorities)) {
            let PolicySpec { handler, file, line, .. } = *spec;
            let (scheme, details, check) = (as_written(used), wanted.name, check.map(Check::name));
            let fault = match wanted.is_exchangeable() {
                true => ConfigFault::OutgoingMissing { handler, file, line, scheme, check },
                false => ConfigFault::DetailsMissing { handler, file, line, scheme, details, check },
            };
            self.unfit.push((RequiredBy::of(spec), fault));
        }
    }

    /// Notes conditions on scopes that no caller of a policy can satisfy. It can still be bound: it admits nobody by them.
    fn lacking_scopes(&mut self, spec: &'static PolicySpec, used: &[Used<'_>]) {
        for (asked, used) in conditions_of(spec, used) {
            let is_negated = match asked {
                Requirement::Scope(_) => false,
                Requirement::Not(Requirement::Scope(_)) => true,
                _ => continue,
            };
            let mut without = used.iter().filter(|(scheme, _)| !scheme.may_have_scopes(spec.without_authorities));
            let Some((_, scheme)) = without.next() else { continue };
            if !is_negated && without.count() + 1 < used.len() {
                continue;
            }
            let (scheme, asked) = (as_written(scheme), condition(asked));
            let never = if is_negated { "is never known to hold" } else { "never holds" };
            let fault = format!(
                "`{scheme}` gives no scopes, so `{asked}` {never}; configure `.authorities(…)` that grant them, or ask for a \
                 role"
            );
            self.unfit.push((RequiredBy::of(spec), ConfigFault::PolicyInvalid { policy: RequiredBy::of(spec), fault }));
        }
    }

    /// Notes classes of authentication of which no caller of an alternative can be all: each caller is of one, and of others that are
    /// weaker only where an order says so.
    fn lacking_order(&mut self, spec: &'static PolicySpec, orders: &AcrOrders) {
        for used in spec.schemes {
            let classes = classes_of_all(Demand::new(spec, used).parts());
            let pairs = classes
                .iter()
                .enumerate()
                .flat_map(|(place, one)| classes.iter().skip(place + 1).map(move |it| (one, it)));
            let Some((one, other)) =
                pairs.filter(|(one, other)| one != other).find(|(one, other)| !orders.are_compared(one, other))
            else {
                continue;
            };
            let fault = format!(
                "nobody is of both classes `acr = {one:?}` and `acr = {other:?}`; remove one, or say by `.acr_order(…)` which is the \
                 stronger"
            );
            self.unfit.push((RequiredBy::of(spec), ConfigFault::PolicyInvalid { policy: RequiredBy::of(spec), fault }));
            return;
        }
    }

    /// The linker fixes no order; people read by scheme, then by file and line.
    pub(super) fn into_faults(mut self) -> impl Iterator<Item = ConfigFault> {
        self.unfit.sort_by_key(|(by, _)| (by.file, by.line));
        let missing = self.missing.into_iter().map(|((scheme, _), Missing { remedy, mut required_by })| {
            required_by.sort_by_key(|by| (by.file, by.line));
            ConfigFault::SchemeMissing { scheme, remedy, required_by }
        });
        missing.chain(self.unfit.into_iter().map(|(_, fault)| fault))
    }
}

/// Each single condition of a policy, with the schemes whose callers it binds.
fn conditions_of<'a>(
    spec: &'static PolicySpec,
    used: &'a [Used<'a>],
) -> impl Iterator<Item = (&'static Requirement, &'a [Used<'a>])> {
    let own = used.iter().filter_map(|one| Some((one.1.condition.as_ref()?, std::slice::from_ref(one))));
    let all = own.chain([(&spec.requirement, used)]);
    all.flat_map(|(requirement, used)| conditions(requirement).into_iter().map(move |condition| (condition, used)))
}

fn as_written(wanted: &SchemeUse) -> String {
    match wanted.configuration {
        Some(name) => format!("{}({name:?})", wanted.keyword),
        None => wanted.keyword.to_owned(),
    }
}

fn remedy(wanted: &SchemeUse) -> String {
    match (wanted.keyword, wanted.configuration) {
        (keyword, Some(name)) if built_in(keyword).is_some() => format!("`.{keyword}_named({name:?}, …)`"),
        (keyword, None) if built_in(keyword).is_some() => format!("`.{keyword}(…)`"),
        (path, Some(name)) => format!("`.scheme_named({name:?}, {path} {{ … }})`"),
        (path, None) => format!("`.scheme({path} {{ … }})`"),
    }
}
