//! Opaque tokens of your own, such as personal access tokens: random texts that a function of yours looks up.
//!
//! ```standalone_crate
//! use actix_web::{App, get, test};
//! use auth_runtime::api_key::KeyDigest;
//! use auth_runtime::opaque::{Holder, Opaque};
//! use auth_runtime::{Auth, Details, Principal, requires};
//!
//! /// What the application knows of a token.
//! struct Pat { label: &'static str }
//!
//! /// Stands for `SELECT … FROM tokens WHERE sha256 = $1`.
//! async fn find_pat(digest: KeyDigest) -> Result<Option<Holder<Pat>>, std::io::Error> {
//!     let is_known = digest == KeyDigest::of("mrp_2b8a1c9d0e7f4a6b");
//!     Ok(is_known.then(|| Holder::new("alice").scopes(["read"]).id("7").details(Pat { label: "laptop" })))
//! }
//!
//! #[requires(bearer("pat"), scope = "read")]
//! #[get("/notes")]
//! async fn notes(who: Principal, pat: Details<Pat>) -> String {
//!     format!("{} by {}", who.subject(), pat.label)
//! }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! let auth = Auth::builder().bearer_named("pat", Opaque::lookup(find_pat).prefix("mrp_")).build().unwrap();
//! let app = test::init_service(App::new().service(auth.scope("").service(notes))).await;
//! let with = |token: &str| {
//!     let request = test::TestRequest::with_uri("/notes").insert_header(("Authorization", format!("Bearer {token}")));
//!     request.to_request()
//! };
//! assert_eq!(test::call_and_read_body(&app, with("mrp_2b8a1c9d0e7f4a6b")).await, "alice by laptop");
//! assert_eq!(test::call_service(&app, with("mrp_0000000000000000")).await.status(), 401);
//! # }
//! ```
//!
//! # Beside other tokens
//!
//! `any(bearer("pat"), bearer)` accepts both; which configuration a token is for is told by its form, before anything is asked: what
//! begins with `mrp_` is looked up, and a JWT is verified. None is tried both ways. [`build`](crate::config::AuthBuilder::build)
//! refuses prefixes of which one begins with the other, and those that a JWT could begin with.
//!
//! # Security
//!
//! - Give tokens at least 128 random bits and store their SHA-256 only: nobody finds a random token from its digest, and who reads
//!   your database has no token. [`NewKey`](crate::api_key::NewKey) makes such tokens.
//! - A token that does not have the [form](Opaque::prefix) is refused before the function is called. At most 32 lookups run at once,
//!   callers take turns by their address, and those whose tokens were good within the last hour come first; who waits longer than
//!   two seconds is answered 503. Requests with the same token share one.
//! - What is [remembered](Opaque::remember_for) counts although the row is gone, for at most five minutes, unless you call
//!   [`Auth::forget`](crate::Auth::forget), which with `RedisRevocations` reaches all machines. Whether a token has expired or is revoked is judged with each request. Unknown
//!   tokens are not remembered.

mod holder;
mod lookup;

use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use crate::authorities::{AuthorityLoader, IntoAuthorityLoader};
use crate::jwt::opaque::{OpaqueSettings, OpaqueTokens};
use crate::jwt::settings::{Carriers, TokenSettings};
use crate::jwt::{IntoSettings, JwtError, Presentation, ReadyJwt};
use crate::principal::DetailsType;
use crate::revocation::{Consulted, Revocations};
use crate::scheme::ExposedCredential;
use crate::scheme::api_key::{KeyDigest, LookedUp, SecretLookup};
use crate::setting::Setting;

use holder::FoundHolder;
pub use holder::Holder;
use lookup::OpaqueLookup;

/// The longest that a token is remembered: one that was deleted is out after it at the latest.
const REMEMBER_MAX: Duration = Duration::from_secs(300);
/// How much memory they may take: 16 MiB.
const CACHE_BYTES: usize = 16 * 1024 * 1024;
/// How long tokens are, in bytes.
const LENGTHS: RangeInclusive<usize> = 16..=512;

/// Opaque tokens of your own, for [`bearer_named`](crate::config::AuthBuilder::bearer_named) or
/// [`bearer`](crate::config::AuthBuilder::bearer); see [the module](self).
///
/// The subject of the principal is what the function says, and its issuer is the configuration, as in `local:bearer("pat")`. A
/// handler may take [`Bearer`](crate::Bearer): the claims are `sub`, `scope`, `roles`, `exp`, `iat` and `jti`, as far as they are said.
#[derive(Clone)]
#[must_use]
pub struct Opaque {
    lookup: SecretLookup<FoundHolder>,
    details: DetailsType,
    prefixes: Vec<Box<str>>,
    lengths: RangeInclusive<usize>,
    alphabet: Option<Box<str>>,
    looks_up_jwts: bool,
    remember_for: Duration,
    cache_bytes: usize,
    revocations: Option<Consulted>,
    authorities: Option<AuthorityLoader>,
}

