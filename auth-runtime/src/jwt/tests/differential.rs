//! Our verdicts against those of `jsonwebtoken::decode`, told the same rules: never looser, and stricter only as
//! [`STRICTER`] lists.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use jsonwebtoken::{DecodingKey, Validation, decode, get_current_timestamp};
use proptest::prelude::*;
use serde_json::Map;

use crate::json::tests::{Fault, oracle};
use crate::jwt::tests::*;

/// Seconds, the default of both.
const LEEWAY: f64 = 60.0;

/// A difference on purpose: jsonwebtoken accepts what is refused here.
struct Stricter {
    what: &'static str,
    /// The rule behind it.
    rule: &'static str,
    reason: Reason,
    /// Whether a token is of this kind.
    applies: fn(&Seen<'_>) -> bool,
    /// One that is.
    example: fn(u64) -> Draft,
}

/// A token as both were shown it.
struct Seen<'a> {
    token: &'a [u8],
    header: &'a [u8],
    payload: &'a [u8],
    /// The last of members of one name.
    claims: Map<String, Value>,
    parameters: Map<String, Value>,
    now: f64,
}

const STRICTER: &[Stricter] = &[
    Stricter {
        what: "expired in this very second",
        rule: "RFC 7519 section 4.1.4: not on or after `exp`",
        reason: Reason::TokenExpired,
        applies: |seen| seen.date("exp") == Some(seen.now - LEEWAY),
        example: |now| claim("exp", now - 60),
    },
    Stricter {
        what: "expired by a fraction of a second",
        rule: "RFC 7519 section 2: a fraction goes to the side of less time, and is not rounded",
        reason: Reason::TokenExpired,
        applies: |seen| seen.date("exp").is_some_and(|exp| exp.fract() != 0.0 && exp.floor() + LEEWAY <= seen.now),
        example: |now| claim("exp", format!("{}.6", now - 61)),
    },
    Stricter {
        what: "not yet valid by a fraction of a second",
        rule: "RFC 7519 section 2: a fraction goes to the side of less time, and is not rounded",
        reason: Reason::TokenNotYetValid,
        applies: |seen| seen.date("nbf").is_some_and(|nbf| nbf.fract() != 0.0 && nbf.ceil() > seen.now + LEEWAY),
        example: |now| claim("nbf", format!("{}.4", now + 60)),
    },
    Stricter {
        what: "issued in the future",
        rule: "RFC 7519 section 4.1.6: `iat` is when it was issued",
        reason: Reason::TokenNotYetValid,
        applies: |seen| seen.date("iat").is_some_and(|iat| iat.ceil() > seen.now + LEEWAY),
        example: |now| claim("iat", now + 62),
    },
    Stricter {
        what: "a date of the year 10000 or later",
        rule: "a count of milliseconds, or an overflow in the making",
        reason: Reason::ClaimsInvalid,
        applies: |seen| ["exp", "nbf", "iat"].iter().any(|name| seen.date(name) >= Some(253_402_300_800.0)),
        example: |now| claim("exp", now * 1000),
    },
    Stricter {
        what: "a date of minus zero",
        rule: "a date is never negative",
        reason: Reason::ClaimsInvalid,
        applies: |seen| ["nbf", "iat"].iter().any(|name| seen.date(name).is_some_and(f64::is_sign_negative)),
        example: |_| claim("nbf", "-0.0"),
    },
    Stricter {
        what: "`iat`, `jti`, `client_id` or `azp` of another type",
        rule: "RFC 7519 section 4.1, RFC 8693 section 4.3: what is there has its type",
        reason: Reason::ClaimsInvalid,
        applies: |seen| {
            let strings =
                ["jti", "client_id", "azp"].iter().any(|name| seen.claims.get(*name).is_some_and(|it| !it.is_string()));
            strings || seen.claims.get("iat").is_some_and(|iat| !iat.is_number())
        },
        example: |_| claim("jti", "1"),
    },
    Stricter {
        what: "nobody's token",
        rule: "an empty `sub` identifies nobody",
        reason: Reason::ClaimsInvalid,
        applies: |seen| seen.claims.get("sub") == Some(&json!("")),
        example: |_| claim("sub", "\"\""),
    },
    Stricter {
        what: "several issuers",
        rule: "RFC 7519 section 4.1.1: `iss` is one string",
        reason: Reason::ClaimsInvalid,
        applies: |seen| seen.claims.get("iss").is_some_and(Value::is_array),
        example: |_| claim("iss", json!(["https://idp.evil.example", ISSUER])),
    },
    Stricter {
        what: "bound to a key",
        rule: "RFC 7800 section 3: its possession is to be proved",
        reason: Reason::TokenBound,
        applies: |seen| seen.claims.contains_key("cnf"),
        example: |_| claim("cnf", "{\"jkt\":\"x\"}"),
    },
    Stricter {
        what: "a token of another kind",
        rule: "RFC 8725 section 3.11",
        reason: Reason::TypeWrong,
        applies: |seen| {
            let usual = ["JWT", "at+jwt", "application/jwt", "application/at+jwt"];
            let typ = seen.parameters.get("typ");
            typ.is_some_and(|typ| !usual.iter().any(|it| typ.as_str().is_some_and(|typ| typ.eq_ignore_ascii_case(it))))
        },
        example: |_| parameter("typ", "\"logout+jwt\""),
    },
    Stricter {
        what: "extensions that must be understood",
        rule: "RFC 7515 section 4.1.11, RFC 7797",
        reason: Reason::CriticalUnknown,
        applies: |seen| seen.parameters.contains_key("crit") || seen.parameters.contains_key("b64"),
        example: |_| parameter("crit", "[\"exp\"]"),
    },
    Stricter {
        what: "`kid` of no type",
        rule: "RFC 7515 section 4.1.4: a string",
        reason: Reason::TokenNotJwt,
        applies: |seen| seen.parameters.get("kid") == Some(&Value::Null),
        example: |_| parameter("kid", "null"),
    },
    Stricter {
        what: "a claim given twice, at any depth",
        rule: "RFC 7519 section 4",
        reason: Reason::ClaimsInvalid,
        applies: |seen| oracle(seen.payload) == Err(Fault::Repeated),
        example: |_| claim("address", "{\"country\":\"NL\",\"countr\\u0079\":\"DE\"}"),
    },
    Stricter {
        what: "a header parameter given twice",
        rule: "RFC 7515 section 4",
        reason: Reason::TokenNotJwt,
        applies: |seen| oracle(seen.header) == Err(Fault::Repeated),
        example: |_| parameter("x", "{\"y\":1,\"y\":2}"),
    },
    Stricter {
        what: "claims nested deeper than 32",
        rule: "bounded depth",
        reason: Reason::ClaimsInvalid,
        applies: |seen| oracle(seen.payload) == Err(Fault::Deep),
        example: |_| claim("deep", format!("{}{}", "[".repeat(32), "]".repeat(32))),
    },
    Stricter {
        what: "a number near the end of all numbers",
        rule: "parsers disagree about where infinity begins",
        reason: Reason::ClaimsInvalid,
        applies: |seen| oracle(seen.payload) == Err(Fault::Huge),
        example: |_| claim("mass", "1.5e308"),
    },
    Stricter {
        what: "a name that serde_json reserves",
        rule: "what is an object to one parser must be one to the next",
        reason: Reason::ClaimsInvalid,
        applies: |seen| String::from_utf8_lossy(seen.payload).contains("$serde_json::private::"),
        example: |_| claim("x", "{\"$serde_json::private::RawValue\":1}"),
    },
    Stricter {
        what: "longer than 16 KiB",
        rule: "bounded size",
        reason: Reason::TokenTooLong,
        applies: |seen| seen.token.len() > 16 * 1024,
        example: |_| claim("long", json!("x".repeat(13_000))),
    },
];

