//! Who calls, and why an identity may not be had of a caller who is genuine.

use std::any::{Any, TypeId};
use std::fmt;
use std::sync::Arc;

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};

use crate::denial::{Denial, Reason};
use crate::principal::Principal;
use crate::scheme::Scheme;
use crate::time::Clock;

/// A decision that went well, untyped: who the caller is, if anyone.
#[derive(Clone)]
pub(crate) struct Caller(Option<Verified>);

/// Whom a scheme has verified.
#[derive(Clone)]
pub(crate) struct Verified {
    pub(crate) principal: Principal,
    /// The type of the scheme that verified it, and the scheme.
    kind: TypeId,
    pub(crate) scheme: Arc<dyn Scheme>,
    pub(crate) clock: Arc<dyn Clock>,
    loaded: Loaded,
}

/// What checks have loaded for the handler, the latest first: nothing on the heap where no check loads.
#[derive(Clone, Default)]
pub(crate) struct Loaded(Option<Arc<LoadedValue>>);

struct LoadedValue {
    value: Arc<dyn Any + Send + Sync>,
    earlier: Loaded,
}

impl Loaded {
    pub(crate) fn push(&mut self, value: Arc<dyn Any + Send + Sync>) {
        let earlier = std::mem::take(self);
        self.0 = Some(Arc::new(LoadedValue { value, earlier }));
    }

    fn find<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        let LoadedValue { value, earlier } = self.0.as_deref()?;
        Arc::clone(value).downcast().ok().or_else(|| earlier.find())
    }
}

impl Caller {
    pub(crate) fn verified(principal: Principal, kind: TypeId, scheme: Arc<dyn Scheme>, clock: Arc<dyn Clock>) -> Self {
        Self(Some(Verified { principal, kind, scheme, clock, loaded: Loaded::default() }))
    }

    pub(crate) fn anonymous() -> Self {
        Self(None)
    }

    /// The same caller, for whom checks have loaded something.
    pub(crate) fn with_loaded(mut self, loaded: Loaded) -> Self {
        self.0.iter_mut().for_each(|verified| verified.loaded.clone_from(&loaded));
        self
    }

    /// What a check has loaded, by its type.
    pub(crate) fn loaded<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        self.0.as_ref()?.loaded.find()
    }

    pub(crate) fn principal(&self) -> Option<&Principal> {
        self.0.as_ref().map(|verified| &verified.principal)
    }

    /// The principal, the scheme that verified it, and the clock it is judged by.
    pub(crate) fn whole(&self) -> Option<&Verified> {
        self.0.as_ref()
    }

    /// The principal and the clock it is judged by, if the scheme of this type verified it.
    pub(crate) fn verified_by(&self, kind: TypeId) -> Option<(&Principal, &Arc<dyn Clock>)> {
        let verified = self.0.as_ref().filter(|verified| verified.kind == kind)?;
        Some((&verified.principal, &verified.clock))
    }
}

/// What a genuine caller has proved does not give the identity that is asked for.
///
/// It is a reason only: the guard makes the denial and the event of it.
#[derive(Clone, Debug)]
pub struct IdentityError {
    pub(crate) reason: Reason,
    pub(crate) claim: Option<Box<UnfitClaim>>,
    /// What the application says of it.
    pub(crate) denial: Option<Arc<Denial>>,
}

impl IdentityError {
    /// The application's own identity is not to be had of this caller.
    pub(crate) fn said(denial: Arc<Denial>) -> Self {
        Self { reason: denial.reason(), claim: None, denial: Some(denial) }
    }
}

/// The claim that does not fit, by its name: its value may be personal.
#[derive(Clone, Debug)]
pub(crate) struct UnfitClaim {
    /// Its path in the claims.
    pub(crate) path: String,
    pub(crate) fault: String,
    /// The type that was asked for.
    pub(crate) expected: &'static str,
}

impl From<Reason> for IdentityError {
    fn from(reason: Reason) -> Self {
        Self { reason, claim: None, denial: None }
    }
}

impl fmt::Display for IdentityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the caller's identity cannot be had: {}", self.reason.label())
    }
}

impl std::error::Error for IdentityError {}

/// For the one who extracts outside a guard: there is no such way, and it is a denial there too.
impl ResponseError for IdentityError {
    fn status_code(&self) -> StatusCode {
        self.reason.status()
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        Denial::of(self.reason).error_response()
    }
}
