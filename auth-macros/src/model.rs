//! The checked policy. Only these types expand, and only `check` makes them.

use proc_macro2::{Ident, TokenStream};
use syn::{LitStr, Path, Type, Visibility};

use crate::parse::Condition;

/// A policy that may expand.
pub(crate) struct Policy {
    /// Where the runtime is, if not at `::auth_runtime`.
    pub(crate) root: Option<Path>,
    pub(crate) access: Access,
    pub(crate) requirement: Requirement,
    pub(crate) realm: Option<Text>,
    pub(crate) hide: Option<Hide>,
    pub(crate) shared_cache: bool,
    pub(crate) without_authorities: bool,
    pub(crate) limit: Option<Limit>,
    pub(crate) reason: Option<LitStr>,
    pub(crate) inner: Option<InnerFunction>,
    /// The flag `operation`: the function is called by a handler, for a part of its request.
    pub(crate) operation: Option<Ident>,
    pub(crate) after: Option<AfterCall>,
}

/// A function of the user's that sees arguments of the handler before it runs.
#[derive(Clone)]
pub(crate) struct AfterCall {
    pub(crate) path: Path,
    /// The arguments by their names.
    pub(crate) arguments: Vec<Ident>,
}

/// The name under which a handler's function can be called.
#[derive(Clone)]
pub(crate) struct InnerFunction {
    pub(crate) visibility: Visibility,
    pub(crate) name: Ident,
}

/// Who may be authenticated, and how.
pub(crate) enum Access {
    /// `#[public]`: nobody is asked.
    Public,
    /// One scheme, or `any(…)`, or `optional(…)` of these.
    Schemes { optional: bool, alternatives: Vec<Alternative> },
    /// `policy = P`.
    Named(Path),
}

/// One acceptable scheme.
#[derive(Clone)]
pub(crate) struct Alternative {
    pub(crate) kind: SchemeKind,
    pub(crate) configuration: Option<LitStr>,
    /// What a caller by this scheme alone must satisfy, as written.
    pub(crate) condition: Option<Condition>,
    /// The same, once it is checked.
    pub(crate) requirement: Option<Requirement>,
    /// The scheme as written, for messages and for the policy value.
    pub(crate) tokens: TokenStream,
}

/// Which scheme an alternative names.
#[derive(Clone)]
pub(crate) enum SchemeKind {
    Bearer,
    Basic,
    ApiKey,
    Digest,
    Dpop,
    Session,
    ClientCertificate,
    /// A user's own type.
    Own(Path),
}

impl SchemeKind {
    /// The keyword; nothing for a user's own type.
    pub(crate) fn keyword(&self) -> Option<&'static str> {
        match self {
            Self::Bearer => Some("bearer"),
            Self::Basic => Some("basic"),
            Self::ApiKey => Some("api_key"),
            Self::Digest => Some("digest"),
            Self::Dpop => Some("dpop"),
            Self::Session => Some("session"),
            Self::ClientCertificate => Some("client_certificate"),
            Self::Own(_) => None,
        }
    }
}

/// A condition with `!` at its leaves only (De Morgan's laws hold in three-valued logic too), and the tokens it was
/// written with.
#[derive(Clone)]
pub(crate) struct Requirement {
    pub(crate) kind: RequirementKind,
    pub(crate) tokens: TokenStream,
}

#[derive(Clone)]
pub(crate) enum RequirementKind {
    /// Being authenticated is enough.
    Authenticated,
    Atom(Atom),
    Not(Atom),
    All(Vec<Requirement>),
    Any(Vec<Requirement>),
}

impl Requirement {
    /// What its checks load, in written order: only a check that must hold loads anything.
    pub(crate) fn loads(&self) -> Vec<&Type> {
        match &self.kind {
            RequirementKind::Atom(Atom::Check(call)) => call.loads.iter().collect(),
            RequirementKind::All(parts) => parts.iter().flat_map(Self::loads).collect(),
            _ => Vec::new(),
        }
    }
}

/// A predicate over the caller.
#[derive(Clone)]
pub(crate) enum Atom {
    Scope(Text),
    Role(Text),
    Claim(Text, ClaimValue),
    Acr(Text),
    MaxAge(MaxAge),
    Check(Box<Call>),
}

/// A function of the user's that decides.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) path: Path,
    /// What it is given before what it extracts.
    pub(crate) values: Vec<TokenStream>,
    /// What it loads for the handler.
    pub(crate) loads: Option<Type>,
}

/// A string: written here, a constant of the user's that the compiler checks, or what a variant of the user's stands for,
/// which `Auth::build` checks.
#[derive(Clone)]
pub(crate) enum Text {
    Literal(LitStr),
    Constant(Path),
    Variant(Path),
}

/// Between the names of a path to a claim, as the runtime has it: U+001F, the unit separator.
pub(crate) const PATH_SEPARATOR: char = '\u{1f}';

/// What a claim is compared with.
#[derive(Clone)]
pub(crate) enum ClaimValue {
    Text(LitStr),
    Integer(i64),
    Boolean(bool),
    Constant(Path),
    Variant(Path),
}

/// How long ago a caller may have been authenticated.
#[derive(Clone, Copy)]
pub(crate) struct MaxAge {
    pub(crate) seconds: u32,
}

/// How many requests of one caller are let in.
#[derive(Clone, Copy)]
pub(crate) struct Limit {
    pub(crate) requests: u32,
    pub(crate) seconds: u32,
    /// Whether callers are told apart by their addresses, whoever they are.
    pub(crate) by_address: bool,
}

/// Which denials look like an unknown route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hide {
    Everything,
    FromAuthenticated,
}

/// A named type of `policy!`.
pub(crate) struct Named {
    pub(crate) attributes: Vec<syn::Attribute>,
    pub(crate) visibility: syn::Visibility,
    pub(crate) name: Ident,
    pub(crate) policy: Policy,
}
