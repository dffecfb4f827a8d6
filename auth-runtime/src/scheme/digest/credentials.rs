//! What follows `Authorization: Digest` (RFC 7616 section 3.4), read strictly.

use std::fmt;

use crate::http::auth_params::{AuthParam, AuthParams, AuthValue};
use crate::scheme::digest::response::{DigestAlgorithm, Exchange, HexDigest};

/// Longest field that is read, in bytes; it holds the request target, which may be long.
const FIELD_MAX: usize = 16 * 1024;
/// Longest user name, in bytes, as in a file.
const NAME_MAX: usize = 255;
/// Longest nonce and `cnonce`, in bytes. Ours are shorter, and clients choose some forty.
const NONCE_MAX: usize = 256;

/// Digest credentials as the caller sent them, well-formed and not yet verified.
#[derive(PartialEq, Eq)]
pub(crate) struct DigestCredentials {
    pub(super) user: ClaimedUser,
    pub(super) realm: String,
    pub(super) uri: String,
    pub(super) nonce: String,
    pub(super) cnonce: String,
    pub(super) nc: Nc,
    pub(super) algorithm: DigestAlgorithm,
    pub(super) response: HexDigest,
}

/// Whom credentials claim to come from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum ClaimedUser {
    Name(String),
    /// The digest of `user:realm` (section 3.4.4), in lower case.
    Userhash(HexDigest),
}

/// `nc`: how many requests were sent with this nonce, this one included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Nc {
    pub(super) number: u32,
    digits: [u8; 8],
}

impl Nc {
    fn read(text: &[u8]) -> Option<Self> {
        let digits: [u8; 8] = text.try_into().ok()?;
        // No sign, which `from_str_radix` takes; counting begins at one.
        let number = u32::from_str_radix(str::from_utf8(&digits).ok()?, 16).ok()?;
        (digits.iter().all(u8::is_ascii_hexdigit) && number > 0).then_some(Self { number, digits })
    }

    /// As sent: it is hashed as it stands.
    pub(super) fn as_str(&self) -> &str {
        str::from_utf8(&self.digits).unwrap_or_default()
    }
}

impl DigestCredentials {
    /// Reads what follows the scheme's name. `None` where anything is missing, given twice, malformed, or not offered:
    /// another `qop` than `auth`, an unknown algorithm, both forms of the user's name.
    pub(crate) fn read(field: &[u8]) -> Option<Self> {
        if field.len() > FIELD_MAX {
            return None;
        }
        let mut sent = Sent::default();
        for parameter in AuthParams::new(field) {
            sent.add(parameter.ok()?)?;
        }
        sent.finish()
    }

    pub(super) fn exchange(&self) -> Exchange<'_> {
        Exchange { uri: &self.uri, nonce: &self.nonce, nc: self.nc.as_str(), cnonce: &self.cnonce }
    }
}

/// Who claims to be who is left out: names are personal, and a mistaken one may be a password.
impl fmt::Debug for DigestCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DigestCredentials").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

/// The parameters, in whatever order they came.
#[derive(Default)]
struct Sent {
    username: Option<Vec<u8>>,
    /// `username*`, decoded.
    username_extended: Option<String>,
    userhash: Option<bool>,
    realm: Option<Vec<u8>>,
    uri: Option<Vec<u8>>,
    nonce: Option<Vec<u8>>,
    cnonce: Option<Vec<u8>>,
    nc: Option<Nc>,
    qop: Option<()>,
    algorithm: Option<DigestAlgorithm>,
    response: Option<Vec<u8>>,
    opaque: Option<()>,
}

impl Sent {
    /// Takes one parameter, quoted or not; unknown ones are read over (section 3.4).
    fn add(&mut self, AuthParam { name, value }: AuthParam<'_>) -> Option<()> {
        let name = name.to_ascii_lowercase();
        if name == "username*" {
            // An extended value is never quoted.
            let AuthValue::Token(text) = value else { return None };
            return once(&mut self.username_extended, extended(text)?);
        }
        let value = value.into_bytes();
        match &*name {
            "username" => once(&mut self.username, value.into_owned()),
            "realm" => once(&mut self.realm, value.into_owned()),
            "uri" => once(&mut self.uri, value.into_owned()),
            "nonce" => once(&mut self.nonce, value.into_owned()),
            "cnonce" => once(&mut self.cnonce, value.into_owned()),
            "response" => once(&mut self.response, value.into_owned()),
            "nc" => once(&mut self.nc, Nc::read(&value)?),
            "algorithm" => once(&mut self.algorithm, DigestAlgorithm::named(&value)?),
            "qop" => once(&mut self.qop, (*value == *b"auth").then_some(())?),
            "userhash" => once(&mut self.userhash, boolean(&value)?),
            "opaque" => once(&mut self.opaque, ()),
            _ => Some(()),
        }
    }

