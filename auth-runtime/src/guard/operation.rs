//! Operations inside a request, each with a policy of its own: they are judged by the credentials that the guard around them has
//! accepted, and by no others.

use std::sync::Arc;

use actix_web::{HttpMessage as _, HttpRequest};

use crate::denial::{Reason, Rejection};
use crate::guard::explain::NO_RESULTS;
use crate::guard::plan::AlternativePlace;
use crate::guard::refuse::Case;
use crate::guard::{Asked, Attempted, Plan, Settings};
use crate::principal::Principal;
use crate::scheme::{Authentication, LetInAt, Outcome, Recheck, Scheme};

/// What a guard leaves in a request for the operations inside.
struct Accepted {
    /// Those of the guard's `Auth`.
    settings: Arc<Settings>,
    /// `None` where nobody called, and nobody had to.
    caller: Option<AcceptedCaller>,
    at: LetInAt,
    /// So many operations may still come.
    left: u32,
}

struct AcceptedCaller {
    scheme: Arc<dyn Scheme>,
    /// Some schemes know a user in one realm and not in another.
    realm: Arc<str>,
    principal: Principal,
}

impl Plan {
    /// Leaves in the request what operations inside it are judged by.
    pub(super) fn open(&self, case: Case<'_>, operations: u32) {
        let by = case.principal.zip(case.attempted.alternative(self));
        let caller = by.map(|(principal, by)| AcceptedCaller {
            scheme: Arc::clone(&by.scheme),
            realm: Arc::clone(self.realm()),
            principal: principal.clone(),
        });
        let settings = Arc::clone(&self.settings);
        case.request.extensions_mut().insert(Accepted { settings, caller, at: LetInAt::now(), left: operations });
    }

    /// What is to be said of the credentials that the guard around has accepted; `None` where this policy does not take them.
    pub(super) fn accepted(
        &self,
        request: &HttpRequest,
        attempted: &mut Attempted,
    ) -> Result<Option<Authentication>, Reason> {
        let mut extensions = request.extensions_mut();
        let accepted = extensions.get_mut::<Accepted>().filter(|accepted| self.is_of(accepted));
        let accepted = accepted.ok_or(Reason::OperationUnguarded)?;
        accepted.left = accepted.left.checked_sub(1).ok_or(Reason::OperationsTooMany)?;
        let Some((place, caller)) = self.place_of(accepted) else { return Ok(None) };
        // The guard around owes the answer what the scheme adds to it.
        *attempted = Attempted { place: Some(place), asked: Asked::Around };
        let principal = self.taken(&caller.principal).clone();
        if accepted.at.is_fresh() {
            return Ok(Some(Authentication::verified(principal)));
        }
        let scheme = Arc::clone(&caller.scheme);
        drop(extensions);
        self.recheck(&*scheme, principal).map(Some)
    }

    /// Whether the caller of the request could be admitted to an operation, as far as that is known without asking anybody.
    pub(crate) fn may_admit(&self, request: &HttpRequest) -> bool {
        let extensions = request.extensions();
        let Some(accepted) = extensions.get::<Accepted>().filter(|accepted| self.is_of(accepted)) else { return false };
        let Some((place, caller)) = self.place_of(accepted) else { return self.admits_nobody().is_ok() };
        let attempted = Attempted { place: Some(place), asked: Asked::Around };
        let principal = self.taken(&caller.principal);
        let is_unloaded =
            attempted.alternative(self).is_some_and(|by| by.loader(principal).is_some()) && !principal.has_rights();
        is_unloaded || self.weigh(attempted, principal, &NO_RESULTS).is_ok()
    }

    fn is_of(&self, accepted: &Accepted) -> bool {
        Arc::ptr_eq(&self.settings, &accepted.settings)
    }

    /// The alternative whose credentials were accepted, and the caller.
    fn place_of<'a>(&self, accepted: &'a Accepted) -> Option<(AlternativePlace, &'a AcceptedCaller)> {
        let caller = accepted.caller.as_ref().filter(|caller| *caller.realm == **self.realm())?;
        let same = |scheme: &Arc<dyn Scheme>| std::ptr::addr_eq(Arc::as_ptr(scheme), Arc::as_ptr(&caller.scheme));
        self.places().find(|(_, by)| same(&by.scheme)).map(|(place, _)| (place, caller))
    }

    /// The caller as this policy takes it.
    fn taken<'a>(&self, principal: &'a Principal) -> &'a Principal {
        if self.spec.without_authorities { principal.by_credentials() } else { principal }
    }

    /// Asks whether credentials still count that were accepted a while ago: a request may be a WebSocket.
    fn recheck(&self, scheme: &dyn Scheme, principal: Principal) -> Result<Authentication, Reason> {
        let now = self.settings.clock.now()?;
        if principal.expires_at().is_some_and(|at| at <= now) {
            return Ok(Authentication::refused(Rejection::credentials_ended()));
        }
        Ok(match scheme.recheck(&principal, now) {
            Recheck::UntilExpiry | Recheck::Valid => Authentication::verified(principal),
            Recheck::Ended => Authentication::refused(Rejection::credentials_ended()),
            Recheck::Pending(counts) => Authentication::pending(async move {
                match counts.await {
                    Ok(true) => Outcome::Verified(principal),
                    Ok(false) => Outcome::Refused(Rejection::credentials_ended()),
                    Err(unavailable) => Outcome::Unavailable(unavailable),
                }
            }),
        })
    }
}

/// Keeps what was loaded of the caller for the operations that follow.
pub(super) fn remember(request: &HttpRequest, loaded: &Principal) {
    if let Some(Accepted { caller: Some(caller), .. }) = request.extensions_mut().get_mut::<Accepted>()
        && loaded.has_rights()
        && !caller.principal.has_rights()
    {
        caller.principal = loaded.clone();
    }
}
