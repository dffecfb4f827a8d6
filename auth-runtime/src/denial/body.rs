//! The body of a denial as an application writes it.

use actix_web::HttpRequest;
use actix_web::http::header::HeaderValue;
use actix_web::web::Bytes;

use super::Denial;

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
pub(crate) type BodyHook = dyn Fn(&HttpRequest, &Denial) -> DenialBody + Send + Sync;
