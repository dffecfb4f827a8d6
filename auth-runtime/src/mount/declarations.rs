//! What a scope mounts, admitted piece by piece while the application is assembled.

use std::panic::Location;

use actix_web::dev::AppService;

use crate::auth::{Auth, Matches, MountedRoute};
use crate::denial::Reason;
use crate::mount::declared::Declaration;
use crate::mount::pattern::{Pattern, PatternFault};
use crate::mount::shadow::{Claim, Claims, Holder, RouteHandler};
use crate::policy::{Hide, Policy, Presence};

/// What services declare: what is mounted in one scope, and which paths are then taken.
#[derive(Default)]
pub struct Declarations {
    mounted: Vec<Mounted>,
    claims: Claims,
    /// A service among them that must not stand below a path.
    only_at_root: Option<&'static str>,
    /// What answers in the scope where nothing else does.
    default: Option<Holder>,
    /// What a service among them carries in its own application data.
    brought: Option<(Auth, &'static Location<'static>)>,
}

debug_by_name!([] Declarations as "Declarations";);

/// One route of a scope.
#[derive(Clone)]
pub(super) struct Mounted {
    pub(super) holder: Holder,
    /// `None` stands for every method.
    pub(super) method: Option<String>,
    /// The pattern below the scope; `None` where it is not known.
    pub(super) pattern: Option<Pattern>,
    matches: Matches,
    /// `None` for a service that was declared public.
    declaration: Option<Declaration>,
    reason: Option<&'static str>,
    /// Of the scope that it is in; `None` until one admits it.
    pub(super) auth: Option<Auth>,
}

impl Declarations {
    /// Adds a handler with route attributes.
    pub fn policy<P: Policy>(&mut self) {
        let handler = RouteHandler::of(Declaration::of::<P>());
        let routes = handler.declaration.spec.routes;
        if routes.is_empty() {
            self.mounted.push(Mounted::handler(&handler, None, None));
        }
        for route in routes {
            let methods: Vec<String> = route.methods.iter().map(|method| (*method).to_owned()).collect();
            self.route(&methods, route.path, route.guarded, &handler);
        }
    }

    /// Adds a route of a scope or resource: actix asks the next one where method and guards do not fit.
    pub(super) fn route(&mut self, methods: &[String], path: &str, guarded: bool, handler: &RouteHandler) {
        let holder = handler.holder.clone();
        let pattern = Pattern::exact(path).unwrap_or_else(|fault| refuse_pattern(path, fault, &holder));
        for method in each_of(methods) {
            self.mounted.push(Mounted::handler(handler, method, Some(pattern.clone())));
        }
        if !guarded {
            self.claims.push(Claim { pattern, methods: methods.to_vec(), holder, auth: None });
        }
    }

    /// Says that nothing of `pattern` is left for what comes later, whatever the method.
    pub(super) fn take_all(&mut self, pattern: Pattern, holder: Holder) {
        self.claims.push(Claim { pattern, methods: Vec::new(), holder, auth: None });
    }

    /// Adds a service that is not a handler: behind a policy, or open for a reason.
    pub(super) fn service(&mut self, holder: Holder, path: &str, policy: Result<Declaration, &'static str>) {
        let pattern = Pattern::prefix(path).unwrap_or_else(|fault| refuse_pattern(path, fault, &holder));
        let mounted = Mounted::service(holder.clone(), pattern.clone(), policy);
        self.mounted.push(Mounted { matches: Matches::Below, ..mounted });
        self.take_all(pattern, holder);
    }

    /// Adds a service of ours that has a fixed place on the server, and is open.
    pub(super) fn only_at_root(&mut self, service: &'static str, holder: Holder, path: &str, reason: &'static str) {
        let pattern = Pattern::exact(path).unwrap_or_else(|fault| refuse_pattern(path, fault, &holder));
        self.only_at_root = Some(service);
        self.mounted.push(Mounted::service(holder.clone(), pattern.clone(), Err(reason)));
        self.take_all(pattern, holder);
    }

    /// Adds one route that is open for a reason.
    pub(super) fn open_route(&mut self, holder: Holder, method: &str, path: &str, reason: &'static str) {
        let pattern = Pattern::exact(path).unwrap_or_else(|fault| refuse_pattern(path, fault, &holder));
        let mounted = Mounted::service(holder.clone(), pattern.clone(), Err(reason));
        let mounted = Mounted { method: Some(method.to_owned()), ..mounted };
        self.claims.refuse_hidden(&mounted, &Pattern::default());
        self.mounted.push(mounted);
        self.claims.push(Claim { pattern, methods: vec![method.to_owned()], holder, auth: None });
    }

