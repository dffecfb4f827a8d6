//! That a policy has admitted the request, to be shown to functions which ask for it.

use std::fmt;
use std::marker::PhantomData;
use std::rc::Rc;

use actix_web::HttpRequest;

use crate::grant::{FromGrant, Grant, IdentityError, Implies, Includes, ViaGrant};
use crate::policy::Policy;
use crate::policy::proof::prove;

/// Proof that policy `Q` admitted this request, for functions that must not be called from anywhere else.
///
/// It cannot be made, cloned or sent to another thread. Of a stricter policy's proof [`weaken`](Self::weaken) makes one of a weaker
/// policy.
///
/// ```compile_fail
/// auth_runtime::policy! { Area: bearer, role("ops") }
/// fn twice(proof: &auth_runtime::Granted<Area>) { let _ = proof.clone() as auth_runtime::Granted<Area>; }
/// ```
pub struct Granted<Q>(PhantomData<fn() -> Q>, NotSend);

/// Keeps what holds it on its thread.
type NotSend = PhantomData<Rc<()>>;

impl<Q: Policy> Granted<Q> {
    /// Proof of a policy that admits whomever `Q` admits, which `policy! { Q => W }` declares and the compiler proves.
    ///
    /// ```
    /// use auth_runtime::{Granted, policy};
    ///
    /// policy! {
    ///     AdminArea: bearer, role("admin") && role("staff");
    ///     StaffArea: bearer, role("staff");
    ///     AdminArea => StaffArea;
    /// }
    ///
    /// fn of_staff(_: &Granted<StaffArea>) -> usize { 3 }
    ///
    /// fn of_admins(proof: &Granted<AdminArea>) -> usize {
    ///     of_staff(&proof.weaken())
    /// }
    /// # let _ = of_admins;
    /// ```
    pub fn weaken<W: Policy>(&self) -> Granted<W>
    where
        Q: Implies<W>,
    {
        // Whoever implements the trait by hand has proved nothing.
        const { prove::<Q, W>() };
        Granted(PhantomData, PhantomData)
    }
}

impl<Q> Granted<Q> {
    /// That of whoever has a grant.
    pub(super) fn of(_: &Grant<Q>) -> Self {
        Self(PhantomData, PhantomData)
    }
}

impl<Q> fmt::Debug for Granted<Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Granted")
    }
}

#[diagnostic::do_not_recommend]
impl<P: Includes<Q>, Q> FromGrant<P, ViaGrant> for Granted<Q> {
    fn from_grant(_: &Grant<P>, _: &HttpRequest) -> Result<Option<Self>, IdentityError> {
        Ok(Some(Self(PhantomData, PhantomData)))
    }
}
