//! How often a provider is asked, and by how many at once.

#[cfg(feature = "introspection")]
pub(crate) mod breaker;
#[cfg(feature = "introspection")]
pub(crate) mod budget;
#[cfg(any(feature = "jwks", feature = "introspection"))]
pub(crate) mod divided;
pub(crate) mod flight;
#[cfg(feature = "jwks")]
pub(crate) mod places;
#[cfg(feature = "jwks")]
pub(crate) mod schedule;