    /// Says that a service has an `Auth` in its own application data, put there at `place`.
    pub(super) fn brings(&mut self, auth: &Auth, place: &'static Location<'static>) {
        self.brought = Some((auth.clone(), place));
    }

    /// Takes over what a scope mounts. Where a guard decides whether it gets a request at all, it takes none from what comes
    /// later; else it takes all below its prefix, also what it does not know.
    pub(super) fn scope(&mut self, prefix: &Pattern, inner: &Self, guarded: bool, holder: &Holder) {
        self.nest(prefix, inner, guarded);
        if !guarded {
            self.take_all(prefix.clone(), holder.clone());
        }
    }

    /// Takes over what a resource mounts, or what is in a scope.
    pub(super) fn nest(&mut self, prefix: &Pattern, inner: &Self, guarded: bool) {
        self.only_at_root = self.only_at_root.or(inner.only_at_root);
        self.brought.clone_from(&inner.brought);
        for mounted in &inner.mounted {
            let pattern = mounted.pattern.as_ref().map(|pattern| prefix.join(pattern));
            self.mounted.push(Mounted { pattern, ..mounted.clone() });
        }
        if !guarded {
            self.claims.extend_below(prefix, &inner.claims);
        }
    }

    /// Whether any of the policies hides its denials.
    pub(super) fn hide(&self) -> bool {
        let policies = self.mounted.iter().filter_map(|mounted| mounted.declaration);
        policies.into_iter().any(|declaration| declaration.spec.hide != Hide::Nothing)
    }

    /// Adds what `service` declares, after checking that it can answer beside what is here already, and that `auth` can
    /// enforce its policies.
    ///
    /// # Panics
    /// With the handler, its place and the remedy, when not: that is found while the application is assembled, before it
    /// serves anything.
    pub(super) fn admit(&mut self, auth: &Auth, scope: &Pattern, service: impl FnOnce(&mut Self)) {
        let mut added = Self::default();
        service(&mut added);
        if let Some(service) = added.only_at_root.filter(|_| !scope.is_empty()) {
            refuse(&format!(
                "{service} cannot be mounted below `{scope}`, where no client looks; mount it on the `App`"
            ));
        }
        if let Some((other, place)) = &added.brought {
            refuse_other(auth, scope, other, place);
        }
        added.claims.belong_to(auth);
        for new in &mut added.mounted {
            new.belong_to(auth, scope);
            self.claims.refuse_hidden(new, scope);
            self.claims.refuse_leftovers(new, scope);
        }
        self.only_at_root = self.only_at_root.or(added.only_at_root);
        self.append(added);
    }

    /// Adds one more route of the same resource.
    pub(super) fn admit_route(&mut self, methods: &[String], paths: &[String], guarded: bool, handler: &RouteHandler) {
        let mut added = Self::default();
        paths.iter().for_each(|path| added.route(methods, path, guarded, handler));
        added.mounted.iter().for_each(|new| self.claims.refuse_hidden(new, &Pattern::default()));
        self.append(added);
    }

    /// Adds what answers in the scope where nothing else does.
    pub(super) fn admit_default(&mut self, auth: &Auth, scope: &Pattern, methods: &[String], handler: &RouteHandler) {
        let holder = &handler.holder;
        if let Some(other) = self.default.replace(holder.clone()) {
            refuse(&format!(
                "scope `{scope}` has two default services, {other} and {holder}, of which only the last would answer; \
                 remove one"
            ));
        }
        for method in each_of(methods) {
            let mut new = Mounted::handler(handler, method, Some(Pattern::everything()));
            new.matches = Matches::Unmatched;
            new.belong_to(auth, scope);
            self.mounted.push(new);
        }
    }

    /// Checks what one service registers against what was registered before at the root of the same application, and enters
    /// it into the tables.
    ///
    /// # Panics
    /// When something cannot answer.
    pub(super) fn assemble(self, config: &AppService) {
        if config.is_root() {
            Claims::at_root(&config.default_service(), |claims| {
                self.mounted.iter().for_each(|new| claims.refuse_hidden(new, &Pattern::default()));
                claims.append(self.claims);
            });
        }
        self.mounted.into_iter().for_each(|mounted| mounted.enter(config.is_root()));
    }

