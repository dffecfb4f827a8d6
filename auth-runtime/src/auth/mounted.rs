//! What is mounted, as plain data.

use std::any::TypeId;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

use crate::auth::Auth;
use crate::guard::Plan;
use crate::policy::PolicySpec;
use crate::policy::registry::{Linked, POLICIES};

/// One route as an application mounts it: where, and who may call it.
///
/// Given by [`Auth::mounted`], and serializable for tools of your own.
#[derive(Clone, Debug, Serialize)]
pub struct MountedRoute {
    pub(crate) method: Option<String>,
    pub(crate) path: String,
    pub(crate) is_whole_path: bool,
    pub(crate) matches: Matches,
    pub(crate) handler: Cow<'static, str>,
    pub(crate) file: &'static str,
    pub(crate) line: u32,
    pub(crate) is_public: bool,
    pub(crate) is_hidden: bool,
    pub(crate) reason: Option<&'static str>,
    pub(crate) realm: String,
    pub(crate) policy: Option<&'static PolicySpec>,
    /// The type that stands for the policy, by which its plan is found.
    #[serde(skip)]
    pub(crate) policy_type: Option<TypeId>,
}

/// Which requests a mounted route gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Matches {
    /// Those for its path.
    Path,
    /// Those for its path and for all that is below it: a service given to `service_as` or `service_public`.
    Below,
    /// Those for its path, and below it, that nothing else in the scope matches: a default service.
    Unmatched,
}

impl MountedRoute {
    /// The HTTP method; `None` for any.
    pub fn method(&self) -> Option<&str> {
        self.method.as_deref()
    }

    /// The pattern, those of the scopes around it included.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Whether [`path`](Self::path) begins at the root. It does not within a scope of actix-web's own, which does not say
    /// where it is.
    pub fn is_whole_path(&self) -> bool {
        self.is_whole_path
    }

    /// Which requests it gets: those for its path only, or more.
    pub fn matches(&self) -> Matches {
        self.matches
    }

    /// The handler, `module::function`; the named policy of `service_as`; the type of a public service.
    pub fn handler(&self) -> &str {
        &self.handler
    }

    /// Source file of the handler's attribute, or of the call that mounts a service.
    pub fn file(&self) -> &'static str {
        self.file
    }

    /// Line in that file.
    pub fn line(&self) -> u32 {
        self.line
    }

    /// The policy; `None` for a service that was declared public.
    pub fn policy(&self) -> Option<&'static PolicySpec> {
        self.policy
    }

    /// Whether no credentials are looked at.
    pub fn is_public(&self) -> bool {
        self.is_public
    }

    /// Whether denials look like an unknown route, be it all or those of authenticated callers.
    pub fn is_hidden(&self) -> bool {
        self.is_hidden
    }

    /// Why it is public, where that was said.
    pub fn reason(&self) -> Option<&'static str> {
        self.reason
    }

    /// The realm of the `Auth` that guards it, by which to tell several of them apart. A policy may name another realm in
    /// its challenges.
    pub fn realm(&self) -> &str {
        &self.realm
    }
}

impl fmt::Display for MountedRoute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, handler, file, line, .. } = self;
        let more = match self.matches {
            Matches::Path => "",
            Matches::Below => " and below",
            Matches::Unmatched => " and below, if nothing else matches",
        };
        write!(f, "{} {path}{more}  {handler} ({file}:{line})", self.method.as_deref().unwrap_or("any"))
    }
}

/// What the applications of one `Auth` have mounted so far.
#[derive(Default)]
pub(crate) struct MountedTable(Mutex<BTreeMap<Key, MountedRoute>>);

/// The same in each worker, and in each assembly of the same application.
type Key = (String, Option<String>, Matches, Cow<'static, str>, &'static str, u32, bool);

impl Auth {
    /// Every route that is mounted in a scope of this `Auth`, sorted by path: handlers with route attributes and those
    /// mounted by hand, nested scopes, services, default services. What is in a nested scope of another `Auth` is in that
    /// one's table.
    ///
    /// It is filled while an application is assembled: by `HttpServer` in each worker before that serves anything, by
    /// `test::init_service` before it returns. The same route counts once, however many workers or tests mount it; several
    /// applications of one `Auth` in one process are listed together. What is mounted outside of a scope is not in it: the
    /// [policy table](Auth::policy_table) lists every handler of the program, without knowing where it is mounted.
    ///
    /// ```
    /// # use actix_web::{App, get, test};
    /// # use auth_runtime::{Auth, public, requires, route};
    /// #[requires(bearer, scope = "orders:read")]
    /// #[get("/orders/{id}")]
    /// async fn show_order() -> &'static str { "an order" }
    ///
    /// #[public(reason = "liveness probe")]
    /// async fn health() -> &'static str { "ok" }
    ///
    /// # #[actix_web::main]
    /// # async fn main() {
    /// # let jwt = auth_runtime::Jwt::hs256([7; 32]).issuer("https://idp.example").audience("https://api.example");
    /// # let auth = Auth::builder().bearer(jwt).build().unwrap();
    /// let scope = auth.scope("/api").service(show_order).route("/health", route::get().to(health));
    /// let app = test::init_service(App::new().service(scope)).await;
    ///
    /// let routes = auth.mounted();
    /// let paths: Vec<_> = routes.iter().map(|route| (route.method(), route.path(), route.is_public())).collect();
    /// assert_eq!(paths, [(Some("GET"), "/api/health", true), (Some("GET"), "/api/orders/{id}", false)]);
    /// # }
    /// ```
    ///
    /// # Security
    /// It lists hidden routes too: it is for the developers, not for callers.
    pub fn mounted(&self) -> Vec<MountedRoute> {
        let table = self.0.mounted.0.lock().unwrap_or_else(PoisonError::into_inner);
        table.values().cloned().collect()
    }

    /// Every policy of the program that none of these routes has.
    pub(crate) fn unmounted(mounted: &[MountedRoute]) -> impl Iterator<Item = &'static Linked> + use<> {
        let seen: HashSet<TypeId> = mounted.iter().filter_map(|route| route.policy_type).collect();
        POLICIES.iter().filter(move |linked| !seen.contains(&linked.kind()))
    }

    /// How this `Auth` enforces the policy of this type, if it can.
    pub(crate) fn plan(&self, policy: TypeId) -> Option<&Plan> {
        self.plans().plan(policy).ok().map(|plan| &**plan)
    }

    pub(crate) fn enter(&self, route: MountedRoute) {
        let MountedRoute { path, method, matches, handler, file, line, is_whole_path, .. } = &route;
        let key = (path.clone(), method.clone(), *matches, handler.clone(), *file, *line, *is_whole_path);
        self.0.mounted.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key, route);
    }

    pub(crate) fn realm(&self) -> &str {
        &self.0.realm
    }
}
