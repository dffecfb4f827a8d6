//! Where an issuer's keys are, as it says itself.

use reqwest::header::HeaderMap;

use crate::json;
use crate::provider::client::{Endpoint, FetchError, ProviderClient};
use crate::provider::transport::Transport;

const OPENID: &str = "/.well-known/openid-configuration";
const OAUTH: &str = "/.well-known/oauth-authorization-server";

/// Finds the key set of an issuer: OpenID Connect Discovery 1.0 section 4; where the provider has no such document, RFC 8414
/// section 3; and then the name of the one at the place of the other, which that RFC's section 5 allows.
///
/// `issuer` in the document must be this issuer, byte for byte, else one provider could speak for another.
///
/// `told`: that the provider does not call its answers JSON was said.
pub(crate) async fn discover(
    client: &ProviderClient,
    transport: &Transport,
    issuer: &str,
    headers: &HeaderMap,
    told: &mut bool,
) -> Result<Endpoint, FetchError> {
    let base = transport.endpoint(issuer).map_err(|fault| FetchError::AddressRefused(fault.0))?;
    let ask = async |address: &Endpoint, told: &mut bool| {
        let document = client.get(address, headers.clone()).await?;
        let found = read(&document.body, transport, issuer, &base)?;
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

fn read(document: &[u8], transport: &Transport, issuer: &str, base: &Endpoint) -> Result<Endpoint, FetchError> {
    let members = json::object(document).map_err(|_| NO_METADATA)?;
    let text = |name: &str| members.get(name).and_then(serde_json::Value::as_str);
    if text("issuer") != Some(issuer) {
        return Err(FetchError::IssuerDiffers);
    }
    let keys = text("jwks_uri").ok_or(FetchError::Malformed("metadata without `jwks_uri`"))?;
    let keys = transport.endpoint(keys).map_err(|fault| FetchError::AddressRefused(fault.0))?;
    // A provider elsewhere has no business with services of this machine.
    if keys.is_plain() && !base.is_plain() {
        return Err(FetchError::AddressRefused("plain http, although the issuer is https"));
    }
    Ok(keys)
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
            read(document.as_bytes(), &transport, issuer, &transport.endpoint(issuer).unwrap())
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