    fn append(&mut self, mut added: Self) {
        self.mounted.append(&mut added.mounted);
        self.claims.append(added.claims);
    }
}

/// Each method, or all in one where there are none.
fn each_of(methods: &[String]) -> impl Iterator<Item = Option<String>> {
    methods.iter().cloned().map(Some).chain(methods.is_empty().then_some(None))
}

impl Mounted {
    fn handler(handler: &RouteHandler, method: Option<String>, pattern: Option<Pattern>) -> Self {
        let (matches, declaration) = (Matches::Path, Some(handler.declaration));
        Self { holder: handler.holder.clone(), method, pattern, matches, declaration, reason: None, auth: None }
    }

    fn service(holder: Holder, pattern: Pattern, policy: Result<Declaration, &'static str>) -> Self {
        let (declaration, reason) = (policy.ok(), policy.err());
        Self { holder, method: None, pattern: Some(pattern), matches: Matches::Path, declaration, reason, auth: None }
    }

    /// Puts it into a scope of `auth`, unless it is in one of its own.
    fn belong_to(&mut self, auth: &Auth, scope: &Pattern) {
        if self.auth.is_none() {
            self.check_enforceable(auth, scope);
            self.auth = Some(auth.clone());
        }
    }

    fn check_enforceable(&self, auth: &Auth, scope: &Pattern) {
        let Some(declaration) = self.declaration else { return };
        let spec = declaration.spec;
        let (handler, file, line) = (spec.handler, spec.file, spec.line);
        match auth.plans().plan(declaration.policy) {
            Ok(plan) => {
                let lacking =
                    (declaration.details)().into_iter().find_map(|wanted| Some((plan.lacking(&wanted)?, wanted)));
                if let Some((scheme, wanted)) = lacking {
                    let (holder, (fault, remedy)) = (&self.holder, wanted.lacking(scheme));
                    refuse(&format!("{holder} in scope `{scope}` takes {fault}; {remedy}"));
                }
            }
            Err(Reason::PolicyUnlinked) => refuse(&format!(
                "`{handler}` at {file}:{line} has a policy that is not in the link-time registry; let `#[requires]`, \
                 `#[public]` or `policy!` make it",
            )),
            Err(Reason::IdentityUnfit) => refuse(&format!(
                "`{handler}` at {file}:{line}, or a check of its policy, takes `Details<…>` of a type that a scheme of its policy does not give in scope \
                 `{scope}`; configure `.authorities(…)` that bring it, or take `Optional<Details<…>>`",
            )),
            Err(_) => refuse(&format!(
                "`{handler}` at {file}:{line} names a scheme that the `Auth` of scope `{scope}` lacks; configure it on \
                 the builder, or mount the handler in the scope of another `Auth`",
            )),
        }
    }

    fn enter(self, is_whole_path: bool) {
        let Self { holder, method, pattern: Some(pattern), matches, declaration, reason, auth: Some(auth) } = self
        else {
            return;
        };
        let policy = declaration.map(|declaration| declaration.spec);
        auth.enter(MountedRoute {
            method,
            path: pattern.to_string(),
            is_whole_path,
            matches,
            handler: holder.name,
            file: holder.file,
            line: holder.line,
            is_public: policy.is_none_or(|policy| policy.presence == Presence::Public),
            is_hidden: policy.is_some_and(|policy| policy.hide != Hide::Nothing),
            reason: reason.or(policy.and_then(|policy| policy.reason)),
            realm: auth.realm().to_owned(),
            policy,
            policy_type: declaration.map(|declaration| declaration.policy),
        });
    }
}

/// Refuses an `Auth` that would decide in the place of the scope's own.
pub(super) fn refuse_other(own: &Auth, scope: &Pattern, other: &Auth, place: &Location<'_>) {
    if !own.is(other) {
        refuse(&format!(
            "`.app_data(…)` at {place} puts another `Auth` into scope `{scope}`, where the one that the scope was made from \
             decides; remove it, and mount what it guards in a scope of its own: `.service(other.scope(…))`"
        ));
    }
}

/// Refuses a path that means something else than it says.
pub(super) fn refuse_pattern(path: &str, fault: PatternFault, holder: &Holder) -> ! {
    refuse(&format!("the path `{path}` of {holder} {}", fault.remedy()))
}

/// Stops the assembly of the application: actix's registration cannot return an error, and serving the route anyway is
/// what must not happen.
#[allow(clippy::panic)]
pub(crate) fn refuse(fault: &str) -> ! {
    panic!("{fault}")
}
