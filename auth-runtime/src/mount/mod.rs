//! Mounting handlers where nothing can be left open by accident.

mod configure;
mod declarations;
mod declared;
mod endpoint;
mod enforce;
pub(crate) mod handler;
mod metadata;
pub(crate) mod pattern;
pub mod route;
mod scheme_routes;
mod scope;
mod service_config;
mod shadow;

pub use declarations::Declarations;
pub(crate) use declarations::refuse;
pub use declared::{Declared, DeclaredArgs};
pub use metadata::ResourceMetadataService;
pub use route::{Resource, Route};
pub use scheme_routes::SchemeRoutes;
pub use scope::Scope;
pub use service_config::ServiceConfig;

pub use crate::auth::{Matches, MountedRoute};
