//! API keys in a header of their own, in `Authorization`, the query or a cookie.
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
mod secret_lookup;
mod store;
mod table;

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use self::carrier::{Carrier, Sent};
use self::key::is_environment;
use self::store::{FoundKey, Function, Store};
use self::table::{Table, builder};
use super::{
    Additions, Authentication, Context, CredentialForm, Credentials, Evidence, ExposedCredential, Outcome, Read,
    Recognition, Response, Scheme, SchemeDescription,
};
use crate::authorities::AuthorityLoader;
use crate::denial::{Reason, Rejection};
use crate::http::peer::AddressShare;
use crate::limits::{Answer, Spent, Tried};
use crate::principal::{Forgetful, Principal};
use crate::shares::{KnownCallers, Presented};
use crate::time::ClockError;

pub use self::key::{Key, KeyDigest, KeyFault};
pub use self::keys::ApiKeys;
pub use self::new_key::NewKey;
pub use self::secret_lookup::LookedUp;
pub(crate) use self::secret_lookup::SecretLookup;
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
    authorities: Option<AuthorityLoader>,
}

#[diagnostic::do_not_recommend]
impl Scheme for ApiKeyScheme {
    fn name(&self) -> &'static str {
        NAME
    }

    fn describe(&self) -> SchemeDescription {
        let description =
            self.store.describe(self.carrier.describe()).with_fixed_challenge().loaded_by(self.authorities.clone());
        let description = description.counts_attempts();
        match (&self.environment, &self.store) {
            (Some(name), _) => {
                description.demands("environment", &**name).form(CredentialForm::Prefix(format!("{name}_").into()))
            }
            (None, Store::Function(..)) => description.form(CredentialForm::Any),
            (None, Store::Fixed(_) | Store::Watched(_)) => description.form(CredentialForm::Listed),
        }
    }

    fn find<'a>(&self, context: &Context<'a>) -> Credentials<'a> {
        let evidence = match self.carrier.sent(context) {
            Sent::Absent => return Credentials::Absent,
            Sent::Unreadable(rejection) => Evidence::unreadable(rejection),
            Sent::Present(key) => Evidence(Read::Key(key)),
        };
        if self.carrier.is_ambient() { Credentials::Ambient(evidence) } else { Credentials::Explicit(evidence) }
    }

    /// By the key's environment, then by whether it is in the file or list.
    fn recognizes<'a>(&self, _: &Context<'a>, evidence: &Evidence<'a>) -> Recognition {
        let Read::Key(key) = &evidence.0 else { return Recognition::No };
        if self.check_text(key).is_err() {
            return Recognition::No;
        }
        let is_known = match &self.store {
            Store::Fixed(table) => table.find(&KeyDigest::of(key)).is_some(),
            Store::Watched(file) => file.current().find(&KeyDigest::of(key)).is_some(),
            Store::Function(..) if self.environment.is_some() => true,
            Store::Function(..) => return Recognition::Perhaps,
        };
        if is_known { Recognition::Mine } else { Recognition::No }
    }

    fn authenticate<'a>(&self, context: &Context<'a>, evidence: Evidence<'a>) -> Authentication {
        let Read::Key(key) = evidence.0 else { return Authentication::refused(Rejection::credentials_wrong()) };
        if let Err(rejection) = context.check_attempt(tried(context.address_share())) {
            // Wrong keys of others at its address do not keep out one that was good there.
            if !self.is_known_at(context.address_share(), &key) {
                return Authentication::refused(rejection);
            }
        }
        if let Err(rejection) = self.check_text(&key) {
            return Self::counted(context, Outcome::Refused(rejection));
        }
        let digest = KeyDigest::of(&key);
        match &self.store {
            Store::Fixed(table) => Self::counted(context, self.find_key(table, &digest, context)),
            Store::Watched(file) => Self::counted(context, self.find_key(&file.current(), &digest, context)),
            Store::Function(function) => self.ask(function, &key, digest, context),
        }
    }

    fn respond(&self, _: &Context<'_>, _: Option<&Principal>) -> Response {
        match self.carrier.owed() {
            Some((name, value)) => Response::Ready(Additions::new().set(name, value)),
            None => Response::Nothing,
        }
    }
}

impl ApiKeyScheme {
    fn is_known_at(&self, address: AddressShare, key: &[u8]) -> bool {
        let digest = KeyDigest::of(key);
        let is_known = |table: &Table| table.find(&digest).is_some_and(|known| known.is_known_at(address));
        match &self.store {
            Store::Fixed(table) => is_known(table),
            Store::Watched(file) => is_known(&file.current()),
            Store::Function(function) => {
                let presented = Presented::new(digest.as_bytes(), (), address);
                address.is_told_apart() && function.known.claimant(presented, Instant::now()).is_known()
            }
        }
    }

