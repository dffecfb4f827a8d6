//! Extracting all arguments of a function, in order.

// Each type parameter names the field that holds its argument.
#![allow(non_snake_case)]

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_web::dev::Payload;
use actix_web::{Error, HttpRequest};
use pin_project_lite::pin_project;

use crate::fault::polled_after_completion;
use crate::grant::{FromGrant, Grant};

/// A tuple of up to sixteen arguments.
#[diagnostic::on_unimplemented(
    message = "the policy of this handler does not yield all of its arguments",
    note = "see the argument underlined in another error for what to take instead"
)]
pub trait Extract<P>: Sized {
    /// All of them on their way.
    type Slots: Default;

    /// Takes the identities: after them nothing but the handler's own arguments can refuse the request.
    fn poll_identities(
        slots: Pin<&mut Self::Slots>,
        source: &mut Source<P>,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), Error>>;

    /// Takes every other argument in written order, each after the one before is complete.
    fn poll_extract(
        slots: Pin<&mut Self::Slots>,
        source: &mut Source<P>,
        context: &mut Context<'_>,
    ) -> Poll<Result<Self, Error>>;
}

/// What arguments are taken from.
pub struct Source<P> {
    pub(crate) grant: Grant<P>,
    pub(crate) request: HttpRequest,
    pub(crate) payload: Payload,
}

/// The arguments that a check takes.
pub(crate) async fn extract<P, T: Extract<P>>(mut source: Source<P>) -> Result<T, Error> {
    let mut slots = std::pin::pin!(T::Slots::default());
    std::future::poll_fn(|context| {
        ready!(T::poll_identities(slots.as_mut(), &mut source, context))?;
        T::poll_extract(slots.as_mut(), &mut source, context)
    })
    .await
}

impl<P> Extract<P> for () {
    type Slots = ();

    fn poll_identities(_: Pin<&mut ()>, _: &mut Source<P>, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn poll_extract(_: Pin<&mut ()>, _: &mut Source<P>, _: &mut Context<'_>) -> Poll<Result<Self, Error>> {
        Poll::Ready(Ok(()))
    }
}

pin_project! {
    /// One argument on its way.
    #[project = SlotProjection]
    #[derive(Default)]
    enum Slot<T, F> {
        #[default]
        Waiting,
        Running { #[pin] future: F },
        Done { value: Option<T> },
    }
}

impl<T, F> Slot<T, F> {
    /// Starts the argument if need be, and polls it to its end.
    fn drive<P>(mut self: Pin<&mut Self>, source: &mut Source<P>, context: &mut Context<'_>) -> Poll<Result<(), Error>>
    where
        T: FromGrant<P, Future = F>,
        F: Future<Output = Result<T, T::Error>>,
    {
        loop {
            match self.as_mut().project() {
                SlotProjection::Waiting => {
                    let Source { grant, request, payload } = source;
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
    ($($slots:ident: $($argument:ident)+;)+) => {$(
        pin_project! {
            #[doc(hidden)]
            #[allow(non_snake_case)]
            pub struct $slots<P, $($argument: FromGrant<P>),+> {
                $(#[pin] $argument: Slot<$argument, $argument::Future>,)+
            }
        }

        impl<P, $($argument: FromGrant<P>),+> Default for $slots<P, $($argument),+> {
            fn default() -> Self {
                Self { $($argument: Slot::default(),)+ }
            }
        }

        impl<P, $($argument: FromGrant<P>),+> Extract<P> for ($($argument,)+) {
            type Slots = $slots<P, $($argument),+>;

            fn poll_identities(
                slots: Pin<&mut Self::Slots>,
                source: &mut Source<P>,
                context: &mut Context<'_>,
            ) -> Poll<Result<(), Error>> {
                let mut slots = slots.project();
                $(if $argument::IDENTITY {
                    ready!(slots.$argument.as_mut().drive(source, context))?;
                })+
                Poll::Ready(Ok(()))
            }

            fn poll_extract(
                slots: Pin<&mut Self::Slots>,
                source: &mut Source<P>,
                context: &mut Context<'_>,
            ) -> Poll<Result<Self, Error>> {
                let mut slots = slots.project();
                $(ready!(slots.$argument.as_mut().drive(source, context))?;)+
                match ($(slots.$argument.take(),)+) {
                    ($(Some($argument),)+) => Poll::Ready(Ok(($($argument,)+))),
                    _ => polled_after_completion(),
                }
            }
        }
    )+};
}

extract_tuples! {
    Slots1: A;
    Slots2: A B;
    Slots3: A B C;
    Slots4: A B C D;
    Slots5: A B C D E;
    Slots6: A B C D E F;
    Slots7: A B C D E F G;
    Slots8: A B C D E F G H;
    Slots9: A B C D E F G H I;
    Slots10: A B C D E F G H I J;
    Slots11: A B C D E F G H I J K;
    Slots12: A B C D E F G H I J K L;
    Slots13: A B C D E F G H I J K L M;
    Slots14: A B C D E F G H I J K L M N;
    Slots15: A B C D E F G H I J K L M N O;
    Slots16: A B C D E F G H I J K L M N O Q;
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use futures_util::FutureExt as _;

    use super::*;
    use crate::grant::Caller;

    #[test]
    #[should_panic(expected = "polled after completion")]
    fn arguments_that_are_polled_after_their_end_panic_instead_of_waiting_for_ever() {
        let (grant, request) = (Grant::<()>::new(Caller::anonymous()), TestRequest::default().to_http_request());
        let mut source = Source { grant, request, payload: Payload::None };
        let mut slots = Box::pin(<(HttpRequest,) as Extract<()>>::Slots::default());
        let mut poll = || {
            std::future::poll_fn(|context| <(HttpRequest,)>::poll_extract(slots.as_mut(), &mut source, context))
                .now_or_never()
        };
        assert!(poll().is_some_and(|arguments| arguments.is_ok()));
        let _ = poll();
    }
}
