//! What is known of an API key: everything but the key itself.

use std::collections::BTreeSet;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::crypto::{Hex, from_hex};
use crate::principal::PrincipalBuilder;
use crate::time::UnixTime;

/// An API key as a store describes it. The key itself is not in it.
///
/// ```
/// use auth_runtime::api_key::Key;
///
/// let key = Key::new("billing-7").with_scopes(["orders:read", "orders:write"]).of_environment("live");
/// assert_eq!(key.id(), "billing-7");
/// assert!(key.scopes().eq(["orders:read", "orders:write"]));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    pub(super) id: Box<str>,
    pub(super) scopes: Option<BTreeSet<Box<str>>>,
    pub(super) roles: Option<BTreeSet<Box<str>>>,
    pub(super) expires_at: Option<UnixTime>,
    pub(super) environment: Option<Box<str>>,
}

impl Key {
    /// A key with this id, which names it in logs and is the principal's subject. It never expires, and its scopes and
    /// roles are unknown, so that policies that ask for any deny.
    #[must_use]
    pub fn new(id: impl Into<Box<str>>) -> Self {
        Self { id: id.into(), scopes: None, roles: None, expires_at: None, environment: None }
    }

    /// The scopes granted. An empty list says that there are none.
    #[must_use]
    pub fn with_scopes(mut self, scopes: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        self.scopes = Some(scopes.into_iter().map(Into::into).collect());
        self
    }

    /// The roles held. An empty list says that there are none.
    #[must_use]
    pub fn with_roles(mut self, roles: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        self.roles = Some(roles.into_iter().map(Into::into).collect());
        self
    }

    /// When the key expires, in seconds since 1970; from that second on it is refused.
    #[must_use]
    pub fn expiring_at(mut self, at: UnixTime) -> Self {
        self.expires_at = Some(at);
        self
    }

    /// The environment the key was made for, such as `live` or `test`.
    #[must_use]
    pub fn of_environment(mut self, environment: impl Into<Box<str>>) -> Self {
        self.environment = Some(environment.into());
        self
    }

    /// The id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The scopes granted, in alphabetical order.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scopes.iter().flatten().map(|scope| &**scope)
    }

    /// The roles held, in alphabetical order.
    pub fn roles(&self) -> impl Iterator<Item = &str> {
        self.roles.iter().flatten().map(|role| &**role)
    }

    /// When the key expires, in seconds since 1970; `None` for never.
    pub fn expires_at(&self) -> Option<UnixTime> {
        self.expires_at
    }

    /// The environment the key was made for.
    pub fn environment(&self) -> Option<&str> {
        self.environment.as_deref()
    }

    pub(super) fn has_expired(&self, now: UnixTime) -> bool {
        self.expires_at.is_some_and(|at| now >= at)
    }

    /// Says of a principal what the key knows.
    pub(super) fn describe(&self, mut principal: PrincipalBuilder) -> PrincipalBuilder {
        if let Some(scopes) = &self.scopes {
            principal = principal.scopes(scopes.iter().cloned());
        }
        if let Some(roles) = &self.roles {
            principal = principal.roles(roles.iter().cloned());
        }
        match self.expires_at {
            Some(at) => principal.expires_at(at),
            None => principal,
        }
    }

    /// What is wrong with the description, if anything.
    pub(super) fn check(&self) -> Result<(), KeyFault> {
        let is_scope = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
        if self.id.is_empty() || self.id.contains(char::is_control) {
            return Err(KeyFault::new("`id` is empty or contains a control character; give the key a name"));
        }
        if let Some(scope) = self.scopes().find(|scope| scope.is_empty() || !scope.bytes().all(is_scope)) {
            let shown = scope.escape_debug();
            return Err(KeyFault::new(format!(
                "`scopes` contains `{shown}`, which is not a scope; list single scopes"
            )));
        }
        if self.roles().any(|role| role.is_empty() || role.contains(char::is_control)) {
            return Err(KeyFault::new("`roles` contains an empty role or a control character; remove it"));
        }
        self.environment().map_or(Ok(()), check_environment)
    }
}

/// Lets a store of your own return a type of your own: implement `AsRef<Key>` for it.
impl AsRef<Key> for Key {
    fn as_ref(&self) -> &Key {
        self
    }
}

/// SHA-256 of an API key: all that is ever stored of it.
///
/// # Security
/// A fast hash is enough, and salt is needless, because keys are random: nobody finds one of 256 bits by trying. That does
/// not hold for keys that people invent. For the same reason a digest may be looked up in ordinary time: who does not know
/// the key cannot steer its digest, so nothing can be learnt step by step.
#[derive(Clone, Copy)]
pub struct KeyDigest([u8; 32]);

