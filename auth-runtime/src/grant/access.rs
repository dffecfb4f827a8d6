//! Which identities a policy yields, as types: what a policy says of its schemes, each in one word.
#![allow(clippy::exhaustive_enums, reason = "nobody matches on a marker, and it has no values")]

use std::marker::PhantomData;

use crate::scheme::Scheme;

/// Stands for [`Principal`](crate::Principal) where a scheme's type would.
#[derive(Debug)]
pub enum AnyScheme {}

/// Nobody is asked.
#[derive(Debug)]
pub enum Nobody {}
/// One scheme is required.
pub struct Only<S>(PhantomData<S>);
/// One of several schemes is required; `L` lists them as `(First, (Second, ()))`.
pub struct OneOf<L>(PhantomData<L>);
/// The schemes of `L` are optional.
pub struct Maybe<L>(PhantomData<L>);
/// Whatever is asked for: a stand-in must cause no errors of its own.
#[derive(Debug)]
pub enum Everything {}

/// A check loads a `T` before anybody passes who has the rest, `A`.
pub struct Loading<A, T>(PhantomData<(A, fn() -> T)>);

/// A check sees the arguments of the handler that has this access, after everything else of it, `A`.
pub struct CheckedAfter<A>(PhantomData<A>);

/// The [`Access`](crate::policy::Policy::Access) of a policy that is complete without the arguments of a handler: of every one
/// but a handler with `check_after`. A function of yours that is generic over policies asks for it where it calls
/// [`Auth::verify`](crate::Auth::verify) or mounts something behind one: `P: Policy<Access: Standalone>`.
#[diagnostic::on_unimplemented(
    message = "a handler with `check_after` is no policy for others",
    label = "its `check_after` needs the arguments of its own handler, and would be left out",
    note = "declare what both ask for in `policy! {{ … }}`, and name that one"
)]
pub trait Standalone {}

/// A `T` has been loaded under this access. `At` is its place, which the compiler finds.
pub trait Loads<T, At> {}

/// Identity `S` is certain under this access.
pub trait Yields<S: ?Sized> {}

/// Identity `S` is possible under this access. `At` is its place in the list, which the compiler finds.
pub trait MayYield<S: ?Sized, At> {}

/// A scheme whose callers have a token that a provider can exchange for another.
#[cfg(feature = "outgoing")]
pub trait CarriesToken: Scheme {}

/// Every caller under this access has such a token.
#[cfg(feature = "outgoing")]
pub trait YieldsToken {}

/// Every scheme of the list carries one.
#[cfg(feature = "outgoing")]
pub trait AllCarryTokens {}

/// The implementing policy demands all that policy `Q` does.
pub trait Includes<Q: ?Sized> {}

/// Everybody whom the implementing policy admits is admitted by the policy `W`, too.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not declared to imply `{W}`",
    label = "no proof of `{W}` follows",
    note = "declare it once, which proves it: `policy! {{ {Self} => {W} }}`"
)]
pub trait Implies<W: ?Sized> {}

/// The place of [`AnyScheme`], which no list names.
#[derive(Debug)]
pub enum Anywhere {}
/// The first place.
#[derive(Debug)]
pub enum Here {}
/// A place in the rest of the list.
pub struct After<At>(PhantomData<At>);

debug_by_name! {
    [S] Only<S> as "Only";
    [L] OneOf<L> as "OneOf";
    [L] Maybe<L> as "Maybe";
    [A, T] Loading<A, T> as "Loading";
    [A] CheckedAfter<A> as "CheckedAfter";
    [At] After<At> as "After";
}

impl<S: Scheme> Yields<S> for Only<S> {}
impl<S: Scheme> Yields<AnyScheme> for Only<S> {}
impl<L> Yields<AnyScheme> for OneOf<L> {}
impl<S: ?Sized> Yields<S> for Everything {}

impl<S: Scheme> MayYield<S, Here> for Only<S> {}
impl<S: Scheme> MayYield<AnyScheme, Anywhere> for Only<S> {}
impl<S: Scheme, L: MayYield<S, At>, At> MayYield<S, At> for OneOf<L> {}
impl<L> MayYield<AnyScheme, Anywhere> for OneOf<L> {}
impl<S: Scheme, L: MayYield<S, At>, At> MayYield<S, At> for Maybe<L> {}
impl<L> MayYield<AnyScheme, Anywhere> for Maybe<L> {}
impl<S: ?Sized> MayYield<S, Here> for Everything {}

impl<S: ?Sized, A: Yields<S>, T> Yields<S> for Loading<A, T> {}
impl<S: ?Sized, A: MayYield<S, At>, T, At> MayYield<S, At> for Loading<A, T> {}
impl<A, T> Loads<T, Here> for Loading<A, T> {}
impl<A: Loads<T, At>, T, L, At> Loads<T, After<At>> for Loading<A, L> {}
impl<T> Loads<T, Here> for Everything {}

impl<S: ?Sized, A: Yields<S>> Yields<S> for CheckedAfter<A> {}
impl<S: ?Sized, A: MayYield<S, At>, At> MayYield<S, At> for CheckedAfter<A> {}
impl<T, A: Loads<T, At>, At> Loads<T, At> for CheckedAfter<A> {}

#[cfg(feature = "outgoing")]
mod tokens {
    use super::{AllCarryTokens, CarriesToken, CheckedAfter, Everything, Loading, OneOf, Only, YieldsToken};

    impl AllCarryTokens for () {}
    impl<S: CarriesToken, L: AllCarryTokens> AllCarryTokens for (S, L) {}

    impl<S: CarriesToken> YieldsToken for Only<S> {}
    impl<L: AllCarryTokens> YieldsToken for OneOf<L> {}
    impl<A: YieldsToken, T> YieldsToken for Loading<A, T> {}
    impl<A: YieldsToken> YieldsToken for CheckedAfter<A> {}
    impl YieldsToken for Everything {}
}

impl Standalone for Nobody {}
impl<S> Standalone for Only<S> {}
impl<L> Standalone for OneOf<L> {}
impl<L> Standalone for Maybe<L> {}
impl<A: Standalone, T> Standalone for Loading<A, T> {}
impl Standalone for Everything {}

impl<S: Scheme, L> MayYield<S, Here> for (S, L) {}
impl<S: Scheme, F, L: MayYield<S, At>, At> MayYield<S, After<At>> for (F, L) {}
