//! The format of Apache's `htdigest`, `user:realm:HA1`, one a line, `#` before comments.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use crate::file::FileFault;
use crate::file::lines::{check_user_name, entries};
use crate::scheme::digest::credentials::ClaimedUser;
use crate::scheme::digest::response::{DigestAlgorithm, Ha1, HexDigest};

/// The users of a file. Never empty.
#[derive(Debug, Default)]
pub(super) struct Realms(HashMap<Box<str>, Users>);

/// The users of one realm.
#[derive(Debug, Default)]
struct Users {
    by_name: HashMap<Arc<str>, Vec<Ha1>>,
    by_userhash: HashMap<HexDigest, Arc<str>>,
}

impl Realms {
    /// Reads a file's content, whose lines may be of these algorithms.
    ///
    /// # Errors
    /// A line that cannot be used, with its number and a remedy; a user given twice; no user at all, which is what a file
    /// looks like while it is being written.
    pub(super) fn parse(content: &[u8], algorithms: &[DigestAlgorithm]) -> Result<Self, FileFault> {
        let mut lines = HashMap::new();
        let mut realms = Self::default();
        for (number, entry) in entries(content)? {
            let line = Line::parse(entry, algorithms).map_err(|fault| FileFault::at(number, fault))?;
            match lines.entry((line.realm, line.user, line.ha1.algorithm())) {
                Entry::Occupied(first) => {
                    let (user, first) = (line.user, first.get());
                    let fault = format!("user `{user}` stands in line {first} already; remove one of them");
                    return Err(FileFault::at(number, fault));
                }
                Entry::Vacant(vacant) => vacant.insert(number),
            };
            realms.add(line);
        }
        match lines.is_empty() {
            true => Err(FileFault::whole("no users; add a line of `auth_runtime::digest::htdigest_line`")),
            false => Ok(realms),
        }
    }

    fn add(&mut self, Line { user, realm, ha1 }: Line<'_>) {
        let users = self.0.entry(realm.into()).or_default();
        let name: Arc<str> = user.into();
        let userhash = ha1.algorithm().digest(&[user.as_bytes(), realm.as_bytes()]);
        users.by_userhash.insert(userhash, Arc::clone(&name));
        users.by_name.entry(name).or_default().push(ha1);
    }

    /// The name of this user, and what its password was digested to in this realm by this algorithm.
    pub(super) fn find(&self, user: &ClaimedUser, realm: &str, algorithm: DigestAlgorithm) -> Option<(Arc<str>, &Ha1)> {
        let users = self.0.get(realm)?;
        let name = match user {
            ClaimedUser::Name(name) => name,
            ClaimedUser::Userhash(hash) => &**users.by_userhash.get(hash)?,
        };
        let (name, digests) = users.by_name.get_key_value(name)?;
        let ha1 = digests.iter().find(|ha1| ha1.algorithm() == algorithm)?;
        Some((Arc::clone(name), ha1))
    }
}

/// A line of the file.
struct Line<'a> {
    user: &'a str,
    realm: &'a str,
    ha1: Ha1,
}

impl<'a> Line<'a> {
    fn parse(entry: &'a str, algorithms: &[DigestAlgorithm]) -> Result<Self, String> {
        let (user, rest) = entry.split_once(':').ok_or("no colon; write `user:realm:HA1`")?;
        let (realm, digest) = rest.split_once(':').ok_or("no second colon; write `user:realm:HA1`")?;
        check_user_name(user)?;
        if realm.is_empty() || realm.trim() != realm {
            return Err("no realm between the colons, or space around it; write that of your `Auth` or policy".into());
        }
        // Digests of SHA-256 and SHA-512-256 look alike: the latter say so.
        let (algorithm, digits) = match digest.split_once(':') {
            Some((name, digits)) => (DigestAlgorithm::named(name.as_bytes()), digits),
            None if digest.len() == DigestAlgorithm::Md5.digits() => (Some(DigestAlgorithm::Md5), digest),
            None => (Some(DigestAlgorithm::Sha256), digest),
        };
        let ha1 = algorithm.and_then(|algorithm| Ha1::from_hex(algorithm, digits));
        let ha1 = ha1.ok_or_else(|| {
            format!("user `{user}`: no digest after the realm; write 64 hexadecimal digits, as `htdigest_line` does")
        })?;
        match ha1.algorithm() {
            used if algorithms.contains(&used) => Ok(Self { user, realm, ha1 }),
            DigestAlgorithm::Md5 => Err(format!(
                "user `{user}`: MD5, as Apache's `htdigest` writes it, is guessed too fast; set the password anew with \
                 `htdigest_line`, or accept it by `.dangerous_md5()`"
            )),
            other => Err(format!(
                "user `{user}`: {} is not among the configured algorithms; name it in `.algorithms(…)`",
                other.name()
            )),
        }
    }
}