impl KeyDigest {
    /// The digest of a key.
    ///
    /// ```
    /// use auth_runtime::api_key::KeyDigest;
    ///
    /// let digest = KeyDigest::of("abc");
    /// assert_eq!(digest.to_string(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    /// assert_eq!(digest, digest.to_string().parse()?);
    /// # Ok::<_, auth_runtime::api_key::KeyFault>(())
    /// ```
    pub fn of(key: impl AsRef<[u8]>) -> Self {
        Self(Sha256::digest(key.as_ref()).into())
    }

    /// The digest's 32 bytes, to look it up in a database.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Compares in constant time.
impl PartialEq for KeyDigest {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for KeyDigest {}

impl Hash for KeyDigest {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

/// 64 hexadecimal digits in lower case.
impl fmt::Display for KeyDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Hex(&self.0))
    }
}

impl fmt::Debug for KeyDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyDigest(..)")
    }
}

impl FromStr for KeyDigest {
    type Err = KeyFault;

    fn from_str(text: &str) -> Result<Self, KeyFault> {
        let fault = || KeyFault::new("is not a SHA-256 digest; write 64 hexadecimal digits, never the key itself");
        from_hex(text.as_bytes()).map(Self).ok_or_else(fault)
    }
}

/// What is wrong with a key, its description or its digest, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFault(String);

impl KeyFault {
    pub(super) fn new(fault: impl Into<String>) -> Self {
        Self(fault.into())
    }
}

impl fmt::Display for KeyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for KeyFault {}

/// Lower-case letters and digits, so that the first underscore of a key ends its environment.
pub(super) fn is_environment(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

pub(super) fn check_environment(name: &str) -> Result<(), KeyFault> {
    if is_environment(name) {
        return Ok(());
    }
    let shown = name.escape_debug();
    Err(KeyFault::new(format!("environment `{shown}` is not lower-case letters and digits; write it like `live`")))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_digest_is_that_of_sha_256() {
        // FIPS 180-4 example.
        assert_eq!(
            KeyDigest::of("abc").to_string(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(KeyDigest::of("abc"), KeyDigest::of("abc").to_string().to_uppercase().parse().unwrap());
        assert!(KeyDigest::of("abc") != KeyDigest::of("abd"));
    }

    #[test]
    fn what_is_no_digest_is_refused_without_repeating_it() {
        let digest = KeyDigest::of("abc").to_string();
        for bad in
            ["", "ba78", "live_abc", &digest[1..], &format!("{digest}00"), &digest.replace('b', "g"), &"é".repeat(32)]
        {
            let fault = bad.parse::<KeyDigest>().unwrap_err().to_string();
            assert!(fault.contains("never the key itself") && !fault.contains("live_abc"), "{fault}");
        }
    }

    #[test]
    fn scopes_and_roles_not_given_are_unknown() {
        let describe = |key: Key| key.describe(crate::principal::Principal::builder("api_key", "x")).build();
        let unknown = describe(Key::new("x"));
        assert!(unknown.scopes().is_none() && unknown.roles().is_none());
        let none = describe(Key::new("x").with_scopes([""; 0]).with_roles([""; 0]));
        assert_eq!(none.scopes().unwrap().count() + none.roles().unwrap().count(), 0);
    }

    #[test]
    fn a_key_expires_with_its_second() {
        let key = Key::new("x").expiring_at(100);
        assert!(!key.has_expired(99) && key.has_expired(100) && key.has_expired(101));
        assert!(!Key::new("x").has_expired(UnixTime::MAX));
    }

    #[test]
    fn bad_descriptions_are_named() {
        for (key, says) in [
            (Key::new(""), "`id`"),
            (Key::new("a\nb"), "`id`"),
            (Key::new("x").with_scopes(["a b"]), "`scopes` contains `a b`"),
            (Key::new("x").with_scopes([""]), "`scopes`"),
            (Key::new("x").with_roles(["a", ""]), "`roles`"),
            (Key::new("x").of_environment("Live"), "environment `Live`"),
            (Key::new("x").of_environment("li_ve"), "environment `li_ve`"),
        ] {
            let fault = key.check().unwrap_err().to_string();
            assert!(fault.contains(says), "{fault}");
        }
        assert_eq!(Key::new("x").with_scopes(["a:b"]).with_roles(["team lead"]).of_environment("eu1").check(), Ok(()));
    }

    proptest! {
        #[test]
        fn any_text_is_parsed_without_panic(text in "\\PC{0,70}") {
            let _ = text.parse::<KeyDigest>();
        }
    }
}
