//! The credentials of RFC 7617: a user name and a password, in Base64.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// A user name and a password as the caller sent them, not yet verified.
///
/// Both are UTF-8 without control characters (RFC 7617 section 2) and compared as sent: no Unicode normalization is
/// applied, which clients should do (section 2.1). The password is wiped from memory when this value is dropped, and
/// hidden in `Debug`.
pub struct UserPass {
    user: String,
    password: Zeroizing<String>,
}

impl UserPass {
    /// Decodes what follows `Basic` in the field. Strict: padded, canonical, no whitespace; a colon; no control
    /// characters.
    pub(crate) fn decode(base64: &[u8]) -> Option<Self> {
        let bytes = Zeroizing::new(STANDARD.decode(base64).ok()?);
        let text = str::from_utf8(&bytes).ok()?;
        if text.contains(char::is_control) {
            return None;
        }
        let (user, password) = text.split_once(':')?;
        Some(Self { user: user.to_owned(), password: Zeroizing::new(password.to_owned()) })
    }

    /// The user name. May be empty; never contains a colon.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The password: at most 1024 bytes, perhaps empty.
    ///
    /// # Security
    /// Do not log or store it.
    pub fn expose_password(&self) -> &str {
        &self.password
    }

    pub(crate) fn into_parts(self) -> (String, Zeroizing<String>) {
        (self.user, self.password)
    }

    #[cfg(test)]
    pub(crate) fn new(user: &str, password: &str) -> Self {
        Self { user: user.into(), password: Zeroizing::new(password.into()) }
    }
}

impl fmt::Debug for UserPass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserPass").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decode(base64: &str) -> Option<(String, String)> {
        let pair = UserPass::decode(base64.as_bytes())?;
        Some((pair.user().to_owned(), pair.expose_password().to_owned()))
    }

    fn pair(user: &str, password: &str) -> Option<(String, String)> {
        Some((user.to_owned(), password.to_owned()))
    }

    #[test]
    fn the_examples_of_rfc_7617() {
        assert_eq!(decode("QWxhZGRpbjpvcGVuIHNlc2FtZQ=="), pair("Aladdin", "open sesame")); // section 2
        assert_eq!(decode("dGVzdDoxMjPCow=="), pair("test", "123£")); // section 2.1
    }

    #[test]
    fn only_the_first_colon_separates() {
        assert_eq!(decode(&STANDARD.encode("a:b:c")), pair("a", "b:c"));
        assert_eq!(decode(&STANDARD.encode(":")), pair("", ""));
    }

    #[test]
    fn what_is_undecodable_is_refused() {
        for bad in
            ["", "=", "QQ", "QWxhZGRpbjpvcGVuIHNlc2FtZQ", "QWxhZGRpbjpvcGVuIHNlc2FtZQ== ", "a:b", "YTpi\t", "YTpiYw"]
        {
            assert_eq!(decode(bad), None, "{bad:?}");
        }
        assert_eq!(decode("dGVzdDoxMjPCox=="), None, "bits after the end");
        assert_eq!(decode("YTo_Pz8_"), None, "the URL alphabet");
        assert_eq!(decode(&STANDARD.encode(b"a:\xff")), None, "no UTF-8");
    }

    #[test]
    fn no_colon_is_refused() {
        assert_eq!(decode(&STANDARD.encode("alice")), None);
    }

    #[test]
    fn control_characters_are_refused() {
        for control in ['\0', '\t', '\n', '\r', '\u{1f}', '\u{7f}', '\u{85}'] {
            assert_eq!(decode(&STANDARD.encode(format!("al{control}ice:x"))), None);
            assert_eq!(decode(&STANDARD.encode(format!("alice:x{control}"))), None);
        }
    }

    #[test]
    fn debug_shows_neither_part() {
        assert_eq!(format!("{:?}", UserPass::new("alice", "wonderland")), "UserPass { .. }");
    }

    proptest! {
        #[test]
        fn any_bytes_are_decoded_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = UserPass::decode(&bytes);
            let _ = UserPass::decode(STANDARD.encode(&bytes).as_bytes());
        }

        #[test]
        fn every_pair_survives(user in "[^:\\p{Cc}]{0,20}", password in "\\P{Cc}{0,20}") {
            prop_assert_eq!(decode(&STANDARD.encode(format!("{user}:{password}"))), pair(&user, &password));
        }
    }
}
