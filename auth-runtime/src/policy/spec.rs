//! The policy value: what `#[requires]`, `#[public]` and `policy!` expand to.

use std::any::{TypeId, type_name};

use serde::Serialize;

use crate::grant::{CheckedAfter, Loading};
use crate::policy::requirement::{Check, Requirement};
use crate::policy::{Limit, RouteSpec};
use crate::principal::DetailsType;
use crate::scheme::Scheme;

/// A type that stands for one policy.
///
/// `#[requires]`, `#[public]` and `policy!` implement it; there is no reason to do so by hand, and a policy that is
/// not in the link-time registry is refused at run time.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a policy",
    label = "not declared in `policy!`",
    note = "declare it, as in `policy! {{ pub {Self}: bearer, role(\"ops\") }}`"
)]
pub trait Policy: 'static {
    /// The whole policy, as constant data.
    const SPEC: PolicySpec;

    /// Which identities its schemes yield.
    #[doc(hidden)]
    type Access;
}

/// Everything a policy says. Constant data: the challenges, the policy table, the start-up check and the decision all
/// read this one value.
///
/// It serializes, for tools of your own; [`registry::policies`](crate::registry::policies) gives those of the program.
///
/// ```
/// use auth_runtime::{registry, requires};
///
/// #[requires(bearer, scope = "orders:write")]
/// async fn change_order() -> &'static str { "changed" }
///
/// # fn main() {
/// let policy = registry::policies().find(|policy| policy.handler().ends_with("::change_order")).unwrap();
/// assert_eq!(policy.schemes()[0].keyword(), "bearer");
/// assert_eq!(serde_json::to_value(policy).unwrap()["requirement"]["scope"], "orders:write");
/// # }
/// ```
#[derive(Clone, Copy, Debug, Serialize)]
pub struct PolicySpec {
    pub(crate) handler: &'static str,
    pub(crate) file: &'static str,
    pub(crate) line: u32,
    pub(crate) routes: &'static [RouteSpec],
    pub(crate) presence: Presence,
    pub(crate) schemes: &'static [SchemeUse],
    pub(crate) requirement: Requirement,
    pub(crate) realm: Option<&'static str>,
    pub(crate) hide: Hide,
    pub(crate) shared_cache: bool,
    pub(crate) without_authorities: bool,
    pub(crate) limit: Option<Limit>,
    /// The policy that says it: those that take it over share it.
    #[serde(skip)]
    pub(crate) limit_of: &'static str,
    pub(crate) check_after: Option<&'static Check>,
    /// Whether it is the policy of a function that handlers call.
    pub(crate) operation: bool,
    pub(crate) reason: Option<&'static str>,
    /// What its handler takes for granted of every caller.
    #[serde(skip)]
    pub(crate) details: &'static [Option<DetailsUse>],
}

impl PolicySpec {
    /// Path of the handler or of the named policy, `module::function`.
    pub const fn handler(&self) -> &'static str {
        self.handler
    }

    /// Source file of the attribute.
    pub const fn file(&self) -> &'static str {
        self.file
    }

    /// Line of the attribute, or of the entry in `policy!`.
    pub const fn line(&self) -> u32 {
        self.line
    }

    /// Methods and patterns of the handler's own route attributes; empty when the handler is mounted by hand.
    pub const fn routes(&self) -> &'static [RouteSpec] {
        self.routes
    }

    /// Acceptable schemes, in written order.
    pub const fn schemes(&self) -> &'static [SchemeUse] {
        self.schemes
    }

    /// Whether credentials must, may or need not be sent.
    pub const fn presence(&self) -> Presence {
        self.presence
    }

    /// What an authenticated caller must also satisfy.
    pub const fn requirement(&self) -> &Requirement {
        &self.requirement
    }

    /// Realm of the challenges, where it differs from the `Auth`'s.
    pub const fn realm(&self) -> Option<&'static str> {
        self.realm
    }

    /// Which denials look like an unknown route.
    pub const fn hide(&self) -> Hide {
        self.hide
    }

    /// Whether a shared cache may store a successful answer.
    pub const fn shared_cache(&self) -> bool {
        self.shared_cache
    }

    /// Whether callers are taken as their credentials describe them, without what the application knows of them.
    pub const fn without_authorities(&self) -> bool {
        self.without_authorities
    }

    /// How many requests of one caller are let in.
    pub const fn limit(&self) -> Option<&Limit> {
        self.limit.as_ref()
    }

    /// The check that sees arguments of the handler, and so is made when the body has been read.
    pub const fn check_after(&self) -> Option<&'static Check> {
        self.check_after
    }

    /// Whether it is that of an operation inside a request, which a handler calls once [`Auth::admit`](crate::Auth::admit) admits it.
    pub const fn is_operation(&self) -> bool {
        self.operation
    }

    /// Why a public route is public.
    pub const fn reason(&self) -> Option<&'static str> {
        self.reason
    }
}

/// How the macros write a policy. It starts out admitting nobody: what is left unsaid opens nothing.
#[doc(hidden)]
impl PolicySpec {
    pub const fn new(handler: &'static str, file: &'static str, line: u32) -> Self {
        Self {
            handler,
            file,
            line,
            routes: &[],
            presence: Presence::Required,
            schemes: &[],
            requirement: Requirement::All(&[]),
            realm: None,
            hide: Hide::Nothing,
            shared_cache: false,
            without_authorities: false,
            limit: None,
            limit_of: "",
            check_after: None,
            operation: false,
            reason: None,
            details: &[],
        }
    }