impl Seen<'_> {
    fn date(&self, name: &str) -> Option<f64> {
        self.claims.get(name).and_then(Value::as_f64)
    }
}

/// A token to be signed, as text: members in order, of which a name may stand there twice.
#[derive(Clone, Debug)]
struct Draft {
    parameters: Vec<(String, String)>,
    claims: Vec<(String, String)>,
}

impl Draft {
    fn good(now: u64) -> Self {
        let claims = [
            ("iss", json!(ISSUER)),
            ("aud", json!([AUDIENCE, "other"])),
            ("sub", json!("alice")),
            ("exp", json!(now + 600)),
            ("iat", json!(now)),
            ("scope", json!("read write")),
        ];
        Self { parameters: Vec::new(), claims: claims.map(|(name, value)| (name.into(), value.to_string())).into() }
    }

    fn sign(&self, algorithm: Algorithm) -> String {
        let mut parameters = vec![("alg".to_owned(), json!(algorithm.name()).to_string())];
        parameters.extend(self.parameters.iter().cloned());
        sign_text(algorithm, sides(algorithm).signing(), &text(&parameters), &text(&self.claims))
    }
}

fn text(members: &[(String, String)]) -> String {
    let members: Vec<_> = members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{{}}}", members.join(","))
}

/// A good token with one claim replaced, or added.
fn claim(name: &str, value: impl ToString) -> Draft {
    let mut draft = Draft::good(get_current_timestamp());
    draft.claims.retain(|(known, _)| known != name);
    draft.claims.push((name.to_owned(), value.to_string()));
    draft
}

