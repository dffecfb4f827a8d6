//! The compact serialization of a JWS (RFC 7515 section 7.1) and its header.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::sync::Arc;
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
use crate::json::{Json, Members, NotStrict, Object};

/// A header with more parameters than this is refused: those that are registered are eleven.
const HEADER_MEMBERS_MAX: usize = 32;

/// A token taken apart, nothing in it verified.
///
/// Its form is told at once; what is in it is decoded and scanned when somebody first asks, and once, however many
/// configurations look at it and however often the same request comes back to it.
pub(crate) struct Compact<'a> {
    token: Cow<'a, [u8]>,
    /// Where the two dots are.
    dots: [usize; 2],
    header: OnceCell<ReadHeader>,
    content: OnceCell<Result<Content, Reason>>,
    claims: OnceCell<Result<Members, NotStrict>>,
}

/// Payload and signature, decoded.
struct Content {
    /// JSON is UTF-8 (RFC 8259 section 8.1); looked at as a whole, which is faster than string by string.
    payload: String,
    signature: Vec<u8>,
}

/// A header segment.
enum ReadHeader {
    NotJson,
    Json(Result<Arc<Header>, Reason>),
}

impl<'a> Compact<'a> {
    /// Splits the token at its two dots; `None` where there are more or fewer.
    pub(crate) fn split(token: &'a [u8]) -> Option<Self> {
        let mut dots = memchr::memchr_iter(b'.', token);
        let (Some(first), Some(second), None) = (dots.next(), dots.next(), dots.next()) else { return None };
        Some(Self {
            token: Cow::Borrowed(token),
            dots: [first, second],
            header: OnceCell::new(),
            content: OnceCell::new(),
            claims: OnceCell::new(),
        })
    }

    /// The same, able to outlive the request, while a key is fetched.
    #[cfg(feature = "jwks")]
    pub(crate) fn into_owned(self) -> Compact<'static> {
        let Self { token, dots, header, content, claims } = self;
        Compact { token: Cow::Owned(token.into_owned()), dots, header, content, claims }
    }

    /// As sent.
    pub(crate) fn token(&self) -> &[u8] {
        &self.token
    }

    /// Whether these very bytes of the request were split.
    pub(crate) fn is_of(&self, token: &[u8]) -> bool {
        std::ptr::eq(&*self.token, token)
    }

    /// The header as sent.
    pub(crate) fn header_segment(&self) -> &[u8] {
        let [first, _] = self.dots;
        self.token.get(..first).unwrap_or_default()
    }

    /// What the signature covers: header and payload as sent, with the dot between them.
    pub(crate) fn signed(&self) -> &[u8] {
        let [_, second] = self.dots;
        self.token.get(..second).unwrap_or_default()
    }

    /// Whether the token has the form of a JWT: three segments, the first of which is a JSON object. Nothing else is looked
    /// at, so that no fault further in sends a JWT another way.
    pub(crate) fn is_jwt(&self) -> bool {
        matches!(self.read_header(), ReadHeader::Json(_))
    }

    /// The header as read.
    pub(crate) fn header(&self) -> Result<Arc<Header>, Reason> {
        match self.read_header() {
            ReadHeader::NotJson => Err(Reason::TokenNotJwt),
            ReadHeader::Json(header) => header.clone(),
        }
    }

    fn read_header(&self) -> &ReadHeader {
        self.header.get_or_init(|| ReadHeader::of(self.header_segment()))
    }

    /// Decodes payload and signature. base64url without padding, line breaks or trailing bits (RFC 7515 section 2), so one
    /// token has one spelling only.
    fn content(&self) -> Result<&Content, Reason> {
        let content = self.content.get_or_init(|| {
            let [first, second] = self.dots;
            let payload = self.token.get(first + 1..second).unwrap_or_default();
            let signature = self.token.get(second + 1..).unwrap_or_default();
            if first == 0 || payload.is_empty() {
                return Err(Reason::TokenNotJwt);
            }
            // With room behind it for the token: where that is remembered, the two are one allocation.
            let payload = decode(payload, self.token.len())?;
            let payload = String::from_utf8(payload).map_err(|_| Reason::ClaimsInvalid)?;
            Ok(Content { payload, signature: decode(signature, 0)? })
        });
        content.as_ref().map_err(|reason| *reason)
    }

    /// Whether payload and signature are what they should be, as far as they can be decoded.
    pub(crate) fn check(&self) -> Result<(), Reason> {
        self.content().map(drop)
    }

    pub(crate) fn signature(&self) -> Result<&Vec<u8>, Reason> {
        self.content().map(|content| &content.signature)
    }

    /// The payload as claims. Strict JSON whatever the signature says.
    pub(crate) fn claims(&self) -> Result<Object<'_>, Reason> {
        let payload = &self.content()?.payload;
        let members = self.claims.get_or_init(|| {
            #[cfg(test)]
            counter::SCANNED.set(counter::SCANNED.get() + 1);
            Members::parse(payload)
        });
        members.as_ref().map(|members| members.within(payload)).map_err(|_| Reason::ClaimsInvalid)
    }

    /// Takes the claims out, as text and where they stand in it if that was asked for, and the signature; nothing more can be
    /// read afterwards.
    pub(crate) fn take_content(&mut self) -> (String, Option<Members>, Vec<u8>) {
        let members = self.claims.take().and_then(Result::ok);
        match self.content.take() {
            Some(Ok(Content { payload, signature })) => (payload, members, signature),
            Some(Err(_)) | None => Default::default(),
        }
    }
}

