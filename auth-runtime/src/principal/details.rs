//! What else is known of a caller, by its type.

use std::any::TypeId;

/// A type of details, with its name.
#[derive(Clone, Copy, Debug)]
pub struct DetailsType {
    pub(crate) id: TypeId,
    pub(crate) name: &'static str,
}

impl DetailsType {
    pub(crate) fn of<T: 'static>() -> Self {
        Self { id: TypeId::of::<T>(), name: std::any::type_name::<T>() }
    }
}
