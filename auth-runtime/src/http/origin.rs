//! Whether a request with credentials that a browser adds by itself may count as the caller's own.

use actix_web::HttpRequest;
use actix_web::http::Method;
use actix_web::http::header::{HeaderMap, HeaderName, ORIGIN, UPGRADE};
use url::Url;

use crate::fault::Misconfiguration;
use crate::setting::Setting;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// From where a request with an ambient credential (cookie, Basic, Digest) may come.
///
/// - GET, HEAD and OPTIONS pass, as handlers must not change anything on them. A WebSocket upgrade is a GET that opens a
///   channel, so it needs one `Origin`, ours or an allowed one, always.
/// - Every other method needs `Sec-Fetch-Site: same-origin` or `none`. Where a browser does not send that field it needs
///   an `Origin` that is ours or allowed. Where neither is sent the caller is not a browser.
/// - `Sec-Fetch-Site: same-site`, `Origin: null` and repeated fields are refused: other hosts of one's own domain are
///   not one's own, anyone can make a browser say `null`, and nobody can say which of two fields counts.
///
/// Our own origin comes from configuration. `Host` is the caller's word, so without configuration no `Origin` is ours.
#[derive(Clone, Debug, Default)]
pub(crate) struct OriginPolicy {
    ours: Option<Box<str>>,
    allowed: Vec<Box<str>>,
    refuse_without_origin: bool,
}

impl OriginPolicy {
    /// A policy over origins written as browsers write them, such as `https://shop.example` or `http://127.0.0.1:8080`.
    /// With `refuse_without_origin`, callers that send neither field are refused as well, browsers or not.
    ///
    /// # Errors
    /// When an origin could never equal what a browser sends.
    pub(crate) fn new<'a>(
        public_origin: Option<&str>,
        allowed: impl IntoIterator<Item = &'a str>,
        refuse_without_origin: bool,
    ) -> Result<Self, Misconfiguration> {
        if let Some(origin) = public_origin {
            check_origin("public_origin", origin)?;
            if !(origin.starts_with("https://") || origin.starts_with("http://")) {
                return Err(fault("public_origin", origin, "is not of this server; begin it with `https://`"));
            }
        }
        let allowed = allowed
            .into_iter()
            .map(|origin| check_origin("allowed origin", origin).map(|()| Box::from(origin)))
            .collect::<Result<_, _>>()?;
        Ok(Self { ours: public_origin.map(Box::from), allowed, refuse_without_origin })
    }

    /// What reviewers see of it.
    pub(crate) fn reviewed(&self) -> Vec<Setting> {
        let origins = self.ours.iter().chain(&self.allowed).map(|origin| Setting::allows("origin", &**origin));
        let demand = self.refuse_without_origin.then(|| Setting::demands("origin", "with every ambient credential"));
        origins.chain(demand).collect()
    }

    /// Our own origin, if it was configured.
    pub(crate) fn ours(&self) -> Option<&str> {
        self.ours.as_deref()
    }

    /// Whether an ambient credential of this request may count.
    pub(crate) fn permits(&self, request: &HttpRequest) -> bool {
        let headers = request.headers();
        let (Ok(site), Ok(origin)) = (single(headers, SEC_FETCH_SITE), single(headers, ORIGIN)) else {
            return is_read(request) && !is_websocket(request);
        };
        if is_websocket(request) {
            return origin.is_some_and(|origin| self.knows(origin));
        }
        is_read(request) || self.permits_change(site, origin)
    }

    /// Whether a request that changes something may come from where it does, whatever its method.
    #[cfg(feature = "session")]
    pub(crate) fn permits_sign_in(&self, request: &HttpRequest) -> bool {
        let headers = request.headers();
        match (single(headers, SEC_FETCH_SITE), single(headers, ORIGIN)) {
            (Ok(site), Ok(origin)) => self.permits_change(site, origin),
            _ => false,
        }
    }

    fn permits_change(&self, site: Option<&[u8]>, origin: Option<&[u8]>) -> bool {
        match (site, origin) {
            (_, Some(b"null")) => false,
            (Some(site), _) => matches!(site, b"same-origin" | b"none"),
            (None, Some(origin)) => self.knows(origin),
            (None, None) => !self.refuse_without_origin,
        }
    }

    fn knows(&self, origin: &[u8]) -> bool {
        self.ours.iter().chain(&self.allowed).any(|known| known.as_bytes() == origin)
    }
}

