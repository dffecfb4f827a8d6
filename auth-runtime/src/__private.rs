//! What generated code names. Not part of the public interface: anything here may change in any release.

pub use auth_macros::requires;
pub use linkme;

pub use crate::extract::authorized::Authorized;
pub use crate::grant::{AnyScheme, Argument, FromGrant, Includes, MayYield, Takes, Yields};
pub use crate::guard::check::CheckFn;
pub use crate::guard::{Answered, Terms};
pub use crate::mount::{Declarations, Declared, DeclaredArgs};
pub use crate::policy::check::{CheckContext, IntoVerdict, Verdict};
pub use crate::policy::registry::{Linked, POLICIES};
pub use crate::policy::{Check, ClaimValue, Hide, Policy, PolicySpec, Presence, Requirement, RouteSpec, SchemeUse};
#[cfg(feature = "basic")]
pub use crate::scheme::BasicScheme;
pub use crate::scheme::{ApiKeyScheme, BearerScheme, DigestScheme};

use futures_core::future::LocalBoxFuture;

/// Runs a check; the policy's constant holds it as a plain function pointer.
pub fn run_check<P, F, Args>(check: F, context: CheckContext) -> LocalBoxFuture<'static, Verdict>
where
    F: CheckFn<P, Args>,
{
    check.run(context)
}

/// Reports an argument that the policy does not yield at the span of its type.
pub const fn assert_argument<P, T: FromGrant<P>>() {}

/// A claim's value out of a literal or a constant of any of the three types.
pub struct IntoClaimValue<T>(pub T);

impl IntoClaimValue<&'static str> {
    /// The value.
    pub const fn get(self) -> ClaimValue {
        ClaimValue::Str(self.0)
    }
}

impl IntoClaimValue<i64> {
    /// The value.
    pub const fn get(self) -> ClaimValue {
        ClaimValue::Int(self.0)
    }
}

impl IntoClaimValue<bool> {
    /// The value.
    pub const fn get(self) -> ClaimValue {
        ClaimValue::Bool(self.0)
    }
}

/// A constant used as a scope: one scope-token of RFC 6749 section 3.3.
///
/// # Panics
/// While compiling, when it is not.
#[track_caller]
pub const fn scope(value: &'static str) -> &'static str {
    assert!(!value.is_empty(), "a scope is empty; write its name");
    let mut rest = value.as_bytes();
    while let [byte, tail @ ..] = rest {
        assert!(*byte != b' ', "a scope constant contains a space; a constant is one scope: join several with `&&`");
        assert!(
            matches!(*byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E),
            "a scope contains a character that RFC 6749 forbids; use printable ASCII without `\"` and `\\`"
        );
        rest = tail;
    }
    value
}

/// A constant used as a role.
///
/// # Panics
/// While compiling, when it is empty.
#[track_caller]
pub const fn role(value: &'static str) -> &'static str {
    assert!(!value.is_empty(), "a role is empty; write its name");
    value
}

/// A constant used as the name of a claim.
///
/// # Panics
/// While compiling, when it is empty.
#[track_caller]
pub const fn claim_name(value: &'static str) -> &'static str {
    assert!(!value.is_empty(), "the name of a claim is empty; write it");
    value
}

/// A constant used as a realm: a quoted-string that needs no escapes.
///
/// # Panics
/// While compiling, when it is not.
#[track_caller]
pub const fn realm(value: &'static str) -> &'static str {
    assert!(!value.is_empty(), "a realm is empty; write its name");
    let mut rest = value.as_bytes();
    while let [byte, tail @ ..] = rest {
        assert!(
            matches!(*byte, 0x20 | 0x21 | 0x23..=0x5B | 0x5D..=0x7E),
            "a realm contains a character that a challenge cannot carry; use printable ASCII without `\"` and `\\`"
        );
        rest = tail;
    }
    value
}

/// The policy behind the stand-in for a faulty attribute: it yields everything, so that no error follows from the
/// fault, and admits nobody, should it ever run.
pub enum Faulty {}

impl Policy for Faulty {
    const SPEC: PolicySpec = PolicySpec::nobody("faulty");
}

impl<S: ?Sized> Yields<S> for Faulty {}
impl<S: ?Sized> MayYield<S> for Faulty {}
impl<Q: ?Sized> Includes<Q> for Faulty {}
