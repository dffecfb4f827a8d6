//! The compact serialization of a JWS (RFC 7515 section 7.1) and its header.

#[cfg(any(target_arch = "x86_64", all(target_arch = "aarch64", target_feature = "neon")))]
use std::sync::LazyLock;

use base64::Engine;
#[cfg(not(any(target_arch = "x86_64", all(target_arch = "aarch64", target_feature = "neon"))))]
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
#[cfg(any(target_arch = "x86_64", all(target_arch = "aarch64", target_feature = "neon")))]
use base64::engine::{Simd, general_purpose::NO_PAD};

use crate::crypto::Algorithm;
use crate::crypto::backend;
use crate::denial::Reason;
use crate::json::{Json, Object};

/// A header with more parameters than this is refused: those that are registered are eleven.
const HEADER_MEMBERS_MAX: usize = 32;

/// A token taken apart, nothing in it verified.
pub(crate) struct Compact<'a> {
    /// What the signature covers: header and payload as sent, with the dot between them.
    pub(crate) signed: &'a [u8],
    /// As sent.
    pub(crate) header: &'a [u8],
    /// JSON is UTF-8 (RFC 8259 section 8.1); looked at as a whole, which is faster than string by string.
    pub(crate) payload: String,
    pub(crate) signature: Vec<u8>,
}

impl<'a> Compact<'a> {
    /// Splits and decodes. base64url without padding, line breaks or trailing bits (RFC 7515 section 2), so one token
    /// has one spelling only.
    pub(crate) fn parse(token: &'a [u8]) -> Result<Self, Reason> {
        let (header, rest) = split_at_dot(token)?;
        let (payload, signature) = split_at_dot(rest)?;
        if header.is_empty() || payload.is_empty() || memchr::memchr(b'.', signature).is_some() {
            return Err(Reason::TokenNotJwt);
        }
        let signed = token.get(..header.len() + 1 + payload.len()).ok_or(Reason::TokenNotJwt)?;
        let payload = String::from_utf8(decode(payload)?).map_err(|_| Reason::ClaimsInvalid)?;
        Ok(Self { signed, header, payload, signature: decode(signature)? })
    }

    /// The payload as claims. Strict JSON whatever the signature says.
    pub(crate) fn claims(&self) -> Result<Object<'_>, Reason> {
        Object::parse(&self.payload).map_err(|_| Reason::ClaimsInvalid)
    }
}

fn split_at_dot(text: &[u8]) -> Result<(&[u8], &[u8]), Reason> {
    let dot = memchr::memchr(b'.', text).ok_or(Reason::TokenNotJwt)?;
    Ok((text.get(..dot).unwrap_or_default(), text.get(dot + 1..).unwrap_or_default()))
}

/// Whether a token has the form of a JWT: three segments, the first of which is a JSON object. Nothing else is looked at,
/// so that no fault further in sends a JWT another way.
#[cfg(feature = "introspection")]
pub(crate) fn is_jwt(token: &[u8]) -> bool {
    let mut segments = token.split(|&byte| byte == b'.');
    let (Some(header), Some(_), Some(_), None) = (segments.next(), segments.next(), segments.next(), segments.next())
    else {
        return false;
    };
    let header = decode(header).ok().and_then(|header| String::from_utf8(header).ok());
    header.is_some_and(|header| Object::parse(&header).is_ok())
}

/// Refuses what `URL_SAFE_NO_PAD` refuses, in a third of the time where the processor can.
#[cfg(any(target_arch = "x86_64", all(target_arch = "aarch64", target_feature = "neon")))]
static BASE64URL: LazyLock<Simd> = LazyLock::new(|| Simd::url_safe(NO_PAD));

fn decode(segment: &[u8]) -> Result<Vec<u8>, Reason> {
    BASE64URL.decode(segment).map_err(|_| Reason::TokenNotJwt)
}

/// What of the header counts. `jku`, `x5u`, `jwk` and `x5c` do not: keys come from the configuration alone
/// (RFC 8725 section 3.10).
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) algorithm: Algorithm,
    pub(crate) key_id: Option<Box<str>>,
}

impl Header {
    /// Reads the header as sent; `profile` demands the `typ` of RFC 9068.
    pub(crate) fn read(segment: &[u8], profile: bool) -> Result<Self, Reason> {
        let text = String::from_utf8(decode(segment)?).map_err(|_| Reason::TokenNotJwt)?;
        let header = Self::accept(&members(&text)?, profile)?;
        if backend::is_header(&text) { Ok(header) } else { Err(Reason::TokenNotJwt) }
    }

    fn accept(members: &Object<'_>, profile: bool) -> Result<Self, Reason> {
        // Extensions must be understood (RFC 7515 section 4.1.11); none is. `b64` (RFC 7797) only counts with `crit`.
        if members.contains("crit") || members.contains("b64") {
            return Err(Reason::CriticalUnknown);
        }
        let algorithm = members.get("alg").and_then(|alg| Algorithm::from_name(&alg.as_str()?));
        let algorithm = algorithm.ok_or(Reason::AlgorithmRefused)?;
        check_type(members.get("typ"), profile)?;
        let key_id = members.get("kid").map(|id| id.as_str().ok_or(Reason::TokenNotJwt)).transpose()?.map(Into::into);
        Ok(Self { algorithm, key_id })
    }
}

fn members(header: &str) -> Result<Object<'_>, Reason> {
    Object::of_at_most(HEADER_MEMBERS_MAX, header).map_err(|_| Reason::TokenNotJwt)
}

/// Other kinds of token by the same issuer must not pass for access tokens (RFC 8725 section 3.11): `logout+jwt`,
/// `dpop+jwt`, `secevent+jwt` and whatever comes. Media types are compared without regard to case.
fn check_type(typ: Option<Json<'_>>, profile: bool) -> Result<(), Reason> {
    let Some(typ) = typ else { return if profile { Err(Reason::TypeWrong) } else { Ok(()) } };
    let typ = &*typ.as_str().ok_or(Reason::TypeWrong)?;
    const PREFIX: &str = "application/";
    let short = match typ.get(..PREFIX.len()) {
        Some(start) if start.eq_ignore_ascii_case(PREFIX) => typ.get(PREFIX.len()..).unwrap_or_default(),
        _ => typ,
    };
    let fits = short.eq_ignore_ascii_case("at+jwt") || (!profile && short.eq_ignore_ascii_case("JWT"));
    if fits { Ok(()) } else { Err(Reason::TypeWrong) }
}
