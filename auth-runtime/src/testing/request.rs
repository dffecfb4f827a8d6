//! Credentials on actix's `TestRequest`.

use actix_web::http::header::{AUTHORIZATION, HeaderValue};
use actix_web::test::TestRequest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Puts credentials on a request.
pub trait TestRequestExt: Sized {
    /// Adds `Authorization: Bearer`.
    #[must_use]
    fn bearer(self, token: impl AsRef<str>) -> Self;

    /// Adds `Authorization: DPoP` and the proof (RFC 9449 section 7.1).
    #[must_use]
    fn dpop(self, token: impl AsRef<str>, proof: impl AsRef<str>) -> Self;

    /// Adds `Authorization: Basic`, in UTF-8.
    #[must_use]
    fn basic(self, user: &str, password: &str) -> Self;

    /// Adds an API key in the header `name`.
    #[must_use]
    fn api_key(self, name: &'static str, key: &str) -> Self;
}

impl TestRequestExt for TestRequest {
    fn bearer(self, token: impl AsRef<str>) -> Self {
        self.insert_header((AUTHORIZATION, value(&format!("Bearer {}", token.as_ref()))))
    }

    fn dpop(self, token: impl AsRef<str>, proof: impl AsRef<str>) -> Self {
        let request = self.insert_header((AUTHORIZATION, value(&format!("DPoP {}", token.as_ref()))));
        request.insert_header(("DPoP", value(proof.as_ref())))
    }

    fn basic(self, user: &str, password: &str) -> Self {
        let credentials = STANDARD.encode(format!("{user}:{password}"));
        self.insert_header((AUTHORIZATION, value(&format!("Basic {credentials}"))))
    }

    fn api_key(self, name: &'static str, key: &str) -> Self {
        self.insert_header((name, value(key)))
    }
}

/// Marked sensitive, so that a failing test's output does not show it.
fn value(text: &str) -> HeaderValue {
    let mut value = HeaderValue::from_bytes(text.as_bytes()).unwrap_or_else(|_| HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}
