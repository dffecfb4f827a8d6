//! Where an issuer's keys and endpoints are, as it says itself.

use reqwest::header::HeaderMap;
use serde_json::{Map, Value};

use crate::json;
use crate::provider::client::ProviderClient;
use crate::provider::endpoint::Endpoint;
use crate::provider::fetch_error::FetchError;
use crate::provider::transport::Transport;

const OPENID: &str = "/.well-known/openid-configuration";
const OAUTH: &str = "/.well-known/oauth-authorization-server";

/// What an issuer says of itself.
pub(crate) struct Metadata<'a> {
    members: Map<String, Value>,
    transport: &'a Transport,
    issuer: Endpoint,
}

/// Finds what an issuer says of itself, and reads it: OpenID Connect Discovery 1.0 section 4; where the provider has no such
/// document, RFC 8414 section 3; and then the name of the one at the place of the other, which that RFC's section 5 allows.
///
/// `issuer` in the document must be this issuer, byte for byte, else one provider could speak for another.
///
/// `told`: that the provider does not call its answers JSON was said.
pub(crate) async fn discover<T>(
    client: &ProviderClient,
    transport: &Transport,
    issuer: &str,
    headers: &HeaderMap,
    told: &mut bool,
    read: impl Fn(&Metadata<'_>) -> Result<T, FetchError>,
) -> Result<T, FetchError> {
    let base = transport.endpoint(issuer).map_err(|fault| FetchError::AddressRefused(fault.0))?;
    let ask = async |address: &Endpoint, told: &mut bool| {
        let document = client.get(address, headers.clone()).await?;
        let found = read(&Metadata::of(&document.body, transport, issuer, &base)?)?;
        document.note_type(address, told);
        Ok(found)
    };
    let mut addresses = vec![appended(&base), inserted(&base, OAUTH)];
    let inserted = inserted(&base, OPENID);
    if !addresses.contains(&inserted) {
        addresses.push(inserted);
    }
    let mut first = None;
    for address in addresses {
        match ask(&address, told).await {
            // Who says that we ask too often is not asked at two more addresses.
            Err(error @ (FetchError::Status(400..500) | FetchError::ContentTypeWrong | NO_METADATA)) => {
                // Why there is nothing at the usual address says more than why there is nothing at the last.
                first.get_or_insert(error);
            }
            other => return other,
        }
    }
    Err(first.unwrap_or(NO_METADATA))
}

/// What a server answers that knows no such path, and says so with status 200.
const NO_METADATA: FetchError = FetchError::Malformed("metadata are not a JSON object");

/// OpenID Connect Discovery 1.0 section 4.1: appended to the issuer without its last slash.
fn appended(issuer: &Endpoint) -> Endpoint {
    with_path(issuer, |path| format!("{path}{OPENID}"))
}

/// RFC 8414 section 3.1: inserted between the host and the issuer's path.
fn inserted(issuer: &Endpoint, document: &str) -> Endpoint {
    with_path(issuer, |path| format!("{document}{path}"))
}

fn with_path(issuer: &Endpoint, path: impl FnOnce(&str) -> String) -> Endpoint {
    let mut url = issuer.url().clone();
    let path = path(url.path().strip_suffix('/').unwrap_or(url.path()));
    url.set_path(&path);
    issuer.moved_to(url)
}

impl<'a> Metadata<'a> {
    fn of(document: &[u8], transport: &'a Transport, issuer: &str, base: &Endpoint) -> Result<Self, FetchError> {
        let members = json::object(document).map_err(|_| NO_METADATA)?;
        let metadata = Self { members, transport, issuer: base.clone() };
        if metadata.text("issuer") != Some(issuer) {
            return Err(FetchError::IssuerDiffers);
        }
        Ok(metadata)
    }

    /// Where the keys are.
    pub(crate) fn keys(&self) -> Result<Endpoint, FetchError> {
        self.endpoint("jwks_uri")?.ok_or(FetchError::Malformed("metadata without `jwks_uri`"))
    }

    /// An address that may be asked, or that browsers may be sent to.
    pub(crate) fn endpoint(&self, name: &str) -> Result<Option<Endpoint>, FetchError> {
        let Some(address) = self.text(name) else { return Ok(None) };
        let address = self.transport.endpoint(address).map_err(|fault| FetchError::AddressRefused(fault.0))?;
        // A provider elsewhere has no business with services of this machine.
        if address.is_plain() && !self.issuer.is_plain() {
            return Err(FetchError::AddressRefused("plain http, although the issuer is https"));
        }
        Ok(Some(address))
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.members.get(name).and_then(Value::as_str)
    }

    #[cfg(feature = "login")]
    pub(crate) fn is_true(&self, name: &str) -> bool {
        self.members.get(name) == Some(&Value::Bool(true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_well_known_addresses_follow_their_standards() {
        for (issuer, openid, oauth) in [
            (
                "https://idp.example",
                "https://idp.example/.well-known/openid-configuration",
                "https://idp.example/.well-known/oauth-authorization-server",
            ),
            (
                "https://idp.example/",
                "https://idp.example/.well-known/openid-configuration",
                "https://idp.example/.well-known/oauth-authorization-server",
            ),
            (
                "https://idp.example:8443/realms/a",
                "https://idp.example:8443/realms/a/.well-known/openid-configuration",
                "https://idp.example:8443/.well-known/oauth-authorization-server/realms/a",
            ),
            (
                "https://idp.example/a/",
                "https://idp.example/a/.well-known/openid-configuration",
                "https://idp.example/.well-known/oauth-authorization-server/a",
            ),
        ] {
            let issuer = Transport::default().endpoint(issuer).unwrap();
            assert_eq!(appended(&issuer).url().as_str(), openid);
            assert_eq!(inserted(&issuer, OAUTH).url().as_str(), oauth);
        }
    }

    #[test]
    fn the_issuer_must_match_exactly_and_the_key_address_be_safe() {
        let read = |issuer: &str, document: &str| {
            let transport = Transport::default();
            Metadata::of(document.as_bytes(), &transport, issuer, &transport.endpoint(issuer).unwrap())
                .and_then(|metadata| metadata.keys())
                .map(|endpoint| endpoint.to_string())
        };
        const ISSUER: &str = "https://idp.example";
        let keys = |uri: &str| format!(r#"{{"issuer":"https://idp.example","jwks_uri":"{uri}"}}"#);
        assert_eq!(read(ISSUER, &keys("https://cdn.example/k")), Ok("https://cdn.example/k".into()));
        for issuer in ["https://idp.example/", "https://IDP.example", "https://other.example", ""] {
            let document = format!(r#"{{"issuer":"{issuer}","jwks_uri":"https://idp.example/k"}}"#);
            assert_eq!(read(ISSUER, &document), Err(FetchError::IssuerDiffers), "{issuer}");
        }
        assert_eq!(read(ISSUER, r#"{"jwks_uri":"https://idp.example/k"}"#), Err(FetchError::IssuerDiffers));
        for bad in ["http://idp.example/k", "http://127.0.0.1/k", "file:///k", "/k", ""] {
            assert!(matches!(read(ISSUER, &keys(bad)), Err(FetchError::AddressRefused(_))), "{bad}");
        }
        let local = r#"{"issuer":"http://127.0.0.1:1","jwks_uri":"http://127.0.0.1:1/k"}"#;
        assert_eq!(read("http://127.0.0.1:1", local), Ok("http://127.0.0.1:1/k".into()));
        for bad in
            ["", "[]", "<html>", r#"{"issuer":"https://idp.example"}"#, &keys("https://a\",\"jwks_uri\":\"https://b")]
        {
            assert!(matches!(read(ISSUER, bad), Err(FetchError::Malformed(_))), "{bad}");
        }
    }
}
