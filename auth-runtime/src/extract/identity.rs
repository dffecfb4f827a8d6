//! The caller as a handler sees it.

use std::any::TypeId;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use actix_web::HttpRequest;

use crate::denial::Reason;
use crate::extract::details::Details;
use crate::extract::until_ended::{EndingStream, UntilEnded};
use crate::grant::{
    AnyScheme, Caller, FromGrant, FromToken, Grant, IdentityError, MayYield, UnfitClaim, Verified, ViaGrant, ViaPlace,
    Yields,
};
use crate::policy::Policy;
use crate::principal::{Confirmation, DetailsType, Principal, Unfit};
use crate::scheme::{ApiKeyScheme, BearerScheme, DigestScheme, DpopScheme, Key, Scheme, digest};
#[cfg(feature = "basic")]
use crate::scheme::{BasicScheme, User};
use crate::time::{Clock, UnixTime};

/// A caller authenticated by a token, with the token's claims as `C`.
///
/// The standard claims are checked whatever `C` asks for. Cloning shares the claims. A token whose claims do not fit `C` is
/// answered 401 `invalid_token`, and the log names the field.
///
/// ```
/// use actix_web::get;
/// use auth_runtime::{Bearer, requires};
///
/// #[derive(serde::Deserialize)]
/// struct Claims {
///     sub: String,
///     tenant: Option<String>,
/// }
///
/// #[requires(bearer)]
/// #[get("/me")]
/// async fn me(caller: Bearer<Claims>) -> String {
///     format!("{} until {}", caller.sub, caller.expires_at()) // seconds since 1970
/// }
/// ```
pub struct Bearer<C = Map<String, Value>> {
    claims: Arc<C>,
    principal: Principal,
    clock: Arc<dyn Clock>,
}

/// A caller authenticated by user name and password; `U` is what the application's own verification returns.
///
/// Another `U` than that is answered 500, with an error event that names the handler.
#[cfg(feature = "basic")]
pub struct Basic<U = User> {
    user: Arc<U>,
    principal: Principal,
}

/// A caller authenticated by Digest; `U` is what the application's own lookup returns.
///
/// Another `U` than that is answered 500, with an error event that names the handler.
pub struct Digest<U = digest::User> {
    user: Arc<U>,
    principal: Principal,
}

/// A caller authenticated by an API key; `K` is what the application's own key store returns.
///
/// Another `K` than that is answered 500, with an error event that names the handler.
pub struct ApiKey<K = Key> {
    key: Arc<K>,
    principal: Principal,
}

/// An identity that the policy may or may not yield: under `any(…)` another scheme may have decided, under
/// `optional(…)` nobody may have called.
///
/// Use this instead of `Option`, which actix fills with `None` on every error.
///
/// ```
/// use actix_web::get;
/// use auth_runtime::{Optional, Principal, requires};
///
/// #[requires(optional(bearer))]
/// #[get("/greeting")]
/// async fn greeting(who: Optional<Principal>) -> String {
///     who.as_ref().map_or("hello stranger".into(), |who| format!("hello {}", who.subject()))
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Optional<T>(Option<T>);

/// A caller authenticated by a token that is bound to a key of its own, with the token's claims as `C`; the proof was good.
///
/// All that [`Bearer`] says of claims holds here.
///
/// ```standalone_crate
/// use actix_web::post;
/// use auth_runtime::{Dpop, requires};
///
/// #[derive(serde::Deserialize)]
/// struct Claims {
///     sub: String,
/// }
///
/// #[requires(dpop, scope = "pay")]
/// #[post("/pay")]
/// async fn pay(caller: Dpop<Claims>) -> String {
///     format!("{} by key {}", caller.sub, caller.key_thumbprint())
/// }
/// ```
pub struct Dpop<C = Map<String, Value>> {
    claims: Arc<C>,
    principal: Principal,
    clock: Arc<dyn Clock>,
}

impl<C> Dpop<C> {
    /// The base64url of the SHA-256 thumbprint of the caller's key (RFC 7638): `cnf.jkt` of the token.
    pub fn key_thumbprint(&self) -> &str {
        match self.principal.confirmation() {
            Some(Confirmation::KeyThumbprint(thumbprint)) => thumbprint,
            // Nobody else is let in.
            _ => "",
        }
    }
}

