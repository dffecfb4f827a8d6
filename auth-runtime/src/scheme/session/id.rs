//! The id of a session: what the browser holds, in a cookie.

use std::time::Duration;

use actix_web::http::header::HeaderValue;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::denial::Unavailable;
use crate::fault::Misconfiguration;
use crate::http::url::is_loopback;

/// 256 random bits.
#[derive(Clone)]
pub(super) struct SessionId(Zeroizing<[u8; 32]>);

impl SessionId {
    /// # Errors
    /// Where the system gives no random numbers.
    pub(super) fn random() -> Result<Self, Unavailable> {
        Ok(Self(Zeroizing::new(random()?)))
    }

    /// The id that a cookie holds; nothing where it was not made here.
    pub(super) fn read(text: &[u8]) -> Option<Self> {
        let mut id = Zeroizing::new([0; 32]);
        // One text for each id: the decoder takes no padding and no bits that say nothing.
        match text.len() == 43 && URL_SAFE_NO_PAD.decode_slice(text, &mut *id) == Ok(32) {
            true => Some(Self(id)),
            false => None,
        }
    }

    pub(super) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// # Errors
/// Where the system gives none.
pub(super) fn random<const N: usize>() -> Result<[u8; N], Unavailable> {
    let mut random = [0; N];
    match getrandom::fill(&mut random) {
        Ok(()) => Ok(random),
        Err(error) => Err(Unavailable::backend().because(error)),
    }
}

/// The cookie of one configuration.
pub(super) struct SessionCookie {
    name: Box<str>,
    is_secure: bool,
    deletion: HeaderValue,
}

impl SessionCookie {
    /// For whoever reaches this service under `origin`.
    ///
    /// # Errors
    /// Where nothing could keep the id secret.
    pub(super) fn new(origin: &str, configuration: Option<&str>) -> Result<Self, Misconfiguration> {
        // What is neither is refused where origins are judged.
        let is_secure = !origin.starts_with("http://");
        if !is_secure && !url::Url::parse(origin).is_ok_and(|origin| is_loopback(&origin)) {
            return Err(Misconfiguration::new(
                "`public_origin` is plain http, so everybody on the way could read the cookie; write `https://…` (http is for \
                 127.0.0.1 and localhost only)",
            ));
        }
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let configuration = match configuration {
            Some(name) if name.chars().all(is_plain) => format!("-{name}"),
            Some(_) => {
                return Err(Misconfiguration::new(
                    "the name becomes part of the cookie's; use letters, digits, `-`, `_` and `.`",
                ));
            }
            None => String::new(),
        };
        let prefix = if is_secure { "__Host-" } else { "" };
        let name = format!("{prefix}session{configuration}").into_boxed_str();
        let secure = secure(is_secure);
        let deletion = format!("{name}=; Path=/; Max-Age=0{secure}; HttpOnly; SameSite=Lax");
        match HeaderValue::from_str(&deletion) {
            Ok(deletion) => Ok(Self { name, is_secure, deletion }),
            Err(_) => Err(Misconfiguration::new("the cookie cannot be written")),
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Whether it travels over TLS alone.
    pub(super) fn is_secure(&self) -> bool {
        self.is_secure
    }

    /// Takes it from the browser.
    pub(super) fn deletion(&self) -> HeaderValue {
        self.deletion.clone()
    }

    /// Gives it to the browser, for as long as the session may last.
    pub(super) fn give(&self, id: &SessionId, lifetime: Duration) -> Option<HeaderValue> {
        let (name, secure) = (&self.name, secure(self.is_secure));
        let id = Zeroizing::new(URL_SAFE_NO_PAD.encode(id.0.as_slice()));
        let seconds = lifetime.as_secs();
        let cookie =
            Zeroizing::new(format!("{name}={}; Path=/; Max-Age={seconds}{secure}; HttpOnly; SameSite=Lax", *id));
        let mut value = HeaderValue::from_str(&cookie).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

fn secure(is_secure: bool) -> &'static str {
    if is_secure { "; Secure" } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_as_it_was_written_and_in_no_other_way() {
        let id = SessionId::random().unwrap();
        let cookie = SessionCookie::new("https://shop.example", None).unwrap();
        let line = cookie.give(&id, Duration::from_secs(60)).unwrap();
        let line = line.to_str().unwrap();
        let (text, rest) = line.strip_prefix("__Host-session=").unwrap().split_once(';').unwrap();
        assert_eq!(rest, " Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Lax");
        assert_eq!(SessionId::read(text.as_bytes()).unwrap().as_bytes(), id.as_bytes());
        for wrong in [&text[..42], &format!("{text}A"), &format!("{text}="), &format!("\"{text}\""), ""] {
            assert!(SessionId::read(wrong.as_bytes()).is_none(), "{wrong}");
        }
        let last = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB";
        assert!(SessionId::read(last.as_bytes()).is_none(), "bits that say nothing");
    }

    #[test]
    fn ids_differ() {
        let ids: std::collections::HashSet<_> = (0..1000).map(|_| *SessionId::random().unwrap().as_bytes()).collect();
        assert_eq!(ids.len(), 1000);
    }

    #[test]
    fn on_plain_http_a_cookie_is_given_to_the_own_machine_only() {
        for origin in ["http://127.0.0.1:8080", "http://localhost", "http://[::1]:1"] {
            let cookie = SessionCookie::new(origin, None).unwrap();
            assert_eq!((cookie.name(), cookie.is_secure()), ("session", false), "{origin}");
            assert_eq!(cookie.deletion(), "session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
        }
        for origin in ["http://shop.example", "http://10.0.0.1", "http://localhost.evil.example"] {
            assert!(SessionCookie::new(origin, None).is_err(), "{origin}");
        }
        assert_eq!(SessionCookie::new("https://a.example", Some("staff")).unwrap().name(), "__Host-session-staff");
        for name in ["a b", "a;b", "ä", "a=b"] {
            assert!(SessionCookie::new("https://a.example", Some(name)).is_err(), "{name}");
        }
    }
}
