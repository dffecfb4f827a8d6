//! Apache's `htpasswd` format: `user:hash`, one a line, `#` before comments.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::sync::Arc;

use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::file::FileFault;
use crate::file::lines::{check_user_name, entries};
use crate::scheme::basic::stored_hash::StoredHash;

/// The users of a password file. Never empty.
#[derive(Debug)]
pub(crate) struct Users {
    hashes: HashMap<Box<str>, Arc<StoredHash>>,
    stand_ins: StandIns,
}

/// The hash that a user's password is checked against.
pub(crate) struct Candidate {
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
        let mut lines = HashMap::new();
        let mut hashes = HashMap::new();
        for (line, entry) in entries(content)? {
            let Some((name, hash)) = entry.split_once(':') else {
                return Err(FileFault::at(line, "no colon; write `user:hash`"));
            };
            check_user_name(name).map_err(|fault| FileFault::at(line, fault))?;
            match lines.entry(name) {
                Entry::Occupied(first) => {
                    let fault = format!("user `{name}` stands in line {} already; remove one of them", first.get());
                    return Err(FileFault::at(line, fault));
                }
                Entry::Vacant(vacant) => vacant.insert(line),
            };
            // As Apache reads it: what follows a second colon does not count.
            let hash = hash.split_once(':').map_or(hash, |(hash, _)| hash);
            let hash =
                StoredHash::parse(hash).map_err(|fault| FileFault::at(line, format!("user `{name}`: {fault}")))?;
            hashes.insert(name.into(), Arc::new(hash));
        }
        match StandIns::of(hashes.values()) {
            None => Err(FileFault::whole("no users; add one with `htpasswd -B`")),
            Some(stand_ins) => Ok(Self { hashes, stand_ins }),
        }
    }

    /// What to check a password of `name` against.
    pub(crate) fn find(&self, name: &str) -> Candidate {
        match self.hashes.get(name) {
            Some(hash) => Candidate { hash: Arc::clone(hash), known: true },
            None => Candidate { hash: Arc::clone(self.stand_ins.pick(name)), known: false },
        }
    }

    /// Whether the user is in the file.
    pub(crate) fn contains(&self, name: &str) -> bool {
        self.hashes.contains_key(name)
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.hashes.len()
    }
}

/// What users that do not exist are checked against, so that they cost what known ones do, in the same mix.
///
/// What such a name costs must not tell it from a user's: not if it is tried again, nor by another process, nor after a
/// restart. So the choice depends on the name and on a secret of the file's own. A change of the file moves few names.
struct StandIns {
    /// The least digest of all hashes: it stays as long as that hash does.
    secret: Zeroizing<[u8; 32]>,
    /// A hash of each cost, by cost, with how many users have the same or a lower one.
    by_cost: Vec<(Arc<StoredHash>, usize)>,
    /// A hash of the highest cost.
    last: Arc<StoredHash>,
}

impl StandIns {
    /// `None` of no hashes.
    fn of<'a>(hashes: impl Iterator<Item = &'a Arc<StoredHash>>) -> Option<Self> {
        let mut hashes: Vec<_> =
            hashes.map(|hash| (hash.cost(), <[u8; 32]>::from(Sha256::digest(hash.text())), hash)).collect();
        // By digest within a cost, so that all processes take the same.
        hashes.sort_unstable_by_key(|&(cost, digest, _)| (cost, digest));
        let secret = Zeroizing::new(hashes.iter().map(|&(_, digest, _)| digest).min()?);
        let groups = hashes.chunk_by(|(one, ..), (other, ..)| one == other);
        let by_cost = groups.scan(0, |users, group| {
            *users += group.len();
            group.first().map(|(.., hash)| (Arc::clone(hash), *users))
        });
        let by_cost: Vec<_> = by_cost.collect();
        let (last, _) = by_cost.last().cloned()?;
        Some(Self { secret, by_cost, last })
    }

    fn pick(&self, name: &str) -> &Arc<StoredHash> {
        // HMAC takes keys of any length.
        let Ok(mac) = Hmac::<Sha256>::new_from_slice(&*self.secret) else { return &self.last };
        let [a, b, c, d, ..] = <[u8; 32]>::from(mac.chain_update(name).finalize().into_bytes());
        // A share of all users, rather than a remainder: one user more moves few names.
        let share = f64::from(u32::from_le_bytes([a, b, c, d])) / (f64::from(u32::MAX) + 1.0);
        let users = self.by_cost.last().map_or(0, |&(_, users)| users);
        let place = (share * users as f64) as usize;
        self.by_cost.iter().find(|&&(_, below)| place < below).map_or(&self.last, |(hash, _)| hash)
    }
}