/// A good token with a header parameter added.
fn parameter(name: &str, value: &str) -> Draft {
    Draft { parameters: vec![(name.to_owned(), value.to_owned())], ..Draft::good(get_current_timestamp()) }
}

/// Both sides for one algorithm.
struct Sides {
    verifier: Verifier,
    key: DecodingKey,
    validation: Validation,
    signing: EncodingKey,
}

impl Sides {
    fn new(algorithm: Algorithm) -> Self {
        let pem = public_pem(algorithm);
        let key = match algorithm {
            Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512 => DecodingKey::from_secret(SECRET),
            Algorithm::ES256 | Algorithm::ES384 => DecodingKey::from_ec_pem(pem).unwrap(),
            Algorithm::EdDSA => DecodingKey::from_ed_pem(pem).unwrap(),
            _ => DecodingKey::from_rsa_pem(pem).unwrap(),
        };
        let mut validation = Validation::new(algorithm.backend());
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.validate_nbf = true;
        let verifier = verifier(Jwt::key(verification_key(algorithm)).issuer(ISSUER).audience(AUDIENCE));
        Self { verifier, key, validation, signing: signing_key(algorithm) }
    }

    fn signing(&self) -> &EncodingKey {
        &self.signing
    }
}

fn sides(algorithm: Algorithm) -> &'static Sides {
    static SIDES: OnceLock<BTreeMap<&'static str, Sides>> = OnceLock::new();
    let sides = SIDES.get_or_init(|| {
        // Where both backends are on, jsonwebtoken wants to be told; whoever told it first is right too.
        let _ = backend::PROVIDER.install_default();
        Algorithm::ALL.iter().map(|&algorithm| (algorithm.name(), Sides::new(algorithm))).collect()
    });
    &sides[algorithm.name()]
}

/// What each side says of a token within one second of the clock.
struct Verdicts {
    ours: Result<Principal, Reason>,
    theirs: Result<Map<String, Value>, String>,
    now: u64,
}

fn verdicts(algorithm: Algorithm, token: &[u8]) -> Verdicts {
    let Sides { verifier, key, validation, .. } = sides(algorithm);
    loop {
        let now = get_current_timestamp();
        let theirs = decode::<Map<String, Value>>(token, key, validation);
        if get_current_timestamp() == now {
            let ours = verifier.verify_token(token, now.try_into().unwrap());
            let theirs = theirs.map(|data| data.claims).map_err(|error| error.to_string());
            return Verdicts { ours, theirs, now };
        }
    }
}

/// The differences that a token is a case of.
fn explanations(token: &[u8], verdicts: &Verdicts, reason: Reason) -> Vec<&'static str> {
    let segment = |index: usize| {
        let segment = token.split(|&byte| byte == b'.').nth(index).unwrap_or_default();
        URL_SAFE_NO_PAD.decode(segment).unwrap_or_default()
    };
    let (header, payload) = (segment(0), segment(1));
    let seen = Seen {
        token,
        header: &header,
        payload: &payload,
        claims: serde_json::from_slice(&payload).unwrap_or_default(),
        parameters: serde_json::from_slice(&header).unwrap_or_default(),
        now: verdicts.now as f64,
    };
    let explains = |it: &&Stricter| it.reason == reason && (it.applies)(&seen);
    STRICTER.iter().filter(explains).map(|it| it.what).collect()
}

