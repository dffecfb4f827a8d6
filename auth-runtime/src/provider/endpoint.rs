//! Where a provider is asked.

use std::fmt;

use url::Url;

#[cfg(feature = "jwks")]
use crate::http::url::is_loopback;

/// An address of a provider that may be asked: https, or plain http to this machine itself and to hosts that were named.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Endpoint(Url);

/// Why an address cannot be asked, and what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EndpointFault(pub(crate) &'static str);

impl Endpoint {
    /// `plain` says to which URLs plain http may be spoken.
    pub(super) fn parse_where(text: &str, plain: impl Fn(&Url) -> bool) -> Result<Self, EndpointFault> {
        let url =
            Url::parse(text).map_err(|_| EndpointFault("not a URL; give it whole, as in `https://idp.example`"))?;
        let fault = match (url.scheme(), url.host_str()) {
            (_, None | Some("")) => Some("the URL has no host; give it whole, as in `https://idp.example`"),
            ("https", _) => None,
            ("http", _) if plain(&url) => None,
            ("http", _) => Some("plain http is for loopback hosts only; use https"),
            _ => Some("the URL is not https; give one that is"),
        };
        let fault = fault.or_else(|| {
            let credentials = !url.username().is_empty() || url.password().is_some();
            credentials.then_some("the URL holds credentials, which end up in logs; take them out")
        });
        let fault = fault.or_else(|| url.fragment().map(|_| "the URL has a fragment; take out `#` and what follows"));
        fault.map_or(Ok(Self(url)), |fault| Err(EndpointFault(fault)))
    }

    pub(crate) fn url(&self) -> &Url {
        &self.0
    }
}

#[cfg(feature = "jwks")]
impl Endpoint {
    /// Whether it can be told a secret: nobody reads it on the way.
    pub(crate) fn is_private(&self) -> bool {
        !self.is_plain() || is_loopback(&self.0)
    }

    /// Another path of the same place.
    pub(super) fn moved_to(&self, url: Url) -> Self {
        debug_assert_eq!(self.0.origin(), url.origin());
        Self(url)
    }

    /// Whether what is said to it can be read on the way, which on this machine nobody can.
    pub(crate) fn is_plain(&self) -> bool {
        self.0.scheme() != "https"
    }
}

/// Without the query, which may hold a secret.
impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.0.origin().ascii_serialization(), self.0.path())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::transport::Transport;

    fn parse(text: &str) -> Result<Endpoint, EndpointFault> {
        Transport::default().endpoint(text)
    }

    #[test]
    fn https_is_demanded_except_to_loopback_hosts() {
        for good in [
            "https://idp.example",
            "https://idp.example:8443/a?b=c",
            "http://127.0.0.1:8080/x",
            "http://127.9.9.9/",
            "http://[::1]:1/",
            "http://localhost:3000",
            "HTTPS://IDP.example",
        ] {
            assert!(parse(good).is_ok(), "{good}");
        }
        for bad in [
            "http://idp.example",
            "http://127.0.0.1.example/",
            "http://localhost.example/",
            "http://10.0.0.1/",
            "http://[::2]/",
            "http://0.0.0.0/",
            "http://[::ffff:127.0.0.1]/",
            "ftp://idp.example",
            "file:///etc/passwd",
            "data:,x",
            "idp.example",
            "https://",
            "https://user:secret@idp.example/",
            "https://user@idp.example/",
            "https://idp.example/#x",
            "",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn neither_query_nor_user_of_a_url_is_shown() {
        let endpoint = parse("https://idp.example:8443/a?key=hunter2").unwrap();
        assert_eq!(format!("{endpoint} {endpoint:?}"), "https://idp.example:8443/a https://idp.example:8443/a");
    }
}
