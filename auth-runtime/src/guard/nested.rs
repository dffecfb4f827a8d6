//! Guards around guards, such as a service behind a policy whose handlers have policies of their own: each configuration
//! authenticates a request once, and the innermost decision is the one that is counted.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use actix_web::{HttpMessage as _, HttpRequest};

use crate::principal::Principal;
use crate::scheme::Scheme;

/// What the guards around the one that decides have left in the request. Only guards that have others inside leave
/// anything: most requests carry none of it.
#[derive(Default)]
struct Surroundings {
    verified: Vec<Verified>,
    /// Tells the guard next around that its decision is not the last.
    superseded: Rc<Cell<bool>>,
}

/// Whom a configuration has verified, and in which realm: some schemes know a user in one and not in another.
pub(super) struct Verified {
    pub(super) scheme: Arc<dyn Scheme>,
    pub(super) realm: Arc<str>,
    pub(super) principal: Principal,
}

/// Leaves the decision of a guard to those inside, and says afterwards whether there were any.
pub(super) fn surround(request: &HttpRequest, verified: Option<Verified>) -> Rc<Cell<bool>> {
    let mut extensions = request.extensions_mut();
    let mut around = extensions.remove::<Surroundings>().unwrap_or_default();
    around.verified.extend(verified);
    around.superseded = Rc::default();
    let superseded = Rc::clone(&around.superseded);
    extensions.insert(around);
    superseded
}

/// Takes over from the guards around, if there are any.
pub(super) fn supersede(request: &HttpRequest) {
    if let Some(around) = request.extensions().get::<Surroundings>() {
        around.superseded.set(true);
    }
}

/// Whom this very configuration has verified in the same realm for a guard around.
pub(super) fn verified(request: &HttpRequest, scheme: &Arc<dyn Scheme>, realm: &str) -> Option<Principal> {
    let extensions = request.extensions();
    let around = extensions.get::<Surroundings>()?;
    let is_same = |known: &&Verified| {
        std::ptr::addr_eq(Arc::as_ptr(&known.scheme), Arc::as_ptr(scheme)) && *known.realm == *realm
    };
    around.verified.iter().find(is_same).map(|known| known.principal.clone())
}
