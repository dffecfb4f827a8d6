//! What else is known of the caller, as a type of the application's own.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use crate::extract::identity::{Identity, IdentityOf};
use crate::grant::{AnyScheme, IdentityError};
use crate::principal::Principal;

/// What is known of the caller beyond its name and rights, as a type of the application's own: what a function that loads
/// [authorities](crate::authorities) brought, what a lookup of keys or users returned, or what a scheme of your own attached.
///
/// Cloning shares it. Take it wherever [`Principal`] can be taken. A handler that takes a `T` which one of the schemes of its
/// policy does not give is refused by [`build`](crate::config::AuthBuilder::build), and so is a check that does; a plain handler
/// behind [`requires::<P>()`](crate::mount::route::RouteBuilder::requires) where it is mounted. What neither sees is answered 500,
/// with an error event: an argument whose type does not say `Details<…>` itself or has a parameter of a generic handler. Where only some schemes give it, take [`Optional<Details<T>>`](crate::Optional).
///
/// ```standalone_crate
/// use auth_runtime::{Auth, Authorities, Details, Jwt, Principal, requires};
/// # use std::convert::Infallible;
///
/// struct User { display_name: String }
///
/// async fn load_user(who: Principal) -> Result<Option<Authorities<User>>, Infallible> {
///     Ok(Some(Authorities::new(User { display_name: who.subject().to_uppercase() }))) // from a database
/// }
///
/// #[requires(bearer)]
/// async fn hello(user: Details<User>) -> String {
///     format!("hello {}", user.display_name)
/// }
///
/// # fn main() -> Result<(), auth_runtime::config::ConfigError> {
/// let jwt = Jwt::hs256([7; 32]).issuer("https://idp.example").audience("https://api.example");
/// Auth::builder().bearer(jwt.clone().authorities(load_user)).build()?;
///
/// let error = Auth::builder().bearer(jwt).build().unwrap_err();
/// assert!(error.to_string().contains("`bearer` gives no details of type"));
/// # Ok(()) }
/// ```
pub struct Details<T>(Arc<T>);

impl<T> Details<T> {
    /// The value, shared with whatever remembers it.
    pub fn into_arc(self) -> Arc<T> {
        self.0
    }
}

impl<T> Deref for Details<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> Clone for Details<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

/// The content is left out: it may hold personal data.
impl<T> fmt::Debug for Details<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Details").field(&std::any::type_name::<T>()).finish()
    }
}

impl<T: Send + Sync + 'static> Identity for Details<T> {
    type Scheme = AnyScheme;

    fn identify(caller: &IdentityOf<'_>) -> Result<Option<Self>, IdentityError> {
        Ok(caller.principal().and_then(Principal::details).map(Self))
    }
}
