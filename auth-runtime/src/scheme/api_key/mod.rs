//! API keys in a header, the query or a cookie.
//!
//! [`ApiKeys`] says where keys travel, [`KeyStore`] where they are looked up, [`NewKey`] makes new ones. Only digests are
//! stored. In a handler, take `ApiKey` for the caller's [`Key`], or `ApiKey<K>` where a function of your own returns `K`.
//!
//! ```standalone_crate
//! use actix_web::{App, get, test};
//! use auth_runtime::api_key::{Key, KeyDigest, KeyStore};
//! use auth_runtime::{ApiKey, ApiKeys, Auth, requires};
//!
//! #[requires(api_key, scope = "orders:read")]
//! #[get("/orders")]
//! async fn orders(caller: ApiKey) -> String {
//!     format!("orders of {}", caller.id())
//! }
//!
//! # #[actix_web::main]
//! # async fn main() -> Result<(), auth_runtime::config::ConfigError> {
//! // For development; use `KeyStore::file`, and `NewKey::generate` for the keys.
//! let store = KeyStore::from([
//!     (KeyDigest::of("test_0123456789abcdef"), Key::new("billing").with_scopes(["orders:read"])),
//!     (KeyDigest::of("test_fedcba9876543210"), Key::new("metrics")),
//! ]);
//! let keys = ApiKeys::header("X-API-Key", store).environment("test");
//! let auth = Auth::builder().realm("shop").api_key(keys).build()?;
//! let app = test::init_service(App::new().service(auth.scope("").service(orders))).await;
//!
//! let answer = test::call_service(&app, test::TestRequest::with_uri("/orders").to_request()).await;
//! assert_eq!(answer.status(), 401);
//! assert_eq!(answer.headers().get("WWW-Authenticate").unwrap(), r#"ApiKey realm="shop", in="header", name="X-API-Key""#);
//!
//! let with = |key| test::TestRequest::with_uri("/orders").insert_header(("X-API-Key", key)).to_request();
//! let answer = test::call_service(&app, with("test_0123456789abcdef")).await;
//! assert_eq!(test::read_body(answer).await, "orders of billing");
//! assert_eq!(test::call_service(&app, with("test_fedcba9876543210")).await.status(), 403);
//! assert_eq!(test::call_service(&app, with("live_0123456789abcdef")).await.status(), 401);
//! # Ok(())
//! # }
//! ```

mod carrier;
mod file;
mod key;
mod keys;
mod new_key;
mod store;
mod table;

use std::fmt;
use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::http::header::HeaderMap;

use self::carrier::{Carrier, Sent};
use self::key::is_environment;
use self::store::{Lookup, Store};
use self::table::{Table, principal};
use crate::denial::Challenge;
use crate::denial::Reason;
use crate::principal::Principal;
use crate::scheme::backend_error::log_backend_error;
use crate::scheme::{Authentication, Context, Credentials, Outcome, Scheme};

pub use self::key::{Key, KeyDigest, KeyFault};
pub use self::keys::ApiKeys;
pub use self::new_key::NewKey;
pub use self::store::KeyStore;

const NAME: &str = "api_key";

/// Longest key, in bytes.
const KEY_MAX: usize = 512;

/// The scheme behind `#[requires(api_key)]`; configured by [`ApiKeys`].
pub struct ApiKeyScheme {
    configuration: Option<Arc<str>>,
    carrier: Carrier,
    store: Store,
    environment: Option<Box<str>>,
}

