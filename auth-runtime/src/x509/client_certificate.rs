//! A certificate, read.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use x509_cert::Certificate;
use x509_cert::der::asn1::{ObjectIdentifier, PrintableStringRef, Utf8StringRef};
use x509_cert::der::{Any, Decode as _};
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::name::Name;

use crate::time::UnixTime;

/// The attribute `CN` (RFC 4519 section 2.3).
const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");

/// The certificate of a client, which has proved to the other end of its TLS connection that it has the key.
///
/// Who has issued it was checked there, against the authorities that the server or the proxy trusts. In a handler that
/// `client_certificate` guards it is `Details<ClientCertificate>`.
#[derive(Clone)]
pub struct ClientCertificate(Arc<Known>);

struct Known {
    der: Box<[u8]>,
    thumbprint: Box<str>,
    subject: Box<str>,
    common_name: Option<Box<str>>,
    issuer: Box<str>,
    serial: Box<str>,
    not_before: UnixTime,
    not_after: UnixTime,
    dns_names: Vec<Box<str>>,
    emails: Vec<Box<str>>,
    uris: Vec<Box<str>>,
}

/// What is not the DER of one X.509 certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CertificateError(());

impl fmt::Display for CertificateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this is not the DER of one X.509 certificate")
    }
}

impl std::error::Error for CertificateError {}

impl ClientCertificate {
    /// Reads the DER of one certificate (RFC 5280). It verifies nothing. Alternative names that are empty, or have control characters,
    /// are left out: whoever compares or prints them could take them for others.
    ///
    /// # Errors
    /// For anything else, and for what stands behind it.
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        let fault = |_| CertificateError(());
        let certificate = Certificate::from_der(der).map_err(fault)?;
        let certificate = certificate.tbs_certificate;
        let names = certificate.get::<SubjectAltName>().map_err(fault)?;
        let (mut dns_names, mut emails, mut uris) = (Vec::new(), Vec::new(), Vec::new());
        for name in names.map(|(_, names)| names.0).unwrap_or_default() {
            let (names, name) = match &name {
                GeneralName::DnsName(name) => (&mut dns_names, name.as_str()),
                GeneralName::Rfc822Name(name) => (&mut emails, name.as_str()),
                GeneralName::UniformResourceIdentifier(name) => (&mut uris, name.as_str()),
                _ => continue,
            };
            if is_plain(name) {
                names.push(name.into());
            }
        }
        let seconds = |time: x509_cert::time::Time| {
            UnixTime::try_from(time.to_unix_duration().as_secs()).map_err(|_| CertificateError(()))
        };
        let serial = certificate.serial_number.as_bytes().iter().map(|byte| format!("{byte:02x}"));
        Ok(Self(Arc::new(Known {
            thumbprint: thumbprint(der),
            der: der.into(),
            subject: certificate.subject.to_string().into(),
            common_name: common_name(&certificate.subject),
            issuer: certificate.issuer.to_string().into(),
            serial: serial.collect::<String>().into(),
            not_before: seconds(certificate.validity.not_before)?,
            not_after: seconds(certificate.validity.not_after)?,
            dns_names,
            emails,
            uris,
        })))
    }

    /// The subject as text (RFC 4514), such as `CN=till-7,O=Shop`; empty where it has alternative names only.
    pub fn subject(&self) -> &str {
        &self.0.subject
    }

    /// The one `CN` of the subject; nothing where it has none, several, or one that is not plain text.
    pub fn common_name(&self) -> Option<&str> {
        self.0.common_name.as_deref()
    }

    /// The authority that has issued it, as text (RFC 4514).
    pub fn issuer(&self) -> &str {
        &self.0.issuer
    }

    /// The serial number, in lower-case hexadecimal digits.
    pub fn serial(&self) -> &str {
        &self.0.serial
    }

    /// The DNS names among its alternative names. One may begin with `*.`.
    pub fn dns_names(&self) -> impl Iterator<Item = &str> {
        self.0.dns_names.iter().map(|name| &**name)
    }

    /// The addresses of mail among its alternative names.
    pub fn emails(&self) -> impl Iterator<Item = &str> {
        self.0.emails.iter().map(|name| &**name)
    }

    /// The URIs among its alternative names, such as `spiffe://shop.example/till/7`.
    pub fn uris(&self) -> impl Iterator<Item = &str> {
        self.0.uris.iter().map(|name| &**name)
    }

    /// The base64url of its SHA-256: `x5t#S256` (RFC 8705 section 3.1).
    pub fn thumbprint(&self) -> &str {
        &self.0.thumbprint
    }

    /// From when on it counts, in seconds since 1970.
    pub fn not_before(&self) -> UnixTime {
        self.0.not_before
    }

    /// Until when it counts, in seconds since 1970.
    pub fn not_after(&self) -> UnixTime {
        self.0.not_after
    }

    /// Whether it counts now. Both ends are part of its time (RFC 5280 section 4.1.2.5).
    pub(crate) fn counts_at(&self, now: UnixTime) -> bool {
        (self.0.not_before..=self.0.not_after).contains(&now)
    }

    /// Its DER.
    pub fn der(&self) -> &[u8] {
        &self.0.der
    }
}