/// Whether the token was accepted by both, once their verdicts are found to fit together.
fn compare(algorithm: Algorithm, token: &[u8]) -> Result<bool, TestCaseError> {
    let verdicts = verdicts(algorithm, token);
    let shown = String::from_utf8_lossy(token);
    match (&verdicts.ours, &verdicts.theirs) {
        (Ok(principal), Ok(claims)) => {
            prop_assert_eq!(principal.claims(), Some(claims), "{}", shown);
            prop_assert_eq!(Some(principal.subject()), claims.get("sub").and_then(Value::as_str));
            Ok(true)
        }
        (Err(_), Err(_)) => Ok(false),
        // "null means unknown": some serializers write it for what is not there.
        (Ok(principal), Err(error)) if error.contains("nbf") && principal.claims().unwrap()["nbf"].is_null() => {
            Ok(true)
        }
        (Ok(_), Err(error)) => Err(TestCaseError::fail(format!("looser than jsonwebtoken ({error}): {shown}"))),
        (Err(reason), Ok(_)) => {
            let listed = !explanations(token, &verdicts, *reason).is_empty();
            prop_assert!(listed, "stricter ({:?}) and not listed: {}", reason, shown);
            Ok(false)
        }
    }
}

#[test]
fn each_listed_difference_occurs() {
    for &algorithm in &[Algorithm::HS256, Algorithm::ES256] {
        for difference in STRICTER {
            // A second may pass between the draft and the verdicts.
            let mut last = None;
            let occurs = (0..3).any(|_| {
                let token = (difference.example)(get_current_timestamp()).sign(algorithm);
                let verdicts = verdicts(algorithm, token.as_bytes());
                last = Some((
                    verdicts.ours.as_ref().map(drop).map_err(|reason| *reason),
                    verdicts.theirs.as_ref().err().cloned(),
                ));
                verdicts.theirs.is_ok()
                    && verdicts.ours.as_ref().is_err_and(|reason| {
                        *reason == difference.reason
                            && explanations(token.as_bytes(), &verdicts, *reason).contains(&difference.what)
                    })
            });
            assert!(occurs, "{}: {}, but {last:?}", difference.what, difference.rule);
        }
    }
}

#[test]
fn good_tokens_are_good_to_both() {
    for &algorithm in Algorithm::ALL {
        let token = Draft::good(get_current_timestamp()).sign(algorithm);
        assert!(compare(algorithm, token.as_bytes()).unwrap(), "{algorithm}");
    }
}

/// Header parameters and claims, with values around every edge. `None` removes the claim.
fn edits(now: u64) -> Vec<(&'static str, Option<String>)> {
    let mut edits: Vec<(&str, Option<String>)> = Vec::new();
    let mut add = |names: &[&'static str], values: &[&str]| {
        names.iter().for_each(|&name| edits.extend(values.iter().map(|value| (name, Some((*value).to_owned())))));
    };
    add(
        &["iss"],
        &[
            "\"https://idp.example\"",
            "\"https://idp\\u002eexample\"",
            "\"https://idp.example/\"",
            "[\"https://idp.example\"]",
            "null",
            "1",
        ],
    );
    add(
        &["aud"],
        &[
            "\"https://api.example\"",
            "\"https://api\\u002eexample\"",
            "\"\"",
            "[]",
            "[\"other\"]",
            "[\"https://api.example\",1]",
            "[[\"https://api.example\"]]",
            "null",
            "{}",
        ],
    );
    add(&["sub"], &["\"bob\"", "\"\"", "1", "null", "\"\\ud83d\\ude00\"", "\"\\ud83d\""]);
    add(
        &["exp", "nbf", "iat"],
        &[
            "null",
            "true",
            "\"1\"",
            "0",
            "-1",
            "-0",
            "-0.0",
            "1e9",
            "1e10",
            "1e400",
            "9e99",
            "1.7976931348623157e308",
            "18446744073709551615",
            "99999999999999999999",
            "[1]",
        ],
    );
    add(
        &["jti", "client_id", "azp", "cnf", "sid", "scope", "roles"],
        &["\"x\"", "1", "null", "{}", "[\"a\",\"b\"]", "[\"a\",1]"],
    );
    add(
        &["x"],
        &[
            "1",
            "{\"a\":1,\"a\":2}",
            "[[[{\"a\":{}}]]]",
            "1.5e308",
            "01",
            "\"\\x\"",
            "\"\t\"",
            "tru",
            "[1,]",
            "[",
            "\"é😀\"",
        ],
    );
    let deep = |depth: usize| Some(format!("{}{}", "[".repeat(depth), "]".repeat(depth)));
    edits.extend([30, 31, 32, 126, 127, 128].map(|depth| ("x", deep(depth))));
    edits.extend(["iss", "aud", "sub", "exp", "iat", "scope"].map(|name| (name, None)));
    for name in ["exp", "nbf", "iat"] {
        for offset in [-3600, -62, -61, -60, -59, -1, 0, 1, 59, 60, 61, 62, 3600] {
            for fraction in ["", ".0", ".4", ".5", ".6", ".999"] {
                edits.push((name, Some(format!("{}{fraction}", now.saturating_add_signed(offset)))));
            }
        }
    }
    edits
}

