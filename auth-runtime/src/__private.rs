//! What generated code names. Not part of the public interface: anything here may change in any release.

pub use actix_web::Resource;
pub use actix_web::dev::{AppService, HttpServiceFactory};
pub use actix_web::guard::fn_guard;
pub use auth_macros::{public, requires};
pub use std::{fmt::Debug, future::Future};

pub use self::argument::{Argument, NoDetails};
pub use crate::__auth_runtime_declare as declare;
pub use crate::__auth_runtime_origin as origin;
pub use crate::extract::{Granted, authorized::Authorized};
pub use crate::grant::{
    CheckedAfter, Everything, Implies, Includes, Loading, Maybe, Nobody, OneOf, Only, ViaRequest, ViaToken,
};
pub use crate::guard::Answered;
pub use crate::mount::handler::*;
pub use crate::policy::proof::prove;
pub use crate::policy::registry::{Linked, section};
pub use crate::policy::spec::DetailsUse;
pub use crate::policy::{
    Check, ClaimValue, Hide, Limit, Policy, PolicySpec, Presence, Requirement, RouteSpec, SchemeUse, Word,
};
#[cfg(feature = "basic")]
pub use crate::scheme::BasicScheme;
#[cfg(feature = "certificates")]
pub use crate::scheme::ClientCertificateScheme;
#[cfg(feature = "session")]
pub use crate::scheme::SessionScheme;
pub use crate::scheme::{ApiKeyScheme, BearerScheme, DigestScheme, DpopScheme};

mod argument;

use std::any::type_name;
use std::ops::Deref;

use futures_core::future::LocalBoxFuture;

use crate::denial::is_listed_byte;
use crate::guard::check::{self, CheckArguments, CheckFn, Extracted};
use crate::policy::check::{CheckContext, IntoLoaded, IntoVerdict, Verdict};
use crate::policy::{Conveyed, Sole, Standalone, Variant};

/// What is the same for every policy: its trait, and its place in the registry.
#[doc(hidden)]
#[macro_export]
macro_rules! __auth_runtime_declare {
    ($policy:ident, $name:literal, $line:expr, $access:ty, { $($constants:tt)* } $($said:tt)*) => {
        impl $crate::__private::Policy for $policy {
            const SPEC: $crate::__private::PolicySpec = {
                // What linkme's attribute writes, which is a procedural macro for each policy.
                #[used]
                #[unsafe(link_section = $crate::__private::section!())]
                static LINKED: $crate::__private::Linked = $crate::__private::Linked::of::<$policy>();
                $($constants)*
                $crate::__private::PolicySpec::new(
                    ::core::concat!(::core::module_path!(), "::", $name),
                    ::core::file!(),
                    $line,
                ) $($said)*
            };
            type Access = $access;
        }
    };
}

/// What is written in a policy, and where: no two functions of the application's have the same, whatever macros wrote them.
#[doc(hidden)]
#[macro_export]
macro_rules! __auth_runtime_origin {
    ($written:literal, $policy:literal, $place:literal) => {
        ::core::concat!(
            $written,
            "\n",
            ::core::module_path!(),
            "::",
            $policy,
            " ",
            ::core::file!(),
            ":",
            ::core::line!(),
            ":",
            ::core::column!(),
            " ",
            $place
        )
    };
}

/// Lets a policy of this access stand for others.
pub const fn standalone<A: Standalone>() {}

/// A policy whose callers are to be authenticated strongly, or of late, builds on this one.
///
/// # Panics
/// While compiling, when a scheme of it tells neither.
#[track_caller]
pub const fn tells_authentication<P: Policy>() {
    let mut left = P::SPEC.schemes;
    while let [used, rest @ ..] = left {
        assert!(
            Conveyed::by(used.keyword).authentication,
            "a scheme of the named policy carries no time or class of an authentication, so its callers would all be refused; build on a \
             policy of `bearer`, `dpop` or `session` alone"
        );
        left = rest;
    }
}

impl Sole for Only<BearerScheme> {
    const USES: &'static [SchemeUse] = &[SchemeUse::new::<BearerScheme>("bearer")];
}

impl Sole for Only<DpopScheme> {
    const USES: &'static [SchemeUse] = &[SchemeUse::new::<DpopScheme>("dpop")];
}

#[cfg(feature = "basic")]
impl Sole for Only<BasicScheme> {
    const USES: &'static [SchemeUse] = &[SchemeUse::new::<BasicScheme>("basic")];
}

impl Sole for Only<ApiKeyScheme> {
    const USES: &'static [SchemeUse] = &[SchemeUse::new::<ApiKeyScheme>("api_key")];
}

impl Sole for Only<DigestScheme> {
    const USES: &'static [SchemeUse] = &[SchemeUse::new::<DigestScheme>("digest")];
}

#[cfg(feature = "certificates")]
impl Sole for Only<ClientCertificateScheme> {
    const USES: &'static [SchemeUse] = &[SchemeUse::new::<ClientCertificateScheme>("client_certificate")];
}

#[cfg(feature = "session")]
impl Sole for Only<SessionScheme> {
    const USES: &'static [SchemeUse] = &[SchemeUse::new::<SessionScheme>("session")];
}