impl Opaque {
    /// Tokens that a function of yours looks up by their SHA-256; `Ok(None)` where there is none. It never sees the token itself.
    ///
    /// To say why a token is refused that it knows, the function returns `Result<Result<Holder<T>, Rejection>, E>`:
    ///
    /// ```
    /// use auth_runtime::Opaque;
    /// use auth_runtime::api_key::KeyDigest;
    /// use auth_runtime::denial::Rejection;
    /// use auth_runtime::opaque::Holder;
    ///
    /// async fn find_pat(digest: KeyDigest) -> Result<Result<Holder, Rejection>, std::io::Error> {
    ///     let found = (digest == KeyDigest::of("mrp_2b8a1c9d0e7f4a6b")).then_some(("alice", true)); // in your database
    ///     Ok(match found {
    ///         Some((_, true)) => Err(Rejection::forbidden("the account is suspended")), // a 403
    ///         Some((name, false)) => Ok(Holder::new(name)),
    ///         None => Err(Rejection::credentials_wrong()), // a 401, as `None` is
    ///     })
    /// }
    /// let tokens = Opaque::lookup(find_pat).prefix("mrp_");
    /// # let _ = tokens;
    /// ```
    ///
    /// # Errors
    /// An error of the function says that it cannot decide, such as a database out of reach: the request is answered 503,
    /// and the error is logged.
    pub fn lookup<F, Answer, Found, T, E>(lookup: F) -> Self
    where
        F: Fn(KeyDigest) -> Answer + Send + Sync + 'static,
        Answer: Future<Output = Result<Found, E>> + Send + 'static,
        Found: LookedUp<Holder<T>> + 'static,
        T: Send + Sync + 'static,
        E: fmt::Display + 'static,
    {
        Self::of(SecretLookup::digest(lookup, FoundHolder::from), DetailsType::of::<T>())
    }

    /// The same with the token itself, for tokens that are not stored by their SHA-256, such as those derived by HMAC.
    ///
    /// # Security
    /// The function holds what lets its owner in. A comparison in ordinary time tells whoever measures it the token, byte by byte.
    pub fn dangerous_lookup_exposed<F, Answer, Found, T, E>(lookup: F) -> Self
    where
        F: Fn(ExposedCredential) -> Answer + Send + Sync + 'static,
        Answer: Future<Output = Result<Found, E>> + Send + 'static,
        Found: LookedUp<Holder<T>> + 'static,
        T: Send + Sync + 'static,
        E: fmt::Display + 'static,
    {
        Self::of(SecretLookup::exposed(lookup, FoundHolder::from), DetailsType::of::<T>())
    }

    fn of(lookup: SecretLookup<FoundHolder>, details: DetailsType) -> Self {
        Self {
            lookup,
            details,
            prefixes: Vec::new(),
            lengths: LENGTHS,
            alphabet: None,
            looks_up_jwts: false,
            remember_for: Duration::ZERO,
            cache_bytes: CACHE_BYTES,
            revocations: None,
            authorities: None,
        }
    }

    /// What tokens begin with, such as `mrp_`; called again, any of the prefixes will do. Without one, whatever is not a JWT is
    /// looked up, and by [`look_up_jwts`](Self::look_up_jwts) every token.
    ///
    /// # Errors
    /// [`build`](crate::config::AuthBuilder::build) fails on a prefix that is empty, has a character that no token can have, or with
    /// which a JWT could begin (`ey`); and on two in one policy of which one begins with the other.
    pub fn prefix(mut self, prefix: impl Into<Box<str>>) -> Self {
        self.prefixes.push(prefix.into());
        self
    }

    /// How long tokens are, in bytes, with their prefix; by default 16 to 512. Others are refused without a lookup.
    pub fn length(mut self, lengths: RangeInclusive<usize>) -> Self {
        self.lengths = lengths;
        self
    }

    /// The characters of a token behind its prefix, as in `.alphabet("0123456789abcdef")`; by default those of RFC 6750 section
    /// 2.1. Tokens with others are refused without a lookup.
    pub fn alphabet(mut self, characters: impl Into<Box<str>>) -> Self {
        self.alphabet = Some(characters.into());
        self
    }

    /// Looks up JWTs too, for tokens that only your function can verify, such as those that each customer signs with a key of its
    /// own. Without this they are refused; where tokens have a [prefix](Self::prefix), only those that begin with it are looked up,
    /// whatever their form. In an `any(…)`, JWTs are left to the configuration that knows their issuer.
    ///
    /// They are often longer than the [length](Self::length) that tokens may have by default.
    ///
    /// # Security
    /// All that [`Jwt`](crate::Jwt) checks is left to the function: that the signature is of the key it should be, by the one
    /// algorithm of that key, and that the token is of your issuer, for you, and good now. Where keys and issuer can be said
    /// beforehand, use `Jwt`.
    pub fn look_up_jwts(mut self) -> Self {
        self.looks_up_jwts = true;
        self
    }

