//! A session as a handler sees it.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use actix_web::HttpRequest;

use crate::denial::Reason;
use crate::extract::identity::{Identity, IdentityOf, certain};
use crate::grant::{FromGrant, Grant, IdentityError, UnfitClaim, ViaGrant, Yields};
use crate::policy::Policy;
use crate::principal::Principal;
use crate::scheme::SessionScheme;
use crate::scheme::session::CurrentSession;
use crate::time::UnixTime;

/// A caller who has signed in; `T` is what [`SignIn<T>`](crate::SignIn) put into the session.
///
/// Cloning shares it. A session whose details are not a `T` is answered 401, and the log names the field: after a change of the type, people
/// sign in again.
///
/// ```standalone_crate
/// use actix_web::get;
/// use auth_runtime::{Session, requires};
///
/// #[derive(serde::Serialize, serde::Deserialize)]
/// struct User { name: String }
///
/// #[requires(session)]
/// #[get("/me")]
/// async fn me(session: Session<User>) -> String {
///     format!("{}, signed in since {}", session.name, session.created_at()) // seconds since 1970
/// }
/// ```
pub struct Session<T = ()> {
    details: Arc<T>,
    current: Arc<CurrentSession>,
    principal: Principal,
}

impl<T> Session<T> {
    /// The scheme-independent view of the caller.
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// What the session is called, which lets nobody in, and stays when the id in the cookie changes.
    pub fn id(&self) -> &str {
        &self.current.record().sid
    }

    /// When it was signed in, in seconds since 1970.
    pub fn created_at(&self) -> UnixTime {
        self.current.record().created_at
    }

    /// When it ends however it is used, in seconds since 1970.
    pub fn ends_at(&self) -> UnixTime {
        self.current.ends_at()
    }

    /// The details, shared.
    pub fn into_arc(self) -> Arc<T> {
        self.details
    }
}

impl<T> Deref for Session<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.details
    }
}

impl<T> Clone for Session<T> {
    fn clone(&self) -> Self {
        let Self { details, current, principal } = self;
        Self { details: Arc::clone(details), current: Arc::clone(current), principal: principal.clone() }
    }
}

/// The details are left out: they may hold personal data.
impl<T> fmt::Debug for Session<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("principal", &self.principal).finish_non_exhaustive()
    }
}

impl<T: DeserializeOwned + Send + Sync + 'static> Identity for Session<T> {
    type Scheme = SessionScheme;

    fn identify(caller: &IdentityOf<'_>) -> Result<Option<Self>, IdentityError> {
        let Some((principal, _)) = caller.by::<SessionScheme>() else { return Ok(None) };
        let current = principal.details::<CurrentSession>().ok_or(Reason::IdentityUnfit)?;
        let details = match principal.details::<T>() {
            Some(known) => known,
            None => Arc::new(read(current.record().details.as_deref())?),
        };
        Ok(Some(Self { details, current, principal: principal.clone() }))
    }
}

fn read<T: DeserializeOwned>(details: Option<&str>) -> Result<T, IdentityError> {
    let mut text = serde_json::Deserializer::from_str(details.unwrap_or("null"));
    serde_path_to_error::deserialize(&mut text).map_err(|error| {
        let claim = UnfitClaim {
            path: format!("details of the session: {}", error.path()),
            fault: "a value of another type".to_owned(),
            expected: std::any::type_name::<T>(),
        };
        IdentityError { claim: Some(Box::new(claim)), ..Reason::ClaimsUnfit.into() }
    })
}

#[diagnostic::do_not_recommend]
impl<P, T> FromGrant<P, ViaGrant> for Session<T>
where
    P: Policy<Access: Yields<SessionScheme>>,
    T: DeserializeOwned + Send + Sync + 'static,
{
    fn from_grant(grant: &Grant<P>, _: &HttpRequest) -> Result<Option<Self>, IdentityError> {
        certain(grant).map(Some)
    }
}
