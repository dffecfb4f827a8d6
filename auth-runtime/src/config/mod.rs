//! Building an [`Auth`](crate::Auth), and the mistakes that stop it.

mod auth;
mod error;
mod hierarchy;
mod settings;

pub use auth::{Auth, AuthBuilder};
pub use error::{ConfigError, ConfigFault};
pub(crate) use hierarchy::{Hierarchies, Hierarchy};
pub use settings::DenialBody;
pub(crate) use settings::Settings;
