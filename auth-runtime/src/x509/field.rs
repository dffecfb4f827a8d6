//! The field `Client-Cert` (RFC 9440).

use actix_web::http::header::{HeaderMap, HeaderName};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::x509::{ClientCertificate, Shown};

pub(super) const CLIENT_CERT: HeaderName = HeaderName::from_static("client-cert");
/// The longest that is looked at, in bytes.
const FIELD_MAX: usize = 16 * 1024;

/// What the field of a request says, which exactly one line does: a byte sequence of RFC 8941 section 3.3.5 without parameters, the DER
/// of the certificate.
pub(super) fn read(headers: &HeaderMap) -> Shown {
    let mut lines = headers.get_all(CLIENT_CERT);
    match (lines.next(), lines.next()) {
        (None, _) => Shown::Nothing,
        (Some(line), None) => certificate(line.as_bytes()).map_or(Shown::Unreadable, Shown::Certificate),
        (Some(_), Some(_)) => Shown::Unreadable,
    }
}

fn certificate(value: &[u8]) -> Option<ClientCertificate> {
    let base64 = value.strip_prefix(b":")?.strip_suffix(b":").filter(|text| text.len() <= FIELD_MAX)?;
    ClientCertificate::from_der(&STANDARD.decode(base64).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn shown(lines: &[&str]) -> Shown {
        let mut headers = HeaderMap::new();
        lines.iter().for_each(|line| headers.append(CLIENT_CERT, HeaderValue::from_str(line).unwrap()));
        read(&headers)
    }

    #[test]
    fn exactly_one_line_of_strict_bytes_is_a_certificate() {
        let pem = include_str!("../../../examples/keys/dev-client.certificate.pem");
        let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        let good = format!(":{base64}:");
        assert!(matches!(shown(&[&good]), Shown::Certificate(read) if read.common_name() == Some("till-7")));
        assert!(matches!(shown(&[]), Shown::Nothing));
        for lines in [
            vec![&*good, &*good],
            vec![""],
            vec![":"],
            vec!["::"],
            vec![&*base64],
            vec![&good[1..]],
            vec![&good[..good.len() - 1]],
            vec![&format!("{good};x=1")],
            vec![&format!("{good}, {good}")],
            vec![&format!(": {base64}:")],
            vec![&format!(":{}:", base64.trim_end_matches('='))],
            vec![&format!(":{}:", base64.replace('+', "-").replace('/', "_"))],
            vec![&format!(":{base64}{base64}:")],
            vec![&format!(":{}:", &base64[4..])],
            vec![&format!(":{}:", "A".repeat(FIELD_MAX + 4))],
        ] {
            assert!(matches!(shown(&lines), Shown::Unreadable), "{lines:?}");
        }
    }
}