macro_rules! identity_of_token {
    ($identity:ident, $scheme:ty) => {
        impl<C> $identity<C> {
            /// When the token expires, in seconds since 1970. A JWT without `exp` is refused; for an [opaque token of your
            /// own](crate::opaque) that never expires it is [`UnixTime::MAX`].
            pub fn expires_at(&self) -> UnixTime {
                self.principal.expires_at().unwrap_or(UnixTime::MAX)
            }

            /// Ends `stream` when the token expires, so that a long answer or a WebSocket does not outlive the right to it.
            ///
            /// Counted from now by the monotonic clock, to `exp` itself: the leeway is for clocks that disagree, not for use.
            /// ```no_run
            #[doc = concat!("# async fn f(caller: auth_runtime::", stringify!($identity), ", messages: actix_web::web::Payload) {")]
            /// use futures_util::StreamExt as _;
            ///
            /// let mut messages = caller.until_expiry(messages);
            /// while let Some(message) = messages.next().await { /* … */ }
            /// # }
            /// ```
            pub fn until_expiry<S>(&self, stream: S) -> EndingStream<S> {
                UntilEnded::after(self.time_left()).stream(stream)
            }

            /// Time left until the token expires; zero once it has, or while the clock cannot be read.
            pub fn time_left(&self) -> Duration {
                let left = self.clock.now().map_or(0, |now| self.expires_at().saturating_sub(now));
                Duration::from_secs(u64::try_from(left).unwrap_or(0))
            }

            /// The scheme-independent view of the caller.
            pub fn principal(&self) -> &Principal {
                &self.principal
            }

            /// The claims, cloned if they are shared.
            pub fn into_inner(self) -> C
            where
                C: Clone,
            {
                Arc::unwrap_or_clone(self.claims)
            }
        }

        impl<C: DeserializeOwned + Send + Sync + 'static> Identity for $identity<C> {
            type Scheme = $scheme;

            fn identify(caller: &IdentityOf<'_>) -> Result<Option<Self>, IdentityError> {
                let Some((principal, clock)) = caller.by::<$scheme>() else { return Ok(None) };
                match principal.claims_as().ok_or(Reason::ClaimsUnfit)? {
                    Ok(claims) => Ok(Some(Self { claims, principal: principal.clone(), clock: Arc::clone(clock) })),
                    Err(error) => Err(unfit::<C>(&error)),
                }
            }
        }

        impl<P: Policy<Access: Yields<$scheme>>, C: DeserializeOwned + Send + Sync + 'static> FromToken<P> for $identity<C> {
            fn from_token(grant: &Grant<P>) -> Result<Self, IdentityError> {
                certain(grant)
            }
        }
    };
}

identity_of_token!(Bearer, BearerScheme);
identity_of_token!(Dpop, DpopScheme);

macro_rules! identity_of_scheme {
    ($identity:ident<$content:ident>, $field:ident $(, $shared:ident)?) => {
        impl<$content> Deref for $identity<$content> {
            type Target = $content;

            fn deref(&self) -> &$content {
                &self.$field
            }
        }

        impl<$content> Clone for $identity<$content> {
            fn clone(&self) -> Self {
                Self {
                    $field: Arc::clone(&self.$field),
                    principal: self.principal.clone(),
                    $($shared: Arc::clone(&self.$shared),)?
                }
            }
        }

        /// The content is left out: it may hold personal data.
        impl<$content> fmt::Debug for $identity<$content> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($identity)).field("principal", &self.principal).finish_non_exhaustive()
            }
        }
    };
}

identity_of_scheme!(Bearer<C>, claims, clock);
identity_of_scheme!(Dpop<C>, claims, clock);
#[cfg(feature = "basic")]
identity_of_scheme!(Basic<U>, user);
identity_of_scheme!(Digest<U>, user);
identity_of_scheme!(ApiKey<K>, key);

#[cfg(feature = "basic")]
impl<U> Basic<U> {
    /// The scheme-independent view of the caller.
    pub fn principal(&self) -> &Principal {
        &self.principal
    }
}

impl<U> Digest<U> {
    /// The scheme-independent view of the caller.
    pub fn principal(&self) -> &Principal {
        &self.principal
    }
}

impl<K> ApiKey<K> {
    /// The scheme-independent view of the caller.
    pub fn principal(&self) -> &Principal {
        &self.principal
    }
}

impl<T> Optional<T> {
    /// The identity, if there is one.
    pub fn into_inner(self) -> Option<T> {
        self.0
    }
}

impl<T> Deref for Optional<T> {
    type Target = Option<T>;

    fn deref(&self) -> &Option<T> {
        &self.0
    }
}

/// How an identity comes out of what the decision left. `None` where another scheme decided, or nobody called.
pub trait Identity: Sized {
    /// The scheme's type, as the macros name it in [`Yields`] and [`MayYield`].
    type Scheme: ?Sized;

    #[doc(hidden)]
    fn identify(caller: &IdentityOf<'_>) -> Result<Option<Self>, IdentityError>;
}

/// What an identity is made from.
pub struct IdentityOf<'a>(&'a Caller);