    fn finish(self) -> Option<DigestCredentials> {
        self.qop?;
        // Where it is not named, it is MD5 (section 3.4).
        let algorithm = self.algorithm.unwrap_or(DigestAlgorithm::Md5);
        let user = match (self.username, self.username_extended, self.userhash.unwrap_or(false)) {
            (Some(hash), None, true) => ClaimedUser::Userhash(HexDigest::read(algorithm, &hash)?),
            (Some(name), None, false) => ClaimedUser::Name(text(name, NAME_MAX)?),
            (None, Some(name), false) => ClaimedUser::Name(text(name.into_bytes(), NAME_MAX)?),
            _ => return None,
        };
        Some(DigestCredentials {
            user,
            realm: text(self.realm?, FIELD_MAX)?,
            uri: text(self.uri?, FIELD_MAX)?,
            nonce: text(self.nonce?, NONCE_MAX)?,
            cnonce: text(self.cnonce?, NONCE_MAX).filter(|cnonce| cnonce.is_ascii() && !cnonce.is_empty())?,
            nc: self.nc?,
            algorithm,
            response: HexDigest::read(algorithm, &self.response?)?,
        })
    }
}

/// Refuses what was given before: who reads the other one sees another request.
fn once<T>(place: &mut Option<T>, value: T) -> Option<()> {
    place.replace(value).is_none().then_some(())
}

fn boolean(text: &[u8]) -> Option<bool> {
    match () {
        () if text.eq_ignore_ascii_case(b"true") => Some(true),
        () if text.eq_ignore_ascii_case(b"false") => Some(false),
        () => None,
    }
}

/// UTF-8 without control characters.
fn text(bytes: Vec<u8>, longest: usize) -> Option<String> {
    let text = String::from_utf8(bytes).ok()?;
    (text.len() <= longest && !text.contains(char::is_control)).then_some(text)
}

