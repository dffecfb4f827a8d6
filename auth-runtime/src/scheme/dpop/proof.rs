//! What a proof must say of its request (RFC 9449 section 4.3).

use std::borrow::Cow;

use actix_web::http::{Method, Uri};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::denial::Reason;
use crate::http::field::Field;
use crate::http::target;
use crate::json::Object;
use crate::jwt::numeric_date;
use crate::keys::compact::Compact;
use crate::time::UnixTime;

/// The field that a proof comes in.
pub(super) const FIELD: &str = "dpop";
/// Wider than any proof by a key of 4096 bits.
const PROOF_BYTES_MAX: usize = 8 * 1024;

/// The proof that was sent, taken apart, nothing in it verified.
pub(super) fn compact(sent: Field<'_>) -> Result<Compact<'_>, Reason> {
    match sent {
        Field::Absent => Err(Reason::ProofMissing),
        Field::Line(line) if line.len() <= PROOF_BYTES_MAX => {
            Compact::split(line.as_bytes()).ok_or(Reason::ProofMalformed)
        }
        Field::Line(_) | Field::Repeated => Err(Reason::ProofMalformed),
    }
}

/// The request that a proof must be for.
#[derive(Clone, Copy)]
pub(super) struct ProvenRequest<'a> {
    pub(super) method: &'a Method,
    pub(super) uri: &'a Uri,
    /// As it was configured.
    pub(super) origin: &'a str,
    /// The path that a proxy in front takes off.
    pub(super) base_path: &'a str,
    pub(super) token: &'a TokenDigest,
    /// Whether a browser says that a page of another origin sent it, or may.
    pub(super) is_cross_origin: bool,
}

/// The SHA-256 of the token in base64url: `ath`.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct TokenDigest([u8; 43]);

impl TokenDigest {
    pub(super) fn of(token: &[u8]) -> Self {
        let mut text = [0; 43];
        // It fits: 32 bytes are 43 characters.
        let _ = URL_SAFE_NO_PAD.encode_slice(Sha256::digest(token), &mut text);
        Self(text)
    }
}

/// What a signed proof says of itself.
#[derive(Debug)]
pub(super) struct Claims<'a> {
    pub(super) id: Cow<'a, str>,
    pub(super) issued_at: UnixTime,
    pub(super) nonce: Option<Cow<'a, str>>,
}

impl<'a> Claims<'a> {
    /// Reads the claims of a proof for this request.
    pub(super) fn read(claims: &Object<'a>, request: ProvenRequest<'_>) -> Result<Self, Reason> {
        let text = |name| claims.get(name).map(|claim| claim.as_str().ok_or(Reason::ProofMalformed)).transpose();
        let required = |name| text(name)?.filter(|text| !text.is_empty()).ok_or(Reason::ProofMalformed);
        let (id, method, target, token) = (required("jti")?, required("htm")?, required("htu")?, required("ath")?);
        let issued_at =
            numeric_date(claims, "iat").map_err(|_| Reason::ProofMalformed)?.ok_or(Reason::ProofMalformed)?;
        let nonce = text("nonce")?;
        // Methods are compared with case (RFC 9110 section 9.1).
        let is_of_request = *method == *request.method.as_str()
            && target::is_ours(&target, request.origin, request.base_path, request.uri.path())
            && token.as_bytes() == request.token.0;
        if is_of_request { Ok(Self { id, issued_at, nonce }) } else { Err(Reason::ProofMismatch) }
    }
}
