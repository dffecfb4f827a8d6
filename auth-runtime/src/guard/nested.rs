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
    /// Whom which configuration has verified.
    verified: Vec<(Arc<dyn Scheme>, Principal)>,
    /// Tells the guard next around that its decision is not the last.
    superseded: Rc<Cell<bool>>,
}

/// Leaves the decision of a guard to those inside, and says afterwards whether there were any.
pub(super) fn surround(request: &HttpRequest, verified: Option<(Arc<dyn Scheme>, Principal)>) -> Rc<Cell<bool>> {
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

/// Whom this very configuration has verified for a guard around.
pub(super) fn verified(request: &HttpRequest, scheme: &Arc<dyn Scheme>) -> Option<Principal> {
    let extensions = request.extensions();
    let around = extensions.get::<Surroundings>()?;
    let same = around.verified.iter().find(|(known, _)| std::ptr::addr_eq(Arc::as_ptr(known), Arc::as_ptr(scheme)));
    same.map(|(_, principal)| principal.clone())
}
