//! The policy value: what `#[requires]`, `#[public]` and `policy!` expand to.

use std::any::TypeId;

use futures_core::future::LocalBoxFuture;

use crate::policy::check::{CheckContext, Verdict};
use crate::scheme::Scheme;

/// A type that stands for one policy.
///
/// `#[requires]`, `#[public]` and `policy!` implement it; there is no reason to do so by hand, and a policy that is
/// not in the link-time registry is refused at run time.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no policy",
    label = "not declared in `policy!`",
    note = "declare it, as in `policy! {{ pub {Self}: bearer, role(\"ops\") }}`"
)]
pub trait Policy: 'static {
    /// The whole policy, as constant data.
    const SPEC: PolicySpec;
}

/// Everything a policy says. Constant data: the challenges, the policy table, the start-up check and the decision all
/// read this one value.
#[derive(Clone, Copy, Debug)]
pub struct PolicySpec {
    /// Path of the handler or of the named policy, `module::function`.
    pub handler: &'static str,
    /// Source file of the attribute.
    pub file: &'static str,
    /// Line of the attribute.
    pub line: u32,
    /// Methods and patterns of the handler's own route attributes; empty when the handler is mounted by hand.
    pub routes: &'static [RouteSpec],
    /// Acceptable schemes, in written order.
    pub schemes: &'static [SchemeUse],
    /// Whether credentials must, may or need not be sent.
    pub presence: Presence,
    /// What an authenticated caller must also satisfy.
    pub requirement: &'static Requirement,
    /// Realm of the challenges, where it differs from the `Auth`'s.
    pub realm: Option<&'static str>,
    /// Which denials look like an unknown route.
    pub hide: Hide,
    /// Whether a shared cache may store a successful answer.
    pub shared_cache: bool,
    /// Why a public route is public.
    pub reason: Option<&'static str>,
}

impl PolicySpec {
    /// A policy that admits nobody, for what stands in where there is no policy.
    pub(crate) const fn nobody(handler: &'static str) -> Self {
        Self {
            handler,
            file: file!(),
            line: line!(),
            routes: &[],
            schemes: &[],
            presence: Presence::Required,
            requirement: &Requirement::All(&[]),
            realm: None,
            hide: Hide::Nothing,
            shared_cache: false,
            reason: None,
        }
    }
}

/// Methods and pattern of one route attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RouteSpec {
    /// HTTP methods; empty means any.
    pub methods: &'static [&'static str],
    /// actix's path pattern, as written.
    pub path: &'static str,
}

/// One acceptable scheme of a policy: its type and the name of its configuration.
#[derive(Clone, Copy, Debug)]
pub struct SchemeUse {
    /// The scheme as written in the attribute: a keyword or a path.
    pub keyword: &'static str,
    /// The named configuration, as in `bearer("partner")`.
    pub configuration: Option<&'static str>,
    pub(crate) kind: fn() -> TypeId,
}

impl SchemeUse {
    /// The use of scheme `S`, written as `keyword`, in its named or default configuration.
    pub const fn new<S: Scheme>(keyword: &'static str, configuration: Option<&'static str>) -> Self {
        Self { keyword, configuration, kind: TypeId::of::<S> }
    }
}

/// Whether a policy demands credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// No credentials, no handler.
    Required,
    /// Nothing sent runs the handler anonymously; bad credentials are still refused.
    Optional,
    /// Credentials are not looked at.
    Public,
}

/// Which denials are answered as an unknown route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hide {
    /// None.
    Nothing,
    /// Only 403s: anonymous callers still get their challenge.
    FromAuthenticated,
    /// All.
    Everything,
}

/// A condition over an authenticated caller.
#[derive(Clone, Copy, Debug)]
pub enum Requirement {
    /// Nothing beyond being authenticated.
    Authenticated,
    /// The caller was granted this scope.
    Scope(&'static str),
    /// The caller has this role, directly or through the hierarchy.
    Role(&'static str),
    /// This claim has this value, or is an array that contains it.
    Claim(&'static str, ClaimValue),
    /// The user's own function agrees.
    Check(Check),
    /// All hold. An empty list denies.
    All(&'static [Requirement]),
    /// At least one holds.
    Any(&'static [Requirement]),
    /// The scope, role or claim inside is known not to hold.
    Not(&'static Requirement),
}

/// The value a claim is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimValue {
    /// A JSON string.
    Str(&'static str),
    /// A JSON integer.
    Int(i64),
    /// A JSON boolean.
    Bool(bool),
}

/// A check function with its extractors, erased.
#[derive(Clone, Copy)]
pub struct Check {
    /// The path as written in the attribute.
    pub name: &'static str,
    pub(crate) run: fn(CheckContext) -> LocalBoxFuture<'static, Verdict>,
}

impl Check {
    /// Generated code passes a closure that captures nothing and runs the user's function.
    pub const fn new(name: &'static str, run: fn(CheckContext) -> LocalBoxFuture<'static, Verdict>) -> Self {
        Self { name, run }
    }
}

impl std::fmt::Debug for Check {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Check").field(&self.name).finish()
    }
}

/// The scopes a challenge names: those on the leftmost branch of every `||`, in written order, each once.
///
/// Decided on the policy alone: no caller and no hierarchy enters, so every 401 and 403 of a route names the same set
/// (RFC 6750 section 3.1 leaves the choice to the resource).
pub(crate) fn canonical_scopes(requirement: &Requirement) -> Vec<&'static str> {
    fn collect(requirement: &Requirement, into: &mut Vec<&'static str>) {
        match requirement {
            Requirement::Scope(scope) => {
                if !into.contains(scope) {
                    into.push(scope);
                }
            }
            Requirement::All(all) => all.iter().for_each(|each| collect(each, into)),
            Requirement::Any(any) => any.iter().take(1).for_each(|each| collect(each, into)),
            Requirement::Authenticated
            | Requirement::Role(_)
            | Requirement::Claim(..)
            | Requirement::Check(_)
            | Requirement::Not(_) => {}
        }
    }
    let mut scopes = Vec::new();
    collect(requirement, &mut scopes);
    scopes
}
