//! Arguments by their place, so that the compiler reports one it cannot give in one place only.

use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::HttpRequest;
use actix_web::dev::Payload;
use pin_project_lite::pin_project;

use crate::grant::{FromGrant, Grant};

/// Argument `N` of the handler that policy `Self` stands for. Only the macros implement it.
///
/// The bound is checked where the macro names the type, which is at the user's own. Whatever mounts the handler then
/// relies on this trait, and has nothing more to complain about.
pub trait Takes<const N: usize>: Sized {
    /// Its type.
    type Argument: FromGrant<Self>;
}

/// An extracted argument.
pub struct Argument<P: Takes<N>, const N: usize>(pub P::Argument);

#[diagnostic::do_not_recommend]
impl<P: Takes<N>, const N: usize> FromGrant<P> for Argument<P, N> {
    type Error = <P::Argument as FromGrant<P>>::Error;
    type Future = ArgumentFuture<<P::Argument as FromGrant<P>>::Future, Self>;
    const IDENTITY: bool = <P::Argument as FromGrant<P>>::IDENTITY;

    fn from_grant(grant: &Grant<P>, request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ArgumentFuture { extraction: P::Argument::from_grant(grant, request, payload), argument: PhantomData }
    }
}

pin_project! {
    /// Its extraction.
    pub struct ArgumentFuture<F, A> {
        #[pin]
        extraction: F,
        argument: PhantomData<fn() -> A>,
    }
}

impl<P, F, E, const N: usize> Future for ArgumentFuture<F, Argument<P, N>>
where
    P: Takes<N>,
    F: Future<Output = Result<P::Argument, E>>,
{
    type Output = Result<Argument<P, N>, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.project().extraction.poll(context).map_ok(Argument)
    }
}
