//! Calls that go on (feature `outgoing`): tokens with which a handler calls other services, in its caller's name or in its own.
//!
//! A caller's token is meant for this service, and is sent to no other. [`OutgoingToken`] exchanges it at the provider for one that is meant for the other service, with no
//! more scopes than the call needs (RFC 8693). [`ServiceToken`] is for what this service does by itself (`client_credentials`).
//!
//! ```standalone_crate
//! use actix_web::get;
//! use auth_runtime::outgoing::{OutgoingToken, OutgoingTokens};
//! use auth_runtime::{Auth, Denial, Jwt, requires};
//!
//! # async fn call(_: actix_web::http::header::HeaderValue) -> String { String::new() }
//! #[requires(bearer, scope = "orders")]
//! #[get("/orders")]
//! async fn orders(upstream: OutgoingToken) -> Result<String, Denial> {
//!     let token = upstream.for_audience("https://stock.example", ["stock:read"]).await?;
//!     Ok(call(token.authorization()).await) // reqwest, awc: whatever you call with
//! }
//!
//! # fn main() -> Result<(), auth_runtime::config::ConfigError> {
//! # let secret = "from the environment";
//! let outgoing = OutgoingTokens::at("https://idp.example").client_secret_basic("orders", secret).build()?;
//! let auth = Auth::builder()
//!     .bearer(Jwt::oidc("https://idp.example").audience("https://orders.example"))
//!     .outgoing(outgoing.clone())
//!     .build()?;
//! let service = outgoing.service_token(); // for a job at night
//! # let _ = (auth, service);
//! # Ok(())
//! # }
//! ```
//!
//! The chapter [`calls_that_go_on`](crate::manual::calls_that_go_on) of the manual says what to configure at a provider, what is remembered, and how it fails.

mod access_token;
mod builder;
mod error;
mod exchange;
mod handler;
mod provider;
mod tokens;
mod wanted;

pub use self::access_token::AccessToken;
pub use self::builder::{OutgoingTokensBuilder, ProviderWithoutClient};
pub use self::error::OutgoingError;
pub use self::handler::OutgoingToken;
pub use self::tokens::{OutgoingTokens, ServiceToken};
pub use crate::provider::client_auth::PrivateKeyJwt;