#[diagnostic::do_not_recommend]
impl Scheme for ApiKeyScheme {
    fn name(&self) -> &'static str {
        NAME
    }

    fn credentials(&self, context: &Context<'_>) -> Credentials {
        match self.carrier.sent(context.request()) {
            Sent::Absent => Credentials::Absent,
            Sent::Unreadable(_) | Sent::Present(_) => self.carrier.kind(),
        }
    }

    /// By the key's environment, then by whether it is in the file or list.
    fn recognizes(&self, context: &Context<'_>) -> bool {
        let Sent::Present(key) = self.carrier.sent(context.request()) else { return false };
        self.check_text(&key).is_ok()
            && match &self.store {
                Store::Fixed(table) => table.find(&KeyDigest::of(&key)).is_some(),
                Store::Watched(file) => file.current().find(&KeyDigest::of(&key)).is_some(),
                Store::Function(_) => true,
            }
    }

    fn authenticate(&self, context: &Context<'_>) -> Authentication {
        let key = match self.carrier.sent(context.request()) {
            Sent::Absent => return Authentication::Ready(Outcome::Absent),
            Sent::Unreadable(reason) => return Authentication::Ready(Outcome::Rejected(reason.into())),
            Sent::Present(key) => key,
        };
        if let Err(reason) = self.check_text(&key) {
            return Authentication::Ready(Outcome::Rejected(reason.into()));
        }
        let digest = KeyDigest::of(&key);
        match &self.store {
            Store::Fixed(table) => Authentication::Ready(self.find(table, &digest, context)),
            Store::Watched(file) => Authentication::Ready(self.find(&file.current(), &digest, context)),
            Store::Function(lookup) => self.ask(lookup, digest, context),
        }
    }

    fn challenge(&self) -> Challenge {
        self.carrier.challenge()
    }

    fn answer(&self, _: &HttpRequest, _: Option<&Principal>, headers: &mut HeaderMap) {
        if let Some((name, value)) = self.carrier.owed() {
            headers.insert(name, value);
        }
    }
}

impl ApiKeyScheme {
    /// What can be said of a key by its text.
    fn check_text(&self, key: &[u8]) -> Result<(), Reason> {
        if key.is_empty() || key.len() > KEY_MAX {
            return Err(Reason::CredentialsWrong);
        }
        let Some(environment) = &self.environment else { return Ok(()) };
        let prefix = key.iter().position(|&byte| byte == b'_').and_then(|end| str::from_utf8(key.get(..end)?).ok());
        match prefix {
            Some(prefix) if *prefix == **environment => Ok(()),
            Some(prefix) if is_environment(prefix) => Err(Reason::KeyOfOtherEnvironment),
            _ => Err(Reason::CredentialsWrong),
        }
    }

    fn find(&self, table: &Table, digest: &KeyDigest, context: &Context<'_>) -> Outcome {
        let Some(known) = table.find(digest) else { return Outcome::Rejected(Reason::CredentialsWrong.into()) };
        match check_key(&known.key, self.environment.as_deref(), || context.now()) {
            Ok(()) => Outcome::Verified(known.principal.clone()),
            Err(fault) => fault.outcome(),
        }
    }

    fn ask(&self, lookup: &Arc<Lookup>, digest: KeyDigest, context: &Context<'_>) -> Authentication {
        let answer = lookup(digest);
        let environment = self.environment.clone();
        let (configuration, clock) = (self.configuration.clone(), Arc::clone(context.clock()));
        Authentication::Pending(Box::pin(async move {
            let found = match answer.await {
                Ok(Some(found)) => found,
                Ok(None) => return Outcome::Rejected(Reason::CredentialsWrong.into()),
                Err(error) => {
                    log_backend_error(NAME, configuration.as_deref(), &*error, &[]);
                    return Outcome::Unavailable(Reason::BackendUnavailable);
                }
            };
            match check_key(&found.key, environment.as_deref(), || Ok(clock.now()?)) {
                Ok(()) => Outcome::Verified(principal(&found.key, configuration, found.details)),
                Err(fault) => fault.outcome(),
            }
        }))
    }
}

/// Why a key that exists does not count.
enum Unusable {
    Refused(Reason),
    Undecidable(Reason),
}

impl Unusable {
    fn outcome(self) -> Outcome {
        match self {
            Self::Refused(reason) => Outcome::Rejected(reason.into()),
            Self::Undecidable(reason) => Outcome::Unavailable(reason),
        }
    }
}

/// The clock is read only for keys that expire.
fn check_key(key: &Key, environment: Option<&str>, now: impl FnOnce() -> Result<i64, Reason>) -> Result<(), Unusable> {
    let of_other = environment.zip(key.environment()).is_some_and(|(wanted, actual)| wanted != actual);
    if of_other {
        return Err(Unusable::Refused(Reason::KeyOfOtherEnvironment));
    }
    if key.expires_at().is_some() && key.has_expired(now().map_err(Unusable::Undecidable)?) {
        return Err(Unusable::Refused(Reason::KeyExpired));
    }
    Ok(())
}

impl fmt::Debug for ApiKeyScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKeyScheme")
            .field("configuration", &self.configuration)
            .field("carrier", &self.carrier)
            .field("environment", &self.environment)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