/// By its names alone.
impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCertificate")
            .field("subject", &self.subject())
            .field("issuer", &self.issuer())
            .finish_non_exhaustive()
    }
}

fn thumbprint(der: &[u8]) -> Box<str> {
    URL_SAFE_NO_PAD.encode(Sha256::digest(der)).into()
}

/// The only `CN`, if it is text without control characters.
fn common_name(subject: &Name) -> Option<Box<str>> {
    let mut names = subject.0.iter().flat_map(|part| part.0.iter()).filter(|part| part.oid == COMMON_NAME);
    let name = names.next().filter(|_| names.next().is_none())?;
    text(&name.value).filter(|text| is_plain(text)).map(Into::into)
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(char::is_control)
}

fn text(value: &Any) -> Option<&str> {
    let utf8 = Utf8StringRef::try_from(value).ok().map(|text| text.as_str());
    utf8.or_else(|| PrintableStringRef::try_from(value).ok().map(|text| text.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The DER in PEM text.
    pub(crate) fn der(pem: &str) -> Vec<u8> {
        let lines: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        base64::engine::general_purpose::STANDARD.decode(lines).unwrap()
    }

    const CLIENT: &str = include_str!("../../../examples/keys/dev-client.certificate.pem");

    #[test]
    fn what_a_certificate_says_is_read() {
        let certificate = ClientCertificate::from_der(&der(CLIENT)).unwrap();
        assert_eq!(certificate.subject(), "CN=till-7,O=Development only");
        assert_eq!(certificate.common_name(), Some("till-7"));
        assert_eq!(certificate.issuer(), "CN=Development CA,O=Development only");
        assert_eq!(certificate.dns_names().collect::<Vec<_>>(), ["till-7.shop.example"]);
        assert_eq!(certificate.uris().collect::<Vec<_>>(), ["spiffe://shop.example/till/7"]);
        assert_eq!(certificate.emails().collect::<Vec<_>>(), ["till-7@shop.example"]);
        assert_eq!((certificate.not_before(), certificate.not_after()), (1_735_689_600, 4_891_276_800));
        assert!(certificate.counts_at(1_735_689_600) && certificate.counts_at(4_891_276_800));
        assert!(!certificate.counts_at(1_735_689_599) && !certificate.counts_at(4_891_276_801));
        assert_eq!(certificate.thumbprint().len(), 43);
        assert!(certificate.serial().len() >= 2 && certificate.serial().chars().all(|c| c.is_ascii_hexdigit()));
    }

    #[test]
    fn names_with_control_characters_are_left_out() {
        let good = der(CLIENT);
        for name in ["till-7.shop.example", "till-7@shop.example", "spiffe://shop.example/till/7"] {
            let place = good.windows(name.len()).position(|bytes| bytes == name.as_bytes()).unwrap();
            for control in [b'\0', b'\r', b'\n', 0x7f] {
                let mut bytes = good.clone();
                bytes[place + 3] = control;
                let certificate = ClientCertificate::from_der(&bytes).unwrap();
                let left = [certificate.dns_names().count(), certificate.emails().count(), certificate.uris().count()];
                assert_eq!(left.iter().sum::<usize>(), 2, "{name} {control}");
            }
        }
    }

    #[test]
    fn what_is_not_one_certificate_is_refused() {
        let good = der(CLIENT);
        assert!(ClientCertificate::from_der(&good[..good.len() - 1]).is_err());
        assert!(ClientCertificate::from_der(&[&*good, &[0]].concat()).is_err(), "something behind it");
        assert!(ClientCertificate::from_der(&[&*good, &*good].concat()).is_err());
        for bytes in [&b""[..], b"\x30", b"\x30\x00", b"-----BEGIN CERTIFICATE-----"] {
            assert!(ClientCertificate::from_der(bytes).is_err());
        }
        // Nothing that somebody makes of it panics.
        for place in 0..good.len() {
            for change in [1, 0x20, 0x80, 0xff] {
                let mut bytes = good.clone();
                bytes[place] ^= change;
                let _ = ClientCertificate::from_der(&bytes);
            }
        }
    }
}