/// Methods that must not change anything. Method names are compared with case (RFC 9110 section 9.1).
fn is_read(request: &HttpRequest) -> bool {
    matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Wider than any handshake: what a WebSocket library could take for an upgrade is one (RFC 6455 section 4.2.1), and so is
/// every CONNECT (RFC 8441).
fn is_websocket(request: &HttpRequest) -> bool {
    const PROTOCOL: &[u8] = b"websocket";
    let mut upgrades = request.headers().get_all(UPGRADE);
    *request.method() == Method::CONNECT
        || upgrades.any(|line| line.as_bytes().windows(PROTOCOL.len()).any(|word| word.eq_ignore_ascii_case(PROTOCOL)))
}

/// The field was sent more than once.
struct Repeated;

fn single(headers: &HeaderMap, name: HeaderName) -> Result<Option<&[u8]>, Repeated> {
    let mut lines = headers.get_all(name);
    let first = lines.next();
    match lines.next() {
        Some(_) => Err(Repeated),
        None => Ok(first.map(|line| line.as_bytes())),
    }
}

fn fault(what: &str, origin: &str, wrong: &str) -> Misconfiguration {
    Misconfiguration::new(format!("{what} `{}` {wrong}", origin.escape_debug()))
}

/// Accepts what a browser could send (RFC 6454 section 6.2): lower case, ASCII, no default port, nothing after the port.
fn check_origin(what: &str, origin: &str) -> Result<(), Misconfiguration> {
    let refuse = |wrong: &str| Err(fault(what, origin, wrong));
    match origin {
        "" => return refuse("is empty; write it as `https://shop.example`"),
        "*" => return refuse("would allow every site; name each origin"),
        "null" => return refuse("is what any sandboxed page sends; name an origin"),
        _ => {}
    }
    if !origin.contains("://") {
        return refuse("has no scheme; write it as `https://shop.example`");
    }
    if origin.contains('*') {
        return refuse("contains a wildcard; name each origin");
    }
    if !origin.is_ascii() {
        return refuse("is not ASCII; write the host in punycode, as browsers send it");
    }
    if origin.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return refuse("has capital letters; browsers send lower case");
    }
    let url = match Url::parse(origin) {
        Ok(url) => url,
        Err(url::ParseError::InvalidPort) => return refuse(PORT_INVALID),
        Err(_) => return refuse(NO_ORIGIN),
    };
    if matches!(url.scheme(), "ws" | "wss") {
        return refuse("names a WebSocket, not the page that opens it; write `https://` or `http://`");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("contains a user; leave it out");
    }
    let Some(host) = url.host_str().filter(|host| !host.is_empty()) else { return refuse(NO_ORIGIN) };
    let (written, port) = (format!("{}://{host}", url.scheme()), url.port().map(|port| format!(":{port}")));
    match origin.strip_prefix(&*written) {
        Some(rest) if rest == port.as_deref().unwrap_or_default() => Ok(()),
        Some(rest) if rest.contains(['/', '\\', '?', '#']) => {
            refuse("has a path; an origin ends with its host or port, without a slash")
        }
        Some(":443" | ":80") => refuse("names the default port; browsers leave it out"),
        Some(rest) if rest.starts_with(':') => refuse(PORT_INVALID),
        _ => refuse(NO_ORIGIN),
    }
}

