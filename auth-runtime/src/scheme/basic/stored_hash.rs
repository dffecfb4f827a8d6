//! A password hash as a file stores it.

use std::fmt;

use argon2::Argon2;
use argon2::password_hash::PasswordVerifier;
use argon2::password_hash::phc::PasswordHash;
use sha_crypt::{PasswordHashRef, ShaCrypt};

/// bcrypt looks at no more of a password.
const BCRYPT_MAX: usize = 72;

/// bcrypt: 2^15 rounds take seconds.
const BCRYPT_COST_MAX: u32 = 15;
/// Where a hash does not say.
const SHA512_ROUNDS_DEFAULT: u32 = 5_000;
const SHA512_ROUNDS: std::ops::RangeInclusive<u32> = 1_000..=1_000_000;
/// argon2: memory of one hash, in KiB.
const ARGON2_MEMORY_MAX: u32 = 256 << 10;
/// argon2: memory times passes, in KiB.
const ARGON2_WORK_MAX: u64 = 1 << 20;
const ARGON2_LANES_MAX: u32 = 16;

/// The remedy for hashes that are not accepted.
const REMEDY: &str = "set the password anew with `htpasswd -B`";

/// A password hash of an accepted kind and of bounded cost.
pub(crate) struct StoredHash {
    text: Box<str>,
    format: Format,
    cost: Cost,
}

enum Format {
    Bcrypt,
    Sha512Crypt,
    Argon2(Box<PasswordHash>),
}

/// What it takes to check a password against a hash: those of equal cost take the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cost {
    Bcrypt { cost: u32 },
    Sha512Crypt { rounds: u32 },
    Argon2 { memory: u32, passes: u32, lanes: u32 },
}

impl StoredHash {
    /// Reads a hash in the Modular Crypt Format or as a PHC string.
    ///
    /// # Errors
    /// What is wrong and what to do about it; the hash itself is never repeated, as it may be a plain password.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (format, cost) = match identifier(text) {
            Some("2y" | "2b" | "2a") => bcrypt(text)?,
            Some("6") => sha512_crypt(text)?,
            Some("argon2id" | "argon2i" | "argon2d") => argon2(text)?,
            other => return Err(format!("{}; {REMEDY}", refused(text, other))),
        };
        Ok(Self { text: text.into(), format, cost })
    }

    /// The hash as stored.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn cost(&self) -> Cost {
        self.cost
    }

    /// Whether the hash was made from this password. Takes long: never call it on the event loop.
    ///
    /// A password longer than bcrypt's 72 bytes does not match, at the full price, rather than being cut.
    pub(crate) fn matches(&self, password: &[u8]) -> bool {
        match &self.format {
            Format::Bcrypt => bcrypt::verify(password, &self.text).unwrap_or(false) & (password.len() <= BCRYPT_MAX),
            Format::Sha512Crypt => ShaCrypt::SHA512.verify_password(password, &*self.text).is_ok(),
            Format::Argon2(hash) => Argon2::default().verify_password(password, &**hash).is_ok(),
        }
    }
}

/// What the hash begins with says its kind; the rest is left out, as it is what an attacker wants.
impl fmt::Debug for StoredHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let format = match &self.format {
            Format::Bcrypt => "bcrypt",
            Format::Sha512Crypt => "SHA-512 crypt",
            Format::Argon2(_) => "argon2",
        };
        f.debug_tuple("StoredHash").field(&format).finish()
    }
}

/// The name between the first two dollar signs.
fn identifier(text: &str) -> Option<&str> {
    text.strip_prefix('$')?.split_once('$').map(|(identifier, _)| identifier)
}

/// Names the kind of hash that is not accepted, and why.
fn refused(text: &str, identifier: Option<&str>) -> &'static str {
    let is_crypt = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'/');
    match identifier {
        Some("apr1") => "MD5 (`$apr1$`) is not accepted, as it is guessed too fast",
        Some("1") => "MD5 crypt (`$1$`) is not accepted, as it is guessed too fast",
        Some("5") => "SHA-256 crypt (`$5$`) is not accepted",
        Some("2x" | "2") => "this variant of bcrypt is flawed and not accepted",
        Some(_) => "this kind of hash is not accepted",
        None if text.starts_with("{SHA}") => "SHA-1 (`{SHA}`) is not accepted, as it is guessed too fast",
        None if text.starts_with('{') => "this kind of hash is not accepted",
        None if text.is_empty() => "the hash is missing",
        None if text.len() == 13 && text.bytes().all(is_crypt) => {
            "traditional crypt or a plain password is not accepted"
        }
        None => "a plain password is not accepted",
    }
}