    pub const fn open(self) -> Self {
        Self { presence: Presence::Public, requirement: Requirement::Authenticated, ..self }
    }

    pub const fn accepting(self, presence: Presence, schemes: &'static [SchemeUse]) -> Self {
        Self { presence, schemes, requirement: Requirement::Authenticated, ..self }
    }

    pub const fn requiring<A: Sole>(self) -> Self {
        self.accepting(Presence::Required, A::USES)
    }

    /// All that `base` says, in the place of this one.
    pub const fn inheriting(self, base: Self) -> Self {
        let Self { handler, file, line, routes, details, operation, .. } = self;
        Self { handler, file, line, routes, details, operation, ..base }
    }

    pub const fn inside_requests(self) -> Self {
        Self { operation: true, ..self }
    }

    pub const fn checked_after(self, check: &'static Check) -> Self {
        Self { check_after: Some(check), ..self }
    }

    pub const fn demanding(self, requirement: Requirement) -> Self {
        Self { requirement, ..self }
    }

    pub const fn routed(self, routes: &'static [RouteSpec]) -> Self {
        Self { routes, ..self }
    }

    pub const fn in_realm(self, realm: &'static str) -> Self {
        Self { realm: Some(realm), ..self }
    }

    pub const fn hiding(self, hide: Hide) -> Self {
        Self { hide, ..self }
    }

    pub const fn cached_by_all(self) -> Self {
        Self { shared_cache: true, ..self }
    }

    pub const fn taking(self, details: &'static [Option<DetailsUse>]) -> Self {
        Self { details, ..self }
    }

    pub const fn by_credentials_alone(self) -> Self {
        Self { without_authorities: true, ..self }
    }

    pub const fn limited(self, limit: Limit) -> Self {
        Self { limit: Some(limit), limit_of: self.handler, ..self }
    }

    pub const fn because(self, reason: &'static str) -> Self {
        Self { reason: Some(reason), ..self }
    }
}

/// One acceptable scheme of a policy: its type and the name of its configuration.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SchemeUse {
    pub(crate) keyword: &'static str,
    /// Where a scheme of the application's own is named, by which it is told from others while compiling.
    #[serde(skip)]
    pub(crate) origin: &'static str,
    pub(crate) configuration: Option<&'static str>,
    pub(crate) condition: Option<Requirement>,
    #[serde(skip)]
    pub(crate) kind: fn() -> TypeId,
    #[serde(skip)]
    type_name: fn() -> &'static str,
}

impl SchemeUse {
    /// The keyword of a scheme of this crate, or the whole type of another one, which an attribute may call by less.
    pub(crate) fn name(&self) -> &'static str {
        let type_name = (self.type_name)();
        let is_ours = type_name.split("::").next() == Some(env!("CARGO_CRATE_NAME"));
        if is_ours { self.keyword } else { type_name }
    }

    /// The scheme as written in the attribute: a keyword or a path.
    pub const fn keyword(&self) -> &'static str {
        self.keyword
    }

    /// The named configuration, as in `bearer("partner")`.
    pub const fn configuration(&self) -> Option<&'static str> {
        self.configuration
    }

    /// What a caller by this scheme alone must satisfy, beside the policy's requirement, as in `any(api_key, bearer &&
    /// scope("x"))`.
    pub const fn condition(&self) -> Option<&Requirement> {
        self.condition.as_ref()
    }
}

#[doc(hidden)]
impl SchemeUse {
    pub const fn new<S: Scheme>(keyword: &'static str) -> Self {
        Self {
            keyword,
            origin: "",
            configuration: None,
            condition: None,
            kind: TypeId::of::<S>,
            type_name: type_name::<S>,
        }
    }

    pub const fn named_in(self, origin: &'static str) -> Self {
        Self { origin, ..self }
    }

    pub(crate) const fn is_ours(&self) -> bool {
        self.origin.is_empty()
    }

    pub const fn configured(self, name: &'static str) -> Self {
        Self { configuration: Some(name), ..self }
    }

    pub const fn on_condition(self, condition: Requirement) -> Self {
        Self { condition: Some(condition), ..self }
    }
}

/// Access by one scheme of ours, as it is: few words for what most policies say.
#[doc(hidden)]
pub trait Sole {
    const USES: &'static [SchemeUse];
}

/// A type of details that a handler takes.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct DetailsUse {
    details: fn() -> DetailsType,
}

#[doc(hidden)]
impl DetailsUse {
    pub const fn of<T: 'static>() -> Self {
        Self { details: DetailsType::of::<T> }
    }

    #[cfg(feature = "outgoing")]
    pub const fn exchangeable() -> Self {
        Self { details: DetailsType::exchangeable }
    }

    pub(crate) fn details(&self) -> DetailsType {
        (self.details)()
    }
}

impl<A: Sole> Sole for CheckedAfter<A> {
    const USES: &'static [SchemeUse] = A::USES;
}

impl<A: Sole, T> Sole for Loading<A, T> {
    const USES: &'static [SchemeUse] = A::USES;
}

/// Whether a policy demands credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Presence {
    /// No credentials, no handler.
    Required,
    /// Nothing sent runs the handler anonymously; bad credentials are still refused.
    Optional,
    /// Credentials are not looked at.
    Public,
}

/// Which denials are answered as an unknown route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Hide {
    /// None.
    Nothing,
    /// Only 403s: anonymous callers still get their challenge.
    FromAuthenticated,
    /// All.
    Everything,
}
