//! Functions of the application's own that find who holds a secret: a key, or a token.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::denial::{Rejection, Unavailable};
use crate::scheme::ExposedCredential;
use crate::scheme::api_key::KeyDigest;
use crate::scheme::backend_error::backend_failed;

/// What a function may find by a secret: `Option<T>`, or `Result<T, Rejection>` where it tells why somebody is refused, as by
/// [`Rejection::forbidden`] an account that is known and suspended.
#[diagnostic::on_unimplemented(
    message = "a lookup of `{T}` cannot find `{Self}`",
    label = "neither says whose the credential is nor refuses it",
    note = "return `Result<Option<{T}>, E>`, or `Result<Result<{T}, Rejection>, E>` to say why, where `E: Display` is that it cannot tell"
)]
pub trait LookedUp<T> {
    /// Whose it is, or why nobody's.
    #[doc(hidden)]
    fn found(self) -> Result<T, Rejection>;
}

#[diagnostic::do_not_recommend]
impl<T> LookedUp<T> for Option<T> {
    fn found(self) -> Result<T, Rejection> {
        self.ok_or_else(Rejection::credentials_wrong)
    }
}

#[diagnostic::do_not_recommend]
impl<T> LookedUp<T> for Result<T, Rejection> {
    fn found(self) -> Result<T, Rejection> {
        self
    }
}

/// What a function will have found, whatever its own types are.
type Finding<T> = Pin<Box<dyn Future<Output = Result<Result<T, Rejection>, String>> + Send>>;

/// A function that is given the digest of a secret, or the secret itself.
pub(crate) enum SecretLookup<T> {
    Digest(Arc<dyn Fn(KeyDigest) -> Finding<T> + Send + Sync>),
    Exposed(Arc<dyn Fn(ExposedCredential) -> Finding<T> + Send + Sync>),
}

impl<T: Send + 'static> SecretLookup<T> {
    pub(crate) fn digest<F, Answer, Found, Raw, E>(lookup: F, make: fn(Raw) -> T) -> Self
    where
        F: Fn(KeyDigest) -> Answer + Send + Sync + 'static,
        Answer: Future<Output = Result<Found, E>> + Send + 'static,
        Found: LookedUp<Raw> + 'static,
        Raw: 'static,
        E: fmt::Display + 'static,
    {
        Self::Digest(Arc::new(move |digest| found(lookup(digest), make)))
    }

    pub(crate) fn exposed<F, Answer, Found, Raw, E>(lookup: F, make: fn(Raw) -> T) -> Self
    where
        F: Fn(ExposedCredential) -> Answer + Send + Sync + 'static,
        Answer: Future<Output = Result<Found, E>> + Send + 'static,
        Found: LookedUp<Raw> + 'static,
        Raw: 'static,
        E: fmt::Display + 'static,
    {
        Self::Exposed(Arc::new(move |secret| found(lookup(secret), make)))
    }

    /// Whether the function sees the secret itself.
    pub(crate) fn is_exposed(&self) -> bool {
        matches!(self, Self::Exposed(_))
    }

    /// Calls the function. Its error goes to the log without the secret.
    pub(crate) async fn call(
        self,
        digest: KeyDigest,
        secret: ExposedCredential,
    ) -> Result<Result<T, Rejection>, Unavailable> {
        let text = Zeroizing::new(String::from_utf8_lossy(secret.expose()).into_owned());
        let found = match self {
            Self::Digest(lookup) => lookup(digest).await,
            Self::Exposed(lookup) => lookup(secret).await,
        };
        found.map_err(|error| backend_failed(&error, &[&text]))
    }
}

fn found<T, Found, Raw, E>(
    answer: impl Future<Output = Result<Found, E>> + Send + 'static,
    make: fn(Raw) -> T,
) -> Finding<T>
where
    T: 'static,
    Found: LookedUp<Raw> + 'static,
    Raw: 'static,
    E: fmt::Display + 'static,
{
    Box::pin(async move {
        match answer.await {
            Ok(found) => Ok(found.found().map(make)),
            Err(error) => Err(error.to_string()),
        }
    })
}

impl<T> Clone for SecretLookup<T> {
    fn clone(&self) -> Self {
        match self {
            Self::Digest(lookup) => Self::Digest(Arc::clone(lookup)),
            Self::Exposed(lookup) => Self::Exposed(Arc::clone(lookup)),
        }
    }
}
