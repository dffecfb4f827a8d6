//! What an authenticated caller must also satisfy, as constant data.

use std::fmt;

use futures_core::future::LocalBoxFuture;
use futures_util::FutureExt as _;
use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use crate::policy::check::{CheckContext, Verdict};
use crate::policy::{ClaimPath, MaxAge, Word};
use crate::principal::DetailsType;

/// A condition over an authenticated caller.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Requirement {
    /// Nothing beyond being authenticated.
    Authenticated,
    /// The caller was granted this scope.
    Scope(Word),
    /// The caller has this role, directly or through the hierarchy.
    Role(Word),
    /// This claim has this value, or is an array that contains it. The name of one inside objects is the names that lead to it, joined by
    /// U+001F; it serializes as an array of them.
    #[serde(serialize_with = "claim")]
    Claim(Word, ClaimValue),
    /// The caller was authenticated as strongly as this class says (`acr`), by the order of its issuer.
    Acr(Word),
    /// The caller proved who it is no longer ago than this (`auth_time`).
    MaxAge(MaxAge),
    /// The user's own function agrees.
    Check(Check),
    /// All hold. An empty list denies.
    All(&'static [Requirement]),
    /// At least one holds.
    Any(&'static [Requirement]),
    /// The scope, role or claim inside is known not to hold.
    Not(&'static Requirement),
}

/// How the macros write the conditions whose words are texts.
#[doc(hidden)]
impl Requirement {
    pub const fn scope(scope: &'static str) -> Self {
        Self::Scope(Word::text(scope))
    }

    pub const fn role(role: &'static str) -> Self {
        Self::Role(Word::text(role))
    }

    pub const fn claim(name: &'static str, value: ClaimValue) -> Self {
        Self::Claim(Word::text(name), value)
    }

    pub const fn acr(class: &'static str) -> Self {
        Self::Acr(Word::text(class))
    }

    pub const fn max_age(seconds: u32) -> Self {
        Self::MaxAge(MaxAge::seconds(seconds))
    }
}

/// A claim by name and value, not by place.
fn claim<S: Serializer>(name: &Word, value: &ClaimValue, serializer: S) -> Result<S::Ok, S::Error> {
    let mut claim = serializer.serialize_struct("Claim", 2)?;
    claim.serialize_field("name", &ClaimPath(name.as_str()))?;
    claim.serialize_field("value", value)?;
    claim.end()
}

/// The value a claim is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum ClaimValue {
    /// A JSON string.
    Str(Word),
    /// A JSON integer.
    Int(i64),
    /// A JSON boolean.
    Bool(bool),
}

#[doc(hidden)]
impl ClaimValue {
    pub const fn text(text: &'static str) -> Self {
        Self::Str(Word::text(text))
    }
}

/// A check function with its extractors, erased.
///
/// It displays as its [name](Self::name).
#[derive(Clone, Copy)]
pub struct Check {
    pub(crate) written: &'static str,
    /// Where it is written: no two have the same, while one that is inherited has the one it was given.
    pub(crate) origin: &'static str,
    name: fn() -> String,
    pub(crate) run: fn(CheckContext) -> LocalBoxFuture<'static, Verdict>,
}

impl Check {
    /// Which function it is, with the values that it is given: `shop::orders::can(Refund)`. Two functions of one name in
    /// different modules have different names here.
    pub fn name(&self) -> String {
        (self.name)()
    }

    /// The call as written in the attribute.
    pub const fn written(&self) -> &'static str {
        self.written
    }

    /// The details that its arguments take for granted of every caller.
    pub(crate) fn details(&self) -> Vec<DetailsType> {
        match (self.run)(CheckContext::description()).now_or_never() {
            Some(Verdict::Takes(details)) => details,
            _ => Vec::new(),
        }
    }

    /// The same by name, which runs something else.
    #[cfg(feature = "testing")]
    pub(crate) fn stubbed(self, run: fn(CheckContext) -> LocalBoxFuture<'static, Verdict>) -> Self {
        Self { run, ..self }
    }

    /// Generated code passes closures that capture nothing: one names the user's function, one runs it.
    #[doc(hidden)]
    pub const fn new(
        written: &'static str,
        origin: &'static str,
        name: fn() -> String,
        run: fn(CheckContext) -> LocalBoxFuture<'static, Verdict>,
    ) -> Self {
        Self { written, origin, name, run }
    }

    /// One that runs when the handler's arguments are there, and by nothing but them: here it says what it takes for granted.
    #[doc(hidden)]
    pub const fn after(
        written: &'static str,
        name: fn() -> String,
        describe: fn(CheckContext) -> LocalBoxFuture<'static, Verdict>,
    ) -> Self {
        Self::new(written, "", name, describe)
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

/// By its name.
impl Serialize for Check {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Check").field(&self.name()).finish()
    }
}

/// The scopes a challenge names.
pub(crate) fn canonical_scopes(requirement: &Requirement) -> Vec<&'static str> {
    let mut scopes = Vec::new();
    add_canonical_scopes(requirement, &mut scopes);
    scopes
}

