//! Why a request is refused, and the answer it gets.
//!
//! [`Reason`] is the closed list of causes; its table fixes status, OAuth error, wording and remedy for each, so that no
//! other place decides what a caller is told. A scheme says [`Rejection`] or [`Unavailable`].

mod answer;
mod body;
mod challenge;
mod own;
mod reason;
mod rejection;
mod response;

pub(crate) use answer::{Answer, Said};
pub(crate) use body::BodyHook;
pub use body::DenialBody;
pub use challenge::{Challenge, Token};
pub(crate) use challenge::{is_listed_byte, is_listed_word, is_token, is_token_byte};
pub use reason::Reason;
pub(crate) use reason::Severity;
pub(crate) use rejection::may_be_added;
pub use rejection::{Rejection, Unavailable};
pub use response::{Denial, Problem};