fn bcrypt(text: &str) -> Result<(Format, Cost), String> {
    let parts: bcrypt::HashParts =
        text.parse().map_err(|_| format!("the bcrypt hash is malformed or cut off; {REMEDY}"))?;
    match parts.get_cost() {
        cost @ 4..=BCRYPT_COST_MAX => Ok((Format::Bcrypt, Cost::Bcrypt { cost })),
        cost => Err(format!("the bcrypt cost {cost} is not between 4 and {BCRYPT_COST_MAX}; {REMEDY}")),
    }
}

/// `$6$[rounds=N$]salt$hash`
fn sha512_crypt(text: &str) -> Result<(Format, Cost), String> {
    let malformed = || format!("the SHA-512 crypt hash is malformed or cut off; {REMEDY}");
    let fields: Vec<&str> = text.split('$').skip(2).collect();
    let (rounds, salt, hash) = match *fields {
        [salt, hash] => (None, salt, hash),
        [rounds, salt, hash] => (Some(rounds.strip_prefix("rounds=").ok_or_else(malformed)?), salt, hash),
        _ => return Err(malformed()),
    };
    let digits = |rounds: &&str| rounds.bytes().all(|byte| byte.is_ascii_digit()) && !rounds.starts_with('0');
    let said = rounds.map(|rounds| Some(rounds).filter(digits)?.parse().ok().filter(|it| SHA512_ROUNDS.contains(it)));
    let Some(rounds) = said.unwrap_or(Some(SHA512_ROUNDS_DEFAULT)) else {
        let (least, most) = SHA512_ROUNDS.into_inner();
        return Err(format!("the SHA-512 crypt rounds are not between {least} and {most}; {REMEDY}"));
    };
    let is_crypt = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'/');
    let good = (1..=16).contains(&salt.len()) && hash.len() == 86 && (salt.bytes().chain(hash.bytes())).all(is_crypt);
    if !good || PasswordHashRef::new(text).is_err() {
        return Err(malformed());
    }
    Ok((Format::Sha512Crypt, Cost::Sha512Crypt { rounds }))
}