impl fmt::Debug for StandIns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StandIns").field("by_cost", &self.by_cost).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;
    use crate::scheme::basic::stored_hash::Cost;
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
            let found = users.find(name);
            assert!(found.known);
            assert_eq!(found.hash.text(), hash);
        }
        for name in ["Alice", "", "# staff", "alice\r", "dave"] {
            assert!(!users.find(name).known, "{name}");
        }
    }

    /// bcrypt hashes of these costs, each with a salt of its own.
    fn costs(costs: &[u32]) -> String {
        let user = |(number, cost): (usize, &u32)| {
            format!("user{number}:$2y${cost:02}${number:0>21}ujZkTwHUiJ9XdZPwKfcfDo7dMp5DjlTu\n")
        };
        costs.iter().enumerate().map(user).collect()
    }

    fn cost(users: &Users, name: &str) -> Cost {
        let candidate = users.find(name);
        assert!(!candidate.known, "{name}");
        candidate.hash.cost()
    }

    /// The first user at cost 11, the second at cost 8.
    fn of_two_costs([first, second]: [(&str, &str); 2]) -> Users {
        let line = |(user, hash): (&str, &str), cost| format!("{user}:{}\n", hash.replace("$04$", cost));
        parse(&(line(first, "$11$") + &line(second, "$08$"))).unwrap()
    }

    /// What each of 500 users that do not exist costs.
    fn costs_of_unknown(users: &Users) -> String {
        (0..500).map(|number| format!("{:?} ", cost(users, &format!("mallory{number}")))).collect()
    }

    /// A name whose cost changed from one process to the next, or with a restart, was nobody's. This test is also what each of
    /// the processes does.
    #[test]
    fn an_unknown_user_costs_the_same_in_every_process_as_a_known_one_does() {
        const ASKED: &str = "AUTH_TEST_COSTS_OF_UNKNOWN_USERS";
        const ANSWER: &str = "costs of unknown users: ";
        let here = costs_of_unknown(&of_two_costs([("alice", WONDERLAND), ("bob", BUILDER)]));
        if std::env::var_os(ASKED).is_some() {
            eprintln!("{ANSWER}{here}");
            return;
        }
        let test =
            "scheme::basic::htpasswd::tests::an_unknown_user_costs_the_same_in_every_process_as_a_known_one_does";
        for _ in 0..4 {
            let mut process = std::process::Command::new(std::env::current_exe().unwrap());
            let output = process.args([test, "--exact", "--nocapture"]).env(ASKED, "1").output().unwrap();
            let output = String::from_utf8(output.stderr).unwrap();
            let (_, there) = output.split_once(ANSWER).unwrap_or_else(|| panic!("no answer: {output}"));
            assert_eq!(there.lines().next(), Some(&*here));
        }
    }

    #[test]
    fn another_file_has_another_secret() {
        let users = &of_two_costs([("alice", WONDERLAND), ("bob", BUILDER)]);
        let other = &of_two_costs([("carol", BUILDER), ("dave", WONDERLAND)]);
        let differ = (0..500).filter(|number| cost(users, &number.to_string()) != cost(other, &number.to_string()));
        assert!((150..350).contains(&differ.count()), "nobody outside can tell the cost");
    }

    #[test]
    fn unknown_users_get_the_mix_of_the_file() {
        let users = parse(&costs(&[4, 5, 5, 5, 5, 5, 6, 6, 6, 6])).unwrap();
        let names = |wanted| {
            (0..4000).filter(|number| cost(&users, &number.to_string()) == Cost::Bcrypt { cost: wanted }).count()
        };
        for (cost, share) in [(4, 400), (5, 2000), (6, 1600)] {
            assert!(names(cost).abs_diff(share) < 150, "cost {cost}: {} of 4000, not about {share}", names(cost));
        }
        let kinds: HashSet<_> =
            (0..500).map(|number| format!("{:?}", cost(&all_kinds(), &number.to_string()))).collect();
        assert_eq!(kinds.len(), 3, "two of the four cost the same: {kinds:?}");
    }

    #[test]
    fn a_user_more_moves_few_names() {
        let few: Vec<_> = (0..100).map(|number| 4 + number % 2).collect();
        let more: Vec<_> = few.iter().copied().chain([5]).collect();
        let (before, after) = (parse(&costs(&few)).unwrap(), parse(&costs(&more)).unwrap());
        assert_eq!(before.stand_ins.secret, after.stand_ins.secret, "the new hash has not the least digest");
        let moved = (0..4000).filter(|number| cost(&before, &number.to_string()) != cost(&after, &number.to_string()));
        assert!(moved.count() < 100);
    }

    /// As Apache reads them: `trac#7` in the wild, and editors that leave space behind.
    #[test]
    fn what_follows_the_hash_and_space_around_a_line_do_not_count() {
        for line in [
            format!("alice:{WONDERLAND}:Alice:a@b"),
            format!("alice:{WONDERLAND}:"),
            format!("alice:{WONDERLAND}::"),
            format!("  alice:{WONDERLAND}\t "),
            format!("\talice:{WONDERLAND}:x \r"),
            format!(" # staff\n \t \nalice:{WONDERLAND}"),
        ] {
            let users = parse(&line).unwrap_or_else(|error| panic!("{line:?}: {error}"));
            assert_eq!(users.find("alice").hash.text(), WONDERLAND, "{line:?}");
            assert_eq!(users.len(), 1);
        }
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
            ("alice :x", "space around"),
            (&format!("bob:{BUILDER}\n\u{feff}alice:x"), "line 2: a byte order mark"),
            ("al\tice:x", "control character"),
            (&format!("alice:{WONDERLAND} :extra"), "malformed"),
            (&format!("alice: {WONDERLAND}"), "plain password"),
            ("alice::x", "the hash is missing"),
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