const NO_ORIGIN: &str = "is not an origin; write it as `https://shop.example`";
const PORT_INVALID: &str = "has no valid port; write it as `https://shop.example:8443`";

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use proptest::prelude::*;

    use super::*;

    const OURS: &str = "https://shop.example";
    const PARTNER: &str = "https://partner.example:8443";

    fn policy() -> OriginPolicy {
        OriginPolicy::new(Some(OURS), [PARTNER], false).unwrap()
    }

    fn request(method: Method, headers: &[(&'static str, &str)]) -> HttpRequest {
        headers
            .iter()
            .fold(TestRequest::default().method(method), |request, &(name, value)| request.append_header((name, value)))
            .to_http_request()
    }

    fn post(headers: &[(&'static str, &str)]) -> HttpRequest {
        request(Method::POST, headers)
    }

    #[test]
    fn reads_pass_whatever_the_site() {
        for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
            let foreign = [("Sec-Fetch-Site", "cross-site"), ("Origin", "https://evil.example")];
            assert!(policy().permits(&request(method.clone(), &foreign)));
            assert!(policy().permits(&request(method, &[("Origin", "null"), ("Origin", "null")])));
        }
    }

    #[test]
    fn every_other_method_is_a_write() {
        for name in ["POST", "PUT", "PATCH", "DELETE", "QUERY", "get", "PROPFIND"] {
            let method = Method::from_bytes(name.as_bytes()).unwrap();
            assert!(!policy().permits(&request(method, &[("Sec-Fetch-Site", "cross-site")])), "{name}");
        }
    }

    #[test]
    fn sec_fetch_site_decides_where_it_is_sent() {
        assert!(policy().permits(&post(&[("Sec-Fetch-Site", "same-origin")])));
        assert!(policy().permits(&post(&[("Sec-Fetch-Site", "none")])));
        for site in ["same-site", "cross-site", "", "Same-Origin", "same-origin, none", "same-origin;", "null"] {
            assert!(!policy().permits(&post(&[("Sec-Fetch-Site", site)])), "{site}");
            assert!(!policy().permits(&post(&[("Sec-Fetch-Site", site), ("Origin", OURS)])), "{site}");
        }
    }

    #[test]
    fn origin_decides_where_sec_fetch_site_is_absent() {
        assert!(policy().permits(&post(&[("Origin", OURS)])));
        assert!(policy().permits(&post(&[("Origin", PARTNER)])));
        for origin in [
            "https://evil.example",
            "http://shop.example",
            "https://shop.example:443",
            "https://shop.example/",
            "https://shop.example.evil.example",
            "https://SHOP.example",
            "https://partner.example",
            "https://shop.example, https://evil.example",
            "",
        ] {
            assert!(!policy().permits(&post(&[("Origin", origin)])), "{origin}");
        }
    }

    #[test]
    fn an_origin_of_null_is_refused() {
        assert!(!policy().permits(&post(&[("Origin", "null")])));
        assert!(!policy().permits(&post(&[("Origin", "null"), ("Sec-Fetch-Site", "same-origin")])));
    }

    #[test]
    fn repeated_fields_are_refused() {
        assert!(!policy().permits(&post(&[("Origin", OURS), ("Origin", OURS)])));
        assert!(!policy().permits(&post(&[("Sec-Fetch-Site", "none"), ("Sec-Fetch-Site", "none")])));
        assert!(!policy().permits(&post(&[("Sec-Fetch-Site", "same-origin"), ("Origin", OURS), ("Origin", OURS)])));
    }

    #[test]
    fn who_sends_neither_field_is_no_browser() {
        assert!(policy().permits(&post(&[])));
        let strict = OriginPolicy::new(Some(OURS), [], true).unwrap();
        assert!(!strict.permits(&post(&[])));
        assert!(strict.permits(&post(&[("Origin", OURS)])));
        assert!(strict.permits(&request(Method::GET, &[])));
    }

    #[test]
    fn a_websocket_needs_a_known_origin_always() {
        for upgrade in ["websocket", "WebSocket", "h2c, websocket", "websocket/13"] {
            let open = |headers: &[(&'static str, &str)]| {
                let headers = [&[("Upgrade", upgrade)], headers].concat();
                policy().permits(&request(Method::GET, &headers))
            };
            assert!(open(&[("Origin", OURS)]));
            assert!(open(&[("Origin", PARTNER)]));
            assert!(open(&[("Origin", PARTNER), ("Sec-Fetch-Site", "cross-site")]), "{upgrade}");
            assert!(!open(&[]));
            assert!(!open(&[("Sec-Fetch-Site", "same-origin")]));
            assert!(!open(&[("Origin", "null")]));
            assert!(!open(&[("Origin", "https://evil.example")]));
            assert!(!open(&[("Origin", "https://evil.example"), ("Sec-Fetch-Site", "same-origin")]));
            assert!(!open(&[("Origin", OURS), ("Origin", OURS)]));
        }
        let twice = [("Upgrade", "h2c"), ("Upgrade", "websocket")];
        assert!(!policy().permits(&request(Method::GET, &twice)));
        assert!(!policy().permits(&request(Method::CONNECT, &[("Sec-Fetch-Site", "same-origin")])));
        assert!(policy().permits(&request(Method::CONNECT, &[("Origin", OURS)])));
    }

    #[test]
    fn without_configuration_no_origin_is_ours() {
        let policy = OriginPolicy::default();
        let request = post(&[("Host", "shop.example"), ("Origin", OURS), ("X-Forwarded-Host", "shop.example")]);
        assert!(!policy.permits(&request));
        assert!(policy.permits(&post(&[("Sec-Fetch-Site", "same-origin")])));
    }

    #[test]
    fn origins_no_browser_sends_are_refused_at_build() {
        for (origin, says) in [
            ("", "is empty"),
            ("*", "would allow every site"),
            ("null", "sandboxed"),
            ("shop.example", "has no scheme"),
            ("https://shop.example/", "has a path"),
            ("https://shop.example/x", "has a path"),
            ("https://shop.example?x", "has a path"),
            ("https://me@shop.example", "contains a user"),
            ("https://*.example", "wildcard"),
            ("https://Shop.example", "capital letters"),
            ("HTTPS://shop.example", "capital letters"),
            ("https://münchen.example", "punycode"),
            ("https://shop.example:443", "default port"),
            ("http://shop.example:80", "default port"),
            ("https://shop.example:", "no valid port"),
            ("https://shop.example:08443", "no valid port"),
            ("https://shop.example:99999", "no valid port"),
            ("https://[::1]x", "is not an origin"),
            ("https://", "is not an origin"),
            ("https://shop example", "is not an origin"),
            ("https://127.1", "is not an origin"),
            ("https://[2001:db8:0::1]", "is not an origin"),
            ("https://shop.example\\", "has a path"),
            ("https://shop.example\n", "is not an origin"),
            ("wss://shop.example", "names a WebSocket"),
        ] {
            let error = OriginPolicy::new(None, [origin], false).unwrap_err().to_string();
            assert!(error.starts_with("allowed origin `") && error.contains(says), "{origin}: {error}");
            let error = OriginPolicy::new(Some(origin), [], false).unwrap_err().to_string();
            assert!(error.starts_with("public_origin `"), "{origin}: {error}");
        }
        assert!(OriginPolicy::new(Some("app://shop"), [], false).is_err());
    }

    #[test]
    fn origins_browsers_send_are_accepted() {
        for origin in [
            OURS,
            PARTNER,
            "http://127.0.0.1:8080",
            "http://localhost:3000",
            "https://[::1]",
            "https://[2001:db8::1]:8443",
            "https://xn--mnchen-3ya.example",
            "chrome-extension://abcdefghijklmnop",
            "capacitor://localhost",
        ] {
            let policy = OriginPolicy::new(None, [origin], false).unwrap();
            assert!(policy.permits(&post(&[("Origin", origin)])), "{origin}");
        }
    }

    proptest! {
        #[test]
        fn no_origin_text_panics_at_build(origin in "\\PC{0,24}") {
            let _ = OriginPolicy::new(Some(&origin), [], false);
        }

        #[test]
        fn a_write_passes_only_with_a_reason(
            sites in proptest::collection::vec("same-origin|none|same-site|cross-site|[a-z-]{0,12}", 0..3),
            origins in proptest::collection::vec(
                prop_oneof![Just(OURS.to_owned()), Just(PARTNER.to_owned()), Just("null".to_owned()), "[a-z:/.]{0,20}"],
                0..3,
            ),
        ) {
            let headers: Vec<_> = sites
                .iter()
                .map(|site| ("Sec-Fetch-Site", &**site))
                .chain(origins.iter().map(|origin| ("Origin", &**origin)))
                .collect();
            let expected = match (&sites[..], &origins[..]) {
                (_, [origin]) if origin == "null" => false,
                ([site], [] | [_]) => site == "same-origin" || site == "none",
                ([], [origin]) => origin == OURS || origin == PARTNER,
                ([], []) => true,
                _ => false,
            };
            prop_assert_eq!(policy().permits(&post(&headers)), expected);
        }
    }
}
