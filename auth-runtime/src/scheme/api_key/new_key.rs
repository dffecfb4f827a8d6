//! Making new keys.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::scheme::api_key::file;
use crate::scheme::api_key::key::{Key, KeyDigest, KeyFault, check_environment};

/// A new API key, whose text is shown to its owner once and then lost.
///
/// ```
/// use auth_runtime::api_key::{Key, KeyDigest, NewKey};
///
/// let new = NewKey::generate("live")?;
/// assert!(new.expose_secret().starts_with("live_"));
/// assert_eq!(new.digest(), KeyDigest::of(new.expose_secret()));
///
/// let line = new.line(&Key::new("billing-7").with_scopes(["orders:write"]))?; // for the key file
/// assert!(line.starts_with(r#"{"id":"billing-7","sha256":""#) && !line.contains(new.expose_secret()));
/// # Ok::<_, auth_runtime::api_key::KeyFault>(())
/// ```
pub struct NewKey {
    secret: Zeroizing<String>,
    environment: Box<str>,
}

impl NewKey {
    /// Makes a key for an environment, such as `live` or `test`: the environment, an underscore, and 256 random bits in
    /// base64url (RFC 4648 section 5), 43 characters. The prefix lets people and secret scanners tell keys apart.
    ///
    /// # Errors
    /// When the environment is not lower-case letters and digits, or the system gives no random numbers.
    pub fn generate(environment: &str) -> Result<Self, KeyFault> {
        check_environment(environment)?;
        let mut random = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *random)
            .map_err(|_| KeyFault::new("the system gives no random numbers; check its entropy source"))?;
        let text = Zeroizing::new(URL_SAFE_NO_PAD.encode(random.as_slice()));
        // Sized exactly: growing would leave a copy behind that is not wiped.
        let mut secret = Zeroizing::new(String::with_capacity(environment.len() + 1 + text.len()));
        secret.push_str(environment);
        secret.push('_');
        secret.push_str(&text);
        Ok(Self { secret, environment: environment.into() })
    }

    /// The key itself.
    ///
    /// # Security
    /// Show it to its owner once, over TLS; do not log or store it.
    pub fn expose_secret(&self) -> &str {
        &self.secret
    }

    /// What to store of it.
    pub fn digest(&self) -> KeyDigest {
        KeyDigest::of(&*self.secret)
    }

    /// The line that admits this key in a [key file](super::KeyStore::file), without a line end; the environment is added
    /// to the description.
    ///
    /// # Errors
    /// When the description could not be read back, such as a scope with a space in it.
    pub fn line(&self, key: &Key) -> Result<String, KeyFault> {
        file::write_line(self.digest(), &key.clone().of_environment(&*self.environment))
    }
}

impl fmt::Debug for NewKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewKey").field("environment", &self.environment).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_256_random_bits_behind_their_environment() {
        let (one, two) = (NewKey::generate("test").unwrap(), NewKey::generate("test").unwrap());
        assert_ne!(one.expose_secret(), two.expose_secret());
        let random = one.expose_secret().strip_prefix("test_").unwrap();
        assert_eq!(URL_SAFE_NO_PAD.decode(random).unwrap().len(), 32);
    }

    #[test]
    fn environments_are_plain_words() {
        for bad in ["", "Live", "li_ve", "live-eu", "é"] {
            assert!(NewKey::generate(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn debug_hides_the_key() {
        let key = NewKey::generate("live").unwrap();
        let shown = format!("{key:?}");
        assert!(!shown.contains(&key.expose_secret()[5..]), "{shown}");
    }
}
