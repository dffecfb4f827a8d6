//! The policy table: every route that is mounted, and every policy that is not, as data.

use std::any::TypeId;

use serde::Serialize;

use crate::auth::{Auth, Matches, MountedRoute};
use crate::guard::Plan;
use crate::policy::registry::Linked;
use crate::policy::{Hide, PolicySpec, Presence, Rule};
use crate::review::words;

/// Who may call what: data to print, to serialize, or to keep in a snapshot test.
///
/// It displays as aligned text, one line a route, and [`markdown`](Self::markdown) gives the same as Markdown. What is open to
/// everyone comes first, then what is optional, then the rest, each by path; policies that are linked into the program and not
/// mounted are listed apart. Its JSON is described in the [manual](crate::manual::review#the-table-as-json).
///
/// ```standalone_crate
/// # use actix_web::{App, get, test};
/// # use auth_runtime::{Auth, requires};
/// #[requires(any(bearer && scope("orders:write"), api_key))]
/// #[get("/orders")]
/// async fn show_orders() -> &'static str { "" }
///
/// # #[actix_web::main]
/// # async fn main() {
/// # let jwt = auth_runtime::Jwt::hs256([7; 32]).issuer("https://idp.example").audience("https://api.example");
/// # let keys = [(auth_runtime::api_key::KeyDigest::of("a key"), auth_runtime::api_key::Key::new("ci"))];
/// # let auth = Auth::builder().bearer(jwt).api_key(auth_runtime::ApiKeys::header("X-API-Key", keys)).build().unwrap();
/// let app = test::init_service(App::new().service(auth.scope("/api").service(show_orders))).await;
///
/// let table = auth.policy_table();
/// let row = &table.mounted()[0];
/// assert_eq!((row.method(), row.path()), (Some("GET"), Some("/api/orders")));
/// assert_eq!(row.who(), "any valid bearer token with scope orders:write; or an API key");
/// # }
/// ```
///
/// It lists hidden routes too: it is for the developers, not for callers.
#[derive(Clone, Debug, Serialize)]
pub struct PolicyTable {
    mounted: Vec<PolicyRow>,
    operations: Vec<PolicyRow>,
    unmounted: Vec<PolicyRow>,
}

/// One route, or one policy that is not mounted, and who may call it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PolicyRow {
    method: Option<String>,
    path: Option<String>,
    is_whole_path: bool,
    matches: Matches,
    handler: String,
    file: &'static str,
    line: u32,
    access: Presence,
    hide: Hide,
    who: String,
    rule: Option<String>,
    challenges: Vec<String>,
    statuses: Vec<u16>,
    notes: Vec<&'static str>,
    realm: String,
    /// The type that stands for the policy, by which its plan is found.
    #[serde(skip)]
    pub(super) policy: Option<TypeId>,
}

impl PolicyTable {
    /// Every route in a scope of the `Auth`, as far as applications have been assembled: see [`Auth::mounted`].
    pub fn mounted(&self) -> &[PolicyRow] {
        &self.mounted
    }

    /// Every operation inside requests: each function of the program with `#[requires(…, operation)]` that is not a route too.
    pub fn operations(&self) -> &[PolicyRow] {
        &self.operations
    }

    /// Every other policy of the program that no such route has: handlers that nothing mounts, or that are mounted where another
    /// `Auth` decides, and policies of `policy!` that no route names by itself.
    pub fn unmounted(&self) -> &[PolicyRow] {
        &self.unmounted
    }

    /// The table as Markdown, for a page or a pull request.
    pub fn markdown(&self) -> String {
        super::render::markdown(self)
    }
}

impl PolicyRow {
    /// The HTTP method; `None` for any.
    pub fn method(&self) -> Option<&str> {
        self.method.as_deref()
    }

    /// The pattern with those of the scopes around it, as far as they are [known](Self::is_whole_path). Of what is not mounted,
    /// the pattern of the attribute; `None` without one.
    pub fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// Whether the path begins at the root.
    pub fn is_whole_path(&self) -> bool {
        self.is_whole_path
    }

    /// Which requests it gets: those for its path only, or more.
    pub fn matches(&self) -> Matches {
        self.matches
    }

    /// The handler, `module::function`, or the named policy.
    pub fn handler(&self) -> &str {
        &self.handler
    }

