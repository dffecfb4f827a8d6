//! Credentials in the open, for those who cannot do with their digest.

use std::fmt;

use zeroize::Zeroizing;

/// A token or key as the caller sent it, for a lookup that cannot go by its SHA-256, such as of keys that are derived by HMAC.
///
/// It is wiped from memory when this value is dropped, and hidden in `Debug`.
pub struct ExposedCredential(Zeroizing<Box<[u8]>>);

impl ExposedCredential {
    pub(crate) fn new(sent: &[u8]) -> Self {
        Self(Zeroizing::new(sent.into()))
    }

    /// The credential itself, byte for byte.
    ///
    /// Do not log or store it. Compare it, and whatever is derived of it, in constant time.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for ExposedCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ExposedCredential")
    }
}
