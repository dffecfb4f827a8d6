//! What a check has loaded, as a handler sees it.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use actix_web::HttpRequest;

use crate::denial::Reason;
use crate::grant::{FromGrant, Grant, IdentityError, Loads, ViaPlace};
use crate::policy::Policy;

/// What a check has loaded before it let the caller in: `check = load_order -> Order`.
///
/// It is loaded once, and there is none that was not checked. Cloning shares it; it dereferences to `T`.
///
/// ```
/// use actix_web::{get, web};
/// use auth_runtime::{Checked, Principal, requires};
///
/// struct Order { id: u64, owner: String }
///
/// /// `None` is 403, and 404 under `hide`: for an order that is not there, and for one of somebody else.
/// async fn load_order(id: web::Path<u64>, who: Principal) -> Option<Order> {
///     let order = Order { id: *id, owner: "alice at https://idp.example".to_owned() };
///     (order.owner == who.key().to_string()).then_some(order)
/// }
///
/// #[requires(bearer, check = load_order -> Order)]
/// #[get("/orders/{id}")]
/// async fn show_order(order: Checked<Order>) -> String {
///     format!("order {}", order.id)
/// }
/// ```
///
/// # Security
/// It is as old as its load, which is before the handler's own arguments are extracted. Who writes repeats the condition in the
/// statement that writes, or lets the check open the transaction.
pub struct Checked<T>(Arc<T>);

impl<T> Checked<T> {
    /// The value, shared.
    pub fn into_inner(self) -> Arc<T> {
        self.0
    }
}

impl<T> Deref for Checked<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> Clone for Checked<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: fmt::Debug> fmt::Debug for Checked<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Checked").field(&self.0).finish()
    }
}

#[diagnostic::do_not_recommend]
impl<P: Policy<Access: Loads<T, At>>, T: Send + Sync + 'static, At> FromGrant<P, ViaPlace<At>> for Checked<T> {
    fn from_grant(grant: &Grant<P>, _: &HttpRequest) -> Result<Option<Self>, IdentityError> {
        match grant.caller().loaded() {
            Some(loaded) => Ok(Some(Self(loaded))),
            None => Err(Reason::LoadedLater.into()),
        }
    }
}
