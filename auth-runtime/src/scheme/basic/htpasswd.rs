//! Apache's `htpasswd` format: `user:hash`, one a line, `#` before comments.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use crate::file::FileFault;
use crate::scheme::basic::stored_hash::StoredHash;

/// Longest user name, in bytes.
const NAME_MAX: usize = 255;

/// The users of a password file. Never empty.
#[derive(Debug)]
pub(crate) struct Users {
    hashes: HashMap<Box<str>, Arc<StoredHash>>,
    /// All hashes in file order.
    mix: Vec<Arc<StoredHash>>,
}

/// The hash that a user name is checked against.
pub(crate) struct Found {
    /// The user's own, or another user's in its stead.
    pub(crate) hash: Arc<StoredHash>,
    /// Whether the user exists. Where it does not, the work is done all the same and its result must not count.
    pub(crate) known: bool,
}

impl Users {
    /// Reads a file's content.
    ///
    /// # Errors
    /// A line that cannot be used, with its number and a remedy; a user given twice; no user at all, which is what a
    /// file looks like while it is being written.
    pub(crate) fn parse(content: &[u8]) -> Result<Self, FileFault> {
        let text = match str::from_utf8(content) {
            Ok(text) => text,
            Err(error) => {
                let before = content.get(..error.valid_up_to()).unwrap_or_default();
                let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
                return Err(FileFault::at(line, "not UTF-8; save the file as UTF-8"));
            }
        };
        let mut lines = HashMap::new();
        let mut users = Self { hashes: HashMap::new(), mix: Vec::new() };
        for (line, entry) in (1..).zip(text.split('\n')) {
            let entry = entry.strip_suffix('\r').unwrap_or(entry);
            if entry.is_empty() || entry.starts_with('#') {
                continue;
            }
            let Some((name, hash)) = entry.split_once(':') else {
                return Err(FileFault::at(line, "no colon; write `user:hash`"));
            };
            check_name(name).map_err(|fault| FileFault::at(line, fault))?;
            match lines.entry(name) {
                Entry::Occupied(first) => {
                    let fault = format!("user `{name}` stands in line {} already; remove one of them", first.get());
                    return Err(FileFault::at(line, fault));
                }
                Entry::Vacant(vacant) => vacant.insert(line),
            };
            let hash =
                StoredHash::parse(hash).map_err(|fault| FileFault::at(line, format!("user `{name}`: {fault}")))?;
            let hash = Arc::new(hash);
            users.hashes.insert(name.into(), Arc::clone(&hash));
            users.mix.push(hash);
        }
        match users.mix.is_empty() {
            true => Err(FileFault::whole("no users; add one with `htpasswd -B`")),
            false => Ok(users),
        }
    }

    /// What to check a password of `name` against. For a user that does not exist `pick`, which must depend on nothing
    /// but the name, chooses among the file's hashes, so that unknown users cost what known ones do, in the same mix.
    pub(crate) fn find(&self, name: &str, pick: u64) -> Option<Found> {
        if let Some(hash) = self.hashes.get(name) {
            return Some(Found { hash: Arc::clone(hash), known: true });
        }
        let index = pick.checked_rem(self.mix.len() as u64)?;
        let hash = self.mix.get(usize::try_from(index).ok()?)?;
        Some(Found { hash: Arc::clone(hash), known: false })
    }

    /// Whether the user is in the file.
    pub(crate) fn contains(&self, name: &str) -> bool {
        self.hashes.contains_key(name)
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.mix.len()
    }
}

fn check_name(name: &str) -> Result<(), &'static str> {
    match name {
        "" => Err("no user name before the colon; write `user:hash`"),
        _ if name.len() > NAME_MAX => Err("the user name is longer than 255 bytes; shorten it"),
        _ if name.starts_with('\u{feff}') => Err("a byte order mark; save the file as UTF-8 without one"),
        _ if name.contains(char::is_control) => Err("a control character in the user name; remove it"),
        _ if name.trim() != name => Err("space around the user name; remove it"),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::scheme::basic::stored_hash::tests::{BUILDER, PASSWORD_ARGON2, WONDERLAND, WONDERLAND_SHA512};

    fn parse(text: &str) -> Result<Users, String> {
        Users::parse(text.as_bytes()).map_err(|fault| fault.within("users").to_string())
    }

    fn all_kinds() -> Users {
        parse(&format!(
            "# staff\nalice:{WONDERLAND}\r\nbob:{BUILDER}\n\ncarol:{WONDERLAND_SHA512}\ndavid müller:{PASSWORD_ARGON2}"
        ))
        .unwrap()
    }

    #[test]
    fn reads_users_of_all_kinds_comments_and_line_ends() {
        let users = all_kinds();
        assert_eq!(users.len(), 4);
        for (name, hash) in
            [("alice", WONDERLAND), ("bob", BUILDER), ("carol", WONDERLAND_SHA512), ("david müller", PASSWORD_ARGON2)]
        {
            let found = users.find(name, 0).unwrap();
            assert!(found.known);
            assert_eq!(found.hash.text(), hash);
        }
        for name in ["Alice", "", "# staff", "alice\r", "dave"] {
            assert!(!users.find(name, 0).unwrap().known, "{name}");
        }
    }

    #[test]
    fn unknown_users_get_the_mix_of_the_file() {
        let users = all_kinds();
        let picked: Vec<_> = (0..4).map(|pick| users.find("nobody", pick).unwrap().hash.text().to_owned()).collect();
        assert_eq!(picked, [WONDERLAND, BUILDER, WONDERLAND_SHA512, PASSWORD_ARGON2]);
        assert_eq!(users.find("nobody", u64::MAX).unwrap().hash.text(), PASSWORD_ARGON2);
    }

    #[test]
    fn duplicates_are_refused_with_both_lines() {
        let error = parse(&format!("a:{WONDERLAND}\nb:{BUILDER}\na:{BUILDER}")).unwrap_err();
        assert_eq!(error, "users, line 3: user `a` stands in line 1 already; remove one of them");
    }

    #[test]
    fn insecure_kinds_are_refused_with_file_line_and_remedy() {
        let error = parse(&format!("a:{WONDERLAND}\nbob:$apr1$saltsalt$Q17bmANhIA7pctgRGqF/S0")).unwrap_err();
        assert_eq!(
            error,
            "users, line 2: user `bob`: MD5 (`$apr1$`) is not accepted, as it is guessed too fast; set the password \
             anew with `htpasswd -B`"
        );
        let error = parse("bob:hunter2").unwrap_err();
        assert!(error.contains("line 1") && error.contains("plain password") && !error.contains("hunter2"), "{error}");
    }

    #[test]
    fn malformed_lines_are_refused() {
        for (text, says) in [
            ("", "no users"),
            ("# nobody\n", "no users"),
            ("alice", "line 1: no colon"),
            (":x", "no user name"),
            (" alice:x", "space around"),
            ("\u{feff}alice:x", "byte order mark"),
            ("al\tice:x", "control character"),
            (&format!("alice:{WONDERLAND}:extra"), "malformed"),
            (&format!("alice:{WONDERLAND} "), "malformed"),
            (&format!("{}:x", "a".repeat(256)), "longer than 255"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(says), "{text:?}: {error}");
        }
        let fault = Users::parse(b"a:b\n\xff").unwrap_err();
        assert_eq!(fault.line, Some(2));
    }

    proptest! {
        #[test]
        fn any_bytes_are_parsed_without_panic(content in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Users::parse(&content);
        }
    }
}