const PARAMETERS: &[(&str, &[&str])] = &[
    (
        "typ",
        &[
            "\"JWT\"",
            "\"jwt\"",
            "\"at+jwt\"",
            "\"application/at+jwt\"",
            "\"logout+jwt\"",
            "\"dpop+jwt\"",
            "\"\"",
            "null",
            "1",
        ],
    ),
    ("alg", &["\"none\"", "\"HS256\"", "\"RS256\"", "\"ES256\"", "\"hs256\"", "null"]),
    ("kid", &["\"a\"", "\"\"", "null", "1", "[\"a\"]"]),
    ("crit", &["[]", "[\"b64\"]", "[\"exp\"]", "null", "1"]),
    ("b64", &["false", "true", "null"]),
    ("jku", &["\"https://evil.example\"", "1", "null"]),
    ("x5u", &["\"https://evil.example\"", "{}"]),
    ("x5c", &["[\"AA==\"]", "\"AA==\"", "[1]"]),
    ("x5t#S256", &["\"x\"", "1"]),
    ("jwk", &["{}", "{\"kty\":\"oct\",\"k\":\"AAAA\"}", "{\"kty\":\"RSA\"}", "{\"kty\":1}", "1", "null"]),
    ("zip", &["\"DEF\"", "1"]),
    ("enc", &["\"A128GCM\"", "1"]),
    ("nonce", &["\"x\"", "1"]),
    ("other", &["1", "{\"a\":[1]}", "{\"a\":1,\"a\":1}", "tru"]),
];

/// One change to a draft.
#[derive(Clone, Debug)]
struct Edit {
    which: prop::sample::Index,
    in_header: bool,
    /// Beside what is there.
    twice: bool,
}

impl Edit {
    fn apply(&self, draft: &mut Draft, now: u64) {
        let parameters = || {
            PARAMETERS
                .iter()
                .flat_map(|(name, values)| values.iter().map(move |value| (*name, Some((*value).to_owned()))))
        };
        let (members, edits) = match self.in_header {
            true => (&mut draft.parameters, parameters().collect()),
            false => (&mut draft.claims, edits(now)),
        };
        let (name, value) = self.which.get(&edits);
        if !self.twice {
            members.retain(|(known, _)| known != name);
        }
        members.extend(value.clone().map(|value| ((*name).to_owned(), value)));
    }
}

fn an_edit() -> impl Strategy<Value = Edit> {
    (any::<prop::sample::Index>(), prop::bool::weighted(0.3), prop::bool::weighted(0.1))
        .prop_map(|(which, in_header, twice)| Edit { which, in_header, twice })
}