/// Refuses what `URL_SAFE_NO_PAD` refuses, in a third of the time where the processor can.
#[cfg(any(target_arch = "x86_64", all(target_arch = "aarch64", target_feature = "neon")))]
static BASE64URL: LazyLock<Simd> = LazyLock::new(|| Simd::url_safe(NO_PAD));

/// With room for so many bytes more.
fn decode(segment: &[u8], room: usize) -> Result<Vec<u8>, Reason> {
    #[cfg(test)]
    counter::DECODED.set(counter::DECODED.get() + 1);
    let mut decoded = Vec::with_capacity(base64::decoded_len_estimate(segment.len()) + room);
    BASE64URL.decode_vec(segment, &mut decoded).map_err(|_| Reason::TokenNotJwt)?;
    Ok(decoded)
}

/// What of the header counts. `jku`, `x5u`, `jwk` and `x5c` do not: keys come from the configuration alone
/// (RFC 8725 section 3.10).
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) algorithm: Algorithm,
    pub(crate) key_id: Option<Box<str>>,
    typ: TokenType,
}

impl ReadHeader {
    fn of(segment: &[u8]) -> Self {
        let Some(text) = decode(segment, 0).ok().and_then(|text| String::from_utf8(text).ok()) else {
            return Self::NotJson;
        };
        let Ok(members) = Object::of_at_most(HEADER_MEMBERS_MAX, &text) else { return Self::NotJson };
        let header = Header::accept(&members);
        Self::Json(
            header.and_then(
                |header| if backend::is_header(&text) { Ok(Arc::new(header)) } else { Err(Reason::TokenNotJwt) },
            ),
        )
    }
}

impl Header {
    fn accept(members: &Object<'_>) -> Result<Self, Reason> {
        // Extensions must be understood (RFC 7515 section 4.1.11); none is. `b64` (RFC 7797) only counts with `crit`.
        if members.contains("crit") || members.contains("b64") {
            return Err(Reason::CriticalUnknown);
        }
        let algorithm = members.get("alg").and_then(|alg| Algorithm::from_name(&alg.as_str()?));
        let algorithm = algorithm.ok_or(Reason::AlgorithmRefused)?;
        let typ = TokenType::read(members.get("typ"));
        if typ == TokenType::Other {
            return Err(Reason::TypeWrong);
        }
        let key_id = members.get("kid").map(|id| id.as_str().ok_or(Reason::TokenNotJwt)).transpose()?.map(Into::into);
        Ok(Self { algorithm, key_id, typ })
    }

    /// Whether it says that it is a logout token (OpenID Connect Back-Channel Logout 1.0 section 2.4).
    pub(crate) fn is_logout_token(&self) -> bool {
        self.typ == TokenType::LogoutToken
    }

    /// Whether the token says that it is an access token (RFC 9068 section 4); `JWT` or nothing is not enough.
    pub(crate) fn is_access_token(&self) -> bool {
        self.typ == TokenType::AccessToken
    }
}

/// Other kinds of token by the same issuer must not pass for access tokens (RFC 8725 section 3.11): `logout+jwt`,
/// `dpop+jwt`, `secevent+jwt` and whatever comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TokenType {
    /// `at+jwt` (RFC 9068 section 2.1).
    AccessToken,
    /// `logout+jwt`.
    LogoutToken,
    /// `JWT`, or nothing said.
    Unspecific,
    Other,
}

impl TokenType {
    /// Media types are compared without regard to case.
    fn read(typ: Option<Json<'_>>) -> Self {
        let Some(typ) = typ else { return Self::Unspecific };
        let Some(typ) = typ.as_str() else { return Self::Other };
        const PREFIX: &str = "application/";
        let short = match typ.get(..PREFIX.len()) {
            Some(start) if start.eq_ignore_ascii_case(PREFIX) => typ.get(PREFIX.len()..).unwrap_or_default(),
            _ => &*typ,
        };
        match () {
            () if short.eq_ignore_ascii_case("at+jwt") => Self::AccessToken,
            () if short.eq_ignore_ascii_case("logout+jwt") => Self::LogoutToken,
            () if short.eq_ignore_ascii_case("JWT") => Self::Unspecific,
            () => Self::Other,
        }
    }
}

#[cfg(test)]
pub(crate) mod counter {
    //! How often this thread decoded a segment, and scanned claims.

    use std::cell::Cell;

    thread_local! {
        pub(crate) static DECODED: Cell<usize> = const { Cell::new(0) };
        pub(crate) static SCANNED: Cell<usize> = const { Cell::new(0) };
    }
}
