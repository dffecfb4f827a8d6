//! Authorities: roles, scopes and whatever else the application itself knows of a caller, such as out of its database.
//!
//! A function of yours loads them, between the authentication of a caller and the conditions of the route. It takes the
//! caller first, then `web::Data`, and returns `Result<Option<Authorities<T>>, E>`:
//!
//! - `Ok(Some(…))`: roles and scopes to add, or to put in the place of what the credentials say, and details of your own type,
//!   which a handler takes as `Details<T>`.
//! - `Ok(None)`: the caller is known no more. The credentials are refused: 401, `invalid_token` for a token.
//! - `Err(…)`: it cannot be said now: 503, and an error event with the error.
//!
//! ```standalone_crate
//! # #[cfg(not(feature = "testing"))] fn main() {}
//! # #[cfg(feature = "testing")]
//! # #[actix_web::main]
//! # async fn main() {
//! use actix_web::{App, get, test, web};
//! use auth_runtime::authorities::AuthorityLoader;
//! use auth_runtime::testing::{TestIssuer, TestRequestExt as _};
//! use auth_runtime::{Auth, Authorities, Details, Principal, requires};
//! # use std::collections::HashMap;
//! # use std::time::Duration;
//!
//! /// What the database knows of a user.
//! struct User { name: &'static str }
//! /// Stands for a pool of connections: the roles of each user, by issuer and subject.
//! type Db = HashMap<(String, String), (&'static str, &'static str)>;
//!
//! async fn load_user(who: Principal, db: web::Data<Db>) -> Result<Option<Authorities<User>>, std::io::Error> {
//!     let key = who.key();
//!     let row = db.get(&(key.issuer().to_owned(), key.subject().to_owned())); // a query, in truth
//!     Ok(row.map(|&(name, role)| Authorities::new(User { name }).replace_roles([role])))
//! }
//!
//! #[requires(bearer, role = "editor")]
//! #[get("/drafts")]
//! async fn drafts(user: Details<User>) -> String {
//!     format!("drafts of {}", user.name)
//! }
//!
//! let issuer = TestIssuer::new();
//! let loader = AuthorityLoader::new(load_user).remember_for(Duration::from_secs(30));
//! let auth = Auth::builder().bearer(issuer.jwt().authorities(loader)).build().unwrap();
//!
//! let alice = issuer.token().subject("alice").sign();
//! let db: Db = [(("https://issuer.test".to_owned(), "alice".to_owned()), ("Alice", "editor"))].into();
//! let app = App::new().app_data(web::Data::new(db)).service(auth.scope("").service(drafts));
//! let app = test::init_service(app).await;
//! let answer = test::call_and_read_body(&app, test::TestRequest::with_uri("/drafts").bearer(alice).to_request()).await;
//! assert_eq!(answer, "drafts of Alice");
//!
//! let mallory = test::TestRequest::with_uri("/drafts").bearer(issuer.token().subject("mallory").sign());
//! assert_eq!(test::call_service(&app, mallory.to_request()).await.status(), 401);
//! # }
//! ```
//!
//! # Where it is said
//!
//! On a configuration, such as `Jwt::…().authorities(load_user)`, or for several at once on the builder, by
//! [`AuthBuilder::authorities`](crate::config::AuthBuilder::authorities), which names whose callers it speaks for. A
//! configuration's own function is asked in the place of the builder's. A scheme of your own says it in its
//! [description](crate::scheme::SchemeDescription::authorities).
//!
//! # When it runs
//!
//! It is a gate: it runs on every route where the configuration has verified the caller, also where no role is asked for, so that
//! whoever is removed from the database is out. It does not run where the policy says `without_authorities`. It runs at most once
//! a request; guards around guards share the result. Requests of one caller that come at the same time share one load, which runs
//! in a task of its own: a connection that is dropped cancels nobody's. Between requests nothing is kept, unless
//! [`remember_for`](AuthorityLoader::remember_for) says so. At most 128 loads of one function run at once; callers
//! [take turns](crate::manual::threats#what-a-stranger-can-cause), and who waits longer than two seconds is answered 503.
//!
//! # Unknown, disputed and replaced
//!
//! What credentials do not say is unknown, and a condition over what is unknown denies. Adding a role lets `role("x")` hold and
//! leaves all others unknown, so `!role("y")` still denies; only replacing makes the set known.
//!
//! # Security
//!
//! - Look callers up by [issuer and subject](crate::Principal::key), never by the subject alone: two issuers may call two people
//!   `alice`.
//! - A token's scopes say what its holder has let a program do. Scopes that authorities give are cut down to those of the
//!   credentials, unless [`dangerous_scopes_beyond_token`](AuthorityLoader::dangerous_scopes_beyond_token) is said. Roles are
//!   not cut: a route that asks for a role alone is open to every program that has a token of a user with that role. The policy
//!   table marks such routes; let them ask for a scope too.