/// What happens to a signed token on its way.
#[derive(Clone, Debug)]
enum Damage {
    Byte(prop::sample::Index, u8),
    Bit(prop::sample::Index, u8),
    Insert(prop::sample::Index, u8),
    Cut(prop::sample::Index),
    Swap(usize, usize),
    Drop(usize),
    Repeat(usize),
    Pad(usize),
    /// The bits of a segment's last character that stand for nothing.
    LastBits(usize, u8),
    /// Another header over the same signature.
    Header(&'static str),
}

fn damage() -> impl Strategy<Value = Damage> {
    let symbol = || prop_oneof![prop::sample::select(b"ABCxyz019-_+/=. \n".to_vec()), any::<u8>()];
    let index = any::<prop::sample::Index>;
    prop_oneof![
        (index(), symbol()).prop_map(|(at, byte)| Damage::Byte(at, byte)),
        (index(), 0..8_u8).prop_map(|(at, bit)| Damage::Bit(at, bit)),
        (index(), symbol()).prop_map(|(at, byte)| Damage::Insert(at, byte)),
        index().prop_map(Damage::Cut),
        (0..3_usize, 0..3_usize).prop_map(|(one, other)| Damage::Swap(one, other)),
        (0..3_usize).prop_map(Damage::Drop),
        (0..3_usize).prop_map(Damage::Repeat),
        (0..3_usize).prop_map(Damage::Pad),
        (0..3_usize, 1..16_u8).prop_map(|(which, bits)| Damage::LastBits(which, bits)),
        prop::sample::select(vec![
            r#"{"alg":"none"}"#,
            r#"{"alg":"HS256"}"#,
            r#"{"alg":"RS256"}"#,
            r#"{"alg":"ES256"}"#,
            "{}"
        ])
        .prop_map(Damage::Header),
    ]
}

impl Damage {
    fn apply(&self, token: &str) -> Vec<u8> {
        let mut segments: Vec<Vec<u8>> = token.split('.').map(|segment| segment.as_bytes().to_vec()).collect();
        let mut bytes = token.as_bytes().to_vec();
        match *self {
            Self::Byte(at, byte) => {
                let at = at.index(bytes.len());
                bytes[at] = byte;
                return bytes;
            }
            Self::Bit(at, bit) => {
                let at = at.index(bytes.len());
                bytes[at] ^= 1 << bit;
                return bytes;
            }
            Self::Insert(at, byte) => {
                bytes.insert(at.index(bytes.len() + 1), byte);
                return bytes;
            }
            Self::Cut(at) => {
                bytes.truncate(at.index(bytes.len()));
                return bytes;
            }
            Self::Swap(one, other) => segments.swap(one, other),
            Self::Drop(which) => drop(segments.remove(which)),
            Self::Repeat(which) => segments.insert(which, segments[which].clone()),
            Self::Pad(which) => {
                let missing = (4 - segments[which].len() % 4) % 4;
                segments[which].extend(std::iter::repeat_n(b'=', missing));
            }
            Self::LastBits(which, bits) => {
                const SYMBOLS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
                if let Some(last) = segments[which].last_mut() {
                    let value = SYMBOLS.iter().position(|symbol| symbol == last).unwrap();
                    *last = SYMBOLS[value ^ usize::from(bits)];
                }
            }
            Self::Header(header) => segments[0] = encode(header).into_bytes(),
        }
        segments.join(&b'.')
    }
}

fn algorithms() -> impl Strategy<Value = Algorithm> {
    // RSA signs slowly.
    prop_oneof![
        6 => prop::sample::select(vec![Algorithm::HS256, Algorithm::HS384, Algorithm::HS512]),
        3 => prop::sample::select(vec![Algorithm::ES256, Algorithm::ES384, Algorithm::EdDSA]),
        1 => prop::sample::select(Algorithm::ALL),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2048, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn edited_claims_and_headers_get_one_verdict(
        algorithm in algorithms(), edits in prop::collection::vec(an_edit(), 0..4),
    ) {
        let now = get_current_timestamp();
        let mut draft = Draft::good(now);
        edits.iter().for_each(|edit| edit.apply(&mut draft, now));
        compare(algorithm, draft.sign(algorithm).as_bytes())?;
    }

    #[test]
    fn damaged_tokens_get_one_verdict(
        algorithm in algorithms(), edit in prop::option::of(an_edit()), damages in prop::collection::vec(damage(), 1..3),
    ) {
        let now = get_current_timestamp();
        let mut draft = Draft::good(now);
        edit.iter().for_each(|edit| edit.apply(&mut draft, now));
        let token = draft.sign(algorithm);
        for damage in damages {
            let damaged = damage.apply(&token);
            let accepted = compare(algorithm, &damaged)?;
            prop_assert!(!accepted || damaged == token.as_bytes(), "damage went unnoticed: {damage:?}");
        }
    }

    #[test]
    fn random_claims_get_one_verdict(exp in any::<f64>(), nbf in any::<i64>(), iat in any::<u64>(), scope in ".{0,20}", name in ".{0,6}") {
        let draft = claim("exp", json!(exp));
        compare(Algorithm::HS256, draft.sign(Algorithm::HS256).as_bytes())?;
        let mut draft = claim("nbf", nbf);
        draft.claims.extend([("scope".to_owned(), json!(scope).to_string()), ("n".to_owned(), json!({name: iat}).to_string())]);
        compare(Algorithm::HS256, draft.sign(Algorithm::HS256).as_bytes())?;
        compare(Algorithm::HS256, claim("iat", iat).sign(Algorithm::HS256).as_bytes())?;
    }
}
