//! The registered claims (RFC 7519 section 4.1), read strictly: what is there has its type or the token is refused.

use std::borrow::Cow;

use crate::denial::Reason;
use crate::json::Object;
use crate::time::UnixTime;

/// 10000-01-01. A later date is a count of milliseconds, or an overflow in the making.
const LATEST: UnixTime = 253_402_300_800;

/// When a token is valid.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    pub(crate) expires_at: UnixTime,
    /// `iat`, which revocation compares.
    pub(crate) issued_at: Option<UnixTime>,
    /// The later of `nbf` and `iat`.
    valid_from: Option<UnixTime>,
}

impl Times {
    /// Reads `exp`, `nbf` and `iat`.
    pub(crate) fn read(claims: &Object<'_>) -> Result<Self, Reason> {
        if !claims.contains("exp") {
            return Err(Reason::ClaimsInvalid);
        }
        Self::read_open(claims)
    }

    /// The same, where `exp` may be missing: then there is no end.
    pub(crate) fn read_open(claims: &Object<'_>) -> Result<Self, Reason> {
        let expires_at = date(claims, "exp")?.map_or(LATEST, |exp| exp.floor);
        let optional = |name| if is_null(claims, name) { Ok(None) } else { date(claims, name) };
        let (not_before, issued_at) = (optional("nbf")?, optional("iat")?);
        let valid_from = not_before.map(|nbf| nbf.ceil).max(issued_at.map(|iat| iat.ceil));
        Ok(Self { expires_at, issued_at: issued_at.map(|iat| iat.floor), valid_from })
    }

    /// Whether `now` is within; `leeway` is in seconds.
    pub(crate) fn check(&self, now: UnixTime, leeway: UnixTime) -> Result<(), Reason> {
        // "on or after which the JWT MUST NOT be accepted": the instant itself is too late.
        if now >= self.expires_at.saturating_add(leeway) {
            return Err(Reason::TokenExpired);
        }
        if self.valid_from.is_some_and(|from| from > now.saturating_add(leeway)) {
            return Err(Reason::TokenNotYetValid);
        }
        Ok(())
    }
}

/// A NumericDate in whole seconds. A fraction always goes to the side on which the token is valid for less time.
#[derive(Clone, Copy)]
struct Date {
    floor: UnixTime,
    ceil: UnixTime,
}

/// A NumericDate, in whole seconds rounded down.
pub(crate) fn numeric_date(claims: &Object<'_>, name: &str) -> Result<Option<UnixTime>, Reason> {
    Ok(date(claims, name)?.map(|date| date.floor))
}

/// Reads a NumericDate: a JSON number, possibly with a fraction (RFC 7519 section 2), never negative.
fn date(claims: &Object<'_>, name: &str) -> Result<Option<Date>, Reason> {
    let Some(claim) = claims.get(name) else { return Ok(None) };
    let number = claim.as_number().filter(|number| !number.starts_with('-')).ok_or(Reason::ClaimsInvalid)?;
    let date = match number.parse() {
        Ok(seconds) => Date { floor: seconds, ceil: seconds },
        Err(_) => match number.parse::<f64>() {
            // Exact: the range is far below 2^53.
            Ok(seconds) if seconds < LATEST as f64 => {
                Date { floor: seconds.floor() as UnixTime, ceil: seconds.ceil() as UnixTime }
            }
            _ => return Err(Reason::ClaimsInvalid),
        },
    };
    if (0..LATEST).contains(&date.floor) { Ok(Some(date)) } else { Err(Reason::ClaimsInvalid) }
}

/// Whether a claim is there and null, which some serializers write for what is not there.
pub(crate) fn is_null(claims: &Object<'_>, name: &str) -> bool {
    claims.get(name).is_some_and(|claim| claim.is_null())
}

/// A claim that is a string where it is there at all; null is as if it were not.
pub(crate) fn string<'a>(claims: &Object<'a>, name: &str) -> Result<Option<Cow<'a, str>>, Reason> {
    let claim = claims.get(name).filter(|claim| !claim.is_null());
    claim.map(|claim| claim.as_str().ok_or(Reason::ClaimsInvalid)).transpose()
}

/// For whom a token must be meant.
#[derive(Clone, Debug)]
pub(crate) enum Audience {
    /// For anybody.
    Any,
    /// `aud` is or contains one of these.
    AnyOf(Vec<Box<str>>),
    /// `client_id` or `azp` is one of these, and `aud`, where it is there, contains one of them.
    Client(Vec<Box<str>>),
}

impl Audience {
    pub(crate) fn check(&self, claims: &Object<'_>) -> Result<(), Reason> {
        let ours: &[Box<str>] = match self {
            Self::Any => &[],
            Self::AnyOf(ours) | Self::Client(ours) => ours,
        };
        // Null stands for no audience, and does not name the one that is demanded.
        if matches!(self, Self::AnyOf(_)) && is_null(claims, "aud") {
            return Err(Reason::ClaimsInvalid);
        }
        let named = dangerous_any_audience(claims, |audience| contains(ours, audience))?;
        let client = [string(claims, "client_id")?, string(claims, "azp")?];
        let fits = match self {
            Self::Any => true,
            Self::AnyOf(_) => named == Some(true),
            Self::Client(ours) => {
                client.iter().any(Option::is_some)
                    && client.iter().flatten().all(|client| contains(ours, client))
                    && named != Some(false)
            }
        };
        if fits { Ok(()) } else { Err(Reason::AudienceWrong) }
    }
}

/// `azp` (OpenID Connect Core 1.0 section 2) is one of these where it is there, and null is not.
pub(crate) fn check_party(ours: &[Box<str>], claims: &Object<'_>) -> Result<(), Reason> {
    let Some(party) = claims.get("azp") else { return Ok(()) };
    let party = party.as_str().ok_or(Reason::ClaimsInvalid)?;
    if contains(ours, &party) { Ok(()) } else { Err(Reason::AudienceWrong) }
}

fn contains(ours: &[Box<str>], name: &str) -> bool {
    ours.iter().any(|our| **our == *name)
}

/// `aud`: a string or an array of strings (RFC 7519 section 4.1.3). Whether `fits` holds for one of them; `None` when it is
/// not there, or null.
fn dangerous_any_audience(claims: &Object<'_>, fits: impl Fn(&str) -> bool) -> Result<Option<bool>, Reason> {
    let Some(claim) = claims.get("aud").filter(|claim| !claim.is_null()) else { return Ok(None) };
    if let Some(audience) = claim.as_str() {
        return Ok(Some(fits(&audience)));
    }
    let mut any = false;
    for audience in claim.items().ok_or(Reason::ClaimsInvalid)? {
        any |= fits(&audience.as_str().ok_or(Reason::ClaimsInvalid)?);
    }
    Ok(Some(any))
}
