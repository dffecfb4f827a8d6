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
}
