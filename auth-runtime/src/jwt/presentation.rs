//! By which scheme tokens are presented, and what those who present them prove.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::denial::Reason;
use crate::json::Object;
use crate::principal::Confirmation;

/// The bytes of a SHA-256.
const THUMBPRINT_BYTES: usize = 32;

/// The scheme in whose requests the tokens of a configuration come.
#[derive(Clone, Debug)]
pub(crate) struct Presentation {
    /// Its name in principals, logs and metrics.
    pub(crate) scheme: &'static str,
    /// The name of the configuration, as in `bearer("partner")`.
    pub(crate) configuration: Option<Arc<str>>,
    /// Whether it takes tokens that are bound to this, or to nothing: only such bonds as it has callers prove. They are handed on,
    /// and the scheme holds them against what the request proves.
    pub(crate) takes: fn(Option<&Confirmation>) -> Result<(), Reason>,
}

impl Presentation {
    /// Whoever holds a token may use it, unless it is bound: to a certificate, which the scheme compares with the caller's (RFC 8705
    /// section 3), or to a key, which nothing proves here, so that it is refused (RFC 7800 section 3).
    pub(crate) fn bearer(configuration: Option<Arc<str>>) -> Self {
        let takes = |bound: Option<&Confirmation>| match bound {
            Some(Confirmation::CertificateThumbprint(_)) if cfg!(feature = "certificates") => Ok(()),
            Some(_) => Err(Reason::TokenBound),
            None => Ok(()),
        };
        Self { scheme: super::SCHEME, configuration, takes }
    }

    /// Each token is bound to a key, of which the scheme asks for a proof.
    pub(crate) fn by_holders_of_keys(scheme: &'static str, configuration: Option<Arc<str>>) -> Self {
        let takes = |bound: Option<&Confirmation>| match bound {
            Some(Confirmation::KeyThumbprint(_)) => Ok(()),
            Some(_) => Err(Reason::TokenBound),
            None => Err(Reason::TokenUnbound),
        };
        Self { scheme, configuration, takes }
    }

    /// Nobody is asked for a proof: what is bound to anything is refused.
    #[cfg(any(test, feature = "login"))]
    pub(crate) fn unbound(configuration: Option<Arc<str>>) -> Self {
        let takes = |bound: Option<&Confirmation>| bound.map_or(Ok(()), |_| Err(Reason::TokenBound));
        Self { takes, ..Self::bearer(configuration) }
    }

    /// What a token is bound to, where it is.
    pub(crate) fn confirmation(&self, claims: &Object<'_>) -> Result<Option<Confirmation>, Reason> {
        let bound = match claims.contains("cnf") {
            true => Some(read(claims).ok_or(Reason::TokenBound)?),
            false => None,
        };
        (self.takes)(bound.as_ref())?;
        Ok(bound)
    }
}

/// `cnf` with the one member that says what must be possessed. With several, or one that is not known, nobody can say what
/// would be proof enough.
fn read(claims: &Object<'_>) -> Option<Confirmation> {
    let confirmation = claims.get("cnf")?.object()?;
    let mut members = confirmation.members();
    let (name, _, value) = members.next()?;
    let thumbprint = value.as_str().filter(|text| is_thumbprint(text))?;
    match (name, members.next()) {
        ("jkt", None) => Some(Confirmation::KeyThumbprint(thumbprint.into())),
        ("x5t#S256", None) => Some(Confirmation::CertificateThumbprint(thumbprint.into())),
        _ => None,
    }
}

/// Strict base64url, so that a thumbprint has one spelling.
fn is_thumbprint(text: &str) -> bool {
    URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == THUMBPRINT_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    const THUMBPRINT: &str = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";

    type Takes = fn(Option<&Confirmation>) -> Result<(), Reason>;

    fn confirmation(takes: Takes, cnf: &str) -> Result<Option<Confirmation>, Reason> {
        let text = format!(r#"{{"sub":"alice"{cnf}}}"#);
        let presented = Presentation { takes, ..Presentation::bearer(None) };
        presented.confirmation(&Object::parse(&text).unwrap())
    }

    #[test]
    fn a_bond_is_handed_on_to_the_scheme_that_has_it_proved() {
        let key = format!(r#","cnf":{{"jkt":"{THUMBPRINT}"}}"#);
        let certificate = format!(r#","cnf":{{"x5t#S256":"{THUMBPRINT}"}}"#);
        let keys = Presentation::by_holders_of_keys("dpop", None).takes;
        let all: Takes = |_| Ok(());
        assert_eq!(confirmation(keys, ""), Err(Reason::TokenUnbound));
        assert_eq!(confirmation(all, ""), Ok(None));
        assert_eq!(confirmation(keys, &key), Ok(Some(Confirmation::KeyThumbprint(THUMBPRINT.into()))));
        assert_eq!(confirmation(keys, &certificate), Err(Reason::TokenBound));
        let of_certificate = Confirmation::CertificateThumbprint(THUMBPRINT.into());
        assert_eq!(confirmation(all, &certificate), Ok(Some(of_certificate)));
        let bearer = Presentation::bearer(None).takes;
        assert_eq!(confirmation(bearer, ""), Ok(None));
        assert_eq!(confirmation(bearer, &key), Err(Reason::TokenBound));
        assert_eq!(confirmation(bearer, &certificate).is_ok(), cfg!(feature = "certificates"));
        assert_eq!(confirmation(Presentation::unbound(None).takes, &certificate), Err(Reason::TokenBound));
    }

    #[test]
    fn a_bond_that_cannot_be_read_is_refused_whatever_the_scheme_has_proved() {
        for cnf in [
            "null".to_owned(),
            "true".to_owned(),
            format!("{THUMBPRINT:?}"),
            "{}".to_owned(),
            r#"{"jkt":""}"#.to_owned(),
            r#"{"jkt":1}"#.to_owned(),
            r#"{"jkt":"x"}"#.to_owned(),
            format!(r#"{{"jkt":"{THUMBPRINT}="}}"#),
            format!(r#"{{"jkt":"{THUMBPRINT}A"}}"#),
            // Bits behind the last byte: the same bytes in another spelling.
            r#"{"jkt":"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4J"}"#.to_owned(),
            format!(r#"{{"jwk":"{THUMBPRINT}"}}"#),
            format!(r#"{{"JKT":"{THUMBPRINT}"}}"#),
            format!(r#"[{{"jkt":"{THUMBPRINT}"}}]"#),
            format!(r#"{{"jkt":"{THUMBPRINT}","x5t#S256":"{THUMBPRINT}"}}"#),
            format!(r#"{{"jkt":"{THUMBPRINT}","kid":"1"}}"#),
        ] {
            assert_eq!(confirmation(|_| Ok(()), &format!(r#","cnf":{cnf}"#)), Err(Reason::TokenBound), "{cnf}");
        }
    }
}
