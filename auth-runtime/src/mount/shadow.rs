//! Which paths are taken: what is mounted later is refused where it could never answer.

use std::any::TypeId;
use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;
use std::panic::Location;
use std::rc::{Rc, Weak};

use actix_service::boxed::BoxServiceFactory;
use actix_web::Error;
use actix_web::dev::{ServiceRequest, ServiceResponse};

use crate::auth::Auth;
use crate::guard::hidden::DefaultService;
use crate::mount::declarations::{Mounted, refuse};
use crate::mount::declared::Declaration;
use crate::mount::pattern::{Cover, Pattern};
use crate::telemetry::foreign;

/// What stands somewhere, and where that is said.
#[derive(Clone)]
pub(super) struct Holder {
    what: &'static str,
    pub(super) name: Cow<'static, str>,
    pub(super) file: &'static str,
    pub(super) line: u32,
    /// Of a handler: the same one may stand in one place twice.
    policy: Option<TypeId>,
}

impl Holder {
    pub(super) fn handler(declaration: Declaration) -> Self {
        let spec = declaration.spec;
        let policy = Some(declaration.policy);
        Self { what: "", name: Cow::Borrowed(spec.handler), file: spec.file, line: spec.line, policy }
    }

    /// Of a handler without an attribute, which a route puts behind a policy. `Same` stands for the two together.
    pub(super) fn plain_handler<Same: 'static>(name: &'static str, place: &'static Location<'static>) -> Self {
        Self { policy: Some(TypeId::of::<Same>()), ..Self::at("", name, place) }
    }

    /// Of what is made at `place`: a service, a scope, a resource.
    pub(super) fn at(
        what: &'static str,
        name: impl Into<Cow<'static, str>>,
        place: &'static Location<'static>,
    ) -> Self {
        Self { what, name: name.into(), file: place.file(), line: place.line(), policy: None }
    }
}

/// What a route calls, and the policy in front of it.
#[derive(Clone)]
pub(super) struct RouteHandler {
    pub(super) holder: Holder,
    pub(super) declaration: Declaration,
}

impl RouteHandler {
    /// A handler that carries its policy.
    pub(super) fn of(declaration: Declaration) -> Self {
        Self { holder: Holder::handler(declaration), declaration }
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, name, file, line, .. } = self;
        if name.is_empty() {
            write!(f, "{what}without a path")?
        } else {
            write!(f, "{what}`{name}`")?
        };
        write!(f, " at {file}:{line}")
    }
}

/// A registration that answers all requests of these methods for the paths of its pattern.
#[derive(Clone)]
pub(super) struct Claim {
    pub(super) pattern: Pattern,
    /// None stands for every method.
    pub(super) methods: Vec<String>,
    pub(super) holder: Holder,
    /// Of the scope that it is in; `None` until one admits it.
    pub(super) auth: Option<Auth>,
}

/// What is taken in one scope or at the root of one application, in the order in which actix asks.
#[derive(Default)]
pub(super) struct Claims(Vec<Claim>);

/// What an application holds until it ends, and no other one does.
type Assembly = Weak<BoxServiceFactory<(), ServiceRequest, ServiceResponse, Error, ()>>;

thread_local! {
    /// What is taken at the roots of the applications of this thread. actix assembles an application on one thread.
    static ROOTS: RefCell<Vec<(Assembly, Claims)>> = const { RefCell::new(Vec::new()) };
}

impl Claims {
    /// What is taken at the root of the application with this default service: actix makes one for each, and gives it to
    /// everything that is registered there.
    pub(super) fn at_root<T>(of: &DefaultService, work: impl FnOnce(&mut Self) -> T) -> T {
        ROOTS.with_borrow_mut(|roots| {
            roots.retain(|(assembly, _)| assembly.strong_count() > 0);
            let own = Rc::downgrade(of);
            let place = roots.iter().position(|(assembly, _)| assembly.ptr_eq(&own)).unwrap_or_else(|| {
                roots.push((own, Self::default()));
                roots.len() - 1
            });
            match roots.get_mut(place) {
                Some((_, claims)) => work(claims),
                None => work(&mut Self::default()),
            }
        })
    }

