//! Declarative route authentication and authorization for actix-web.
#![allow(dead_code, unreachable_pub, missing_docs)] // until the public list below is complete
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod authorized;
mod cache_control;
mod challenge;
mod check;
mod clock;
mod config;
mod decision;
mod denial;
mod extract;
mod mount;
mod observe;
mod policy;
mod principal;
#[doc(hidden)]
pub mod private;
pub mod registry;
mod scheme;
#[cfg(feature = "testing")]
pub mod testing;

pub use auth_macros::{policy, public, requires};
pub use clock::{Clock, SystemClock, UnixTime};
pub use config::{Auth, AuthBuilder, ConfigError, ConfigFault, DenialBody};
pub use denial::{Denial, Problem, Reason, Rejection};
pub use extract::{ApiKey, Basic, Bearer, FromGrant, Granted, Optional, UntilExpiry};
pub use mount::{Declared, Resource, Route, Scope, ServiceConfig, route};
pub use principal::{Principal, PrincipalBuilder};
pub use scheme::{Scheme, basic};
