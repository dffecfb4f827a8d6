//! What a handler takes for granted of every caller, by the types of its arguments.

use std::marker::PhantomData;

use crate::extract::Details;
#[cfg(feature = "outgoing")]
use crate::outgoing::OutgoingToken;
use crate::policy::DetailsUse;

/// An argument of a handler whose type is called `Details` or `OutgoingToken`.
#[derive(Debug)]
pub struct Argument<A>(PhantomData<A>);

impl<T: 'static> Argument<Details<T>> {
    /// It is ours.
    pub const DETAILS: Option<DetailsUse> = Some(DetailsUse::of::<T>());
}

#[cfg(feature = "outgoing")]
impl Argument<OutgoingToken> {
    /// It is ours.
    pub const DETAILS: Option<DetailsUse> = Some(DetailsUse::exchangeable());
}

/// What holds of every other type: found only where the type has no constant of its own.
pub trait NoDetails {
    /// It is not ours.
    const DETAILS: Option<DetailsUse> = None;
}

impl<A> NoDetails for Argument<A> {}