    /// Who was good within the last hour, where keys are looked up.
    pub(crate) fn forgetful(&self) -> Option<Arc<dyn Forgetful>> {
        match &self.store {
            Store::Function(function) => Some(Arc::<KnownCallers>::clone(&function.known)),
            Store::Fixed(_) | Store::Watched(_) => None,
        }
    }

    /// A wrong key is counted, and one too many is told to wait.
    fn counted(context: &Context<'_>, outcome: Outcome) -> Authentication {
        match context.attempts().filter(|_| is_wrong(&outcome)) {
            None => outcome.into(),
            Some(attempts) => match attempts.judge(tried(context.address_share()), true) {
                Answer::Now(counted) => or_too_often(counted, outcome).into(),
                Answer::Asked(counted) => Authentication::pending(async move { or_too_often(counted.await, outcome) }),
            },
        }
    }

    /// What can be said of a key by its text.
    fn check_text(&self, key: &[u8]) -> Result<(), Rejection> {
        if key.is_empty() || key.len() > KEY_MAX {
            return Err(Rejection::credentials_wrong());
        }
        let Some(environment) = &self.environment else { return Ok(()) };
        let prefix = key.iter().position(|&byte| byte == b'_').and_then(|end| str::from_utf8(key.get(..end)?).ok());
        match prefix {
            Some(prefix) if *prefix == **environment => Ok(()),
            Some(prefix) if is_environment(prefix) => Err(Rejection::key_of_other_environment()),
            _ => Err(Rejection::credentials_wrong()),
        }
    }

    fn find_key(&self, table: &Table, digest: &KeyDigest, context: &Context<'_>) -> Outcome {
        let Some(known) = table.find(digest) else { return Outcome::Refused(Rejection::credentials_wrong()) };
        match check_key(&known.key, self.environment.as_deref(), || context.now()) {
            Ok(()) => {
                known.was_good(context.address_share());
                Outcome::Verified(known.principal.clone())
            }
            Err(reason) => Outcome::failed(reason),
        }
    }

    fn ask(&self, function: &Function, key: &[u8], digest: KeyDigest, context: &Context<'_>) -> Authentication {
        let (lookup, key, lookups) = (function.lookup.clone(), ExposedCredential::new(key), function.lookups.clone());
        let presented = Presented::unguessable(digest.as_bytes(), context.address_share());
        let (known, environment) = (Arc::clone(&function.known), self.environment.clone());
        let (configuration, clock) = (self.configuration.clone(), Arc::clone(context.clock()));
        let (attempts, address) = (context.attempts().cloned(), context.address_share());
        Authentication::pending(async move {
            let claimant = known.claimant(presented, Instant::now());
            let found = match lookups.run(claimant, move || lookup.call(digest, key)).await {
                Ok(found) => found,
                Err(unavailable) => return Outcome::Unavailable(unavailable),
            };
            let outcome = match found {
                Ok(FoundKey { key, details }) => match check_key(&key, environment.as_deref(), || clock.now()) {
                    Ok(()) => {
                        let principal = builder(&key, configuration, details).credential_id(digest.to_string()).build();
                        let who = principal.key();
                        known.insert(presented.owned_by((who.issuer(), who.subject())), Instant::now());
                        return Outcome::Verified(principal);
                    }
                    Err(reason) => Outcome::failed(reason),
                },
                Err(rejection) => Outcome::Refused(rejection),
            };
            let outcome = outcome.once_good(known.forget(digest.as_bytes()));
            match attempts.filter(|_| is_wrong(&outcome)) {
                Some(attempts) => or_too_often(attempts.judge(tried(address), true).done().await, outcome),
                None => outcome,
            }
        })
    }
}

/// A key names no account before it is found, and nobody guesses one: what counts is who sends many.
fn tried(address: AddressShare) -> Tried<'static> {
    Tried::anonymous(NAME, address)
}

fn or_too_often(counted: Result<(), Spent>, outcome: Outcome) -> Outcome {
    counted.map_or_else(|spent| Outcome::Refused(spent.into()), |()| outcome)
}

/// Whether it was not a key at all: one that has expired was not guessed.
fn is_wrong(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Refused(rejection) if rejection.reason() == Reason::CredentialsWrong)
}

/// Why a key that exists does not count. The clock is read only for keys that expire.
fn check_key(
    key: &Key,
    environment: Option<&str>,
    now: impl FnOnce() -> Result<i64, ClockError>,
) -> Result<(), Reason> {
    let of_other = environment.zip(key.environment()).is_some_and(|(wanted, actual)| wanted != actual);
    if of_other {
        return Err(Reason::KeyOfOtherEnvironment);
    }
    if key.expires_at().is_some() && key.has_expired(now()?) {
        return Err(Reason::KeyExpired);
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