    /// How long a token that was found counts without another lookup; not at all by default, at most five minutes.
    ///
    /// # Errors
    /// [`build`](crate::config::AuthBuilder::build) fails on more than five minutes.
    ///
    /// # Security
    /// For so long a token that was deleted still counts, unless you call [`Auth::forget`](crate::Auth::forget) for its holder.
    pub fn remember_for(mut self, time: Duration) -> Self {
        self.remember_for = time;
        self
    }

    /// How many bytes all that is remembered may take; 16 MiB by default.
    pub fn cache_bytes(mut self, bytes: usize) -> Self {
        self.cache_bytes = bytes;
        self
    }

    /// Consults this store with every request, also for a token that is remembered: see [`revocation`](crate::revocation). A token
    /// is known there by the issuer `local:bearer("name")` and its [id](Holder::id), without which it is refused; and so is one
    /// that lives longer than revocations are kept.
    pub fn revocations(mut self, store: impl Revocations) -> Self {
        self.revocations = Some(Consulted::new(store));
        self
    }

    /// What the application itself knows of the callers: a function that loads their [authorities](crate::authorities), such as
    /// roles out of a database. It is asked after a token was found, on every route. Called again, the last counts.
    pub fn authorities<Args>(mut self, load: impl IntoAuthorityLoader<Args>) -> Self {
        self.authorities = Some(load.into_loader());
        self
    }
}

impl IntoSettings for Opaque {
    fn into_settings(mut self) -> TokenSettings {
        let authorities = self.authorities.take();
        TokenSettings { carriers: Carriers::default(), authorities, jwt: None, opaque: Some(Arc::new(self)) }
    }
}

impl ReadyJwt for Opaque {}

impl OpaqueSettings for Opaque {
    fn reviewed(&self) -> Vec<Setting> {
        let mut settings = vec![
            Setting::reads("tokens", "looked up by a function"),
            Setting::at_most("remembered", self.remember_for.as_secs(), "s"),
        ];
        settings.extend(self.prefixes.iter().map(|prefix| Setting::allows("prefix", &**prefix)));
        settings.extend(self.looks_up_jwts.then(|| Setting::allows("form", "of a JWT, too")));
        settings
            .extend(self.lookup.is_exposed().then(|| Setting::allows("dangerous_lookup_exposed", "the token itself")));
        settings.extend(self.revocations.iter().flat_map(|store| store.reviewed()));
        settings
    }

    fn revocations(&self) -> Option<&Consulted> {
        self.revocations.as_ref()
    }

    fn build(&self, presented: Presentation, _: Option<&Consulted>) -> Result<Box<dyn OpaqueTokens>, JwtError> {
        let is_token = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(byte);
        let is_unusable = |prefix: &str| prefix.is_empty() || !prefix.as_bytes().iter().all(is_token);
        // Every JWT begins so: the base64url of `{"`.
        let is_of_jwt = |prefix: &str| prefix.starts_with("ey") || "ey".starts_with(prefix);
        let repeated = self.prefixes.iter().enumerate().any(|(place, one)| {
            self.prefixes.iter().skip(place + 1).any(|other| one.starts_with(&**other) || other.starts_with(&**one))
        });
        let any = |is: &dyn Fn(&str) -> bool| self.prefixes.iter().any(|prefix| is(prefix));
        let checks = [
            (
                presented.scheme != crate::jwt::SCHEME,
                "dpop",
                "tokens that a function of yours finds are bound to no key; use `Jwt` or `Introspection`",
            ),
            (any(&is_unusable), "prefix", "empty, or with characters that no token can have; write it like `mrp_`"),
            (any(&is_of_jwt), "prefix", "what a JWT could begin with; choose another, such as `mrp_`"),
            (repeated, "prefix", "given twice, or beginning with another one; give each once"),
            (
                self.remember_for > REMEMBER_MAX,
                "remember_for",
                "more than 300 s, in which a deleted token counts; lower it",
            ),
            (self.lengths.is_empty(), "length", "a range in which no length is; give the lowest first"),
            (self.alphabet.as_deref() == Some(""), "alphabet", "empty; give the characters of a token"),
        ];
        match checks.into_iter().find(|(is_wrong, ..)| *is_wrong) {
            Some((_, option, fault)) => Err(JwtError::OptionInvalid { option, fault }),
            None => Ok(Box::new(OpaqueLookup::new(self.clone(), presented.configuration))),
        }
    }
}

impl fmt::Debug for Opaque {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opaque")
            .field("prefixes", &self.prefixes)
            .field("details", &self.details.name)
            .field("remember_for", &self.remember_for)
            .finish_non_exhaustive()
    }
}