/// A line of a file for [`DigestUsers::htdigest_file`](super::DigestUsers::htdigest_file), with a digest of SHA-256.
///
/// The realm is that of the [`Auth`](crate::config::AuthBuilder::realm), or of the policy where that names one.
///
/// ```
/// let line = auth_runtime::digest::htdigest_line("alice", "staff", "wonderland").unwrap();
/// assert_eq!(line, "alice:staff:dedd27fa56d25e44c1a2b98cdc4d2304b0e640e39da6418046430ff87abd5178");
/// ```
///
/// A shell makes the last field too: `printf '%s' 'alice:staff:wonderland' | sha256sum`.
///
/// `None` for a user or a realm that no line can hold: empty ones, with a colon, with space around, or with control
/// characters.
///
/// # Security
/// Who reads the line can log in: see [`Ha1`]. Let nobody but this service read the file.
pub fn htdigest_line(user: &str, realm: &str, password: &str) -> Option<String> {
    let fits = |text: &str| check_user_name(text).is_ok() && !text.contains(':');
    if !fits(user) || !fits(realm) || user.starts_with('#') {
        return None;
    }
    let ha1 = Ha1::of(DigestAlgorithm::Sha256, user, realm, password);
    Some(format!("{user}:{realm}:{}", ha1.expose_hex()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SHA_256: DigestAlgorithm = DigestAlgorithm::Sha256;
    /// `htdigest -c users staff alice`, with the password `wonderland`.
    const APACHE: &str = "alice:staff:c6a696d4a80e857007531759d754b874";

    fn line(user: &str, realm: &str, password: &str) -> String {
        htdigest_line(user, realm, password).unwrap()
    }

    fn parse(text: &str) -> Result<Realms, String> {
        Realms::parse(text.as_bytes(), &[SHA_256]).map_err(|fault| fault.within("users").to_string())
    }

    fn name(name: &str) -> ClaimedUser {
        ClaimedUser::Name(name.into())
    }

    #[test]
    fn users_are_found_by_name_and_by_hash_in_their_realm() {
        let text = [
            "# people",
            &line("alice", "staff", "wonderland"),
            " bob:staff:0000000000000000000000000000000000000000000000000000000000000000 \r",
            "",
            &line("alice", "vault", "looking glass"),
            &line("jürgen", "staff", "schlüssel"),
        ];
        let realms = parse(&text.join("\n")).unwrap();
        for (user, realm, password) in
            [("alice", "staff", "wonderland"), ("alice", "vault", "looking glass"), ("jürgen", "staff", "schlüssel")]
        {
            let userhash = ClaimedUser::Userhash(SHA_256.digest(&[user.as_bytes(), realm.as_bytes()]));
            for claimed in [name(user), userhash] {
                let (found, ha1) = realms.find(&claimed, realm, SHA_256).unwrap();
                assert_eq!((&*found, ha1.expose_hex()), (user, Ha1::of(SHA_256, user, realm, password).expose_hex()));
            }
        }
        assert!(realms.find(&name("bob"), "staff", SHA_256).is_some());
        for (user, realm) in [("bob", "vault"), ("alice", "Staff"), ("Alice", "staff"), ("", "staff"), ("# people", "")]
        {
            assert!(realms.find(&name(user), realm, SHA_256).is_none(), "{user} {realm}");
        }
        assert!(
            realms.find(&name("alice"), "staff", DigestAlgorithm::Sha512_256).is_none(),
            "a line's algorithm counts"
        );
    }

    #[test]
    fn several_algorithms_of_one_user_stand_in_several_lines() {
        let sha_512_256 = Ha1::of(DigestAlgorithm::Sha512_256, "alice", "staff", "wonderland");
        let text = format!(
            "{}\nalice:staff:SHA-512-256:{}\n{APACHE}",
            line("alice", "staff", "wonderland"),
            sha_512_256.expose_hex()
        );
        let realms = Realms::parse(text.as_bytes(), &DigestAlgorithm::ALL).unwrap();
        for algorithm in DigestAlgorithm::ALL {
            let (_, ha1) = realms.find(&name("alice"), "staff", algorithm).unwrap();
            assert_eq!(ha1.algorithm(), algorithm);
        }
    }

    #[test]
    fn what_was_not_configured_is_refused_with_a_remedy() {
        let error = parse(APACHE).err().unwrap();
        assert!(error.contains("line 1: user `alice`: MD5") && error.contains(".dangerous_md5()"), "{error}");
        let error = parse(&format!("alice:staff:SHA-512-256:{}", "0".repeat(64))).err().unwrap();
        assert!(error.contains("SHA-512-256 is not among") && error.contains(".algorithms("), "{error}");
    }

    #[test]
    fn malformed_lines_are_refused_without_their_digest() {
        let digest = "0123456789abcdef".repeat(4);
        for (text, says) in [
            ("", "no users"),
            ("# nobody", "no users"),
            ("alice", "line 1: no colon"),
            ("\nalice:staff", "line 2: no second colon"),
            (&format!(":staff:{digest}"), "no user name"),
            (&format!("alice::{digest}"), "no realm"),
            (&format!("alice: staff:{digest}"), "space around"),
            (&format!("alice :staff:{digest}"), "space around"),
            (&format!("al\u{1}ice:staff:{digest}"), "control character"),
            (&format!("{}:staff:{digest}", "a".repeat(256)), "longer than 255"),
            ("alice:staff:", "no digest"),
            (&format!("alice:staff:{}", &digest[1..]), "no digest"),
            (&format!("alice:staff:{}g", &digest[1..]), "no digest"),
            (&format!("alice:staff:SHA-1:{digest}"), "no digest"),
            (&format!("alice:staff:{digest}:"), "no digest"),
            (&format!("a:staff:{digest}\na:staff:{digest}"), "line 2: user `a` stands in line 1 already"),
        ] {
            let error = parse(text).err().unwrap();
            assert!(error.contains(says), "{text:?}: {error}");
            assert!(!error.contains("123456789"), "{error}");
        }
    }

    #[test]
    fn only_what_a_line_can_hold_is_written() {
        for (user, realm) in [
            ("", "staff"),
            ("a:b", "staff"),
            (" a", "staff"),
            ("a\n", "staff"),
            ("#a", "staff"),
            ("a", ""),
            ("a", "b:c"),
            ("a", "b "),
            ("\u{feff}a", "staff"),
        ] {
            assert_eq!(htdigest_line(user, realm, "x"), None, "{user:?} {realm:?}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_parsed_without_panic(content in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Realms::parse(&content, &DigestAlgorithm::ALL);
        }

        #[test]
        fn every_line_that_is_written_is_read(user in "\\PC{1,20}", realm in "[ -~]{1,20}", password in "\\PC{0,20}") {
            if let Some(line) = htdigest_line(&user, &realm, &password) {
                let realms = parse(&line).unwrap();
                let (found, ha1) = realms.find(&name(&user), &realm, SHA_256).unwrap();
                prop_assert_eq!(&*found, &*user);
                let expected = Ha1::of(SHA_256, &user, &realm, &password);
                prop_assert_eq!(ha1.expose_hex(), expected.expose_hex());
            }
        }
    }
}
