//! URLs in a configuration.

use url::{Host, Url};

/// A URL of a place on the web, with http or https. Visible ASCII, so that no reader meets anything else.
pub(crate) fn on_the_web(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    // The parser mends what is in between, as browsers do; a slip is to be seen.
    let (scheme, rest) = text.split_once("://")?;
    let exact = scheme == url.scheme() && !rest.starts_with('/') && text.bytes().all(|byte| byte.is_ascii_graphic());
    (exact && matches!(scheme, "https" | "http")).then_some(url)
}

/// Whether it can be read on the way by nobody but this machine: 127.0.0.0/8, `::1` and `localhost` (RFC 8252 section 7.3).
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_place_on_the_web_is_refused() {
        for url in ["https://idp.example", "http://a/b?c", "https://[::1]:8443/", "https://IDP.example/A"] {
            assert!(on_the_web(url).is_some(), "{url}");
        }
        for url in [
            "",
            "idp.example",
            "ftp://idp.example",
            "https://",
            "https:///x",
            "https:/idp.example",
            "https:idp.example",
            "HTTPS://idp.example",
            "https://idp.example/a b",
            " https://idp.example",
            "https://idp.example/\n",
            "https://idp.example/é",
            "https://[::1",
        ] {
            assert!(on_the_web(url).is_none(), "{url}");
        }
    }

    #[test]
    fn loopback_is_told_by_the_host_as_a_whole() {
        let of = |url: &str| is_loopback(&Url::parse(url).unwrap());
        for url in ["http://localhost", "http://127.0.0.1:8080/x", "http://127.9.9.9", "http://[::1]", "http://127.1"] {
            assert!(of(url), "{url}");
        }
        for url in ["http://127.0.0.1.evil.example", "http://localhost.evil.example", "http://10.0.0.1", "data:x"] {
            assert!(!of(url), "{url}");
        }
    }
}