mod function;
mod loader;
mod loading;
mod memory;

use std::sync::Arc;

use crate::principal::{NameChange, Rights};

pub use function::{AuthoritiesAnswer, IntoAuthorityLoader};
pub use loader::AuthorityLoader;
pub(crate) use loading::{LoadFailure, LoadOutcome, Loading, ReadyLoader};

/// What the application knows of a caller: roles and scopes, and details of a type of its own.
///
/// ```
/// use auth_runtime::Authorities;
///
/// struct User { number: u32 }
/// let editor = Authorities::new(User { number: 7 }).replace_roles(["editor"]);
/// let nothing_more = Authorities::<()>::default();
/// # let _ = (editor, nothing_more);
/// ```
#[must_use]
pub struct Authorities<T = ()> {
    details: T,
    details_bytes: usize,
    roles: NameChange,
    scopes: NameChange,
}

debug_by_name!([T] Authorities<T> as "Authorities";);

/// What details take beside their own size, where nothing is said, in bytes.
const DETAILS_BYTES: usize = 512;

impl<T> Authorities<T> {
    /// Nothing but details: roles and scopes are as the credentials say.
    pub fn new(details: T) -> Self {
        let (roles, scopes) = (NameChange::default(), NameChange::default());
        Self { details, details_bytes: DETAILS_BYTES, roles, scopes }
    }

    /// Adds roles to those of the credentials. Called again, or after [`replace_roles`](Self::replace_roles), adds to the same.
    pub fn add_roles(mut self, roles: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        self.roles.add(roles);
        self
    }

    /// Puts roles in the place of those of the credentials, and of those given so far.
    pub fn replace_roles(mut self, roles: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        self.roles.replace(roles);
        self
    }

    /// Adds scopes to those of the credentials, as far as they may: see [the module](self#security).
    pub fn add_scopes(mut self, scopes: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        self.scopes.add(scopes);
        self
    }

    /// Puts scopes in the place of those of the credentials, as far as they may: see [the module](self#security).
    pub fn replace_scopes(mut self, scopes: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        self.scopes.replace(scopes);
        self
    }

    /// How many bytes the details hold beside their own size, in texts and lists; 512 by default. What is
    /// [remembered](AuthorityLoader::remember_for) is bounded by it.
    pub fn details_bytes(mut self, bytes: usize) -> Self {
        self.details_bytes = bytes;
        self
    }
}

impl<T: Default> Default for Authorities<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

/// The same, whatever its details are.
pub(crate) struct Given {
    pub(crate) rights: Rights,
    /// What it takes in memory, estimated on the high side.
    bytes: usize,
}

impl<T: Send + Sync + 'static> From<Authorities<T>> for Given {
    fn from(Authorities { details, details_bytes, roles, scopes }: Authorities<T>) -> Self {
        let bytes = [size_of::<T>(), details_bytes, roles.bytes(), scopes.bytes()];
        let bytes = bytes.into_iter().fold(0, usize::saturating_add);
        Self { rights: Rights { roles, scopes, details: Arc::new(details) }, bytes }
    }
}
