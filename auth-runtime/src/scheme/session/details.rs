//! What the application keeps in a session, of a type of its own.

use std::any::Any;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use crate::denial::{Reason, Unavailable};
use crate::principal::DetailsType;

/// Reads details of a type that was said beforehand.
#[derive(Clone, Copy, Debug)]
pub(super) struct DetailsReader {
    pub(super) of: DetailsType,
    read: fn(&str) -> Result<Arc<dyn Any + Send + Sync>, serde_json::Error>,
}

impl DetailsReader {
    pub(super) fn of<T: DeserializeOwned + Send + Sync + 'static>() -> Self {
        Self { of: DetailsType::of::<T>(), read: |text| Ok(Arc::new(serde_json::from_str::<T>(text)?)) }
    }

    /// # Errors
    /// Where the session has none, or of another type.
    pub(super) fn read(&self, text: Option<&str>) -> Result<Arc<dyn Any + Send + Sync>, Unavailable> {
        (self.read)(text.unwrap_or("null")).map_err(|_| {
            // Not the error itself: it may quote what it read.
            let cause = format!("the details of the session are not of type `{}`", self.of.name);
            Unavailable::of(Reason::IdentityUnfit).because(cause)
        })
    }
}