/// An extended value in UTF-8 (RFC 8187 section 3.2.1): charset, perhaps a language, percent-encoded text.
fn extended(text: &str) -> Option<String> {
    let (charset, rest) = text.split_once('\'')?;
    let (language, mut rest) = rest.split_once('\'')?;
    if !charset.eq_ignore_ascii_case("UTF-8")
        || !language.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    {
        return None;
    }
    let mut bytes = Vec::with_capacity(rest.len());
    while let Some(byte) = rest.bytes().next() {
        let (taken, decoded) = match byte {
            b'%' => {
                let digits = rest.get(1..3).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
                (3, u8::from_str_radix(digits, 16).ok()?)
            }
            _ if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) => (1, byte),
            _ => return None,
        };
        bytes.push(decoded);
        rest = rest.get(taken..)?;
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RESPONSE: &str = "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1";

    /// The parameters of RFC 7616 section 3.9.1, to be changed.
    const MUFASA: [(&str, &str); 10] = [
        ("username", r#""Mufasa""#),
        ("realm", r#""http-auth@example.org""#),
        ("uri", r#""/dir/index.html""#),
        ("algorithm", "SHA-256"),
        ("nonce", r#""7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v""#),
        ("nc", "00000001"),
        ("cnonce", r#""f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ""#),
        ("qop", "auth"),
        ("response", r#""753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1""#),
        ("opaque", r#""FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS""#),
    ];

    fn joined(parameters: &[(&str, &str)]) -> String {
        parameters.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(", ")
    }

    fn read(field: &str) -> Option<DigestCredentials> {
        DigestCredentials::read(field.as_bytes())
    }

    /// With `name` set to `value`, or left out.
    fn with(name: &str, value: Option<&str>) -> Option<DigestCredentials> {
        let mut parameters = MUFASA.to_vec();
        parameters.retain(|(known, _)| *known != name);
        parameters.extend(value.map(|value| (name, value)));
        read(&joined(&parameters))
    }

    #[test]
    fn the_example_of_rfc_7616_is_read() {
        let credentials = read(&joined(&MUFASA)).unwrap();
        assert_eq!(credentials.user, ClaimedUser::Name("Mufasa".into()));
        assert_eq!(credentials.realm, "http-auth@example.org");
        assert_eq!(credentials.uri, "/dir/index.html");
        assert_eq!(credentials.algorithm, DigestAlgorithm::Sha256);
        assert_eq!(credentials.nonce, "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v");
        assert_eq!((credentials.nc.number, credentials.nc.as_str()), (1, "00000001"));
        assert_eq!(credentials.cnonce, "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ");
        assert_eq!(credentials.response.as_str(), RESPONSE);
    }

    #[test]
    fn quoted_and_unquoted_forms_are_the_same() {
        let expected = read(&joined(&MUFASA)).unwrap();
        for (name, value) in [
            ("username", "Mufasa"),
            ("algorithm", r#""SHA-256""#),
            ("algorithm", "sha-256"),
            ("nc", r#""00000001""#),
            ("qop", r#""auth""#),
            ("response", RESPONSE),
            ("response", &*RESPONSE.to_ascii_uppercase()),
            ("opaque", "x"),
            ("userhash", "false"),
            ("userhash", r#""FALSE""#),
            ("auth-param", "unknown"),
        ] {
            assert_eq!(
                with(name, Some(value)),
                Some(DigestCredentials::read(joined(&MUFASA).as_bytes()).unwrap()),
                "{name}={value}"
            );
        }
        let shouted = joined(&MUFASA.map(|(name, value)| (name, value))).replace("username", "UserName");
        assert_eq!(read(&shouted), Some(expected));
    }

    #[test]
    fn what_is_needed_and_missing_is_refused() {
        for name in ["username", "realm", "uri", "nonce", "nc", "cnonce", "qop", "response"] {
            assert_eq!(with(name, None), None, "{name}");
        }
        assert!(with("opaque", None).is_some());
        assert_eq!(with("algorithm", None), None, "a digest of SHA-256 is none of MD5");
        assert_eq!(read(""), None);
    }

    #[test]
    fn a_missing_algorithm_is_md5() {
        let mut parameters = MUFASA.to_vec();
        parameters.retain(|(name, _)| *name != "algorithm" && *name != "response");
        parameters.push(("response", "8ca523f5e9506fed4657c9700eebdbec"));
        assert_eq!(read(&joined(&parameters)).unwrap().algorithm, DigestAlgorithm::Md5);
    }

    #[test]
    fn every_parameter_given_twice_is_refused() {
        for (name, value) in MUFASA {
            assert_eq!(read(&format!("{}, {name}={value}", joined(&MUFASA))), None, "{name}");
            let shouted = name.to_ascii_uppercase();
            assert_eq!(read(&format!("{shouted}={value}, {}", joined(&MUFASA))), None, "{shouted}");
        }
        assert_eq!(read(&format!("{}, userhash=false, userhash=false", joined(&MUFASA))), None);
    }

    #[test]
    fn what_is_malformed_or_not_offered_is_refused() {
        let long = format!("\"{}\"", "x".repeat(257));
        for (name, value) in [
            ("qop", "auth-int"),
            ("qop", r#""auth,auth-int""#),
            ("qop", "AUTH"),
            ("algorithm", "SHA-256-sess"),
            ("algorithm", "MD5"),
            ("algorithm", "token"),
            ("nc", "1"),
            ("nc", "000000001"),
            ("nc", "0000000g"),
            ("nc", "+0000001"),
            ("nc", "00000000"),
            ("cnonce", r#""""#),
            ("cnonce", r#""ü""#),
            ("cnonce", &long),
            ("nonce", &long),
            ("response", RESPONSE.get(1..).unwrap()),
            ("response", r#""""#),
            ("userhash", "yes"),
            ("userhash", "true"),
            ("username", &long),
            ("username", "Mu fasa"),
        ] {
            assert_eq!(with(name, Some(value)), None, "{name}={value}");
        }
        assert_eq!(DigestCredentials::read(&joined(&MUFASA).replace("Mufasa", "\u{1}").into_bytes()), None);
        let latin: Vec<u8> = joined(&MUFASA).bytes().map(|byte| if byte == b'M' { 0xe4 } else { byte }).collect();
        assert_eq!(DigestCredentials::read(&latin), None, "no UTF-8");
        assert_eq!(read(&format!("{}, x=\"{}\"", joined(&MUFASA), "x".repeat(FIELD_MAX))), None, "too long");
    }

    #[test]
    fn a_name_is_sent_in_one_of_three_forms() {
        let user = |parameters: &[(&str, &str)]| {
            let mut all = MUFASA.to_vec();
            all.retain(|(name, _)| *name != "username");
            all.extend(parameters);
            read(&joined(&all)).map(|credentials| credentials.user)
        };
        let jason = Some(ClaimedUser::Name("J\u{e4}s\u{f8}n Doe".into()));
        assert_eq!(user(&[("username*", "UTF-8''J%C3%A4s%C3%B8n%20Doe")]), jason, "RFC 7616 section 3.9.2");
        assert_eq!(user(&[("username*", "utf-8'en-GB'J%c3%a4s%c3%b8n%20Doe")]), jason);
        assert_eq!(user(&[("username", "\"J\u{e4}s\u{f8}n Doe\"")]), jason);
        let hash = format!("\"{RESPONSE}\"");
        let hashed = HexDigest::read(DigestAlgorithm::Sha256, RESPONSE.as_bytes()).map(ClaimedUser::Userhash);
        assert_eq!(user(&[("username", &hash), ("userhash", "true")]), hashed);
        for refused in [
            &[("username", "a"), ("username*", "UTF-8''a")][..],
            &[("username*", "UTF-8''a"), ("userhash", "true")],
            &[("username*", "\"UTF-8''a\"")],
            &[("username*", "ISO-8859-1''a")],
            &[("username*", "UTF-8'a")],
            &[("username*", "UTF-8''%C3")],
            &[("username*", "UTF-8''%0A")],
            &[("username*", "UTF-8''%4")],
            &[("username*", "UTF-8''%+1")],
            &[("username*", "UTF-8''a'b")],
            &[("username*", "UTF-8''a*b")],
            &[("userhash", "true")],
            &[],
        ] {
            assert_eq!(user(refused), None, "{refused:?}");
        }
    }

    #[test]
    fn debug_shows_no_name_and_no_digest() {
        assert_eq!(format!("{:?}", read(&joined(&MUFASA)).unwrap()), "DigestCredentials { algorithm: Sha256, .. }");
    }

    fn quoted(text: &str) -> String {
        format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(field in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = DigestCredentials::read(&field);
        }

        #[test]
        fn changed_credentials_are_read_without_panic(place in 0..500_usize, byte in any::<u8>(), cut in 0..500_usize) {
            let mut field = joined(&MUFASA).into_bytes();
            if let Some(changed) = field.get_mut(place) {
                *changed = byte;
            }
            field.truncate(cut);
            let _ = DigestCredentials::read(&field);
        }

        #[test]
        fn what_a_client_writes_is_what_is_read(
            name in "\\P{Cc}{0,30}",
            realm in "[ -~]{0,20}",
            uri in "/[!-~]{0,40}",
            nonce in "[A-Za-z0-9+/=_-]{0,60}",
            cnonce in "[ -~]{1,60}",
            nc in 1..u32::MAX,
        ) {
            let nc = format!("{nc:08x}");
            let field = joined(&[
                ("response", RESPONSE),
                ("nc", &nc),
                ("cnonce", &quoted(&cnonce)),
                ("nonce", &quoted(&nonce)),
                ("username", &quoted(&name)),
                ("algorithm", "SHA-256"),
                ("uri", &quoted(&uri)),
                ("realm", &quoted(&realm)),
                ("qop", "auth"),
            ]);
            let credentials = read(&field).unwrap();
            prop_assert_eq!(&credentials.user, &ClaimedUser::Name(name));
            let found = (&*credentials.realm, &*credentials.uri, &*credentials.nonce, &*credentials.cnonce);
            prop_assert_eq!(found, (&*realm, &*uri, &*nonce, &*cnonce));
            prop_assert_eq!(credentials.nc.as_str(), &*nc);
        }

        #[test]
        fn every_name_survives_percent_encoding(name in "\\P{Cc}{0,20}") {
            let encoded: String = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
            prop_assert_eq!(extended(&format!("UTF-8''{encoded}")), Some(name));
        }
    }
}