fn argon2(text: &str) -> Result<(Format, Cost), String> {
    let malformed = |_| format!("the argon2 hash is malformed or cut off; {REMEDY}");
    let hash = PasswordHash::new(text).map_err(|_| malformed(()))?;
    let params = argon2::Params::try_from(&hash).map_err(|_| malformed(()))?;
    let version_known = matches!(hash.version, Some(16 | 19));
    let salt_fits = hash.salt.as_ref().is_some_and(|salt| salt.len() >= 8);
    if !version_known || !salt_fits || hash.hash.is_none() || !params.keyid().is_empty() {
        return Err(malformed(()));
    }
    let work = u64::from(params.m_cost()) * u64::from(params.t_cost());
    if params.m_cost() > ARGON2_MEMORY_MAX || work > ARGON2_WORK_MAX || params.p_cost() > ARGON2_LANES_MAX {
        return Err(format!(
            "the argon2 cost is above m={ARGON2_MEMORY_MAX}, m*t={ARGON2_WORK_MAX} or p={ARGON2_LANES_MAX}; {REMEDY}"
        ));
    }
    let cost = Cost::Argon2 { memory: params.m_cost(), passes: params.t_cost(), lanes: params.p_cost() };
    Ok((Format::Argon2(Box::new(hash)), cost))
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// `wonderland`, cost 4, made by libxcrypt.
    pub(crate) const WONDERLAND: &str = "$2y$04$abcdefghijklmnopqrstuujZkTwHUiJ9XdZPwKfcfDo7dMp5DjlTu";
    /// `builder`, cost 4, made by libxcrypt.
    pub(crate) const BUILDER: &str = "$2b$04$abcdefghijklmnopqrstuu/GACL4BASs5qZJ2H5JEo0yW9XEj5.iq";
    /// `wonderland`, 5000 rounds, made by `openssl passwd -6`.
    pub(crate) const WONDERLAND_SHA512: &str =
        "$6$saltsalt$pqxtaP8VN9msji06dnBCbUbaSGTOXyo9jZDqZxik1rPexoqRIW4UKuiD0ZHZchCSd7S4/HoRU8bcFbnz2ihUr.";
    /// `password`, from the tests of the reference implementation.
    pub(crate) const PASSWORD_ARGON2: &str =
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";

    fn parse(text: &str) -> StoredHash {
        StoredHash::parse(text).unwrap_or_else(|fault| panic!("{text}: {fault}"))
    }

    #[test]
    fn each_accepted_kind_verifies_what_other_programs_made() {
        for (text, password) in [
            (WONDERLAND, "wonderland"),
            (BUILDER, "builder"),
            ("$2a$04$abcdefghijklmnopqrstuum174eFeoTj0DHmtuueFaS3Wde4P7wHG", "pässword"),
            (WONDERLAND_SHA512, "wonderland"),
            (
                "$6$rounds=1000$saltsalt$pQWBrsgA00L1zt0NV83o5Uy3u2ESn9flfn/e0RE60Qd3XQ98aH6gvroXwANv1Mme759YpleQlaVoQ6O/meimK1",
                "wonderland",
            ),
            // From the specification of SHA-crypt.
            (
                "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1",
                "Hello world!",
            ),
            (PASSWORD_ARGON2, "password"),
        ] {
            let hash = parse(text);
            assert!(hash.matches(password.as_bytes()), "{text}");
            for wrong in ["", "Wonderland", &format!("{password} "), &password[1..]] {
                assert!(!hash.matches(wrong.as_bytes()), "{text} {wrong}");
            }
        }
    }

    #[test]
    fn bcrypt_never_cuts_a_password() {
        let hash = parse("$2b$04$abcdefghijklmnopqrstuubzadhGtS2zEF.gu0yd0opP6cVzb.e0i"); // 72 times `x`
        assert!(hash.matches(&[b'x'; 72]));
        for longer in [73, 100, 1024] {
            assert!(!hash.matches(&vec![b'x'; longer]), "{longer}");
        }
    }

    #[test]
    fn weak_kinds_are_refused_with_their_name_and_a_remedy() {
        for (text, says) in [
            ("$apr1$saltsalt$Q17bmANhIA7pctgRGqF/S0", "MD5 (`$apr1$`)"),
            ("$1$saltsalt$Q17bmANhIA7pctgRGqF/S0", "MD5 crypt"),
            ("$5$saltsalt$abc", "SHA-256 crypt"),
            ("{SHA}fEqNCco3Yq9h5ZUglD3CZJT4lBs=", "SHA-1"),
            ("{SSHA}fEqNCco3Yq9h5ZUglD3CZJT4lBs=", "this kind"),
            ("rqXexS6ZhobKA", "traditional crypt"),
            ("hunter2", "a plain password"),
            ("", "missing"),
            ("$2x$04$abcdefghijklmnopqrstuu", "flawed"),
            ("$y$j9T$abc$def", "this kind"),
            ("$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E", "this kind"),
        ] {
            let fault = StoredHash::parse(text).unwrap_err();
            assert!(fault.contains(says) && fault.ends_with("`htpasswd -B`"), "{text}: {fault}");
            assert!(!fault.contains("hunter2") && !fault.contains("fEqN"), "{fault}");
        }
    }

    #[test]
    fn an_absurd_cost_is_refused_at_load() {
        let argon2 =
            |params: &str| format!("$argon2id$v=19${params}$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4");
        let sha = |rounds: &str| WONDERLAND_SHA512.replacen("$6$", &format!("$6$rounds={rounds}$"), 1);
        for text in [
            WONDERLAND.replacen("$04$", "$16$", 1),
            WONDERLAND.replacen("$04$", "$31$", 1),
            WONDERLAND.replacen("$04$", "$03$", 1),
            sha("999999999"),
            sha("1000001"),
            sha("999"),
            sha("+5000"),
            sha(""),
            argon2("m=262145,t=1,p=1"),
            argon2("m=262144,t=5,p=1"),
            argon2("m=4294967295,t=4294967295,p=1"),
            argon2("m=1024,t=1,p=17"),
        ] {
            let fault = StoredHash::parse(&text).unwrap_err();
            assert!(fault.contains("cost") || fault.contains("rounds"), "{text}: {fault}");
        }
    }

    #[test]
    fn a_hash_that_is_cut_off_is_refused() {
        for whole in [WONDERLAND, WONDERLAND_SHA512] {
            for end in 0..whole.len() {
                assert!(StoredHash::parse(&whole[..end]).is_err(), "{end}");
            }
        }
        for text in ["$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ", "$argon2id$v=19$m=256,t=2,p=1", "$argon2id$"] {
            assert!(StoredHash::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn debug_keeps_the_hash() {
        assert_eq!(format!("{:?}", parse(WONDERLAND)), "StoredHash(\"bcrypt\")");
    }

    proptest! {
        #[test]
        fn any_text_is_parsed_without_panic(text in "(\\$(2y|6|argon2id|apr1))?\\PC{0,60}") {
            let _ = StoredHash::parse(&text);
        }
    }
}
