//! What may be mounted: services that say who may call them.

use std::any::TypeId;
use std::panic::Location;

use actix_web::dev::HttpServiceFactory;

use crate::auth::Auth;
use crate::denial::Reason;
use crate::extract::authorized::Authorized;
use crate::policy::{Hide, Policy, PolicySpec};

/// A service that says who may call it: a handler under `#[requires]` or `#[public]`, a [`Resource`](super::Resource)
/// of such handlers, or another [`Scope`](super::Scope).
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say who may call it",
    label = "no `#[requires(…)]` or `#[public]` on this handler",
    note = "write `#[requires(…)]` or `#[public]` on it, above its route attribute: below it the handler is protected, \
            but cannot be seen to be",
    note = "for a service that is no handler use `.service_as::<Policy>(path, …)` or `.service_public(reason, path, …)`"
)]
pub trait Declared: HttpServiceFactory {
    /// Names the policies behind this service.
    #[doc(hidden)]
    fn declare(&self, to: &mut Declarations);
}

/// The arguments of a handler under `#[requires]` or `#[public]`.
#[diagnostic::on_unimplemented(
    message = "this handler does not say who may call it",
    label = "no `#[requires(…)]` or `#[public]` on this handler",
    note = "write `#[requires(…)]` or `#[public]` on it"
)]
pub trait DeclaredArgs {
    #[doc(hidden)]
    fn policy() -> Declaration;
}

#[diagnostic::do_not_recommend]
impl<P: Policy, T> DeclaredArgs for (Authorized<P, T>,) {
    fn policy() -> Declaration {
        Declaration::of::<P>()
    }
}

/// Never met: with one impl only, the compiler would assume it and report a type mismatch instead of the message above.
enum Undeclared {}

impl Policy for Undeclared {
    const SPEC: PolicySpec = PolicySpec::nobody("undeclared");
}

#[diagnostic::do_not_recommend]
impl DeclaredArgs for (Undeclared,) {
    fn policy() -> Declaration {
        Declaration::of::<Undeclared>()
    }
}

/// The policy of one handler.
#[derive(Clone, Copy)]
pub struct Declaration {
    pub(crate) policy: TypeId,
    pub(crate) spec: &'static PolicySpec,
}

impl Declaration {
    pub(crate) fn of<P: Policy>() -> Self {
        Self { policy: TypeId::of::<P>(), spec: const { &P::SPEC } }
    }
}

/// The policies mounted in one scope, by method and pattern.
#[derive(Default)]
pub struct Declarations {
    mounted: Vec<Mounted>,
    /// A service among them that must not stand below a path.
    only_at_root: Option<&'static str>,
    /// What a service among them carries in its own application data.
    brought: Option<(Auth, &'static Location<'static>)>,
}

struct Mounted {
    /// `None` stands for every method.
    method: Option<String>,
    /// The pattern below the scope; `None` where it is not known.
    pattern: Option<String>,
    declaration: Declaration,
}

impl Declarations {
    /// Adds the policy of a handler with route attributes.
    pub fn policy<P: Policy>(&mut self) {
        let declaration = Declaration::of::<P>();
        if declaration.spec.routes.is_empty() {
            self.mounted.push(Mounted { method: None, pattern: None, declaration });
        }
        for route in declaration.spec.routes {
            self.add(route.methods.iter().copied(), route.path, declaration);
        }
    }

