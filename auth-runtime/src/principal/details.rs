//! What else is known of a caller, by its type.

use std::any::TypeId;

/// A type of details, with its name.
#[derive(Clone, Copy, Debug)]
pub struct DetailsType {
    pub(crate) id: TypeId,
    pub(crate) name: &'static str,
}

/// Stands for the caller's token, where this service may exchange it for another.
#[cfg(feature = "outgoing")]
enum Exchangeable {}

impl DetailsType {
    #[cfg(feature = "outgoing")]
    pub(crate) fn exchangeable() -> Self {
        Self::of::<Exchangeable>()
    }

    pub(crate) fn of<T: 'static>() -> Self {
        Self { id: TypeId::of::<T>(), name: std::any::type_name::<T>() }
    }

    /// Whether it is the caller's token that is taken for granted, and no details.
    pub(crate) fn is_exchangeable(&self) -> bool {
        #[cfg(feature = "outgoing")]
        {
            self.id == TypeId::of::<Exchangeable>()
        }
        #[cfg(not(feature = "outgoing"))]
        {
            false
        }
    }

    /// What is wrong where it is taken and this scheme does not give it, as it goes on after "takes", and what to do.
    pub(crate) fn lacking(&self, scheme: &str) -> (String, &'static str) {
        if self.is_exchangeable() { lacking_tokens(scheme) } else { lacking_details(self.name, scheme) }
    }
}

pub(crate) fn lacking_details(name: &str, scheme: &str) -> (String, &'static str) {
    (
        format!("`Details<{name}>`, and `{scheme}` gives no details of type `{name}`"),
        "configure `.authorities(…)` that bring it, or take `Optional<Details<…>>`",
    )
}

pub(crate) fn lacking_tokens(scheme: &str) -> (String, &'static str) {
    (
        format!("`OutgoingToken`, and nobody gives tokens for callers of `{scheme}`"),
        "say who does, by `.outgoing(OutgoingTokens::at(…)…)` on the builder; sessions have tokens where they begin at a provider, by \
         `Sessions::login(…)`",
    )
}
