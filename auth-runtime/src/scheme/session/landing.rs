//! Where people sign in, and where they are sent afterwards.

use actix_web::http::Method;
use actix_web::http::header::{ACCEPT, HeaderMap, HeaderName, HeaderValue};
use url::form_urlencoded::byte_serialize;
use url::{Position, Url, form_urlencoded};

use crate::denial::is_listed_word;
use crate::fault::Misconfiguration;
use crate::policy::{MaxAge, StepUp};
use crate::scheme::{Additions, Context, Reauthentication};

const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
/// What htmx says of itself, and of the page around the part that it asks for; and where it goes, whatever the status.
const HX_REQUEST: HeaderName = HeaderName::from_static("hx-request");
const HX_CURRENT_URL: HeaderName = HeaderName::from_static("hx-current-url");
const HX_REDIRECT: HeaderName = HeaderName::from_static("hx-redirect");
/// The parameter of the login page that names the page which was wanted.
const WANTED: &str = "to";
/// Those that say how strongly, and how long ago, somebody may have signed in (RFC 9470 section 3).
const ACR: &str = "acr_values";
const MAX_AGE: &str = "max_age";
/// The longest class of authentication that is asked for, in bytes.
const CLASS_MAX: usize = 256;
/// The longest target that is kept, in bytes.
const TARGET_MAX: usize = 2048;

/// The page that was wanted, as this query of the login page names it.
pub(crate) fn wanted(query: &str) -> Option<String> {
    parameter(query, WANTED)
}

fn parameter(query: &str, wanted: &str) -> Option<String> {
    form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
}

/// How strongly, and how long ago, somebody must have signed in, as this query of the login page says it; nothing where it says nothing
/// that we would. Whoever wrote it, each is demanded beside what the login demands anyway.
pub(crate) fn wanted_strength(query: &str) -> StepUp {
    let is_class = |class: &String| class.len() <= CLASS_MAX && is_listed_word(class);
    StepUp {
        acr: parameter(query, ACR).filter(is_class).map(Into::into),
        max_age: parameter(query, MAX_AGE).and_then(|age| age.parse().ok()).map(MaxAge::seconds),
    }
}

/// The origin of this service and its login page.
pub(crate) struct Landing {
    origin: Url,
    login_page: Option<Box<str>>,
}

impl Landing {
    /// # Errors
    /// Where the login page is not a page of this service's own.
    pub(super) fn new(origin: &str, login_page: Option<&str>) -> Result<Self, Misconfiguration> {
        let fault = || Misconfiguration::new("`public_origin` is not a URL; write it as `https://shop.example`");
        let origin = Url::parse(origin).map_err(|_| fault())?;
        let mut landing = Self { origin, login_page: None };
        if let Some(page) = login_page {
            let is_path = !page.contains(['?', '#']) && landing.target(page).is_some();
            if !is_path {
                return Err(Misconfiguration::new(
                    "`login_page` is not a path of this service; write it like `/login`, without a query",
                ));
            }
            landing.login_page = Some(page.into());
        }
        Ok(landing)
    }

    pub(super) fn login_page(&self) -> Option<&str> {
        self.login_page.as_deref()
    }

    /// The address of a page of our own, whole; nothing where the text leads, or could be read to lead, anywhere else.
    ///
    /// What a browser makes of it is what counts, so it is judged as the parser of browsers writes it.
    fn target(&self, text: &str) -> Option<Url> {
        let is_path = text.starts_with('/') && !text.starts_with("//") && text.len() <= TARGET_MAX;
        if !is_path || text.chars().any(|c| c == '\\' || c.is_control()) {
            return None;
        }
        let url = self.origin.join(text).ok()?;
        // `/.//evil.example/x` is read as `//evil.example/x`.
        (url.origin() == self.origin.origin() && !url.path().starts_with("//")).then_some(url)
    }

    /// Whether this is a page of our own.
    #[cfg(feature = "login")]
    pub(crate) fn is_ours(&self, text: &str) -> bool {
        self.target(text).is_some()
    }

    /// Where to send somebody who has signed in or out: the page that was asked for if it is ours, else `/`.
    pub(crate) fn location(&self, wanted: Option<&str>) -> HeaderValue {
        let url = wanted.and_then(|wanted| self.target(wanted)).unwrap_or_else(|| self.origin.clone());
        HeaderValue::from_str(url.as_str()).unwrap_or(HeaderValue::from_static("/"))
    }

