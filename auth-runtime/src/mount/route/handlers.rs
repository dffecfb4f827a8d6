//! A named policy in front of a plain handler.

use std::any::type_name;
use std::marker::PhantomData;
use std::panic::Location;

use actix_web::Handler;
use actix_web::guard::Guard;

use crate::extract::authorized::Authorized;
use crate::grant::Extract;
use crate::mount::declared::Declaration;
use crate::mount::handler::Answer;
use crate::mount::route::{Route, RouteBuilder};
use crate::mount::shadow::{Holder, RouteHandler};
use crate::policy::Policy;

/// A method, guards and a named policy that still need a handler.
#[must_use]
pub struct PolicyRoute<P> {
    route: RouteBuilder,
    policy: PhantomData<fn() -> P>,
}

debug_by_name!([P] PolicyRoute<P> as "PolicyRoute";);

impl<P: Policy> PolicyRoute<P> {
    pub(super) fn new(route: RouteBuilder) -> Self {
        Self { route, policy: PhantomData }
    }

    /// Adds a guard of actix's.
    pub fn guard(self, guard: impl Guard + 'static) -> Self {
        Self { route: self.route.guard(guard), ..self }
    }

    /// Sets the handler: a plain `async fn`, which takes the identities that `P` yields and actix's extractors.
    ///
    /// The same function can be mounted several times, behind different policies. [`Auth::mounted`](crate::Auth::mounted)
    /// lists each place.
    ///
    /// # Panics
    /// The scope it is mounted in panics where the handler takes [`Details`](crate::Details) that a scheme of `P` does not give.
    #[track_caller]
    pub fn to<F, T, Via>(self, handler: F) -> Route
    where
        F: Handler<T>,
        F::Output: Answer + 'static,
        T: Extract<P, Via> + 'static,
        Via: 'static,
    {
        let RouteBuilder { route, methods, guarded } = self.route;
        let declaration = Declaration { details: T::details, ..Declaration::of::<P>() };
        let holder = Holder::plain_handler::<(P, F)>(type_name::<F>(), Location::caller());
        let route = route.to(move |authorized: Authorized<P>| authorized.run(handler.clone()));
        Route { route, methods, guarded, handler: RouteHandler { holder, declaration } }
    }
}
