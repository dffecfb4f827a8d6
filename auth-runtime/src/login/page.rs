//! The page that whoever could not sign in sees.

use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, RETRY_AFTER, SET_COOKIE,
    X_CONTENT_TYPE_OPTIONS,
};
use actix_web::http::header::{HeaderValue, TryIntoHeaderValue as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::login::fault::LoginFault;

const STYLE: &str = "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:18vh auto;padding:0 1.5rem;color:#222}\
                     h1{font-size:1.5rem;font-weight:600}a{color:#0b57d0}";

/// Nothing but this style, and nobody may frame it.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let style = STANDARD.encode(Sha256::digest(STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
});

/// The page, from which a path of this service leads on. The cookies are those of the sign-in, taken back.
pub(super) fn page(
    fault: LoginFault,
    title: &str,
    (path, on): (&str, &str),
    cookies: Vec<HeaderValue>,
) -> HttpResponse {
    let mut answer = HttpResponse::build(fault.status());
    answer
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        // The URL holds a code.
        .insert_header((REFERRER_POLICY, "no-referrer"));
    if let Ok(policy) = POLICY.as_str().try_into_value() {
        answer.insert_header((CONTENT_SECURITY_POLICY, policy));
    }
    if fault.status().as_u16() == 503 {
        answer.insert_header((RETRY_AFTER, "5"));
    }
    for cookie in cookies {
        answer.append_header((SET_COOKIE, cookie));
    }
    let (path, sentence) = (escaped(path), fault.sentence());
    answer.body(format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n<h1>{title}</h1>\n<p>{sentence}</p>\n\
         <p><a href=\"{path}\">{on}</a></p>\n</html>\n"
    ))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