    /// Source file of the attribute, or of the call that mounts a service.
    pub fn file(&self) -> &'static str {
        self.file
    }

    /// Line in that file.
    pub fn line(&self) -> u32 {
        self.line
    }

    /// Whether credentials must, may or need not be sent.
    pub fn access(&self) -> Presence {
        self.access
    }

    /// Which denials look like an unknown route.
    pub fn hide(&self) -> Hide {
        self.hide
    }

    /// Who may call it, in words. Roles and scopes are followed by what else satisfies them through the hierarchy.
    pub fn who(&self) -> &str {
        &self.who
    }

    /// The policy as an attribute would say it; `None` for a service that was declared public.
    pub fn rule(&self) -> Option<&str> {
        self.rule.as_deref()
    }

    /// The `WWW-Authenticate` lines that a caller without credentials gets; none where it is let in, or where the route is
    /// hidden from it.
    pub fn challenges(&self) -> &[String] {
        &self.challenges
    }

    /// The statuses of its refusals. What a check answers of its own comes on top, and 500 for a fault of the application.
    pub fn statuses(&self) -> &[u16] {
        &self.statuses
    }

    /// What a reviewer should know beyond that.
    pub fn notes(&self) -> &[&'static str] {
        &self.notes
    }

    /// The realm of the challenges.
    pub fn realm(&self) -> &str {
        &self.realm
    }
}

impl Auth {
    /// Who may call what, over every route that is mounted in a scope of this `Auth` and every policy that is linked into the
    /// program: print it, review it, keep it in a snapshot test.
    ///
    /// Routes are known once an application was assembled, see [`mounted`](Self::mounted).
    ///
    /// # Security
    /// It lists hidden routes too: it is for the developers, not for callers.
    pub fn policy_table(&self) -> PolicyTable {
        let routes = self.mounted();
        let row = |route: &MountedRoute| match route.policy() {
            Some(spec) => self.row(spec, route.policy_type).at(route),
            None => PolicyRow::of_public_service(route),
        };
        let mut mounted: Vec<_> = routes.iter().map(row).collect();
        let row = |linked: &Linked| self.row(linked.spec(), Some(linked.kind())).by_its_attributes(linked.spec());
        let (operations, unmounted): (Vec<_>, _) =
            Self::unmounted(&routes).partition(|linked| linked.spec().is_operation());
        let mut operations: Vec<_> = operations.into_iter().flat_map(row).collect();
        let mut unmounted: Vec<_> = unmounted.into_iter().flat_map(row).collect();
        for rows in [&mut mounted, &mut operations, &mut unmounted] {
            rows.sort_by(|one, other| one.order().cmp(&other.order()));
        }
        PolicyTable { mounted, operations, unmounted }
    }

    /// What can be said of a policy wherever it is mounted.
    fn row(&self, spec: &PolicySpec, policy: Option<TypeId>) -> PolicyRow {
        let plan = policy.and_then(|policy| self.plan(policy));
        PolicyRow {
            method: None,
            path: None,
            is_whole_path: false,
            matches: Matches::Path,
            handler: spec.handler().to_owned(),
            file: spec.file(),
            line: spec.line(),
            access: spec.presence(),
            hide: spec.hide(),
            who: words::who(spec, &self.settings().hierarchies),
            rule: Some(Rule::from(spec).to_string()),
            challenges: plan.map(Plan::first_challenges).unwrap_or_default(),
            statuses: plan.map(Plan::statuses).unwrap_or_default(),
            notes: words::notes(spec, plan),
            realm: spec.realm().unwrap_or(self.realm()).to_owned(),
            policy,
        }
    }
}

impl PolicyRow {
    fn at(self, route: &MountedRoute) -> Self {
        Self {
            method: route.method().map(str::to_owned),
            path: Some(route.path().to_owned()),
            is_whole_path: route.is_whole_path(),
            matches: route.matches(),
            handler: route.handler().to_owned(),
            file: route.file(),
            line: route.line(),
            ..self
        }
    }

    fn of_public_service(route: &MountedRoute) -> Self {
        let nothing = Self {
            method: None,
            path: None,
            is_whole_path: false,
            matches: Matches::Path,
            handler: String::new(),
            file: "",
            line: 0,
            access: Presence::Public,
            hide: Hide::Nothing,
            who: words::everyone(route.reason()),
            rule: None,
            challenges: Vec::new(),
            statuses: Vec::new(),
            notes: Vec::new(),
            realm: route.realm().to_owned(),
            policy: None,
        };
        nothing.at(route)
    }

    /// One row for each method and pattern that its attributes say, or one without.
    fn by_its_attributes(self, spec: &PolicySpec) -> Vec<Self> {
        let mut rows = Vec::new();
        for route in spec.routes() {
            let path = || Some(route.path().to_owned());
            rows.extend(route.methods().iter().map(|method| Self {
                method: Some((*method).into()),
                path: path(),
                ..self.clone()
            }));
            if route.methods().is_empty() {
                rows.push(Self { path: path(), ..self.clone() });
            }
        }
        if rows.is_empty() { vec![self] } else { rows }
    }

    /// What is open first, then by path.
    fn order(&self) -> impl Ord + use<'_> {
        let openness = match self.access {
            Presence::Public => 0,
            Presence::Optional => 1,
            Presence::Required => 2,
        };
        (openness, &self.path, &self.method, self.matches, &self.handler, self.file, self.line)
    }
}