debug_by_name!([] IdentityOf<'_> as "IdentityOf";);

impl IdentityOf<'_> {
    /// The principal, whatever scheme verified it.
    pub(super) fn principal(&self) -> Option<&Principal> {
        self.0.principal()
    }

    /// The principal, the scheme that verified it, and its clock.
    pub(super) fn whole(&self) -> Option<&Verified> {
        self.0.whole()
    }

    /// The principal and its clock, if scheme `S` verified it.
    pub(crate) fn by<S: Scheme>(&self) -> Option<(&Principal, &Arc<dyn Clock>)> {
        self.0.verified_by(TypeId::of::<S>())
    }
}

/// Names the field and not its value: claims may hold personal data.
fn unfit<C>(error: &Unfit) -> IdentityError {
    let message = error.inner().to_string();
    let names_only = ["missing field", "unknown field", "duplicate field"];
    let named = names_only.iter().any(|start| message.starts_with(start));
    let fault = if named { message } else { "a value of another type".to_owned() };
    let claim = UnfitClaim { path: error.path().to_string(), fault, expected: std::any::type_name::<C>() };
    IdentityError { claim: Some(Box::new(claim)), ..Reason::ClaimsUnfit.into() }
}

#[cfg(feature = "basic")]
impl<U: Send + Sync + 'static> Identity for Basic<U> {
    type Scheme = BasicScheme;

    fn identify(caller: &IdentityOf<'_>) -> Result<Option<Self>, IdentityError> {
        let Some((principal, _)) = caller.by::<BasicScheme>() else { return Ok(None) };
        let user = principal.details().ok_or(Reason::IdentityUnfit)?;
        Ok(Some(Self { user, principal: principal.clone() }))
    }
}

impl<U: Send + Sync + 'static> Identity for Digest<U> {
    type Scheme = DigestScheme;

    fn identify(caller: &IdentityOf<'_>) -> Result<Option<Self>, IdentityError> {
        let Some((principal, _)) = caller.by::<DigestScheme>() else { return Ok(None) };
        let user = principal.details().ok_or(Reason::IdentityUnfit)?;
        Ok(Some(Self { user, principal: principal.clone() }))
    }
}

impl<K: Send + Sync + 'static> Identity for ApiKey<K> {
    type Scheme = ApiKeyScheme;

    fn identify(caller: &IdentityOf<'_>) -> Result<Option<Self>, IdentityError> {
        let Some((principal, _)) = caller.by::<ApiKeyScheme>() else { return Ok(None) };
        let key = principal.details().ok_or(Reason::IdentityUnfit)?;
        Ok(Some(Self { key, principal: principal.clone() }))
    }
}

impl Identity for Principal {
    type Scheme = AnyScheme;

    fn identify(caller: &IdentityOf<'_>) -> Result<Option<Self>, IdentityError> {
        Ok(caller.0.principal().cloned())
    }
}

/// The identity where the policy makes it certain.
pub(crate) fn certain<P, T: Identity>(grant: &Grant<P>) -> Result<T, IdentityError> {
    // The macro promised it; denying is the safe side of a promise not kept.
    T::identify(&IdentityOf(grant.caller()))?.ok_or_else(|| Reason::IdentityUnfit.into())
}

macro_rules! from_grant {
    ($([$($generics:tt)*] $identity:ty, $scheme:ty;)+) => {$(
        #[diagnostic::do_not_recommend]
        impl<P: Policy<Access: Yields<$scheme>>, $($generics)*> FromGrant<P, ViaGrant> for $identity {
            fn from_grant(grant: &Grant<P>, _: &HttpRequest) -> Result<Option<Self>, IdentityError> {
                certain(grant).map(Some)
            }
        }
    )+};
}

#[diagnostic::do_not_recommend]
impl<P: Policy<Access: Yields<AnyScheme>>, T: Send + Sync + 'static> FromGrant<P, ViaGrant> for Details<T> {
    fn details() -> Option<DetailsType> {
        Some(DetailsType::of::<T>())
    }

    fn from_grant(grant: &Grant<P>, _: &HttpRequest) -> Result<Option<Self>, IdentityError> {
        certain(grant).map(Some)
    }
}

from_grant! {
    [U: Send + Sync + 'static] Digest<U>, DigestScheme;
    [K: Send + Sync + 'static] ApiKey<K>, ApiKeyScheme;
    [] Principal, AnyScheme;
}

#[cfg(feature = "basic")]
from_grant! {
    [U: Send + Sync + 'static] Basic<U>, BasicScheme;
}

#[diagnostic::do_not_recommend]
impl<P: Policy<Access: MayYield<T::Scheme, At>>, T: Identity, At> FromGrant<P, ViaPlace<At>> for Optional<T> {
    fn from_grant(grant: &Grant<P>, _: &HttpRequest) -> Result<Option<Self>, IdentityError> {
        T::identify(&IdentityOf(grant.caller())).map(|identity| Some(Self(identity)))
    }
}
