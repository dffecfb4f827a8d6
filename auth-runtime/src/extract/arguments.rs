//! Extracting all arguments of a function, in order.

// Each type parameter names the field that holds its argument.
#![allow(non_snake_case)]

use std::future::Ready;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_web::dev::Payload;
use actix_web::{Error, HttpRequest};
use pin_project_lite::pin_project;

use super::{FromGrant, Grant};

/// A tuple of up to sixteen arguments.
#[diagnostic::on_unimplemented(
    message = "the policy of this handler does not yield all of its arguments",
    note = "see the argument underlined in another error for what to take instead"
)]
pub trait Extract<P>: Sized {
    /// The extraction of all.
    type Future: Future<Output = Result<Self, Error>>;

    /// Takes identities first, then every other argument in written order, each after the one before is complete.
    fn extract(grant: Grant<P>, request: HttpRequest, payload: Payload) -> Self::Future;
}

impl<P> Extract<P> for () {
    type Future = Ready<Result<Self, Error>>;

    fn extract(_: Grant<P>, _: HttpRequest, _: Payload) -> Self::Future {
        std::future::ready(Ok(()))
    }
}

pin_project! {
    /// One argument on its way.
    #[project = SlotProjection]
    enum Slot<T, F> {
        Waiting,
        Running { #[pin] future: F },
        Done { value: Option<T> },
    }
}

impl<T, F> Slot<T, F> {
    /// Starts the argument if need be, and polls it to its end.
    fn drive<P>(
        mut self: Pin<&mut Self>,
        grant: &Grant<P>,
        request: &HttpRequest,
        payload: &mut Payload,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), Error>>
    where
        T: FromGrant<P, Future = F>,
        F: Future<Output = Result<T, T::Error>>,
    {
        loop {
            match self.as_mut().project() {
                SlotProjection::Waiting => {
                    self.set(Self::Running { future: T::from_grant(grant, request, payload) });
                }
                SlotProjection::Running { future } => match ready!(future.poll(context)) {
                    Ok(value) => self.set(Self::Done { value: Some(value) }),
                    Err(error) => return Poll::Ready(Err(error.into())),
                },
                SlotProjection::Done { .. } => return Poll::Ready(Ok(())),
            }
        }
    }

    fn take(self: Pin<&mut Self>) -> Option<T> {
        match self.project() {
            SlotProjection::Done { value } => value.take(),
            SlotProjection::Waiting | SlotProjection::Running { .. } => None,
        }
    }
}

macro_rules! extract_tuples {
    ($($future:ident: $($argument:ident)+;)+) => {$(
        pin_project! {
            #[doc(hidden)]
            #[allow(non_snake_case)]
            pub struct $future<P, $($argument: FromGrant<P>),+> {
                grant: Grant<P>,
                request: HttpRequest,
                payload: Payload,
                $(#[pin] $argument: Slot<$argument, $argument::Future>,)+
            }
        }

        impl<P, $($argument: FromGrant<P>),+> Extract<P> for ($($argument,)+) {
            type Future = $future<P, $($argument),+>;

            fn extract(grant: Grant<P>, request: HttpRequest, payload: Payload) -> Self::Future {
                $future { grant, request, payload, $($argument: Slot::Waiting,)+ }
            }
        }

        impl<P, $($argument: FromGrant<P>),+> Future for $future<P, $($argument),+> {
            type Output = Result<($($argument,)+), Error>;

            fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
                let mut this = self.project();
                $(if $argument::IDENTITY {
                    ready!(this.$argument.as_mut().drive(this.grant, this.request, this.payload, context))?;
                })+
                $(ready!(this.$argument.as_mut().drive(this.grant, this.request, this.payload, context))?;)+
                match ($(this.$argument.take(),)+) {
                    ($(Some($argument),)+) => Poll::Ready(Ok(($($argument,)+))),
                    // Only a future polled after its end gets here.
                    _ => Poll::Pending,
                }
            }
        }
    )+};
}

extract_tuples! {
    Extract1: A;
    Extract2: A B;
    Extract3: A B C;
    Extract4: A B C D;
    Extract5: A B C D E;
    Extract6: A B C D E F;
    Extract7: A B C D E F G;
    Extract8: A B C D E F G H;
    Extract9: A B C D E F G H I;
    Extract10: A B C D E F G H I J;
    Extract11: A B C D E F G H I J K;
    Extract12: A B C D E F G H I J K L;
    Extract13: A B C D E F G H I J K L M;
    Extract14: A B C D E F G H I J K L M N;
    Extract15: A B C D E F G H I J K L M N O;
    Extract16: A B C D E F G H I J K L M N O Q;
}