/// Adds the scopes a challenge names: those on the leftmost branch of every `||`, in written order, each once.
///
/// Decided on the policy alone: no caller and no hierarchy enters, so every 401 of a route names the same set, and every 403
/// of an alternative (RFC 6750 section 3.1 leaves the choice to the resource).
pub(crate) fn add_canonical_scopes(requirement: &Requirement, to: &mut Vec<&'static str>) {
    match requirement {
        Requirement::Scope(scope) => {
            if !to.contains(&scope.as_str()) {
                to.push(scope.as_str());
            }
        }
        Requirement::All(all) => all.iter().for_each(|each| add_canonical_scopes(each, to)),
        Requirement::Any(any) => any.iter().take(1).for_each(|each| add_canonical_scopes(each, to)),
        Requirement::Authenticated
        | Requirement::Role(_)
        | Requirement::Claim(..)
        | Requirement::Acr(_)
        | Requirement::MaxAge(_)
        | Requirement::Check(_)
        | Requirement::Not(_) => {}
    }
}

/// Whether a scope is asked for on every way to be let in.
pub(crate) fn demands_scope(requirement: &Requirement) -> bool {
    match requirement {
        Requirement::Scope(_) => true,
        Requirement::All(all) => all.iter().any(demands_scope),
        Requirement::Any(any) => any.iter().all(demands_scope),
        Requirement::Authenticated
        | Requirement::Role(_)
        | Requirement::Claim(..)
        | Requirement::Acr(_)
        | Requirement::MaxAge(_)
        | Requirement::Check(_)
        | Requirement::Not(_) => false,
    }
}

/// The single conditions that it is made of: each a predicate, or `Not` of one.
pub(crate) fn conditions(requirement: &'static Requirement) -> Vec<&'static Requirement> {
    match requirement {
        Requirement::Authenticated => Vec::new(),
        Requirement::All(parts) | Requirement::Any(parts) => parts.iter().flat_map(conditions).collect(),
        single => vec![single],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_requirement_is_data_for_other_tools() {
        const CHECK: Check = Check::new("owns", "", || "orders::owns".to_owned(), |_| Box::pin(std::future::pending()));
        const REQUIREMENT: Requirement = Requirement::All(&[
            Requirement::Authenticated,
            Requirement::Any(&[Requirement::Scope(Word::variant("", || "read")), Requirement::role("ops")]),
            Requirement::Not(&Requirement::claim("tenant", ClaimValue::text("acme"))),
            Requirement::claim("level\u{1f}is", ClaimValue::Int(3)),
            Requirement::claim("beta", ClaimValue::Bool(true)),
            Requirement::acr("mfa"),
            Requirement::max_age(300),
            Requirement::Check(CHECK),
        ]);
        let expected = json!({ "all": [
            "authenticated",
            { "any": [{ "scope": "read" }, { "role": "ops" }] },
            { "not": { "claim": { "name": "tenant", "value": "acme" } } },
            { "claim": { "name": ["level", "is"], "value": 3 } },
            { "claim": { "name": "beta", "value": true } },
            { "acr": "mfa" },
            { "max_age": 300 },
            { "check": "orders::owns" },
        ] });
        assert_eq!(serde_json::to_value(REQUIREMENT).unwrap(), expected);
    }
}
