//! Revocation: tokens that are refused although they are signed and in their time.
//!
//! A configuration consults a store of revocations once [`Jwt::revocations`](crate::Jwt::revocations) has named one: on
//! every request, also for a token whose signature is remembered. The store answers from this process's memory, so no
//! request waits for it. Two come with the crate: [`InMemoryRevocations`] for one process, and `RedisRevocations`
//! (feature `redis`) for many. Three things can be revoked, each at its issuer: one token by its `jti`, a session by its
//! `sid`, and everything issued to a subject up to a moment.
//!
//! ```
//! use auth_runtime::{Auth, Jwt, revocation::InMemoryRevocations};
//!
//! let revocations = InMemoryRevocations::new();
//! let auth = Auth::builder()
//!     .bearer(
//!         Jwt::hs256([7; 32])
//!             .issuer("https://idp.example")
//!             .audience("https://api.example")
//!             .revocations(revocations.clone()),
//!     )
//!     .build()?;
//! // Later, in a handler that may do this:
//! revocations.revoke_token("https://idp.example", "a-token-id", 1_800_000_000);
//! # let _ = auth;
//! # Ok::<_, auth_runtime::config::ConfigError>(())
//! ```
//!
//! # What a token must have
//! A configuration that consults revocations refuses tokens without `jti`, which nobody could revoke, and tokens that live
//! longer than the store remembers (see [`Standing::LivesTooLong`]). "Everything issued up to a moment" also refuses a
//! token without `iat`.
//!
//! # What was revoked in error
//! A revocation can be withdrawn, by `withdraw_token`, `withdraw_subject` and `withdraw_session` of both stores: what was revoked
//! counts again. Through Redis that reaches every process, and is proved by a secret of yours.
//!
//! # How long a revocation is kept
//! Until the last token it concerns has expired, plus an hour, the largest leeway a configuration may have, plus five
//! minutes for clocks that differ. Then it vanishes, from memory and from Redis.

mod consulted;
mod forgetting;
mod memory;
mod observe;
mod record;
#[cfg(feature = "redis")]
mod redis;
mod view;

pub(crate) use consulted::{Consulted, Revocable};
#[cfg(feature = "redis")]
pub(crate) use forgetting::ForgetStream;
pub use forgetting::Forgetting;
pub use memory::InMemoryRevocations;
#[cfg(feature = "redis")]
pub use redis::{
    Acknowledgement, RedisRevocations, RedisRevocationsBuilder, RedisRevocationsError, RevokeError, WithdrawError,
};

use std::sync::Arc;

use crate::telemetry::EventSource;
use crate::time::UnixTime;

/// A store of revocations, asked about every verified token of a configuration with each request.
///
/// Implement it for a store of your own.
///
/// # Security
/// The answer is awaited by the request: answer from memory, never from the network. A store that cannot tell must say
/// [`Standing::Unknown`] and not [`Standing::Good`].
///
/// ```
/// use auth_runtime::revocation::{Presented, Revocations, Standing};
///
/// /// Refuses what one compromised client was given.
/// struct Compromised;
///
/// impl Revocations for Compromised {
///     fn standing(&self, token: &Presented<'_>) -> Standing {
///         if token.token_id.starts_with("client-7-") { Standing::Revoked } else { Standing::Good }
///     }
/// }
/// ```
pub trait Revocations: Send + Sync + 'static {
    /// Whether this token still counts.
    fn standing(&self, token: &Presented<'_>) -> Standing;

    /// How other processes are told whom [`Auth::forget`](crate::Auth::forget) forgets. By default `None`: there are no others.
    /// A store of yours that asks `RedisRevocations` hands on what that one says.
    fn forgetting(&self) -> Option<Forgetting> {
        None
    }

    /// Where an [audit log](crate::Auth::audit) hears of what is revoked, and of what is withdrawn. By default `None`: it does not. A store of
    /// yours that asks one of this crate's hands on what that one says.
    fn events(&self) -> Option<EventSource> {
        None
    }

    /// What it lets through that a strict store would not, by name and value, such as how old its knowledge may be: for the
    /// [lock file](crate::review::assert_matches), which names a change of it. By default nothing.
    fn lenience(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}

impl<R: Revocations + ?Sized> Revocations for Arc<R> {
    fn standing(&self, token: &Presented<'_>) -> Standing {
        (**self).standing(token)
    }

    fn forgetting(&self) -> Option<Forgetting> {
        (**self).forgetting()
    }

    fn events(&self) -> Option<EventSource> {
        (**self).events()
    }

    fn lenience(&self) -> Vec<(&'static str, String)> {
        (**self).lenience()
    }
}

/// What a verified token says about itself, as far as it matters for revocation.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Presented<'a> {
    /// `iss`; empty where the token has none.
    pub issuer: &'a str,
    /// The caller's identifier at the issuer, as [`Principal::subject`](crate::Principal::subject) has it.
    pub subject: &'a str,
    /// `jti`, never empty.
    pub token_id: &'a str,
    /// `sid`, where the token has one.
    pub session: Option<&'a str>,
    /// `iat` in seconds since 1970, without its fraction; `None` where the token has none.
    pub issued_at: Option<UnixTime>,
    /// `exp` in seconds since 1970.
    pub expires_at: UnixTime,
    /// The time of the request in seconds since 1970.
    pub now: UnixTime,
}

/// What a store of revocations knows of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Standing {
    /// It has not been revoked.
    Good,
    /// It has been revoked: 401.
    Revoked,
    /// It lives longer than the store remembers that its subject was revoked, so it cannot be vouched for: 401.
    LivesTooLong,
    /// The store is not current, and cannot tell: 503.
    Unknown,
}
