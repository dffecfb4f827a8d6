//! What applies to every policy of one `Auth`.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::header::HeaderValue;
use actix_web::web::Bytes;

use super::Hierarchies;
use crate::clock::Clock;
use crate::denial::Problem;

/// The body of a denial as an application writes it, with its media type.
#[derive(Clone, Debug)]
pub struct DenialBody {
    pub(crate) content_type: HeaderValue,
    pub(crate) bytes: Bytes,
}

impl DenialBody {
    /// A body of this media type.
    pub fn new(content_type: HeaderValue, bytes: impl Into<Bytes>) -> Self {
        Self { content_type, bytes: bytes.into() }
    }

    /// A JSON body.
    pub fn json(value: &serde_json::Value) -> Self {
        Self::new(HeaderValue::from_static("application/json"), value.to_string())
    }
}

/// A function that writes the body of a denial.
pub(crate) type BodyHook = dyn Fn(&HttpRequest, &Problem) -> DenialBody + Send + Sync;

/// Settings shared by all plans.
pub(crate) struct Settings {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) deadline: Duration,
    pub(crate) hierarchies: Hierarchies,
    pub(crate) body: Option<Box<BodyHook>>,
    pub(crate) origins: crate::scheme::OriginPolicy,
    /// What OAuth challenges name as `resource_metadata` (RFC 9728 section 5.1).
    pub(crate) metadata_url: Option<String>,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("deadline", &self.deadline)
            .field("hierarchies", &self.hierarchies)
            .finish_non_exhaustive()
    }
}