/// Runs a check; the policy's constant holds it as a plain function pointer.
///
/// The values are made when the type of `check` is known: one that does not fit is then reported as itself.
pub fn run_check<'v, P, V, F, Args, Via>(
    check: F,
    values: impl FnOnce() -> V + 'v,
    context: CheckContext,
) -> LocalBoxFuture<'v, Verdict>
where
    P: 'static,
    V: 'v,
    F: CheckFn<V, Args>,
    Args: CheckArguments<P, Via> + 'static,
    Via: 'static,
    F::Output: IntoVerdict,
{
    check::run::<P, V, F, Args, Via>(check, values, context, F::Output::into_verdict)
}

/// What a check of arguments takes for granted, before there are any.
pub fn describe_after<P, V, F, Args, Via>(_: F, context: CheckContext) -> LocalBoxFuture<'static, Verdict>
where
    P: 'static,
    F: CheckFn<V, Args>,
    Args: CheckArguments<P, Via>,
{
    check::describe_after::<P, Via, Args>(&context)
}

/// Runs a check that loads a `T` for the handler.
pub fn run_load<P, T, V, F, Args, Via>(
    check: F,
    values: impl FnOnce() -> V + 'static,
    context: CheckContext,
) -> LocalBoxFuture<'static, Verdict>
where
    P: 'static,
    V: 'static,
    F: CheckFn<V, Args>,
    Args: CheckArguments<P, Via> + 'static,
    Via: 'static,
    F::Output: IntoLoaded<T>,
{
    check::run::<P, V, F, Args, Via>(check, values, context, F::Output::into_loaded)
}

/// An argument of the handler, as a check sees it.
pub fn seen<A: Extracted>(argument: &A) -> &A {
    argument
}

/// The name of a check: its function's, and the values that it is given.
pub fn check_name<F>(_: &F, values: &[&dyn Debug]) -> String {
    let mut name = type_name::<F>().to_owned();
    for (index, value) in values.iter().enumerate() {
        name.push_str(if index == 0 { "(" } else { ", " });
        name.push_str(&format!("{value:?}"));
    }
    if !values.is_empty() {
        name.push(')');
    }
    name
}

/// The word that a variant stands for.
pub fn word(variant: impl Variant) -> &'static str {
    variant.word()
}

/// A constant that the user named in a policy.
///
/// What it can be used as are functions of its type. Those of every other type are found behind the `Deref`, with a bound
/// that says what is wrong: a function that is missing would say so in words of the compiler's.
#[derive(Debug)]
pub struct Constant<T>(Unfit<T>);

impl<T> Constant<T> {
    /// Of this value.
    pub const fn new(value: T) -> Self {
        Self(Unfit(value))
    }
}

impl Constant<&'static str> {
    /// The text.
    pub const fn text(self) -> &'static str {
        self.0.0
    }

    /// The value of a claim.
    pub const fn claim_value(self) -> ClaimValue {
        ClaimValue::text(self.0.0)
    }
}

impl Constant<i64> {
    /// The value of a claim.
    pub const fn claim_value(self) -> ClaimValue {
        ClaimValue::Int(self.0.0)
    }
}

impl Constant<bool> {
    /// The value of a claim.
    pub const fn claim_value(self) -> ClaimValue {
        ClaimValue::Bool(self.0.0)
    }
}

impl<T> Deref for Constant<T> {
    type Target = Unfit<T>;

    fn deref(&self) -> &Unfit<T> {
        &self.0
    }
}

/// A constant of another type than it is used as. Its functions never run: their bounds do not hold.
#[derive(Debug)]
pub struct Unfit<T>(T);

impl<T> Unfit<T> {
    /// Never a text.
    pub const fn text(&self) -> &'static str
    where
        T: TextConstant,
    {
        ""
    }

    /// Never the value of a claim.
    pub const fn claim_value(&self) -> ClaimValue
    where
        T: ClaimConstant,
    {
        ClaimValue::Bool(false)
    }
}

/// The type of constants that can be a scope, a role, a realm or the name of a claim.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a text; a scope, a role, a realm and the name of a claim are each a `&'static str`",
    label = "not a `&'static str`",
    note = "name a constant that is one, as in `const WRITE: &str = \"orders:write\"`, or a variant of an enum that is \
            `Into<&'static str>`, as in `Permission::Write`"
)]
pub trait TextConstant {}

/// The types of constants that a claim can be compared with.
#[diagnostic::on_unimplemented(
    message = "a claim is not compared with `{Self}`; use a `&'static str`, an `i64` or a `bool`",
    label = "none of the three",
    note = "a number of another type is cast where a constant is made of it, as in `const LEVEL: i64 = OTHER as i64`"
)]
pub trait ClaimConstant {}

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
            is_listed_byte(*byte),
            "a scope contains a character that RFC 6749 forbids; use printable ASCII without `\"` and `\\`"
        );
        rest = tail;
    }
    value
}

/// A constant used as a class of authentication: one of a list that is separated by spaces (RFC 9470 section 3).
///
/// # Panics
/// While compiling, when it is not.
#[track_caller]
pub const fn acr(value: &'static str) -> &'static str {
    assert!(!value.is_empty(), "an acr is empty; write its name");
    let mut rest = value.as_bytes();
    while let [byte, tail @ ..] = rest {
        assert!(*byte != b' ', "an acr contains a space; demand one class");
        assert!(
            is_listed_byte(*byte),
            "an acr contains a character that a challenge cannot carry; use printable ASCII without `\"` and `\\`"
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
#[derive(Debug)]
#[non_exhaustive]
pub enum Faulty {}

impl Policy for Faulty {
    const SPEC: PolicySpec = PolicySpec::new("faulty", file!(), line!());
    type Access = Everything;
}

impl<Q: ?Sized> Includes<Q> for Faulty {}
