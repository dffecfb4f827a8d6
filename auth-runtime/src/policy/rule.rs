//! A policy as data of its own, made of its constant or read from text.

use crate::policy::{Check, ClaimValue, Hide, Limit, MaxAge, PolicySpec, Presence, Requirement, SchemeUse};

/// What a policy says, apart from where it stands. It displays as an attribute would say it, and is read from that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) presence: Presence,
    pub(crate) alternatives: Vec<Alternative>,
    /// What is demanded of callers by every alternative.
    pub(crate) common: Expression,
    pub(crate) realm: Option<String>,
    pub(crate) hide: Hide,
    pub(crate) shared_cache: bool,
    pub(crate) without_authorities: bool,
    pub(crate) limit: Option<Limit>,
    /// The name of the check that sees the handler's arguments.
    pub(crate) check_after: Option<String>,
    /// Why a public route is public.
    pub(crate) reason: Option<String>,
}

/// An acceptable scheme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Alternative {
    pub(crate) scheme: SchemeName,
    /// What is demanded of callers by it alone.
    pub(crate) own: Expression,
}

/// A scheme as policies name it: by its keyword, or one of the application's own by its type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SchemeName {
    pub(crate) keyword: String,
    pub(crate) configuration: Option<String>,
}

/// A condition over a caller. Lists have two parts or more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Expression {
    Authenticated,
    /// Never holds.
    Nobody,
    Scope(String),
    Role(String),
    Claim(String, Literal),
    Acr(String),
    MaxAge(MaxAge),
    /// By its name.
    Check(String),
    All(Vec<Expression>),
    Any(Vec<Expression>),
    Not(Box<Expression>),
}

/// What a claim is compared with.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Literal {
    Text(String),
    Integer(i64),
    Boolean(bool),
}

impl Rule {
    /// That everybody may call.
    pub(crate) fn public(reason: Option<&str>) -> Self {
        Self {
            presence: Presence::Public,
            alternatives: Vec::new(),
            common: Expression::Authenticated,
            realm: None,
            hide: Hide::Nothing,
            shared_cache: false,
            without_authorities: false,
            limit: None,
            check_after: None,
            reason: reason.map(str::to_owned),
        }
    }
}

impl From<&PolicySpec> for Rule {
    fn from(spec: &PolicySpec) -> Self {
        let alternatives = spec.schemes.iter().map(|used| Alternative {
            scheme: used.into(),
            own: used.condition.as_ref().map_or(Expression::Authenticated, Expression::from),
        });
        Self {
            presence: spec.presence,
            alternatives: alternatives.collect(),
            common: (&spec.requirement).into(),
            realm: spec.realm.map(str::to_owned),
            hide: spec.hide,
            shared_cache: spec.shared_cache,
            without_authorities: spec.without_authorities,
            limit: spec.limit,
            check_after: spec.check_after.map(Check::name),
            reason: spec.reason.map(str::to_owned),
        }
    }
}

impl From<&SchemeUse> for SchemeName {
    fn from(used: &SchemeUse) -> Self {
        Self { keyword: used.name().to_owned(), configuration: used.configuration.map(str::to_owned) }
    }
}

impl From<&Requirement> for Expression {
    fn from(requirement: &Requirement) -> Self {
        let parts = |parts: &[Requirement]| parts.iter().map(Self::from).collect();
        match requirement {
            Requirement::Authenticated => Self::Authenticated,
            Requirement::Scope(scope) => Self::Scope(scope.as_str().to_owned()),
            Requirement::Role(role) => Self::Role(role.as_str().to_owned()),
            Requirement::Claim(name, value) => Self::Claim(name.as_str().to_owned(), (*value).into()),
            Requirement::Acr(class) => Self::Acr(class.as_str().to_owned()),
            Requirement::MaxAge(age) => Self::MaxAge(*age),
            Requirement::Check(check) => Self::Check(check.name()),
            Requirement::All([]) | Requirement::Any([]) => Self::Nobody,
            Requirement::All([one]) | Requirement::Any([one]) => one.into(),
            Requirement::All(all) => Self::All(parts(all)),
            Requirement::Any(any) => Self::Any(parts(any)),
            // As in a decision.
            Requirement::Not(Requirement::All(_) | Requirement::Any(_)) => Self::Nobody,
            Requirement::Not(inner) => Self::Not(Box::new((*inner).into())),
        }
    }
}

impl From<ClaimValue> for Literal {
    fn from(value: ClaimValue) -> Self {
        match value {
            ClaimValue::Str(text) => Self::Text(text.as_str().to_owned()),
            ClaimValue::Int(integer) => Self::Integer(integer),
            ClaimValue::Bool(boolean) => Self::Boolean(boolean),
        }
    }
}
