//! Mounting handlers where nothing can be left open by accident.

mod declared;
mod enforce;
mod metadata;
pub mod route;
mod scope;
mod service_config;

pub(crate) use declared::refuse;
pub use declared::{Declarations, Declared, DeclaredArgs};
pub use metadata::ResourceMetadataService;
pub use route::{Resource, Route};
pub use scope::Scope;
pub use service_config::ServiceConfig;
