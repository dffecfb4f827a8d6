//! Handler arguments: identities out of the grant, everything else out of the request.

pub(crate) mod authorized;
#[cfg(feature = "session")]
mod carry_over;
mod checked;
#[cfg(feature = "session")]
mod csrf;
mod details;
mod from_principal;
mod granted;
mod identity;
mod operation;
#[cfg(feature = "session")]
mod session;
#[cfg(feature = "session")]
mod sign_in;
#[cfg(feature = "session")]
mod sign_out;
mod until_ended;
#[cfg(feature = "session")]
mod verified;

#[cfg(feature = "session")]
pub use carry_over::CarryOver;
pub use checked::Checked;
#[cfg(feature = "session")]
pub use csrf::{CsrfField, CsrfToken};
pub use details::Details;
pub use from_principal::FromPrincipal;
pub use granted::Granted;
#[cfg(feature = "basic")]
pub use identity::Basic;
pub use identity::{ApiKey, Bearer, Digest, Dpop, Optional};
#[cfg(feature = "login")]
pub(crate) use identity::{Identity, IdentityOf, certain};
pub use operation::Operation;
#[cfg(feature = "session")]
pub use session::Session;
#[cfg(feature = "login")]
pub(crate) use sign_in::signing_in;
#[cfg(feature = "session")]
pub use sign_in::{DetailsSaid, SessionComplete, SessionStart, SignIn, SignedIn};
#[cfg(feature = "session")]
pub use sign_out::{SignOut, SignedOut};
pub use until_ended::{EndingStream, UntilEnded};
#[cfg(feature = "session")]
pub use verified::Verified;
