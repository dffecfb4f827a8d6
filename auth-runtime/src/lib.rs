//! Declarative route authentication and authorization for actix-web.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod authorized;
mod cache_control;
mod challenge;
mod check;
pub mod clock;
pub mod config;
mod decision;
pub mod denial;
pub mod extract;
pub mod mount;
pub mod observe;
pub mod policy;
pub mod principal;
#[doc(hidden)]
pub mod private;
pub mod registry;
pub mod scheme;
#[cfg(feature = "testing")]
pub mod testing;
mod token;

// The public interface: what a handler or a configuration names. The rest is in the modules above.
#[doc = include_str!("../docs/policy.md")]
pub use auth_macros::policy;
#[doc = include_str!("../docs/public.md")]
pub use auth_macros::public;
#[doc = include_str!("../docs/requires.md")]
pub use auth_macros::requires;
pub use config::Auth;
pub use denial::Denial;
pub use extract::{ApiKey, Basic, Bearer, Granted, Optional};
pub use mount::{Declared, ServiceConfig, route};
pub use principal::Principal;
pub use scheme::api_key::ApiKeys;
pub use scheme::{Scheme, api_key, basic};
pub use token::{Algorithm, Jwt};

pub mod jwt {
    //! Verification of JSON Web Tokens beyond [`Jwt`](crate::Jwt) itself: further keys, further issuers, errors.

    pub use crate::token::{
        AudienceSaid, Audiences, Clients, Issuer, IssuerSaid, JwtError, Key, KeyError, ReadyJwt, Said, Unsaid,
    };
}