    /// Sends whoever must sign in first, or more strongly, to this page or to that of all; nothing where no page is shown in place of
    /// what was asked for.
    pub(super) fn login(&self, context: &Context<'_>, page: Option<&str>) -> Option<Additions> {
        let page = page.or(self.login_page.as_deref())?;
        if is_htmx(context.headers()) {
            let around = self.page_around(context.headers());
            let location = self.login_for(page, around.as_deref(), context)?;
            return Some(Additions::new().set(HX_REDIRECT, location));
        }
        if !is_navigation(context.headers()) {
            return None;
        }
        let wanted = context.uri().path_and_query().filter(|_| *context.method() == Method::GET);
        Some(Additions::new().see_other(self.login_for(page, wanted.map(|wanted| wanted.as_str()), context)?))
    }

    /// The page of ours that a part was asked for.
    fn page_around(&self, headers: &HeaderMap) -> Option<String> {
        let url = Url::parse(headers.get(HX_CURRENT_URL)?.to_str().ok()?).ok()?;
        let is_ours = url.origin() == self.origin.origin();
        is_ours.then(|| url[Position::BeforePath..Position::AfterQuery].to_owned())
    }

    fn login_for(&self, page: &str, wanted: Option<&str>, context: &Context<'_>) -> Option<HeaderValue> {
        let mut url = self.origin.join(page).ok()?;
        let wanted = wanted.filter(|wanted| *wanted != "/" && self.target(wanted).is_some());
        let query = wanted.map(|wanted| format!("{WANTED}={}", byte_serialize(wanted.as_bytes()).collect::<String>()));
        url.set_query(query.as_deref());
        if let Some(Reauthentication { acr, max_age, .. }) = context.reauthentication() {
            let max_age = max_age.map(|age| age.to_string());
            let mut query = url.query_pairs_mut();
            query.extend_pairs(acr.map(|acr| (ACR, acr)));
            query.extend_pairs(max_age.map(|age| (MAX_AGE, age)));
        }
        HeaderValue::from_str(url.as_str()).ok()
    }
}

/// Whether htmx asks, for a part of a page.
fn is_htmx(headers: &HeaderMap) -> bool {
    headers.contains_key(HX_REQUEST)
}

/// Whether a browser is about to show what it gets as a page.
fn is_navigation(headers: &HeaderMap) -> bool {
    match headers.get(SEC_FETCH_MODE) {
        Some(mode) => mode.as_bytes() == b"navigate",
        None => headers.get(ACCEPT).is_some_and(|accept| prefers_html(accept.as_bytes())),
    }
}

