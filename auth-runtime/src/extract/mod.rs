//! Handler arguments: identities out of the grant, everything else out of the request.

pub(crate) mod authorized;
mod checked;
mod details;
mod expiry;
mod from_principal;
mod identity;

pub use checked::Checked;
pub use details::Details;
pub use expiry::UntilExpiry;
pub use from_principal::FromPrincipal;
#[cfg(feature = "basic")]
pub use identity::Basic;
pub use identity::{ApiKey, Bearer, Digest, Granted, Optional};