    pub(crate) fn add<'a>(
        &mut self,
        methods: impl ExactSizeIterator<Item = &'a str>,
        pattern: &str,
        declaration: Declaration,
    ) {
        let pattern = Some(pattern.to_owned());
        if methods.len() == 0 {
            self.mounted.push(Mounted { method: None, pattern, declaration });
        } else {
            for method in methods {
                self.mounted.push(Mounted { method: Some(method.to_owned()), pattern: pattern.clone(), declaration });
            }
        }
    }

    /// Says that `service` has a fixed place on the server.
    pub(crate) fn only_at_root(&mut self, service: &'static str) {
        self.only_at_root = Some(service);
    }

    /// Says that a service has an `Auth` in its own application data, put there at `place`.
    pub(crate) fn brings(&mut self, auth: &Auth, place: &'static Location<'static>) {
        self.brought = Some((auth.clone(), place));
    }

    /// Takes over what a nested scope mounts.
    pub(crate) fn nest(&mut self, prefix: &str, inner: &Self) {
        self.only_at_root = self.only_at_root.or(inner.only_at_root);
        self.brought.clone_from(&inner.brought);
        for Mounted { method, pattern, declaration } in &inner.mounted {
            let pattern = pattern.as_ref().map(|pattern| format!("{prefix}{pattern}"));
            self.mounted.push(Mounted { method: method.clone(), pattern, declaration: *declaration });
        }
    }

    /// Whether any of the policies hides its denials.
    pub(crate) fn hide(&self) -> bool {
        self.mounted.iter().any(|mounted| mounted.declaration.spec.hide != Hide::Nothing)
    }

    /// Adds what `service` declares, after checking that `auth` can enforce it and that it does not shadow another
    /// policy.
    ///
    /// # Panics
    /// With the handler, its place and the remedy, when it cannot: that is found while the application is assembled,
    /// before it serves anything.
    pub(crate) fn admit(&mut self, auth: &Auth, scope: &str, service: impl FnOnce(&mut Self)) {
        let mut added = Self::default();
        service(&mut added);
        if let Some(service) = added.only_at_root.filter(|_| !matches!(scope, "" | "/")) {
            refuse(&format!(
                "{service} cannot be mounted below `{scope}`, where no client looks; mount it on the `App`"
            ));
        }
        self.only_at_root = self.only_at_root.or(added.only_at_root);
        if let Some((other, place)) = &added.brought {
            refuse_other(auth, scope, other, place);
        }
        for new in &added.mounted {
            let spec = new.declaration.spec;
            let (handler, file, line) = (spec.handler, spec.file, spec.line);
            match auth.plans().plan(new.declaration.policy) {
                Ok(_) => {}
                Err(Reason::PolicyUnlinked) => refuse(&format!(
                    "`{handler}` at {file}:{line} has a policy that is not in the link-time registry; let `#[requires]`, \
                     `#[public]` or `policy!` make it",
                )),
                Err(_) => refuse(&format!(
                    "`{handler}` at {file}:{line} names a scheme that the `Auth` of scope `{scope}` lacks; configure it on \
                     the builder, or mount the handler in the scope of another `Auth`",
                )),
            }
            let clash = self.mounted.iter().find(|old| {
                old.declaration.policy != new.declaration.policy
                    && old.pattern.is_some()
                    && old.pattern == new.pattern
                    && (old.method == new.method || old.method.is_none() || new.method.is_none())
            });
            if let Some(old) = clash {
                let other = old.declaration.spec;
                refuse(&format!(
                    "{} {scope}{} is mounted twice under different policies, by `{}` at {}:{} and by `{handler}` at \
                     {file}:{line}; give one of them another pattern",
                    new.method.as_deref().unwrap_or("any method of"),
                    new.pattern.as_deref().unwrap_or_default(),
                    other.handler,
                    other.file,
                    other.line,
                ));
            }
        }
        self.mounted.extend(added.mounted);
    }
}

/// Refuses an `Auth` that would decide in the place of the scope's own.
pub(crate) fn refuse_other(own: &Auth, scope: &str, other: &Auth, place: &Location<'_>) {
    if !own.is(other) {
        refuse(&format!(
            "`.app_data(…)` at {place} puts another `Auth` into scope `{scope}`, where the one that the scope was made from \
             decides; remove it, and mount what it guards in a scope of its own: `.service(other.scope(…))`"
        ));
    }
}

/// Stops the assembly of the application: actix's registration cannot return an error, and serving the route anyway is
/// what must not happen.
#[allow(clippy::panic)]
pub(crate) fn refuse(fault: &str) -> ! {
    panic!("{fault}")
}