/// Whether HTML is what is liked best, and named first among its equals, as every browser does and no program that wants data.
fn prefers_html(accept: &[u8]) -> bool {
    let mut best: (f32, &[u8]) = (0.0, b"");
    for item in accept.split(|byte| *byte == b',') {
        let mut parts = item.split(|byte| *byte == b';').map(<[u8]>::trim_ascii);
        let kind = parts.next().unwrap_or_default();
        let said = parts.find_map(|part| part.strip_prefix(b"q="));
        let quality = said.map_or(Some(1.0), |said| str::from_utf8(said).ok()?.parse().ok()).unwrap_or(0.0);
        if quality > best.0 {
            best = (quality, kind);
        }
    }
    best.1.eq_ignore_ascii_case(b"text/html") || best.1.eq_ignore_ascii_case(b"application/xhtml+xml")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use actix_web::test::TestRequest;
    use proptest::prelude::*;

    use super::*;
    use crate::time::{Clock, SystemClock};

    fn landing() -> Landing {
        Landing::new("https://shop.example", Some("/login")).unwrap()
    }

    fn to(wanted: &str) -> String {
        landing().location(Some(wanted)).to_str().unwrap().to_owned()
    }

    #[test]
    fn pages_of_our_own_are_returned_to() {
        for (wanted, location) in [
            ("/", "https://shop.example/"),
            ("/me", "https://shop.example/me"),
            ("/orders?page=2&q=a%20b", "https://shop.example/orders?page=2&q=a%20b"),
            ("/a/../b", "https://shop.example/b"),
            ("/@evil.example", "https://shop.example/@evil.example"),
            ("/x#part", "https://shop.example/x#part"),
            ("/a//b", "https://shop.example/a//b"),
        ] {
            assert_eq!(to(wanted), location, "{wanted}");
        }
    }

    #[test]
    fn nothing_else_is() {
        for wanted in [
            "",
            "me",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/.//evil.example/x",
            "/..//evil.example",
            "/a/..//evil.example",
            "/%2e//evil.example",
            "https://evil.example/",
            "javascript:alert(1)",
            "/\tevil",
            "/\n/evil.example",
            "/\r\nSet-Cookie: a=b",
            " /me",
            "/\u{0}",
        ] {
            assert_eq!(to(wanted), "https://shop.example/", "{wanted:?}");
        }
        assert_eq!(to(&format!("/{}", "x".repeat(TARGET_MAX))), "https://shop.example/");
    }

    proptest! {
        #[test]
        fn no_text_leads_elsewhere(wanted in "[/\\\\.%25@:a-z?#\\t ]{0,24}|\\PC{0,24}") {
            let location = to(&wanted);
            prop_assert!(location.starts_with("https://shop.example/"), "{location}");
            let url = Url::parse(&location).unwrap();
            prop_assert_eq!(url.host_str(), Some("shop.example"));
            prop_assert!(!url.path().starts_with("//"));
        }
    }

    fn login(request: TestRequest) -> Option<String> {
        let (request, clock) = (request.to_http_request(), Arc::new(SystemClock) as Arc<dyn Clock>);
        let additions = landing().login(&Context::new(&request, &clock), None)?;
        let (fields, location) = additions.into_parts().unwrap();
        assert!(fields.is_empty() || location.is_none());
        let location = location.or_else(|| Some(fields.first()?.1.clone()));
        location.map(|location| location.to_str().unwrap().to_owned())
    }

    #[test]
    fn a_browser_that_shows_a_page_is_sent_to_the_login_page_and_nobody_else() {
        let navigates = |uri: &str| TestRequest::with_uri(uri).insert_header(("Sec-Fetch-Mode", "navigate"));
        assert_eq!(login(navigates("/me?x=1&y")).unwrap(), "https://shop.example/login?to=%2Fme%3Fx%3D1%26y");
        assert_eq!(login(navigates("/")).unwrap(), "https://shop.example/login");
        assert_eq!(login(navigates("/.//evil.example")).unwrap(), "https://shop.example/login");
        assert_eq!(login(navigates("/note").method(Method::POST)).unwrap(), "https://shop.example/login");
        let old = TestRequest::with_uri("/me").insert_header(("Accept", "text/html,application/xhtml+xml;q=0.9,*/*"));
        assert_eq!(login(old).unwrap(), "https://shop.example/login?to=%2Fme");
        for (name, value) in [
            ("Accept", "application/json, text/html"),
            ("Accept", "text/html;q=0.5, application/json"),
            ("Accept", "*/*"),
            ("Sec-Fetch-Mode", "cors"),
            ("Sec-Fetch-Mode", "no-cors"),
            ("Accept-Language", "en"),
        ] {
            assert_eq!(login(TestRequest::with_uri("/me").insert_header((name, value))), None, "{name}: {value}");
        }
        let part = |around: &str| {
            login(navigates("/part").insert_header(("HX-Request", "true")).insert_header(("HX-Current-URL", around)))
        };
        assert_eq!(part("https://shop.example/me?tab=2#x").unwrap(), "https://shop.example/login?to=%2Fme%3Ftab%3D2");
        for elsewhere in
            ["https://evil.example/me", "nonsense", "https://shop.example//evil.example", "https://shop.example/"]
        {
            assert_eq!(part(elsewhere).unwrap(), "https://shop.example/login", "{elsewhere}");
        }
        let fetched = TestRequest::with_uri("/").insert_header(("Accept", "text/html"));
        assert_eq!(login(fetched.insert_header(("Sec-Fetch-Mode", "cors"))), None);
    }

    #[test]
    fn a_login_page_is_a_path_of_this_service() {
        for page in ["login", "https://idp.example/login", "//x", "/login?x", "/login#x", ""] {
            assert!(Landing::new("https://shop.example", Some(page)).is_err(), "{page}");
        }
    }
}
