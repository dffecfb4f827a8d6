//! What may be mounted: services that say who may call them.

use std::any::TypeId;

use actix_web::dev::HttpServiceFactory;

use crate::extract::authorized::Authorized;
use crate::grant::Nobody;
use crate::mount::declarations::Declarations;
use crate::mount::route::Route;
use crate::policy::{Policy, PolicySpec};
use crate::principal::DetailsType;

/// A service that says who may call it: a handler under `#[requires]` or `#[public]`, a [`Resource`](super::Resource)
/// of such handlers, or another [`Scope`](super::Scope).
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say who may call it",
    label = "not a handler under `#[requires(…)]` or `#[public]`, nor a service made of such handlers",
    note = "on a handler write `#[requires(…)]` or `#[public]` above its route attribute; below it the handler is protected, but \
            cannot be seen to be",
    note = "for `web::resource` write `route::resource`, for `web::scope` `auth.scope`; for any other service that is not a handler \
            `.service_as::<Policy>(path, …)` or `.service_public(reason, path, …)`"
)]
pub trait Declared: HttpServiceFactory {
    /// Names the policies behind this service.
    #[doc(hidden)]
    fn declare(&self, to: &mut Declarations);
}

/// A handler with route attributes is mounted by the type that stands for its policy.
#[diagnostic::do_not_recommend]
impl<P: Policy + HttpServiceFactory> Declared for P {
    fn declare(&self, to: &mut Declarations) {
        to.policy::<P>();
    }
}

/// The arguments of a handler under `#[requires]` or `#[public]`.
#[diagnostic::on_unimplemented(
    message = "this handler does not say who may call it",
    label = "no `#[requires(…)]` or `#[public]` on this handler",
    note = "write `#[requires(…)]` or `#[public]` on it, or put a named policy on its route, as in \
            `route::get().requires::<Policy>().to(handler)`"
)]
pub trait DeclaredArgs {
    #[doc(hidden)]
    fn policy() -> Declaration;
}

#[diagnostic::do_not_recommend]
impl<P: Policy> DeclaredArgs for (Authorized<P>,) {
    fn policy() -> Declaration {
        Declaration::of::<P>()
    }
}

/// Never met: with one impl only, the compiler would assume it and report a type mismatch instead of the message above.
enum Undeclared {}

impl Policy for Undeclared {
    const SPEC: PolicySpec = PolicySpec::new("undeclared", file!(), line!());
    type Access = Nobody;
}

#[diagnostic::do_not_recommend]
impl DeclaredArgs for (Undeclared,) {
    fn policy() -> Declaration {
        Declaration::of::<Undeclared>()
    }
}

/// The policy of one handler.
#[derive(Clone, Copy, Debug)]
pub struct Declaration {
    pub(crate) policy: TypeId,
    pub(crate) spec: &'static PolicySpec,
    /// The details that a handler takes for granted, where its policy does not say so itself.
    pub(crate) details: fn() -> Vec<DetailsType>,
}

impl Declaration {
    pub(crate) fn of<P: Policy>() -> Self {
        Self { policy: TypeId::of::<P>(), spec: const { &P::SPEC }, details: Vec::new }
    }
}

/// What `.route(path, …)` takes: a [`Route`], and nothing else. As a trait, so that it can say so.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say who may call it",
    label = "not a route of `auth_runtime::route`",
    note = "write `route::get().to(handler)` for `web::get().to(handler)`, with `auth_runtime::route`"
)]
pub trait DeclaredRoute {
    #[doc(hidden)]
    fn into_route(self) -> Route;
}

impl DeclaredRoute for Route {
    fn into_route(self) -> Self {
        self
    }
}
