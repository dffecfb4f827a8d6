//! Several guards on the way of one request: each configuration authenticates it once, and it is counted once.
//!
//! Guards stand around guards where a service behind a policy has handlers with policies of their own; the innermost decision
//! is the one that counts. And a hidden denial is answered by the default service, which may have a policy too; the decision
//! is made by then.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use actix_web::{HttpMessage as _, HttpRequest};

use crate::guard::plan::Alternative;
use crate::principal::{Principal, PrincipalKey};
use crate::scheme::{Carried, Outcome, Scheme};

/// What the guards before the one that decides have left in the request. Only those leave anything that have others after
/// them: most requests carry none of it.
#[derive(Default)]
struct Earlier {
    judged: Vec<Judged>,
    /// Tells the guard next around that its decision is not the last.
    superseded: Rc<Cell<bool>>,
    /// The limits of guards around, against which it was counted.
    counted: Vec<&'static str>,
    /// Whether the decision about the request is made and counted.
    decided: bool,
}

/// What a configuration has said of the credentials of a request.
pub(super) struct Judged {
    scheme: Arc<dyn Scheme>,
    /// Some schemes know a user in one realm and not in another.
    realm: Arc<str>,
    /// Middleware may have put others in their place since.
    carried: Carried,
    outcome: Outcome,
    /// Whether the guard that asked lets the scheme respond, too.
    is_around: bool,
}

impl Judged {
    pub(super) fn new(request: &HttpRequest, alternative: &Alternative, realm: &Arc<str>, outcome: Outcome) -> Self {
        let (scheme, realm) = (Arc::clone(&alternative.scheme), Arc::clone(realm));
        let carried = alternative.description().carried(request.headers(), request.uri());
        Self { scheme, realm, carried, outcome, is_around: false }
    }

    fn is_of(&self, request: &HttpRequest, alternative: &Alternative, realm: &str) -> bool {
        // A proof counts once, in whatever realm.
        (*self.realm == *realm || alternative.description().is_proven()) && self.is_by(request, alternative)
    }

    fn is_by(&self, request: &HttpRequest, alternative: &Alternative) -> bool {
        std::ptr::addr_eq(Arc::as_ptr(&self.scheme), Arc::as_ptr(&alternative.scheme))
            && self.carried == alternative.description().carried(request.headers(), request.uri())
    }
}

/// Leaves the decision of a guard to those inside, and says afterwards whether there were any.
pub(super) fn surround(request: &HttpRequest, judged: Option<Judged>, counted: Option<&'static str>) -> Rc<Cell<bool>> {
    leave(request, |earlier| {
        earlier.counted.extend(counted);
        earlier.judged.extend(judged.map(|judged| Judged { is_around: true, ..judged }));
        earlier.superseded = Rc::default();
        Rc::clone(&earlier.superseded)
    })
}

/// Leaves the answer to a denial that was decided and counted to whoever answers unknown routes.
pub(super) fn hide(request: &HttpRequest, judged: Option<Judged>) {
    leave(request, |earlier| {
        earlier.judged.extend(judged);
        earlier.decided = true;
    });
}

fn leave<R>(request: &HttpRequest, what: impl FnOnce(&mut Earlier) -> R) -> R {
    let mut extensions = request.extensions_mut();
    let mut earlier = extensions.remove::<Earlier>().unwrap_or_default();
    let left = what(&mut earlier);
    extensions.insert(earlier);
    left
}

/// Whether a guard around has let this request through, and decided by a policy that looks at callers.
pub(crate) fn is_surrounded(request: &HttpRequest) -> bool {
    request.extensions().get::<Earlier>().is_some_and(|earlier| !earlier.decided)
}

/// Whether a guard around has counted it against this limit.
pub(super) fn is_counted(request: &HttpRequest, limit_of: &str) -> bool {
    request.extensions().get::<Earlier>().is_some_and(|earlier| earlier.counted.contains(&limit_of))
}

/// Whom the guard next around has let in, if it knows.
pub(crate) fn caller(request: &HttpRequest) -> Option<PrincipalKey> {
    let extensions = request.extensions();
    let mut judged = extensions.get::<Earlier>()?.judged.iter().rev();
    judged.find_map(|known| match &known.outcome {
        Outcome::Verified(principal) => Some(principal.key()),
        _ => None,
    })
}

/// Takes over from the guards before, if there are any; says whether there is still something to decide.
pub(super) fn supersede(request: &HttpRequest) -> bool {
    match request.extensions().get::<Earlier>() {
        Some(earlier) => {
            earlier.superseded.set(true);
            !earlier.decided
        }
        None => true,
    }
}

/// Whether a denial that is hidden has decided the request, so that whoever answers unknown routes answers it.
#[cfg(feature = "testing")]
pub(crate) fn was_hidden(request: &HttpRequest) -> bool {
    request.extensions().get::<Earlier>().is_some_and(|earlier| earlier.decided)
}

/// What this very configuration has said of the same credentials in the same realm, and whether a guard around lets it
/// respond.
pub(super) fn judged(request: &HttpRequest, alternative: &Alternative, realm: &str) -> Option<(Outcome, bool)> {
    let extensions = request.extensions();
    let earlier = extensions.get::<Earlier>()?;
    let known = earlier.judged.iter().find(|known| known.is_of(request, alternative, realm))?;
    Some((known.outcome.clone(), known.is_around))
}

/// The same caller with its authorities, where a guard before has loaded them.
pub(super) fn loaded(request: &HttpRequest, alternative: &Alternative, caller: &Principal) -> Option<Principal> {
    let extensions = request.extensions();
    let earlier = extensions.get::<Earlier>()?;
    earlier.judged.iter().find_map(|known| match &known.outcome {
        Outcome::Verified(loaded) if loaded.has_rights() && loaded == caller && known.is_by(request, alternative) => {
            Some(loaded.clone())
        }
        _ => None,
    })
}