    pub(super) fn push(&mut self, claim: Claim) {
        self.0.push(claim);
    }

    pub(super) fn append(&mut self, mut later: Self) {
        self.0.append(&mut later.0);
    }

    pub(super) fn extend_below(&mut self, prefix: &Pattern, inner: &Self) {
        self.0.extend(inner.0.iter().map(|claim| Claim { pattern: prefix.join(&claim.pattern), ..claim.clone() }));
    }

    pub(super) fn belong_to(&mut self, auth: &Auth) {
        self.0.iter_mut().for_each(|claim| _ = claim.auth.get_or_insert_with(|| auth.clone()));
    }

    /// Stops the assembly where all that `new` could answer is taken; warns where that cannot be told.
    pub(super) fn refuse_hidden(&self, new: &Mounted, scope: &Pattern) {
        let Some(pattern) = &new.pattern else { return };
        let met: Vec<&Claim> = self.0.iter().filter(|claim| claim.meets(new)).collect();
        let patterns: Vec<&Pattern> = met.iter().map(|claim| &claim.pattern).collect();
        let some = |by: &[usize]| by.iter().filter_map(|index| met.get(*index).copied()).collect::<Vec<_>>();
        match pattern.covered_by(&patterns) {
            Cover::Open => {}
            Cover::Hidden(by) => new.refuse_beside(pattern, scope, &some(&by)),
            Cover::Undecided(by) => tracing::warn!(
                handler = foreign(&new.holder.name),
                file = new.holder.file,
                line = new.holder.line,
                path = foreign(format_args!("{scope}{pattern}")),
                other = some(&[by]).first().map(|claim| foreign(&claim.holder)),
                "the path may be taken by the other: a regular expression hides whether it is"
            ),
        }
    }

    /// Stops the assembly where `new`, for every method, gets those that somebody else on the same path has left.
    pub(super) fn refuse_leftovers(&self, new: &Mounted, scope: &Pattern) {
        let Some(pattern) = new.pattern.as_ref().filter(|_| new.method.is_none()) else { return };
        let other = self.0.iter().find(|claim| claim.pattern.is_like(pattern) && !claim.is_same(new));
        if let Some(other) = other {
            new.refuse_beside(pattern, scope, &[other]);
        }
    }
}

impl Mounted {
    fn refuse_beside(&self, pattern: &Pattern, scope: &Pattern, others: &[&Claim]) -> ! {
        let Self { holder, method, .. } = self;
        let by: Vec<String> = others.iter().map(|claim| claim.name_in(scope)).collect();
        let by = by.join(" and ");
        let twice = others.iter().any(|other| other.pattern.is_like(pattern));
        let fault = match method {
            None if others.iter().any(|other| !other.methods.is_empty()) => "gets only what is left",
            _ => "never answers",
        };
        let how = if twice { "mounted twice, first" } else { "taken" };
        let method = method.as_deref().unwrap_or("any method of");
        refuse(&format!(
            "{holder} {fault}: {method} {scope}{pattern} is {how} by {by}; mount what is more special first, or give one of \
             them another path or method"
        ))
    }
}

impl Claim {
    /// Who it is, and for which paths where that is not in the name.
    fn name_in(&self, scope: &Pattern) -> String {
        let path = format!("{scope}{}", self.pattern);
        if path.trim_start_matches('/') == self.holder.name.trim_start_matches('/') {
            self.holder.to_string()
        } else {
            format!("{} for `{path}`", self.holder)
        }
    }

    /// Whether it answers requests of the methods of `new`, and is another handler.
    fn meets(&self, new: &Mounted) -> bool {
        let by_method =
            self.methods.is_empty() || new.method.as_ref().is_some_and(|method| self.methods.contains(method));
        by_method && !self.is_same(new)
    }

    /// Whether it is the same handler under the same `Auth`: which of the two answers makes no difference.
    fn is_same(&self, new: &Mounted) -> bool {
        let by_auth = self.auth.as_ref().zip(new.auth.as_ref()).is_none_or(|(own, of)| own.is(of));
        by_auth && self.holder.policy.is_some() && self.holder.policy == new.holder.policy
    }
}
